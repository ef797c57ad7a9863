"""What the books tell of every dataset, taken together in one statement: nothing of its rows.

A count that comes from the books and not from the profile is added here, as one more SELECT by
dataset and a field of `Book`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import duckdb

NEWEST_FILES = "select max(file_id) from ops.file group by dataset, file_name"
"""The file that each name stands for: a corrected one takes its name over."""

SPEAKING_OF_KEYS = f"""
select file_id from ({NEWEST_FILES}) as newest (file_id) where file_id not in (
    select p.file_id from ops.pull as p where p.file_id is not null and (
        p.mark is not null or exists (
            select 1 from ops.pull as later
            where later.dataset = p.dataset and later.pull_id > p.pull_id
            and later.outcome in ('landed', 'unchanged')
        )
    )
)
"""
"""The files in which a key is to stand once. What a platform has since a mark may hold a row and,
changed meanwhile, the same one again; and of answers that are whole the newest speaks."""

IS_AHEAD = "delivered_at > loaded_at + interval 1 day"
"""A file is dated later than it landed. One is in local time and the other in UTC, less than a day
apart, and a file that is prepared for the next day is none."""

_BOOKS = f"""
select dataset, count(*) as quarantined_rows from ops.quarantine group by dataset
union all by name
select dataset, cast(arg_max({IS_AHEAD}, file_id) as integer) as files_ahead,
    sum(len(lost_columns)) as lost_columns
from ops.file where file_id in ({NEWEST_FILES}) group by dataset
union all by name
select dataset, sum("rows") as repeated_keys
from ops.repeated_key where file_id in ({SPEAKING_OF_KEYS}) group by dataset
union all by name
select dataset, count(*) filter (not is_timely_in_window) as overdue_periods,
    cast(cast(max(newest_in_window_at) as date) as varchar) as newest_period,
    '>= ' || max(due_period_in_window) as due_period
from scores.source_freshness group by dataset
"""


@dataclass(frozen=True, slots=True)
class Book:
    """What the books tell of a dataset.

    Attributes:
        quarantined_rows: Rows and whole files that did not come in.
        files_ahead: 1 where the newest file is dated later than it landed.
        lost_columns: Columns that files lack and earlier ones had, newest of each name.
        repeated_keys: Rows beyond the first of their key in a file, newest file of each name;
            not of what was pulled since a mark.
        overdue_periods: Assessments whose newest due period has not arrived.
        newest_period: The newest day that has arrived; null if there is none.
        due_period: The newest period that had to arrive; null before the first one is due.
    """

    quarantined_rows: int = 0
    files_ahead: int = 0
    lost_columns: int = 0
    repeated_keys: int = 0
    overdue_periods: int = 0
    newest_period: str | None = None
    due_period: str | None = None


def read_books(connection: duckdb.DuckDBPyConnection) -> dict[str, Book]:
    """What the books tell of each dataset that they know of.

    Args:
        connection: The open warehouse; the models have run.
    """
    names = [field.name for field in fields(Book)]
    counts = ", ".join(
        f"max({name})" if name.endswith("_period") else f"cast(coalesce(sum({name}), 0) as bigint)"
        for name in names
    )
    rows = connection.execute(f"select dataset, {counts} from ({_BOOKS}) group by dataset")
    return {dataset: Book(*values) for dataset, *values in rows.fetchall()}
