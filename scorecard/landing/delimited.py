"""csv and tsv files (RFC 4180), by DuckDB alone.

The quick road is DuckDB's reader, taken as right only when every physical line of the file came out
as one row of exactly as many fields as the header has. Whatever is less regular (rows of the wrong
length, line feeds inside quotes, a quote that never closes, blank lines) goes the exact road: see
`delimited_sql`.
"""

from __future__ import annotations

import csv
import glob
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scorecard.contract import Contract
from scorecard.landing.delimited_sql import (
    FIELDS,
    JOINED,
    NOTHING_JOINED,
    OPEN_QUOTES,
    REJECTS,
    SPANS,
)
from scorecard.landing.inbox import InboxFile
from scorecard.landing.source import (
    FileRejectedError,
    Header,
    Source,
    SourceColumn,
    is_about_content,
    match_header,
)
from scorecard.landing.text import (
    UTF_8,
    Tally,
    decoded,
    encoding_of,
    stage_lines,
)  # fmt: skip

DELIMITERS = {"csv": ",", "tsv": "\t"}


@dataclass(frozen=True, slots=True)
class _Head:
    """The header of one file: its cells, and what it takes of the file."""

    cells: list[str]
    lines: int
    delimiters: int


def delimited_source(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile, folder: Path
) -> tuple[Header, Source]:
    """The file's header, and its rows as a relation of texts.

    Raises:
        FileRejectedError: If the file is no text or its header does not fit the contract.
    """
    delimiter = DELIMITERS[file.format]
    tally = Tally(delimiter)
    encoding = encoding_of(file, tally)
    head = _read_head(file, encoding, delimiter)
    header = match_header(contract, head.cells)
    with _utf_8_copy(file, encoding, folder) as copy:
        if copy is not None:
            tally = _tally(copy, delimiter)
        path = file.sql_path if copy is None else glob.escape(str(copy))
        is_packed = copy is None and file.is_gzipped
        if _stage_quickly(connection, path, is_packed, delimiter, head, tally):
            relation = f"(select rowid + {head.lines + 1} as _line, * from landing_row)"
            return header, Source(
                relation,
                {name: SourceColumn(f"c{i}") for name, i in header.positions.items()},
                tally.lines - head.lines,
            )
    rows = _stage_exactly(connection, file, encoding, delimiter, head, tally)
    return header, Source(
        f"(select line as _line, fields from landing_record where len(fields) = {len(head.cells)})",
        {name: SourceColumn(f"fields[{i + 1}]") for name, i in header.positions.items()},
        rows,
        rejects="landing_reject",
    )


def _read_head(file: InboxFile, encoding: str, delimiter: str) -> _Head:
    first = next(decoded(file, encoding), "")
    reader = csv.reader(io.StringIO(first, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines = io.StringIO(first, newline="")
                text = "".join(next(lines) for _ in range(reader.line_num))
                return _Head(cells, reader.line_num, text.count(delimiter))
    except csv.Error as error:
        raise FileRejectedError("表头无法读取", "the header cannot be read") from error
    raise FileRejectedError("没有表头", "there is no header")


@contextmanager
def _utf_8_copy(file: InboxFile, encoding: str, folder: Path) -> Iterator[Path | None]:
    """A copy for DuckDB's reader where it could not read the file itself; gone when this ends."""
    if encoding in UTF_8:
        yield None
        return
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".csv") as copy:
        for block in decoded(file, encoding):
            copy.write(block.encode())
        copy.flush()
        yield Path(copy.name)


def _tally(path: Path, delimiter: str) -> Tally:
    tally = Tally(delimiter)
    with path.open("rb") as stream:
        while block := stream.read(1 << 22):
            tally.add(block)
    return tally


def _stage_quickly(
    connection: duckdb.DuckDBPyConnection,
    path: str,
    is_packed: bool,
    delimiter: str,
    head: _Head,
    tally: Tally,
) -> bool:
    """Reads the rows into `landing_row`; false where that reading cannot be trusted.

    The reader skips blank lines and drops empty fields beyond the last column. Both show in the
    counts: a row of more fields has more delimiters than its columns and texts account for. A lone
    carriage return, or a space beside a quote, it takes in its own ways.
    """
    if tally.has_lone_returns or tally.has_spaced_quotes:
        return False
    width = len(head.cells)
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    try:
        connection.execute(
            "create or replace temp table landing_row as select * from read_csv($path, "
            "auto_detect = false, header = false, skip = $skip, delim = $delimiter, quote = '\"', "
            f"escape = '\"', columns = {{{columns}}}, "
            f"compression = '{'gzip' if is_packed else 'none'}')",
            {"path": path, "skip": head.lines, "delimiter": delimiter},
        )
    except duckdb.Error as error:
        if is_about_content(error):
            return False
        raise
    rows = int(connection.execute("select count(*) from landing_row").fetchall()[0][0])
    if rows != tally.lines - head.lines:
        return False
    inside = tally.delimiters - head.delimiters - rows * (width - 1)
    return not inside or inside == _delimiters_inside(connection, width, delimiter)


def _delimiters_inside(connection: duckdb.DuckDBPyConnection, width: int, delimiter: str) -> int:
    lengths = " + ".join(
        f"coalesce(strlen(c{i}) - strlen(replace(c{i}, $1, '')), 0)" for i in range(width)
    )
    return int(
        connection.execute(
            f"select coalesce(sum({lengths}), 0) from landing_row", [delimiter]
        ).fetchall()[0][0]
    )


def _stage_exactly(
    connection: duckdb.DuckDBPyConnection,
    file: InboxFile,
    encoding: str,
    delimiter: str,
    head: _Head,
    tally: Tally,
) -> int:
    """Makes `landing_record` and `landing_reject`; gives the number of rows that are whole."""
    stage_lines(connection, file, encoding, splits_returns=tally.has_lone_returns)
    connection.execute("delete from landing_line where line <= $1", [head.lines])
    for step in (OPEN_QUOTES, SPANS):
        connection.execute(step.replace("{d}", delimiter))
    has_spans = connection.execute("select 1 from landing_span limit 1").fetchall()
    connection.execute(JOINED if has_spans else NOTHING_JOINED)
    connection.execute(FIELDS.replace("{d}", delimiter))
    connection.execute("drop table landing_line")
    connection.execute(REJECTS, {"width": len(head.cells)})
    return int(
        connection.execute(
            "select count(*) from landing_record where len(fields) = $1", [len(head.cells)]
        ).fetchall()[0][0]
    )
