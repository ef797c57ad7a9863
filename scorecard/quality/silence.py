"""Periods in which something had to be delivered and nothing was.

A dataset that its contract calls dense owes rows of every one of its values in every period. Any
other owes them only where a period without rows cannot be chance. Looked at are the periods of the
assessments' windows that were due by the end of as_of, from the dataset's first period on.
"""

from __future__ import annotations

from scorecard.contract import Contract
from scorecard.freshness import UNITS
from scorecard.quality.counts import event_column

CERTAIN_ROWS = 20
"""Median rows of a period from which none is no chance: if rows come independently of each other,
a period with a mean of 20 is empty with odds of e^-20, two in a thousand million."""

SERVICE = {"network_links": ("connected_at", "disconnected_at")}
"""Datasets that tell from which day and until before which their things are in service."""

_LABELS = {
    "day": "'day=' || due",
    "month": "'period=' || strftime(due, '%Y-%m')",
    "year": "'period=' || year(due)",
}


def silent_periods(contract: Contract, owner: str | None) -> str | None:
    """A SELECT of silent periods, over the CTEs of `frame`; None where rows are of no period.

    Columns: department_id (null for the whole city), period (the month), example (what is missing).
    """
    unit = UNITS[contract.frequency]
    if unit is None or event_column(contract) is None:
        return None
    if contract.dense_by:
        return _dense(contract, owner, unit)
    city = _city(contract, unit)
    return f"{city} union all {_departments(contract)}" if owner and unit != "year" else city


def _due(contract: Contract, unit: str) -> str:
    """The periods that were due, by their first days."""
    return f"""
        select distinct due from (
            select cast(unnest(range(
                from_at,
                cast(date_trunc('{unit}', least(until_at, cast(decided_before as timestamp)
                    - to_hours({contract.lateness_hours}) - interval 1 microsecond)) as timestamp),
                interval 1 {unit}
            )) as date) as due
            from rules.assessment
        )
        where due >= (select date_trunc('{unit}', min(day)) from owned)
    """


def _dense(contract: Contract, owner: str | None, unit: str) -> str:
    """What is in service owes rows all the time, anything else from the first that it gave."""
    by = contract.dense_by
    key = ", ".join(f'"{name}"' for name in by)
    given = f"{key}, cast(date_trunc('{unit}', day) as date) as due"
    targets = [r.dataset for r in contract.references if r.columns == by and r.dataset in SERVICE]
    things = f"select {key}, min(due) as since from (select {given} from owned) group by all"
    is_owing = "since <= due.due"
    if targets:
        since, until = SERVICE[targets[0]]
        things = f'select * from staging."{targets[0]}"'
        is_owing = f"{since} <= due.due and coalesce({until} > due.due, true)"
    example = " || ', ' || ".join(f"'{name}=' || owed.\"{name}\"" for name in by)
    owner_value = f'owed."{owner}"' if owner in by else "null"
    return f"""
        select owners.department_id, cast(date_trunc('month', due) as date) as period,
            {example} || ', ' || {_LABELS[unit]} as example
        from (
            select due.due, {key} from ({_due(contract, unit)}) as due
            inner join ({things}) on {is_owing}
        ) as owed
        anti join (select {given} from owned) as given using ({key}, due)
        left join owners on owners.value = {owner_value}
        where {_still_owes("owners.last_on", unit)}
    """


def _city(contract: Contract, unit: str) -> str:
    """Days are held against the same days of other weeks, since offices rest at weekends."""
    alike = "partition by isodow(due)" if unit == "day" else ""
    return f"""
        select cast(null as varchar) as department_id,
            cast(date_trunc('month', due) as date) as period, {_LABELS[unit]} as example
        from (
            select due, coalesce(sum(owned."rows"), 0) as n from ({_due(contract, unit)})
            left join owned on cast(date_trunc('{unit}', owned.day) as date) = due
            group by due
        )
        qualify n = 0 and median(n) over ({alike}) >= {CERTAIN_ROWS}
    """


def _departments(contract: Contract) -> str:
    """Months alone, since a department's days are few rows; from its own first month on."""
    return f"""
        select department as department_id, due as period,
            'department_id=' || department || ', ' || {_LABELS["month"]} as example
        from (
            select known.department, due, coalesce(sum(owned."rows"), 0) as n
            from (
                select department, any_value(last_on) as last_on, min(period) as since
                from owned where department is not null group by department
            ) as known
            inner join ({_due(contract, "month")}) on known.since <= due
            left join owned on owned.department = known.department and owned.period = due
            where {_still_owes("known.last_on", "month")}
            group by known.department, due
        )
        qualify n = 0 and median(n) over (partition by department) >= {CERTAIN_ROWS}
    """


def _still_owes(last_on: str, unit: str) -> str:
    """A department owes no period that it did not see the end of."""
    return f"coalesce({last_on} + 1 >= due + interval 1 {unit}, true)"
