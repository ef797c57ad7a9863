"""The published file, open for reading only and unable to reach anything else.

Shown numbers stay decimals: rates and means are worked out in whole hundredths, half up, as the
scores are. Of no points there is no rate, and of no rates no mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from scorecard.errors import ScorecardError

Row = dict[str, Any]

MACROS = """
create temp macro hundredths(number) as
    cast(cast(number as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 2));
create temp macro in_hundredths(amount) as cast(amount * 100 as hugeint);
create temp macro mean_of(amount) as hundredths(
    (2 * sum(in_hundredths(amount)) + count(amount)) // nullif(2 * count(amount), 0)
);
create temp macro rate_of(score, points) as hundredths(
    (20000 * in_hundredths(score) + in_hundredths(points))
    // nullif(2 * in_hundredths(points), 0)
);
"""


@dataclass(frozen=True)
class Published:
    """One open published file and the name of its version, that of its folder."""

    connection: duckdb.DuckDBPyConnection
    version: str

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
    """The published file, read-only.

    Raises:
        ScorecardError: If nothing has been published there.
    """
    file = file.resolve()  # the link may move on meanwhile
    if not file.exists():
        raise ScorecardError("nothing is published yet", str(file), "run: scorecard nightly")
    config: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": "false"}
    with duckdb.connect(file, read_only=True, config=config) as connection:
        connection.execute(MACROS)
        yield Published(connection, file.parent.name)
