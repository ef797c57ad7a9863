"""Periods in which something had to be delivered and nothing was, or hardly anything.

A dataset that its contract calls dense owes rows of every one of its values in every period. Any
other owes them only where a period without rows cannot be chance, nor a month with few of them the
season. Looked at are the periods of the assessments' windows that were due by the end of as_of,
from the dataset's first period on.
"""

from __future__ import annotations

from collections.abc import Iterable

from scorecard.freshness import UNITS
from scorecard.quality.facts import Source

CERTAIN_ROWS = 20
"""Median rows of a period from which none is no chance: if rows come independently of each other,
a period with a mean of 20 is empty with odds of e^-20, two in a thousand million."""

THIN = 3
"""A month of the city is thin when it has less than one part in so many of the usual rows. With
half of them it may be a quiet summer, or the February of the Spring Festival."""

USUAL_ROWS = 60
"""Median rows of the city's months from which a thin one is no chance: where a February brings 33
of the usual 60, fewer than 20 come in six years of a thousand."""

SERVICE = {"network_links": ("connected_at", "disconnected_at")}
"""Datasets that tell from which day and until before which their things are in service."""

_LABEL = """case unit when 'day' then 'day=' || due when 'month'
    then 'period=' || strftime(due, '%Y-%m') else 'period=' || year(due) end"""


def silent_periods(sources: Iterable[Source]) -> str | None:
    """A SELECT of silent periods; None where no dataset tells when its rows happened.

    Columns: dataset, department_id (null for the whole city), period (the month), example (what is
    missing).
    """
    timed = [s for s in sources if UNITS[s.contract.frequency] and s.contract.event_column]
    dense = [source for source in timed if source.contract.dense_by]
    others = [source for source in timed if not source.contract.dense_by]
    selects = [_dense(source) for source in dense]
    ctes = [f"watched as ({_watched(timed)})", f"due as ({_DUE})"]
    if others:
        ctes += [f"given as ({_given(others)})", f"by_month as ({_BY_MONTH})"]
        selects += [_CITY, _DEPARTMENTS]
    return f"with {', '.join(ctes)} {' union all '.join(selects)}" if selects else None


def _watched(sources: Iterable[Source]) -> str:
    """The datasets with the units by which each is looked at: its own, and days by months too."""
    selects = []
    for source in sources:
        contract, own = source.contract, UNITS[source.contract.frequency]
        for unit in (own, "month") if own == "day" and not contract.dense_by else (own,):
            selects.append(
                f"select {source.dataset} as dataset, '{unit}' as unit, {unit == own} as is_own, "
                f"{contract.lateness_hours} as hours, min(day) as since "
                f'from profile."{contract.name}"'
            )
    return " union all ".join(selects)


_STEP = """case unit when 'day' then interval 1 day when 'month' then interval 1 month
    else interval 1 year end"""

_DUE = f"""
    select distinct dataset, unit, is_own, due from (
        select *, cast(unnest(range(
            from_at,
            cast(date_trunc(unit, least(until_at, cast(decided_before as timestamp)
                - to_hours(hours) - interval 1 microsecond)) as timestamp),
            {_STEP}
        )) as date) as due
        from watched cross join rules.assessment
    )
    where due >= date_trunc(unit, since)
"""
"""The periods that were due, by their first days."""


def _given(sources: Iterable[Source]) -> str:
    """Rows by department and day."""
    rows = " union all ".join(
        f'select {source.dataset} as dataset, department, last_on, day, "rows" as n '
        f"from ({source.owned})"
        for source in sources
    )
    return (
        "select dataset, department, any_value(last_on) as last_on, day, sum(n) as n "
        f"from ({rows}) where day is not null group by dataset, department, day"
    )


_BY_MONTH = """
    select dataset, department, any_value(last_on) as last_on,
        cast(date_trunc('month', day) as date) as due, sum(n) as n
    from given group by all
"""

_CITY = f"""
    select dataset, cast(null as varchar) as department_id,
        cast(date_trunc('month', due) as date) as period,
        {_LABEL} || case when unit = 'month'
            then ', rows=' || n || ', usual=' || cast(usual as bigint) else '' end as example
    from (
        select *, max(n) over (partition by dataset, unit order by due) as most_so_far,
            median(n) over (
                partition by dataset, unit, case when unit = 'day' then isodow(due) end
            ) as usual
        from (
            select dataset, unit, is_own, due, coalesce(sum(n), 0) as n
            from due left join (
                select dataset, unit, cast(date_trunc(unit, day) as date) as due, n
                from given inner join watched using (dataset)
            ) using (dataset, unit, due)
            where dataset in (select dataset from given)
            group by all
        )
    )
    where is_own and n = 0 and usual >= {CERTAIN_ROWS} or unit = 'month'
        and usual >= {USUAL_ROWS} and {THIN} * n < usual and {THIN} * most_so_far >= usual
"""
"""Days are held against the same days of other weeks, since offices rest at weekends. Months are
held against all others, from the first that is not thin on: what begins has no usual yet."""

_STILL_OWES = f"coalesce(last_on + 1 >= due + {_STEP}, true)"
"""A department owes no period that it did not see the end of."""

_DEPARTMENTS = f"""
    select dataset, department as department_id, due as period,
        'department_id=' || department || ', ' || {_LABEL} as example
    from (
        select dataset, department, unit, due, coalesce(sum(n), 0) as n
        from (
            select dataset, department, any_value(last_on) as last_on, min(due) as since
            from by_month where department is not null group by all
        ) as known
        inner join (from due where unit = 'month') using (dataset)
        left join (select * exclude (last_on) from by_month) using (dataset, department, due)
        where since <= due and {_STILL_OWES}
        group by all
    )
    qualify n = 0 and median(n) over (partition by dataset, department) >= {CERTAIN_ROWS}
"""
"""Months alone, since a department's days are few rows; from its own first month on."""


def _dense(source: Source) -> str:
    """What is in service owes rows all the time, anything else from the first that it gave."""
    contract, by = source.contract, source.contract.dense_by
    unit = UNITS[contract.frequency]
    key = ", ".join(f'"{name}"' for name in by)
    given = f"select {key}, cast(date_trunc('{unit}', day) as date) as due from owned"
    targets = [r.dataset for r in contract.references if r.columns == by and r.dataset in SERVICE]
    things = f"select {key}, min(due) as since from ({given}) group by all"
    is_owing = "since <= due.due"
    if targets:
        since, until = SERVICE[targets[0]]
        things = f'select * from staging."{targets[0]}"'
        is_owing = f"{since} <= due.due and coalesce({until} > due.due, true)"
    example = " || ', ' || ".join(f"'{name}=' || owed.\"{name}\"" for name in by)
    owner_value = f'owed."{source.owner}"' if source.owner in by else "null"
    return f"""
        from (
            with owned as ({source.owned})
            select {source.dataset} as dataset, owners.department_id,
                cast(date_trunc('month', due) as date) as period,
                {example} || ', ' || {_LABEL} as example
            from (
                select due.due, due.unit, {key}
                from (from due where dataset = {source.dataset} and is_own) as due
                inner join ({things}) on {is_owing}
            ) as owed
            anti join ({given}) as given using ({key}, due)
            left join ({source.owners}) as owners on owners.value = {owner_value}
            where {_STILL_OWES}
        )
    """
