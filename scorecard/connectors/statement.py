"""The statements that read a database: of a table or a query, its wanted columns, from a mark on.

Names are quoted by the dialect; a mark is a parameter, or a literal where a driver takes none.
Nothing is sorted: that would make the server work before the first row, and rows come to land by
their key anyway.
"""

from __future__ import annotations

import datetime as dt
import math
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import quoted_name

from scorecard.connectors.base import PullFailedError, Tally, Task, Wanted
from scorecard.connectors.sql_address import Address
from scorecard.pulling.bindings import SqlBinding, Watermark
from scorecard.pulling.platforms import SqlSource
from scorecard.pulling.secrets import Secrets

BINARY_COLLATIONS = {
    "postgresql": "C",
    "mysql": "utf8mb4_bin",
    "mariadb": "utf8mb4_bin",
    "mssql": "Latin1_General_BIN2",
}
"""A mark of text is the largest by its code points; a server that compares by language or without
case would not give what comes after it. The others compare by bytes unless they are told to."""
TEXT_TIMES = ("postgresql", "sqlite")


class Reader:
    """Reads one table or query of a database; what all databases have in common."""

    def __init__(
        self,
        source: SqlSource,
        address: Address,
        binding: SqlBinding,
        wanted: Wanted,
        secrets: Secrets,
    ) -> None:
        self._source, self._address, self._binding = source, address, binding
        self._wanted, self._secrets = wanted, secrets

    def _seconds(self, task: Task) -> float:
        """How long the server may work: till the deadline, or less where the source says so.

        Servers count until the last row is fetched, not just until the first.
        """
        limit = self._source.statement_timeout
        return max(1.0, min(task.deadline, limit.total_seconds() if limit else task.deadline))

    def _rows(
        self, columns: Sequence[str], task: Task, tally: Tally
    ) -> tuple[list[str], sa.Select[Any]]:
        """The names that are wanted and there, and the statement that gives their columns."""
        names = present(self._wanted, columns, self._address.place)
        tally.columns = all_names(names, columns)
        tally.requests += 2  # the columns' names before, the rows now
        statement = rows_statement(
            self._binding, columns, tuple(names.values()), task,
            self._source.time_zone, self._source.dialect,
        )  # fmt: skip
        return list(names), statement


def names_statement(binding: SqlBinding) -> sa.Select[Any]:
    """No rows, but their columns; a server does not work for it."""
    return sa.select(sa.text("*")).select_from(_origin(binding)).where(sa.false())


def rows_statement(
    binding: SqlBinding,
    columns: Sequence[str],
    names: Sequence[str],
    task: Task,
    time_zone: str,
    dialect: str,
) -> sa.Select[Any]:
    """What is named, of all columns that there are, in the rows from `since` to before `until`."""
    found = sa.select(*(_read(name, dialect) for name in names)).select_from(_origin(binding))
    mark = binding.watermark
    if mark is None or mark.column is None:
        return found
    column = _column(matched((mark.column,), columns).get(mark.column, mark.column))
    if task.since is not None:
        found = found.where(column >= _bound(mark, task.since, time_zone, dialect))
    if task.until is not None:
        found = found.where(column < _bound(mark, task.until, time_zone, dialect))
    return found


def matched(names: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """The names that the source has, each with what it calls them: exactly, else in any case."""
    folded = {column.casefold(): column for column in reversed(columns)}
    exact = set(columns)
    pairs = ((name, name if name in exact else folded.get(name.casefold())) for name in names)
    return {name: column for name, column in pairs if column is not None}


def present(wanted: Wanted, columns: Sequence[str], place: str) -> dict[str, str]:
    """As `matched`, of what is wanted.

    Raises:
        PullFailedError: If the source has none of it.
    """
    found = matched(wanted.names, columns)
    if not found:
        raise PullFailedError(
            f"there is none of the columns wanted, only {', '.join(columns)}",
            place,
            "name them under `fields`",
        )
    return found


def all_names(names: Mapping[str, str], columns: Sequence[str]) -> tuple[str, ...]:
    """The source's columns: those that are wanted by the name they are wanted by, then others."""
    return (*names, *(column for column in columns if column not in names.values()))


def _origin(binding: SqlBinding) -> sa.FromClause:
    if binding.table is not None:
        schema, _, name = binding.table.rpartition(".")
        return sa.table(name, schema=schema or None)
    # A colon would be a parameter's; the line break ends a comment at the query's end.
    query = (binding.query or "").strip().rstrip(";").replace(":", r"\:")
    return sa.text(f"{query}\n").columns().subquery("pulled")


def _column(name: str) -> sa.ColumnClause[Any]:
    return sa.column(quoted_name(name, quote=True))


def _read(name: str, dialect: str) -> sa.ColumnElement[Any]:
    # PostgreSQL's come in binary, many types in a form that nobody reads. A text costs nothing.
    column = _column(name)
    return sa.cast(column, sa.Text()) if dialect == "postgresql" else column


def _bound(mark: Watermark, text: str, time_zone: str, dialect: str) -> Any:
    if mark.kind == "integer":
        return sa.literal(int(text), sa.BigInteger())
    if mark.kind == "text":
        bound = sa.literal(text, sa.String())
        collation = BINARY_COLLATIONS.get(dialect)
        return sa.collate(bound, collation) if collation else bound
    moment = dt.datetime.fromisoformat(text)
    if mark.format in ("epoch_s", "epoch_ms"):
        # Rounded down at either end: what is left out here, the next pull begins with.
        seconds = moment.replace(tzinfo=zoneinfo.ZoneInfo(time_zone)).timestamp()
        return sa.literal(math.floor(seconds * (1000 if mark.format == "epoch_ms" else 1)))
    if mark.format is not None:
        return sa.literal(moment.strftime(mark.format), sa.String())
    # PostgreSQL takes a bare literal for whatever the column is: date, timestamp, timestamptz.
    # SQLite has no times, only texts.
    return sa.literal(text, sa.String()) if dialect in TEXT_TIMES else sa.literal(moment)
