"""Which rows or periods a failed check is about: a few keys, so that its reader finds them.

Looked up only after a check failed. Keys, departments, periods and file names are told and nothing
else: personal columns are never part of a key.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from scorecard.contract import Contract, Rule
from scorecard.quality.frame import facts, newest_files, profiled, unknown_references
from scorecard.quality.profile import (
    breaks_contract,
    breaks_rule,
    day_of,
    event_column,
    is_after_delivery,
    key_of,
    naming_contract,
    newest_of,
    required_columns,
    with_files,
)
from scorecard.quality.silence import silent_periods
from scorecard.quality.steadiness import unsteady_values
from scorecard.quoting import literal

LOOKED_AT = 1000
"""Rows that are looked up for the few that are told: some of them may have been replaced since."""


def failing_examples(
    connection: duckdb.DuckDBPyConnection, contract: Contract, measure: str, limit: int = 20
) -> list[str]:
    """What fails a check of a dataset, such as "entry_id=e1, method=api"; at most so many.

    Args:
        connection: The open warehouse, profiled.
        contract: The dataset's contract.
        measure: The column of its frame that the check is about.
        limit: How many to tell.

    Raises:
        KeyError: If frames have no such column.
    """
    owner, _ = profiled(connection, contract)
    found: list[str] = []
    with naming_contract(contract):
        for select in _selects(contract, owner, measure):
            rest = limit - len(found)
            rows = connection.execute(f"{select} limit {rest}").fetchall() if rest else []
            found += [example for (example,) in rows]
    return found


def _selects(contract: Contract, owner: str | None, measure: str) -> Iterator[str]:
    """Ordered SELECTs of examples, the most telling first; none where a measure has no rows."""
    if measure.startswith("rule__"):
        rules = {f"rule__{rule.name}": rule for rule in contract.rules}
        yield from _of_rule(contract, rules[measure])
    elif measure == "repeated_keys":
        yield _repeated(contract)
    elif measure == "overdue_periods":
        yield _overdue(contract)
    elif measure in ("silent_periods", "unsteady_values"):
        find = {"silent_periods": silent_periods, "unsteady_values": unsteady_values}[measure]
        if found := find(contract, owner):
            yield f"with {facts(contract, owner)} select example from ({found}) order by example"
    else:
        if measure == "contract_breaches":
            yield _quarantined(contract)
        if tests := _ROW_TESTS[measure](contract):
            yield _rows(contract, " or ".join(tests))


def _missing(contract: Contract) -> list[str]:
    return [f'r."{name}" is null' for name in required_columns(contract)]


def _after_delivery(contract: Contract) -> list[str]:
    event = event_column(contract)
    return [is_after_delivery(event)] if event else []


_ROW_TESTS = {
    "rows": lambda contract: [],
    "missing_values": _missing,
    "contract_breaches": lambda contract: [breaks_contract(contract)],
    "unknown_references": lambda contract: unknown_references(contract, "r", day_of(contract)),
    "rows_after_delivery": _after_delivery,
}
"""SQL tests, by measure, that are true of a landed row `r` (of file `f`) that is counted there."""


def _of_rule(contract: Contract, rule: Rule) -> Iterator[str]:
    if rule.holds:
        yield _rows(contract, breaks_rule(rule.holds))
    elif rule.failing:
        yield f"select {_key_text(contract)} as example from ({rule.failing}\n) order by {_key(contract)}"


def _rows(contract: Contract, test: str) -> str:
    """Newest rows of which the test is true, without comparing all rows of a heavy dataset."""
    key = key_of(contract)
    landed = with_files(contract, f'select * from raw."{contract.name}"')
    suspects = f"select {key} from {landed} where {test} order by {key} limit {LOOKED_AT}"
    versions = f'select * from raw."{contract.name}" semi join ({suspects}) using ({key})'
    newest = with_files(contract, newest_of(contract, versions))
    shown = list(dict.fromkeys((*contract.key, *_references(contract))))
    return f"select {_text(shown)} as example from {newest} where {test} order by {key}"
