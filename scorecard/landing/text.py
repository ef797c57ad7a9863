"""Text files: their encoding, their physical lines, and a UTF-8 copy where DuckDB needs one.

A mark decides, else strict UTF-8, else GB18030, which is never tried first: it accepts most UTF-8.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import duckdb

from scorecard.landing.inbox import InboxFile
from scorecard.landing.source import FileRejectedError

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
UTF_8 = ("utf-8", "utf-8-sig")
_BLOCK = 1 << 22
_THREE_BYTES = re.compile(rb"[\xe1-\xef][\x80-\xbf]{2}")
_SPACED = (b'" ', b' "')
_LONE_CR = re.compile("\r(?!\n)")

NOT_TEXT = FileRejectedError(
    "不是文本文件，或编码既非 UTF-8 也非 GB18030；请另存为 UTF-8",
    "no text file, or its encoding is neither UTF-8 nor GB18030; save it as UTF-8",
)
DAMAGED = FileRejectedError(
    "文本中有损坏或不完整的字符；请重新传送",
    "the text has damaged or cut-off characters; deliver it again",
)
EMPTY = FileRejectedError("文件没有任何内容", "the file has no byte in it")


class Tally:
    """Counts of a delimited file's UTF-8 bytes that tell a regular file from others.

    Attributes:
        delimiters: How often the delimiter occurs, wherever it stands.
        has_spaced_quotes: Whether a quote stands beside a space.
    """

    def __init__(self, delimiter: str) -> None:
        self.delimiters = 0
        self.has_spaced_quotes = False
        self._mark = delimiter.encode()
        self._lines = self._ends = self._returns = self._pairs = 0
        self._last = b""

    def add(self, block: bytes) -> None:
        """Counts the next block."""
        content = block.rstrip(b"\r\n")
        if content:
            self._lines += self._ends + content.count(b"\n")
            self._ends = 0
        self._ends += block.count(b"\n", len(content))
        self.delimiters += block.count(self._mark)
        seam = self._last + block[:1]
        if b"\r" in block or self._last == b"\r":
            self._returns += block.count(b"\r")
            self._pairs += block.count(b"\r\n") + (seam == b"\r\n")
        if b'"' in block or self._last == b'"':
            texts = (block, seam)
            self.has_spaced_quotes |= any(pair in text for pair in _SPACED for text in texts)
        self._last = block[-1:]

    @property
    def lines(self) -> int:
        """Physical lines up to the last that is not empty."""
        return self._lines + 1

    @property
    def has_lone_returns(self) -> bool:
        """Whether a carriage return stands without a line feed."""
        return self._returns != self._pairs


@contextmanager
def opened(file: InboxFile) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked.

    Raises:
        FileRejectedError: If the packed content is damaged.
    """
    try:
        with gzip.open(file.path) if file.is_gzipped else file.path.open("rb") as stream:
            yield stream  # type: ignore[misc]
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileRejectedError(
            "压缩文件损坏或不完整；请重新传送",
            "the compressed file is damaged or cut off; deliver it again",
        ) from error


def encoding_of(file: InboxFile, tally: Tally | None = None) -> str:
    """The encoding's name for Python's codecs; counts the bytes on the way if they are UTF-8.

    Raises:
        FileRejectedError: If the file is empty, no text, or in an encoding that is not known.
    """
    with opened(file) as stream:
        block = stream.read(_BLOCK)
        if not block:
            raise EMPTY
        marked = next((name for mark, name in MARKS if block.startswith(mark)), None)
        decoder = codecs.getincrementaldecoder(marked or "utf-8")()
        is_utf_8 = False
        while True:
            if b"\0" in block and marked != "utf-16":
                raise NOT_TEXT
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                if marked or is_utf_8 or len(_THREE_BYTES.findall(error.object[: error.start])) > 2:
                    raise DAMAGED from error
                return "gb18030"
            if not block:
                return marked or "utf-8"
            if tally is not None:
                tally.add(block)
            is_utf_8 = is_utf_8 or len(_THREE_BYTES.findall(block, 0, 1 << 16)) > 2
            block = stream.read(_BLOCK)


def decoded(file: InboxFile, encoding: str) -> Iterator[str]:
    """The file's text in blocks that end at line ends.

    Raises:
        FileRejectedError: If a byte does not belong to the encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    parts: list[str] = []
    with opened(file) as stream:
        try:
            while block := stream.read(_BLOCK):
                head, end, tail = decoder.decode(block).rpartition("\n")
                if "\0" in head or "\0" in tail:
                    raise NOT_TEXT
                if end:
                    yield "".join((*parts, head, end))
                    parts = []
                parts.append(tail)
            parts.append(decoder.decode(b"", True))
        except UnicodeDecodeError as error:
            raise NOT_TEXT from error
    if any(parts):
        yield "".join(parts)


def stage_lines(
    connection: duckdb.DuckDBPyConnection, file: InboxFile, encoding: str, *, splits_returns: bool
) -> None:
    """Makes the temporary table `landing_line`: (line, text), a physical line a row, from 1.

    A lone carriage return ends a line too where `splits_returns`; such a line's text ends in a
    return and a NUL, which no text file has, so that it can be told from the pair's return.
    """
    connection.execute("create or replace temp table landing_line (line bigint, text varchar)")
    line = 0
    for block in decoded(file, encoding):
        text = (_LONE_CR.sub("\r\0\n", block) if splits_returns else block).removesuffix("\n")
        connection.execute(
            "insert into landing_line select $1 + generate_subscripts(parts, 1), unnest(parts) "
            "from (select string_split($2, chr(10)) as parts)",
            [line, text],
        )
        line += text.count("\n") + 1
