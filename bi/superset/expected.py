"""What the charts have to show, by SQL over the published file itself, and the comparison.

`expected/<chart>.sql` is written apart from the bundle's datasets, so that a fault of one shows in
the other. It reads the variables assessment, department and section, each null for all.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

FOLDER = Path(__file__).resolve().parent / "expected"
DIGITS = 9
READ_ONLY: dict[str, Any] = {"enable_external_access": "false", "lock_configuration": "true"}
VARIABLES = ("assessment", "department", "section")
SHOWN_DEPARTMENTS = """
    create temp view shown_department as
    select
        department_id,
        if(
            short_name in (select short_name from dim_department group by all having count(*) > 1),
            name,
            short_name
        ) as department
    from dim_department
"""


class DifferenceError(Exception):
    """A chart shows something else than the file has."""


@contextmanager
def opened(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A reader of the published file, with the names under which departments are shown."""
    with duckdb.connect(str(published), read_only=True, config=READ_ONLY) as connection:
        connection.execute(SHOWN_DEPARTMENTS)
        yield connection


def expected_rows(
    published: Path, chart: str, variables: dict[str, str]
) -> tuple[list[dict[str, Any]], bool]:
    """A chart's rows by column, and whether their order is part of what it shows."""
    sql = (FOLDER / f"{chart}.sql").read_text("utf-8")
    with opened(published) as connection:
        for name in VARIABLES:
            connection.execute(f"set variable {name} = $1::varchar", [variables.get(name)])
        found = connection.execute(sql)
        names = [column[0] for column in found.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return rows, "\norder by" in sql


def compare(
    chart: str,
    shown: list[dict[str, Any]],
    expected: list[dict[str, Any]],
    ordered: bool,
    limit: int,
) -> int:
    """Compares cell by cell and gives the number of cells.

    Raises:
        DifferenceError: with the first rows of either side that the other lacks.
    """
    left, right = [_row(row) for row in shown], [_row(row) for row in expected]
    if len(right) > limit:  # rows that tie with the last one: any of them may be shown
        right = [row for row in right if row in set(left)]
    if left != right if ordered else Counter(left) != Counter(right):
        only_left = list((Counter(left) - Counter(right)).elements())[:2]
        only_right = list((Counter(right) - Counter(left)).elements())[:2]
        raise DifferenceError(
            f"{chart}: {len(left)} rows shown, {len(right)} expected; "
            f"only shown: {only_left}; only in the file: {only_right}"
        )
    return sum(len(row) for row in left)


def _row(row: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((name, _cell(value)) for name, value in row.items()))


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return round(value.replace(tzinfo=UTC).timestamp() * 1000)
    if isinstance(value, date):
        return round(datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1000)
    if isinstance(value, float | Decimal | int) and not isinstance(value, bool):
        number = Decimal(value)
        # Superset sends a time in milliseconds, with a fraction; a score has two decimals.
        return round(number) if number > 10**11 else round(number, DIGITS).normalize()
    return value
