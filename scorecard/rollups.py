"""Rollups by day: of a year of events, only the days that changed are counted again.

A model whose head declares its days (`-- days: <column> of <dataset>`, see `models.Days`) is made
again for the days that newly landed files touched. Its SELECT is the same for a year and for a day:
for a day it runs over a view of that day's rows. It is made whole where there is nothing to add to.
Which days a file touched is written down by `scorecard.landing.newest`. See ADR 6.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import duckdb
from sqlglot import exp

from scorecard.contract import Contract
from scorecard.errors import ConfigurationError
from scorecard.models import Days, Model

MOST_RANGES = 20
"""Touched days in more pieces than these are not picked out of the year; it is read whole.

Each row is held against every piece: of a year of 10 to 50 million rows, 10 pieces took 4 to 10 %
of the whole, 53 pieces 21 to 138 % (2026-11, DuckDB 2.0). However long a piece is, it takes less.
"""
Range = tuple[str, str]
"""The first day, and the day after the last."""


def check_days(models: Mapping[str, Model], contracts: Mapping[str, Contract]) -> None:
    """Holds the declared days against the contracts of their datasets.

    Raises:
        ConfigurationError: If landing does not write down the days of one of them, or other days.
    """
    for model in models.values():
        if model.days is None:
            continue
        contract = contracts.get(model.days.dataset)
        if contract is None or not contract.is_heavy:
            raise ConfigurationError(
                f"{model.days.dataset} is no heavy dataset: nobody keeps which days change",
                str(model.path),
                "take out '-- days:', or tag its contract 'heavy'",
            )
        if contract.period_column != model.days.period:
            raise ConfigurationError(
                f"{model.days.column} is the day of {model.days.period}, but the period of "
                f"{contract.name} is {contract.period_column}",
                str(model.path),
                f"cast({contract.period_column} as date), or take out '-- days:'",
            )
        if not contract.column(model.days.period).required:
            raise ConfigurationError(
                f"{contract.name}.{model.days.period} may be empty, and then has no day",
                str(model.path),
                "take out '-- days:', or make the column required",
            )


def roll_up(connection: duckdb.DuckDBPyConnection, model: Model, days: Days) -> None:
    """Brings a rollup up to date with what landed; to be called in a transaction.

    `ops.rolled_up` says up to which file it counts, and holds the digest of what made it.
    """
    structure = _structure(connection, model)
    ranges = _ranges_to_make(connection, model, days, structure)
    if ranges is None:
        connection.execute(f"create or replace table {model.table} as {model.sql}")
    elif ranges:
        _make_again(connection, model, days, ranges)
    connection.execute(
        "insert or replace into ops.rolled_up "
        "select $1, $2, coalesce(max(file_id), 0) from ops.file where dataset = $3",
        [model.table, structure, days.dataset],
    )


def forget_taken_in(connection: duckdb.DuckDBPyConnection, models: Mapping[str, Model]) -> None:
    """Deletes the touched days that no rollup waits for, so that they do not grow for ever.

    A rollup that is not in the book is made whole when it runs, and needs none.
    """
    declared = [(model.table, model.days.dataset) for model in models.values() if model.days]
    names, datasets = [name for name, _ in declared], [dataset for _, dataset in declared]
    connection.execute(
        "delete from ops.rolled_up where not list_contains($1::varchar[], model)", [names]
    )
    connection.execute(
        "delete from ops.touched_day as touched where not exists ("
        "select 1 from (select unnest($1::varchar[]) as model, unnest($2::varchar[]) as dataset) "
        "as declared inner join ops.rolled_up as book on declared.model = book.model "
        "where declared.dataset = touched.dataset and book.file_id < touched.file_id)",
        [names, datasets],
    )


def _structure(connection: duckdb.DuckDBPyConnection, model: Model) -> str:
    """A digest of all that makes the rollup beside the rows: its SQL, the macros, the engine."""
    macros = connection.execute(
        "select schema_name, function_name, parameters, macro_definition from duckdb_functions() "
        "where not internal order by all"
    ).fetchall()
    return hashlib.sha256(repr((model.sql, macros, duckdb.__version__)).encode()).hexdigest()


def _ranges_to_make(
    connection: duckdb.DuckDBPyConnection, model: Model, days: Days, structure: str
) -> Sequence[Range] | None:
    """The touched days as ranges, in order; None where the rollup has to be made whole."""
    book = connection.execute(
        "select book.file_id from ops.rolled_up as book inner join duckdb_tables() as made "
        "on book.model = made.schema_name || '.' || made.table_name "
        "where book.model = ? and book.structure = ? and made.database_name = current_database()",
        [model.table, structure],
    ).fetchall()
    if not book:
        return None
    since = {"dataset": days.dataset, "file_id": book[0][0]}
    if connection.execute(_UNACCOUNTED, since).fetchall():
        return None
    ranges = connection.execute(_RANGES, since).fetchall()
    return None if len(ranges) > MOST_RANGES else ranges


def _make_again(
    connection: duckdb.DuckDBPyConnection, model: Model, days: Days, ranges: Sequence[Range]
) -> None:
    rows = f'temp."{days.dataset}"'
    connection.execute(
        f'create or replace temp view "{days.dataset}" as '
        f'select * from staging."{days.dataset}" where {_within(days.period, ranges)}'
    )
    connection.execute(f"delete from {model.table} where {_within(days.column, ranges)}")
    connection.execute(f"insert into {model.table} {_reading(model, rows)}")
    connection.execute(f"drop view {rows}")


def _within(column: str, ranges: Sequence[Range]) -> str:
    """Plain comparisons, so that row groups of other days are passed over unread."""
    return " or ".join(
        f"(\"{column}\" >= date '{first}' and \"{column}\" < date '{after}')"
        for first, after in ranges
    )


def _reading(model: Model, rows: str) -> str:
    """The model's SQL, to the letter, but for where its rows come from."""
    sql = model.sql
    spans = [
        (table.args["db"].meta["start"], table.this.meta["end"] + 1)
        for table in model.tree.find_all(exp.Table)
        if table.db
    ]
    for start, end in sorted(spans, reverse=True):
        sql = sql[:start] + rows + sql[end:]
    return sql


_UNACCOUNTED = """
select 1 from ops.file as file left join ops.touched_day as touched
on file.dataset = touched.dataset and file.file_id = touched.file_id
where file.dataset = $dataset and file.file_id > $file_id and file.rows_loaded > 0
and (touched.day is null or touched.day not between date '0001-01-01' and date '9999-12-30')
limit 1
"""
"""Files that brought rows but no days, as those of an earlier version, or days of no calendar."""
_RANGES = """
with touched as (
    select distinct day from ops.touched_day where dataset = $dataset and file_id > $file_id
),
runs as (select day, day - cast(row_number() over (order by day) as integer) as run from touched)
select cast(min(day) as varchar), cast(max(day) + 1 as varchar) from runs group by run order by 1
"""
