"""The frames of the published tables: counts of what is wrong with them, for their checks to read.

What every table is asked for comes from its contract and `frames/due_rows.sql`. What else must hold
is counted by `frames/<table>.sql`, which works the table out again from the rulebook's tables, the
assessed departments and the tables it is made of, never from the models that made it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from expectations.check import Check
from expectations.moves import EXPECTED, compared_totals, moves_found
from scorecard.contract import Contract
from scorecard.quoting import literal

if TYPE_CHECKING:
    import pandas as pd

_FRAMES = Path(__file__).parent / "frames"
_MOVING = "mart_scorecard"
"""The table whose totals are compared with the version before."""


def score_frames(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Contract],
    checks: Sequence[Check],
) -> dict[str, pd.DataFrame]:
    """The frame of every table, with the counts that its checks read.

    A frame has a row for each key that is due or published where a check needs that, else for each
    key that is broken, and a row for each assessment as a whole; it is never empty.

    Args:
        connection: The open warehouse; the models have run.
        tables: The tables that stand, by name.
        checks: Their checks; those of other subjects are not looked at.
    """
    frames = {}
    with _counted_rows(connection, tables.values()):
        for subject, table in tables.items():
            counts = {c.measure for c in checks if c.subject == subject and c.measure}
            if subject == _MOVING:
                with compared_totals(connection):
                    frames[subject] = _frame(connection, table, counts).assign(
                        moves_found=moves_found(connection), moves_expected=EXPECTED
                    )
            else:
                frames[subject] = _frame(connection, table, counts)
    return frames


@contextmanager
def _counted_rows(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[Contract]
) -> Iterator[None]:
    """Keeps the temporary table `row_count` while the block runs: rows by table and assessment."""
    found = " union all ".join(_found_rows(table) for table in tables)
    connection.execute(
        "create or replace temp table row_count as select table_name, assessment_id, "
        "sum(due_rows) as due, sum(found_rows) as found "
        f"from (select *, 0 as found_rows from ({_sql('due_rows')}) union all {found}) group by all"
    )
    try:
        yield
    finally:
        connection.execute("drop table temp.row_count")


def _found_rows(table: Contract) -> str:
    """A SELECT of the rows of each assessment, and of none in any case: no frame is to be empty."""
    name = literal(table.name)
    count = f'count(*) from marts."{table.name}"'
    if all(column.name != "assessment_id" for column in table.columns):
        return f"select {name}, null, 0, {count}"
    return (
        f"select {name}, null, 0, 0 "
        f"union all select {name}, assessment_id, 0, {count} group by assessment_id"
    )


def _sql(name: str) -> str:
    return (_FRAMES / f"{name}.sql").read_text(encoding="utf-8")


def _frame(
    connection: duckdb.DuckDBPyConnection, table: Contract, counts: Collection[str]
) -> pd.DataFrame:
    selects = [_broken_rows(table), _row_numbers(table)]
    if (_FRAMES / f"{table.name}.sql").exists():
        selects.append(_sql(table.name))
    whole = ", ".join(f'cast(coalesce("{name}", 0) as bigint) as "{name}"' for name in counts)
    union = "\nunion all by name\n".join(f"({select}\n)" for select in selects)
    return connection.execute(f"select * replace ({whole}) from ({union})").df()


def _broken_rows(table: Contract) -> str:
    """A SELECT of the keys with nulls in required columns, or with more than one row."""
    nulls = " + ".join(f'cast("{c.name}" is null as integer)' for c in table.columns if c.required)
    missing = f"select sum({nulls}) as missing_values"
    if not table.key:
        return f'{missing} from marts."{table.name}"'
    key = ", ".join(f'"{name}"' for name in table.key)
    shown = ", ".join(f'cast("{name}" as varchar) as "{name}"' for name in table.key)
    return (
        f'{missing}, count(*) - 1 as repeated, {shown} from marts."{table.name}" group by {key} '
        "having missing_values > 0 or repeated > 0"
    )


def _row_numbers(table: Contract) -> str:
    """A SELECT of how many rows there are and must be; without a key, more are too many."""
    surplus = "" if table.key else "greatest(found - due, 0) as repeated, "
    return (
        f"select assessment_id, greatest(due - found, 0) as rows_lacking, {surplus}"
        "cast(sum(found) over () as varchar) as rows_found, "
        "'>= ' || sum(due) over () as rows_expected "
        f"from row_count where table_name = {literal(table.name)}"
    )


def score_examples(
    check: Check, table: Contract, frame: pd.DataFrame, limit: int = 20
) -> list[str]:
    """Keys of rows that fail a check, such as `assessment_id=huaibei-2019, department_id=edu`."""
    failing = frame.loc[frame[check.measure] > 0, list(table.key)].head(limit)
    named = (
        ", ".join(f"{name}={value}" for name, value in row.items() if isinstance(value, str))
        for row in failing.to_dict("records")
    )
    return [each for each in named if each]
