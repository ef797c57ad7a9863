"""What came, and when: the facts under timeliness.

Two small tables, made from the contracts before the models run: `ops.schedule` (what each dataset
promises) and `ops.arrival` (how far it has come). The verdict is the model
`sql/scores/source_freshness.sql`, so that an alert, the published table and the score's `stale`
come from the same row.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from scorecard.contract import Contract

_PULLS = """
select dataset, started_at as came_at from ops.pull
where outcome in ('landed', 'unchanged') and kind <> 'files'
    and (rows_loaded + rows_unchanged > 0 or rows_answered = 0)
"""
"""A pull that brought nothing new is a delivery all the same; a folder's are the files in it."""
_DELIVERIES = f"""
select dataset, least(delivered_at, loaded_at + interval 1 day) as came_at
from ops.file where rows_loaded > 0 or rows_read = 0 union all {_PULLS}
"""
UNITS = {"daily": "day", "monthly": "month", "yearly": "year", "none": None}


def write_schedule(connection: duckdb.DuckDBPyConnection, contracts: Iterable[Contract]) -> None:
    """Makes `ops.schedule`, a row a dataset; `lateness_hours` counts from the period's end."""
    connection.execute(
        "create or replace table ops.schedule (dataset varchar primary key, provider varchar, "
        "period_unit varchar, lateness_hours integer, is_reference boolean)"
    )
    connection.executemany(
        "insert into ops.schedule values (?, ?, ?, ?, ?)",
        [
            (c.name, c.provider_zh, UNITS[c.frequency], c.lateness_hours, c.is_reference)
            for c in contracts
        ],
    )


def write_arrivals(connection: duckdb.DuckDBPyConnection, contracts: Iterable[Contract]) -> None:
    """Makes `ops.arrival`, a row an assessment and dataset: the newest day its data speaks of.

    `newest_in_window_at` looks no further than the window's last day that is over, `newest_at` no
    further than as_of; both end at a midnight, so the days of `profile.<dataset>` are enough, which
    has to be up to date. A dataset without a period column is as new as its last delivery that
    could be read, whenever that was: a file, dated no later than the day after it landed, or a
    pull.
    """
    selects = " union all ".join(_arrival(contract) for contract in contracts)
    connection.execute(f"create or replace table ops.arrival as {selects}")


def newest_pulls(connection: duckdb.DuckDBPyConnection, contracts: Iterable[Contract]) -> str:
    """Changes with a pull that made a dataset without a period column as new as it is.

    One that brought nothing new leaves no line in `ops.file`.
    """
    undated = [contract.name for contract in contracts if contract.period_column is None]
    return repr(
        connection.execute(
            f"select dataset, max(came_at) from ({_PULLS}) where list_contains(?, dataset) "
            "group by dataset order by dataset",
            [undated],
        ).fetchall()
    )


def _arrival(contract: Contract) -> str:
    if contract.period_column is None:
        return (
            f"select a.assessment_id, '{contract.name}' as dataset, "
            "max(f.came_at) as newest_in_window_at, max(f.came_at) as newest_at "
            f"from rules.assessment as a left join ({_DELIVERIES}) as f "
            f"on f.dataset = '{contract.name}' group by a.assessment_id"
        )
    return (
        f"select a.assessment_id, '{contract.name}' as dataset, "
        "cast(max(p.day) filter (p.day < a.until_at) as timestamp) as newest_in_window_at, "
        "cast(max(p.day) filter (p.day < a.decided_before) as timestamp) as newest_at "
        f'from rules.assessment as a left join profile."{contract.name}" as p on true '
        "group by a.assessment_id"
    )
