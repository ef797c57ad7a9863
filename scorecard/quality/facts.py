"""Whose rows the profile counts, and which of them refer to something unknown, as SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from scorecard.contract import Column, Contract, Reference
from scorecard.errors import ScorecardError
from scorecard.quoting import literal


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset that was profiled, and how the departments of its rows are known.

    Attributes:
        contract: The dataset's contract.
        is_delivered: Whether a file ever came.
        owner: The column by which the profile knows a row's department; None where rows are the
            city's.
        owners: A SELECT of the department that each value of it tells, and its last day.
    """

    contract: Contract
    is_delivered: bool
    owner: str | None
    owners: str

    @property
    def dataset(self) -> str:
        """The dataset's name as SQL."""
        return literal(self.contract.name)

    @property
    def owned(self) -> str:
        """A SELECT of the profile with the month, the department and the department's last day."""
        profile = f'profile."{self.contract.name}" as profiled'
        month = "cast(date_trunc('month', profiled.day) as date) as period"
        if self.owner is None:
            return (
                f"select profiled.*, {month}, cast(null as varchar) as department, "
                f"cast(null as date) as last_on from {profile}"
            )
        return (
            f"select profiled.*, {month}, owners.department_id as department, owners.last_on "
            f"from {profile} left join ({self.owners}) as owners "
            f'on owners.value = profiled."{self.owner}"'
        )


def profiled_sources(
    connection: duckdb.DuckDBPyConnection, contracts: Iterable[Contract]
) -> dict[str, Source]:
    """Those of some datasets that were profiled."""
    found = connection.execute("select dataset, owner_column, file_id > 0 from ops.profiled")
    profiled = {dataset: (owner, came) for dataset, owner, came in found.fetchall()}
    sources = {}
    for contract in contracts:
        if contract.name in profiled:
            owner, is_delivered = profiled[contract.name]
            sources[contract.name] = Source(
                contract, is_delivered, owner, _owners_of(contract, owner)
            )
    return sources


def never_profiled(contract: Contract) -> ScorecardError:
    """What to raise for a dataset that is none of them."""
    return ScorecardError(
        f"{contract.name} was never profiled", "the gate", "score first: scorecard nightly"
    )


def _owners_of(contract: Contract, owner: str | None) -> str:
    if owner is None:
        return (
            "select cast(null as varchar) as value, cast(null as varchar) as department_id, "
            "cast(null as date) as last_on limit 0"
        )
    if owner == "department_id":
        return (
            "select department_id as value, department_id, active_to as last_on "
            "from staging.departments"
        )
    reference = next(r for r in contract.references if r.columns == (owner,))
    return (
        f'select own."{reference.targets[0]}" as value, own.department_id, '
        f'known.active_to as last_on from staging."{reference.dataset}" as own '
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
    given = [f'{alias}."{name}"' for name in reference.columns]
    is_given = " and ".join(f"{name} is not null" for name in given)
    known = ", ".join(f'"{name}"' for name in reference.targets)
    return (
        f"({is_given} and ({', '.join(given)}) not in "
        f'(select ({known}) from staging."{reference.dataset}"))'
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
