"""Amounts in a wrong unit: means that are out of all proportion to what they are held against.

A contract calls a column steady when the mean of a department's month keeps its order of magnitude:
against the department's other months (`itself`), or against the others' (`peers`) where a subject
has too few of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from scorecard.contract import Column
from scorecard.quality.counts import subject_column
from scorecard.quality.facts import Source
from scorecard.quoting import literal

TIMES = 100
"""How many times up or down of the usual a mean may be. A mistaken unit is a thousand times off
(seconds for milliseconds) or ten thousand (persons for ten thousands); a busy month is not."""

OTHERS = 3
"""Fewer others than these have no middle that one mistake among them could not move."""


def unsteady_values(sources: Iterable[Source]) -> str | None:
    """A SELECT of means out of proportion; None where no column is steady.

    Columns: dataset, department_id, period (the month or year), example (whose mean of which
    column). A mean of 0 is none of them: no unit turns an amount into nothing.
    """
    means = [
        _means(source, column, subject)
        for source in sources
        if (subject := subject_column(source.contract, source.owner))
        for column in source.contract.columns
        if column.steady
    ]
    if not means:
        return None
    return f"""
        select dataset, department_id, period, subject || ', period='
            || strftime(period, '%Y-%m') || ', column=' || name as example
        from (
            select *, median(mean) over others as usual, count(*) over others as compared
            from ({" union all ".join(means)})
            window others as (
                partition by dataset, name, alike
                rows between unbounded preceding and unbounded following exclude current row
            )
        )
        where compared >= {OTHERS} and usual > 0 and mean > 0
            and (mean > {TIMES} * usual or mean < usual / {TIMES})
    """


def _means(source: Source, column: Column, subject: str) -> str:
    value = "department" if source.owner else f'"{subject}"'
    alike = value if column.steady == "itself" else "cast(period as varchar)"
    return f"""
        select {source.dataset} as dataset, {literal(column.name)} as name,
            department as department_id, period, '{subject}=' || {value} as subject,
            {alike} as alike, sum("sum__{column.name}") / sum("count__{column.name}") as mean
        from ({source.owned}) where {value} is not null and period is not null
        group by all having sum("count__{column.name}") > 0
    """
