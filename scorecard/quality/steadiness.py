"""Amounts in a wrong unit: means that are out of all proportion to what they are held against.

A contract calls a column steady when the mean of a department's month keeps its order of magnitude:
against the department's other months (`itself`), or against the others' (`peers`) where a subject
has too few of its own.
"""

from __future__ import annotations

from scorecard.contract import Column, Contract
from scorecard.quality.counts import subject_column

TIMES = 100
"""How many times up or down of the usual a mean may be. A mistaken unit is a thousand times off
(seconds for milliseconds) or ten thousand (persons for ten thousands); a busy month is not."""

OTHERS = 3
"""Fewer others than these have no middle that one mistake among them could not move."""


def unsteady_values(contract: Contract, owner: str | None) -> str | None:
    """A SELECT of means out of proportion, over the CTEs of `frame`; None where none is steady.

    Columns: department_id, period (the month or year), example (whose mean of which column). A mean
    of 0 is none of them: no unit turns an amount into nothing.
    """
    subject = subject_column(contract, owner)
    if subject is None:
        return None
    value = "department" if owner else f'"{subject}"'
    return " union all ".join(
        _unsteady(column, subject, value) for column in contract.columns if column.steady
    )


def _unsteady(column: Column, subject: str, value: str) -> str:
    alike = "subject" if column.steady == "itself" else "period"
    return f"""
        select department_id, period, '{subject}=' || subject || ', period='
            || strftime(period, '%Y-%m') || ', column={column.name}' as example
        from (
            select department_id, period, subject, mean,
                median(mean) over others as usual, count(*) over others as compared
            from (
                select department as department_id, period, {value} as subject,
                    sum("sum__{column.name}") / sum("count__{column.name}") as mean
                from owned where {value} is not null and period is not null
                group by all having sum("count__{column.name}") > 0
            )
            window others as (
                partition by {alike} rows between unbounded preceding and unbounded following
                exclude current row
            )
        )
        where compared >= {OTHERS} and usual > 0 and mean > 0
            and (mean > {TIMES} * usual or mean < usual / {TIMES})
    """
