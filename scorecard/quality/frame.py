"""The frame of a dataset: what the gate judges, a row a department and month.

Everything is counted from the profile and the books, in one statement a dataset; which numbers are
bad is said in the package `expectations`. Add a column here when a new kind of check needs one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import duckdb

from scorecard.contract import Column, Contract, Reference
from scorecard.errors import ScorecardError
from scorecard.quality.counts import measures
from scorecard.quality.profile import naming_contract
from scorecard.quality.silence import silent_periods
from scorecard.quality.steadiness import unsteady_values
from scorecard.quoting import literal

if TYPE_CHECKING:
    from pandas import DataFrame

MEASURES = (
    "rows", "missing_values", "contract_breaches", "repeated_keys", "unknown_references",
    "silent_periods", "overdue_periods", "rows_after_delivery", "unsteady_values",
)  # fmt: skip
"""The columns of every frame; each rule of the contract adds `rule__<name>`."""

NEWEST_PERIOD = """case when department_id is null and period is null
    then coalesce(cast(max(newest_period) as varchar), '从未 / never') end"""


def source_frame(connection: duckdb.DuckDBPyConnection, contract: Contract) -> DataFrame:
    """What the gate judges of a dataset: counts by department and month.

    The row without department and month speaks of the city: what has neither, and what the books
    say. A dataset that was never delivered has no row at all, unless it need not be.

    Columns:
        department_id: Null for the whole city, and for rows whose department is unknown.
        period: First of the month, of the year where rows tell no more; null where they tell none.
        rows: Newest rows of their keys.
        missing_values: Nulls in required columns of loaded rows.
        contract_breaches: Quarantined rows, and loaded ones that the contract no longer allows.
        repeated_keys: Rows beyond the first of their key in a file, newest file of each name.
        unknown_references: Rows whose reference is unknown; one with two of them counts twice.
        silent_periods: Periods without rows that cannot be without, see `silence`.
        overdue_periods: Assessments whose newest due period has not arrived.
        rows_after_delivery: Rows that happened after their file was delivered.
        unsteady_values: Means out of proportion, see `steadiness`.
        rule__<name>: The number of a query, or how many rows break the rule.
        newest_period, due_period: Of the city, as text: what has arrived, what had to.

    Raises:
        ScorecardError: If the dataset was never profiled.
        ConfigurationError: If a rule of the contract is no sound SQL.
    """
    owner, is_delivered = profiled(connection, contract)
    names = [*MEASURES, *(f"rule__{rule.name}" for rule in contract.rules)]
    sums = ", ".join(f'cast(coalesce(sum("{name}"), 0) as bigint) as "{name}"' for name in names)
    has_rows = is_delivered or contract.frequency == "none"
    with naming_contract(contract):
        return connection.execute(
            f"with {facts(contract, owner)} "
            f"select department_id, period, {sums}, {NEWEST_PERIOD} as newest_period, "
            "'>= ' || max(due_period) as due_period "
            f"from ({' union all by name '.join(_counts(contract, owner))}) "
            "group by department_id, period order by department_id, period"
            f"{'' if has_rows else ' limit 0'}"
        ).df()


def profiled(connection: duckdb.DuckDBPyConnection, contract: Contract) -> tuple[str | None, bool]:
    """The column by which the profile knows a row's department, and whether a file ever came.

    Raises:
        ScorecardError: If the dataset was never profiled.
    """
    rows = connection.execute(
        "select owner_column, file_id > 0 from ops.profiled where dataset = ?", [contract.name]
    ).fetchall()
    if not rows:
        raise ScorecardError(
            f"{contract.name} was never profiled", "the gate", "score first: scorecard nightly"
        )
    owner, is_delivered = rows[0]
    return owner, is_delivered


def facts(contract: Contract, owner: str | None) -> str:
    """CTEs that counts and examples read.

    `owners` has the known department of each value of the owner column, and the department's last
    day; `owned` is the profile with the department, the month and the unknown references.
    """
    value = f'profiled."{owner}"' if owner else "null"
    unknown = " + ".join(
        f'case when {test} then profiled."rows" else 0 end'
        for test in unknown_references(contract, "profiled", "profiled.day")
    )
    return f"""
        owners as (select {_owners(contract, owner)}),
        owned as (
            select profiled.*, owners.department_id as department, owners.last_on,
                cast(date_trunc('month', profiled.day) as date) as period,
                {unknown or 0} as unknown_references
            from profile."{contract.name}" as profiled
            left join owners on owners.value = {value}
        )
    """


def _owners(contract: Contract, owner: str | None) -> str:
    if owner is None:
        return (
            "cast(null as varchar) as value, cast(null as varchar) as department_id, "
            "cast(null as date) as last_on"
        )
    if owner == "department_id":
        return (
            "department_id as value, department_id, active_to as last_on from staging.departments"
        )
    reference = next(r for r in contract.references if r.columns == (owner,))
    return (
        f'own."{reference.targets[0]}" as value, own.department_id, known.active_to as last_on '
        f'from staging."{reference.dataset}" as own '
        "inner join staging.departments as known on known.department_id = own.department_id"
    )


def unknown_references(contract: Contract, alias: str, day: str) -> list[str]:
    """SQL tests, one a reference, that are true of a row that refers to something unknown.

    A null refers to nothing. A column that names something of a rulebook is looked up in those of
    its row's year; rows of a year that is not assessed are not looked at.
    """
    return [
        *(_is_orphan(reference, alias) for reference in contract.references),
        *(
            _is_in_no_rulebook(contract, column, alias, day)
            for column in contract.columns
            if column.rulebook
        ),
    ]


def _is_orphan(reference: Reference, alias: str) -> str:
    # A key that ever landed is known for good, so the newest row of it need not be looked for.
    given = [f'{alias}."{name}"' for name in reference.columns]
    is_given = " and ".join(f"{name} is not null" for name in given)
    known = ", ".join(f'"{name}"' for name in reference.targets)
    return (
        f"({is_given} and ({', '.join(given)}) not in "
        f'(select ({known}) from raw."{reference.dataset}"))'
    )


def _is_in_no_rulebook(contract: Contract, column: Column, alias: str, day: str) -> str:
    given = [f"{alias}.indicator_code"]
    known, table = ["i.indicator_code"], "rules.indicator"
    if column.rulebook == "part":
        given.append(f"{alias}.part")
        known.append("unnest(coalesce(i.options['parts'], [i.part]))")
        table = "rules.part"
    is_assessed = " and ".join(f"{name} is not null" for name in given)
    if any(c.name == "year" for c in contract.columns):
        given.append(f"year({day})")
        known.append("a.year")
        is_assessed += f" and year({day}) in (select year from rules.assessment)"
    return (
        f"({is_assessed} and ({', '.join(given)}) not in (select ({', '.join(known)}) "
        f"from {table} as i inner join rules.assessment as a using (assessment_id)))"
    )


def _counts(contract: Contract, owner: str | None) -> Iterator[str]:
    """SELECTs of what adds up to the frame, each with the columns that it knows of."""
    added = ", ".join(
        f'"{name}"' for name in measures(contract) if name in MEASURES or name.startswith("rule__")
    )
    yield (
        f"select department as department_id, period, {added}, broken_rows as contract_breaches, "
        "unknown_references from owned"
    )
    for measure, found in (
        ("silent_periods", silent_periods(contract, owner)),
        ("unsteady_values", unsteady_values(contract, owner)),
    ):
        if found:
            yield f"select department_id, period, 1 as {measure} from ({found})"
        else:
            yield f"select 0 as {measure}"
    dataset = literal(contract.name)
    yield f"select 1 as contract_breaches from ops.quarantine where dataset = {dataset}"
    yield (
        f'select "rows" as repeated_keys from ops.repeated_key where dataset = {dataset} '
        f"and file_id in ({newest_files(contract)})"
    )
    yield (
        "select cast(not is_timely_in_window as integer) as overdue_periods, "
        "cast(newest_in_window_at as date) as newest_period, due_period_in_window as due_period "
        f"from scores.source_freshness where dataset = {dataset}"
    )
    for rule in contract.rules:
        if rule.query:
            yield f'select ({rule.query}\n) as "rule__{rule.name}"'
        elif rule.failing:
            yield f'select count(*) as "rule__{rule.name}" from ({rule.failing}\n)'


def newest_files(contract: Contract) -> str:
    """A SELECT of the file that each name stands for: a corrected one takes its name over."""
    return (
        f"select max(file_id) from ops.file where dataset = {literal(contract.name)} "
        "group by file_name"
    )
