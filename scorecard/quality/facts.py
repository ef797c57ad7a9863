"""The facts under completeness: references that nobody knows, and the contracts' own counts.

They become one model, `staging.quality_fact`, whose SQL is made from the contracts instead of being
written a second time. The verdicts are published by `sql/marts/fct_quality_check.sql`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from scorecard.contract import Column, Contract
from scorecard.contract.model import Reference
from scorecard.models import Model
from scorecard.quoting import literal

HEAD = """\
-- grain: dataset x check
-- Made from the contracts: how many rows refer to something unknown, and what each dataset itself
-- asks to be counted. `observed` must be 0 for the former and keep `bound` for the latter.
"""


def quality_model(contracts: Iterable[Contract], folder: Path) -> Model:
    """The model of what the contracts ask to be counted.

    Args:
        contracts: The input datasets' contracts.
        folder: Where they lie, which is where the model is defined.
    """
    selects = [fact for contract in contracts for fact in _facts(contract)]
    return Model("staging", "quality_fact", folder, HEAD + "\nunion all\n".join(selects))


def _facts(contract: Contract) -> Iterator[str]:
    for reference in contract.references:
        names = "_and_".join(reference.columns)
        known = f"{reference.dataset}({', '.join(reference.targets)})"
        yield _fact(
            contract.name,
            f"{names}_known",
            _orphans(contract.name, reference),
            0,
            False,
            f"{names} 须见于 {known}；否则该行不计入任何部门，待对应数据送达后计入",
            f"{names} must be known to {known}; until it is, the row counts for nobody",
        )
    for column in contract.columns:
        if column.rulebook:
            yield _fact(
                contract.name,
                f"{column.name}_in_a_rulebook",
                _unknown_to_rulebooks(contract, column),
                0,
                False,
                f"{column.name} 须见于当年考核细则，否则该行不计入任何部门；请核对编号",
                f"{column.name} must stand in the year's rulebook, or the row counts for nobody",
            )
    for rule in contract.rules:
        if rule.query is None:
            continue  # told by the profile
        yield _fact(
            contract.name,
            rule.name,
            rule.query,
            rule.bound,
            rule.at_least,
            rule.why_zh,
            rule.why_en,
        )


def _fact(
    dataset: str, name: str, query: str, bound: int, is_at_least: bool, why_zh: str, why_en: str
) -> str:
    return (
        f"select {literal(dataset)} as dataset, {literal(name)} as check_name, "
        f"cast(({query.strip()}) as bigint) as observed, cast({bound} as bigint) as bound, "
        f"{str(is_at_least).lower()} as is_at_least, "
        f"{literal(why_zh)} as why_zh, {literal(why_en)} as why_en"
    )


def _unknown_to_rulebooks(contract: Contract, column: Column) -> str:
    """A count of rows of an assessed year whose indicator, or part of it, no rulebook has."""
    names = {c.name for c in contract.columns}
    year = "known.year = given.year and " if "year" in names else ""
    known = "select a.year, i.indicator_code from rules.indicator as i"
    match = "known.indicator_code = given.indicator_code"
    if column.rulebook == "part":
        known = (
            "select a.year, i.indicator_code, "
            "unnest(coalesce(i.options['parts'], [i.part])) as part from rules.part as i"
        )
        match += " and known.part = given.part"
    scored = "where given.year in (select year from rules.assessment)" if year else ""
    return (
        f'select count(*) from staging."{contract.name}" as given anti join '
        f"({known} inner join rules.assessment as a on a.assessment_id = i.assessment_id) as known "
        f"on {year}{match} {scored}"
    )


def _orphans(dataset: str, reference: Reference) -> str:
    """A count of rows; each distinct value is looked up once."""
    own = ", ".join(f'"{name}"' for name in reference.columns)
    given = " and ".join(f'"{name}" is not null' for name in reference.columns)
    pairs = zip(reference.columns, reference.targets, strict=True)
    matches = " and ".join(f'known."{target}" = given."{column}"' for column, target in pairs)
    return (
        f"select coalesce(sum(given.n), 0) from (select {own}, count(*) as n "
        f'from staging."{dataset}" where {given} group by all) as given '
        f'anti join staging."{reference.dataset}" as known on {matches}'
    )
