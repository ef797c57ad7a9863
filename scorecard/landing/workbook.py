"""xlsx workbooks: one sheet with a header in its first row.

python-calamine reads the cells. It gives an error of a formula as an empty cell, so the sheets' XML is
searched for those; a workbook is never so large that its rows could not pass through Python.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Sequence
from typing import Any

import duckdb

from scorecard.contract import Contract
from scorecard.landing.inbox import InboxFile
from scorecard.landing.source import FileRejected, Header, Source, SourceColumn, match_header

_ERROR_CELL = re.compile(
    rb'<c\b(?=[^>]*\br="([A-Z]+)(\d+)")(?=[^>]*\bt="e")[^>]*>(?:(?!</c>).)*?<v>([^<]*)</v>',
    re.DOTALL,
)


def workbook_source(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile
) -> tuple[Header, Source]:
    """The sheet's header, and its rows as a relation of texts.

    Raises:
        FileRejected: If it is no workbook, has several sheets with content, or no fitting header.
    """
    rows = _rows(file)
    if not rows:
        raise FileRejected("工作簿中没有内容", "the workbook has no content")
    header = match_header(contract, [_text(cell) or "" for cell in rows[0]])
    _stage(connection, rows, header)
    _stage_errors(connection, file, header)
    return header, Source(
        "(select * from landing_sheet where _line not in (select line from landing_reject))",
        {name: SourceColumn(f"c{i}") for name, i in header.positions.items()},
        rejects="landing_reject",
    )


def _rows(file: InboxFile) -> list[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(file.path))
        sheets = [
            (name, sheet.to_python(skip_empty_area=False))
            for name in workbook.sheet_names
            for sheet in [workbook.get_sheet_by_name(name)]
            if sheet.total_height
        ]
    except CalamineError as error:
        raise FileRejected(
            "不是可读取的 xlsx 工作簿，或文件不完整", "no readable xlsx workbook, or it is cut off"
        ) from error
    filled = [(name, rows) for name, rows in sheets if any(_filled(row) for row in rows)]
    if len(filled) > 1:
        raise FileRejected(
            f"工作簿有 {len(filled)} 张有内容的工作表，只能有一张",
            f"the workbook has {len(filled)} sheets with content; deliver one sheet a file",
        )
    return filled[0][1] if filled else []


def _filled(row: Sequence[Any]) -> bool:
    return any(cell != "" for cell in row)


def _stage(connection: duckdb.DuckDBPyConnection, rows: list[list[Any]], header: Header) -> None:
    import pyarrow as pa

    lines = [n for n, row in enumerate(rows, start=1) if n > 1 and _filled(row)]
    table = {"_line": pa.array(lines, pa.int64())}
    for i in header.positions.values():
        table[f"c{i}"] = pa.array([_text(rows[n - 1][i]) for n in lines], pa.string())
    connection.register("landing_sheet_arrow", pa.table(table))
    connection.execute(
        "create or replace temp table landing_sheet as select * from landing_sheet_arrow"
    )
    connection.unregister("landing_sheet_arrow")


def _text(cell: Any) -> str | None:
    """A cell as the text that a csv file would have had: digits without `.0`, ISO dates."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    return str(cell)


def _stage_errors(connection: duckdb.DuckDBPyConnection, file: InboxFile, header: Header) -> None:
    connection.execute(
        "create or replace temp table landing_reject "
        "(line bigint, column_name varchar, value varchar, reason_zh varchar, reason_en varchar)"
    )
    names = {i: name for name, i in header.positions.items()}
    first: dict[int, tuple[int, str]] = {}
    for letters, line, value in _error_cells(file):
        position = _position(letters)
        if position in names and int(line) > 1:
            found = (position, value.decode("ascii", "replace"))
            first[int(line)] = min(first.get(int(line), found), found)
    if first:
        connection.executemany(
            "insert into landing_reject values (?, ?, ?, '单元格公式出错', 'a formula cell with an error')",
            [(line, names[position], value) for line, (position, value) in first.items()],
        )


def _error_cells(file: InboxFile) -> list[tuple[bytes, bytes, bytes]]:
    """Column letters, row number and error of every cell of type error, of all sheets."""
    with zipfile.ZipFile(file.path) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/")]
        return [cell for n in sheets for cell in _ERROR_CELL.findall(archive.read(n))]


def _position(letters: bytes) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + letter - ord("A") + 1
    return position - 1
