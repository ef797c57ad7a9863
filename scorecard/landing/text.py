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
from dataclasses import dataclass
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


def encoding_of(file: InboxFile) -> str:
    """The encoding's name for Python's codecs.

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


@dataclass(frozen=True, slots=True)
class Shape:
    """What a pass over UTF-8 bytes tells of a delimited file.

    Attributes:
        lines: Physical lines up to the last that is not empty.
        delimiters: How often the delimiter occurs, wherever it stands.
        has_lone_returns: Whether a carriage return stands without a line feed.
        has_spaced_quotes: Whether a quote stands beside a space.
    """

    lines: int
    delimiters: int
    has_lone_returns: bool
    has_spaced_quotes: bool


def shape_of(stream: IO[bytes], delimiter: str) -> Shape:
    """Counts what tells a regular file from others, at the speed of reading."""
    mark = delimiter.encode()
    lines = ends = delimiters = returns = pairs = 0
    is_spaced = False
    last = b""
    while block := stream.read(_BLOCK):
        content = block.rstrip(b"\r\n")
        if content:
            lines += ends + content.count(b"\n")
            ends = 0
        ends += block.count(b"\n", len(content))
        delimiters += block.count(mark)
        seam = last + block[:1]
        if b"\r" in block or last == b"\r":
            returns += block.count(b"\r")
            pairs += block.count(b"\r\n") + (seam == b"\r\n")
        is_spaced = is_spaced or any(pair in text for pair in _SPACED for text in (block, seam))
        last = block[-1:]
    return Shape(lines + 1, delimiters, returns != pairs, is_spaced)


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
