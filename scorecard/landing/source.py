"""What a reader hands to loading: a relation of one file, and what of it could not be a row.

Also the matching of a file's header to the contract's columns, which every format shares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from scorecard.contract import Contract

BLANKS = (
    " \t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row or a file is not taken, in both languages."""

    zh: str
    en: str


class FileRejectedError(Exception):
    """The whole file goes to quarantine, as one row."""

    def __init__(self, zh: str, en: str, column: str | None = None, line: int | None = None):
        super().__init__(en)
        self.reason, self.column, self.line = Reason(zh, en), column, line


CONTENT_ERRORS = (
    duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException,
    duckdb.OutOfRangeException, duckdb.SerializationException,
)  # fmt: skip


def is_about_content(error: duckdb.Error) -> bool:
    """Whether the file is to blame; DuckDB's other errors are ours and must be seen.

    Its readers raise damage as one of a few classes, and some of it as the bare base class. A full
    disk is of the same class, but no file's fault: it would be set aside for good.
    """
    if any(sign in str(error) for sign in ("Could not write", "No space left")):
        return False
    return type(error) is duckdb.Error or isinstance(error, CONTENT_ERRORS)


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of the file: the SQL that gives it and that SQL's type."""

    sql: str
    sql_type: str = "VARCHAR"


@dataclass(frozen=True, slots=True)
class Source:
    """One file as a relation.

    Attributes:
        relation: SQL of a FROM item with `_line` and the columns.
        columns: By contract column; what the file lacks is not there.
        rows: Rows of the relation.
        parameters: The values of the relation's placeholders `$p0` and on.
        rejects: Table of rows that are none (line, column_name, value, reason_zh, reason_en).
    """

    relation: str
    columns: Mapping[str, SourceColumn]
    rows: int
    parameters: Sequence[Any] = ()
    rejects: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """What a file's header is to the contract.

    Attributes:
        positions: Where each column of the contract stands.
        extras: What is no column of the contract.
        columns: The columns of the contract that are there; None where a file cannot tell.
        missing: Those that may be null and are not there, as far as it can tell.
    """

    positions: Mapping[str, int]
    extras: tuple[str, ...] = field(default=())
    columns: tuple[str, ...] | None = None
    missing: tuple[str, ...] = ()


def match_header(contract: Contract, cells: Sequence[str]) -> Header:
    """Finds the contract's columns by name or Chinese label.

    Raises:
        FileRejectedError: If a required column is missing or a column stands there twice.
    """
    found = [column_named(contract, cell) for cell in cells]
    doubled = [name for name, times in Counter(found).items() if name and times > 1]
    if doubled:
        listed = ", ".join(sorted(doubled))
        raise FileRejectedError(
            f"表头有重复的列：{listed}", f"the header has a column twice: {listed}", doubled[0]
        )
    reject_missing(
        contract,
        found,
        "；首行须为表头，其上不能有标题行",
        "; the first row must be the header, with no title rows above it",
    )
    extras = tuple(cell.strip(BLANKS) for cell, name in zip(cells, found, strict=True) if not name)
    return Header(
        {name: i for i, name in enumerate(found) if name},
        tuple(name for name in extras if name),
        tuple(name for name in found if name),
        missing_columns(contract, found),
    )


def column_named(contract: Contract, cell: str) -> str | None:
    """The contract's column that a name or Chinese label stands for."""
    name = cell.strip(BLANKS + "\ufeff")
    for column in contract.read_columns:
        if name == column.label_zh or name.lower() == column.name:
            return column.name
    return None


def missing_columns(contract: Contract, found: Collection[str | None]) -> tuple[str, ...]:
    """The columns that a file may lack, and does."""
    return tuple(c.name for c in contract.read_columns if not c.required and c.name not in found)


def reject_missing(
    contract: Contract, found: Collection[str | None], mend_zh: str = "", mend_en: str = ""
) -> None:
    """Refuses a file that lacks a column which may not be null.

    Raises:
        FileRejectedError: With all that are missing, by name and label.
    """
    missing = [c for c in contract.read_columns if c.required and c.name not in found]
    if missing:
        zh = "、".join(f"{c.name}（{c.label_zh}）" for c in missing)
        en = ", ".join(c.name for c in missing)
        raise FileRejectedError(
            f"缺少必需的列：{zh}{mend_zh}",
            f"required columns are missing: {en}{mend_en}",
            missing[0].name,
        )
