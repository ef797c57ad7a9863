"""What a published file answers, asked once as long as the file stays the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb

Answer = tuple[list[str], list[tuple]]
"""Names of the columns, and the rows."""


def answer(file: Path, sql: str, *values: object) -> Answer:
    """Columns and rows of a query."""
    return _answer(file, file.stat().st_mtime_ns, sql, values)


@cache
def _answer(file: Path, _: int, sql: str, values: tuple[object, ...]) -> Answer:
    with duckdb.connect(file, read_only=True) as connection:
        result = connection.execute(sql, values)
        return [column[0] for column in result.description], result.fetchall()
