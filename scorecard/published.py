"""The published file as everything that shows it opens it: for reading only, reaching nothing else.

What is shown never comes from the warehouse, so it can be made while a run holds that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from scorecard.clock import TIME_ZONE
from scorecard.errors import ScorecardError

Row = dict[str, Any]
_CLOSED: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": "false"}


@dataclass(frozen=True, slots=True)
class Version:
    """A published version; `published_at` is in the city's time."""

    name: str
    published_at: dt.datetime


@dataclass(frozen=True)
class Published:
    """One open published file; the link to it may move on meanwhile."""

    file: Path
    connection: duckdb.DuckDBPyConnection

    @property
    def version(self) -> Version:
        """The version that the file is of: its folder bears the name, which begins with a UTC time.

        Raises:
            ScorecardError: If the file is in no version's folder.
        """
        name = self.file.parent.name
        try:
            moment = dt.datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S%z")
        except ValueError:
            raise ScorecardError(
                f"'{name}' is no published version",
                str(self.file),
                "publish again: scorecard nightly",
            ) from None
        return Version(name, moment.astimezone(TIME_ZONE))

    def rows(self, sql: str, **values: Any) -> list[Row]:
        """The rows of a query with named parameters, by column name."""
        result = self.connection.execute(sql, values or None)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def has(self, table: str, column: str) -> bool:
        """Whether this version has it: what was added later is missing in older kept ones."""
        found = self.connection.execute(
            "select 1 from duckdb_columns() where table_name = ? and column_name = ?",
            [table, column],
        )
        return found.fetchone() is not None


@contextmanager
def open_published(file: Path) -> Iterator[Published]:
    """Opens a published file, also by the link `current`.

    Raises:
        ScorecardError: If nothing has been published there, or it cannot be opened.
    """
    resolved = file.resolve()
    if not resolved.exists():
        raise ScorecardError("nothing is published yet", str(file), "run: scorecard nightly")
    try:
        connection = duckdb.connect(resolved, read_only=True, config=_CLOSED)
    except duckdb.Error as error:
        is_held = "Could not set lock" in str(error)
        raise ScorecardError(
            "somebody has it open for writing" if is_held else "it is no sound DuckDB file",
            str(resolved),
            "have them open it read-only" if is_held else "publish again: scorecard nightly",
        ) from error
    with connection:
        yield Published(resolved, connection)
