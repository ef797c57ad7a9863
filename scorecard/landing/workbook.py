"""xlsx workbooks: one sheet with content, its first row the header.

python-calamine reads the cells. It gives an error of a formula as an empty cell, so the sheet's XML
is searched for those; a workbook is never so large that its rows could not pass through Python.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree

import duckdb

from scorecard.contract import Contract
from scorecard.landing.inbox import InboxFile
from scorecard.landing.source import FileRejectedError, Header, Source, SourceColumn, match_header
from scorecard.landing.text import EMPTY

NO_WORKBOOK = FileRejectedError(
    "不是可读取的 xlsx 工作簿，或文件不完整、有密码",
    "no readable xlsx workbook, or it is cut off or has a password",
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def workbook_source(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile
) -> tuple[Header, Source]:
    """The sheet's header, and its rows as a relation of texts.

    Raises:
        FileRejectedError: If it is no workbook, has several sheets with content, or lacks columns.
    """
    sheet, rows = _rows(file)
    lines = [line for line, row in enumerate(rows, start=1) if _is_filled(row)]
    top = lines[0]
    header = match_header(contract, [_text(cell) or "" for cell in rows[top - 1]])
    errors = _first_errors(file, sheet, header, top)
    lines = [line for line in lines[1:] if line not in errors]
    _stage(connection, rows, lines, header, errors)
    return header, Source(
        "landing_row",
        {name: SourceColumn(f"c{i}") for name, i in header.positions.items()},
        len(lines),
        rejects="landing_reject",
    )


def _rows(file: InboxFile) -> tuple[str, list[list[Any]]]:
    """The name and the rows, from the first on, of the only sheet with content."""
    from python_calamine import CalamineError, CalamineWorkbook

    if not file.path.stat().st_size:
        raise EMPTY
    try:
        workbook = CalamineWorkbook.from_path(str(file.path))
        sheets = [
            (name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in workbook.sheet_names
        ]
    except (CalamineError, ValueError) as error:
        raise NO_WORKBOOK from error
    filled = [(name, rows) for name, rows in sheets if any(_is_filled(row) for row in rows)]
    if not filled:
        raise FileRejectedError("工作簿中没有内容", "the workbook has no content")
    if len(filled) > 1:
        raise FileRejectedError(
            f"工作簿有 {len(filled)} 张有内容的工作表，只能有一张",
            f"the workbook has {len(filled)} sheets with content; deliver one sheet a file",
        )
    return filled[0]


def _is_filled(row: Sequence[Any]) -> bool:
    return any(cell != "" and not (isinstance(cell, str) and cell.isspace()) for cell in row)


def _stage(
    connection: duckdb.DuckDBPyConnection,
    rows: list[list[Any]],
    lines: list[int],
    header: Header,
    errors: dict[int, tuple[str, str]],
) -> None:
    import pyarrow as pa

    table = {"_line": pa.array(lines, pa.int64())}
    for i in header.positions.values():
        table[f"c{i}"] = pa.array([_text(rows[line - 1][i]) for line in lines], pa.string())
    rejects = {
        "line": pa.array(list(errors), pa.int64()),
        "column_name": pa.array([name for name, _ in errors.values()], pa.string()),
        "value": pa.array([value for _, value in errors.values()], pa.string()),
    }
    connection.register("landing_row_arrow", pa.table(table))
    connection.register("landing_reject_arrow", pa.table(rejects))
    connection.execute(
        "create or replace temp table landing_row as select * from landing_row_arrow"
    )
    connection.execute(
        "create or replace temp table landing_reject as select *, '单元格公式出错' as reason_zh, "
        "'a formula cell with an error' as reason_en from landing_reject_arrow"
    )
    connection.unregister("landing_row_arrow")
    connection.unregister("landing_reject_arrow")


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


def _first_errors(
    file: InboxFile, sheet: str, header: Header, top: int
) -> dict[int, tuple[str, str]]:
    """By row below the header, the first column of the contract with an error, and the error."""
    names = {i: name for name, i in header.positions.items()}
    first: dict[int, tuple[str, str]] = {}
    try:
        with zipfile.ZipFile(file.path) as archive:
            for line, position, error in _error_cells(archive, sheet):
                if line > top and position in names and line not in first:
                    first[line] = names[position], error
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, EOFError, OSError) as error:
        raise NO_WORKBOOK from error
    return first


def _error_cells(archive: zipfile.ZipFile, sheet: str) -> Iterator[tuple[int, int, str]]:
    """Row (from 1), position (from 0) and error of each cell of type error, row by row."""
    part = _part_of(archive, sheet)
    content = archive.read(part)
    if b't="e"' not in content and b"t='e'" not in content:
        return
    line = 0
    for row in ElementTree.fromstring(content).iterfind(".//{*}row"):
        line = int(row.get("r", line + 1))
        position = -1
        for cell in row.iterfind("{*}c"):
            letters = cell.get("r", "").rstrip("0123456789")
            position = _position(letters) if letters else position + 1
            if cell.get("t") == "e":
                yield line, position, cell.findtext("{*}v") or "#"


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The archive's part that holds the sheet of that name."""
    workbook = PurePosixPath("xl/workbook.xml")
    named = {
        item.get("name"): item.get(_RELATION) or item.get(_STRICT_RELATION)
        for item in ElementTree.fromstring(archive.read(str(workbook))).iterfind(".//{*}sheet")
    }
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {
        item.get("Id"): item.get("Target", "") for item in relations.iterfind(".//{*}Relationship")
    }
    target = targets[named[sheet]]
    return target.lstrip("/") if target.startswith("/") else str(workbook.parent / target)


def _position(letters: str) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1
