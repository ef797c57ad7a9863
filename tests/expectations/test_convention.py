"""No check goes untried: each has data that it rejects and data that it accepts, or a test fails.

What is accepted is the sound city of the mutations, where every check is judged and none fails.
What is rejected is told apart by what asks: the checks that contracts call for are held against
broken files, the rules of contracts against rows, the checks of the scores against corrupted
tables, and the expectations under them against frames.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from expectations.gate import all_checks
from expectations.sources import source_checks
from scorecard.contract import load_contracts
from scorecard.settings import Settings
from scorecard.workspace import Workspace
from tests.city import ROOT
from tests.expectations.test_judge import EVERY
from tests.mutations.table import MUTATIONS
from tests.unit.test_contract_rules import ROWS, entries

CONTRACTS = load_contracts(ROOT / "contracts")
CALLED_FOR = sorted(
    {
        check.name
        for contract in CONTRACTS.values()
        for check in source_checks(replace(contract, rules=()))
    }
)
ASKED_OF_ROWS = [
    f"{c.name}.{rule.name}" for c in CONTRACTS.values() for rule in c.rules if rule.holds
]


@pytest.mark.parametrize("name", CALLED_FOR)
def test_every_check_that_contracts_call_for_rejects_some_broken_file(name: str):
    caught = {check.split(".")[1] for mutation in MUTATIONS for check in mutation.caught_by}
    assert name in caught, "add a mutation that it catches"


@pytest.mark.parametrize("name", ASKED_OF_ROWS)
def test_every_rule_of_a_row_is_tried_with_a_row_that_keeps_it_and_one_that_breaks_it(name: str):
    marks = {row[0] for row in entries(ROWS)[name]}
    assert marks == {"+", "-"}


def test_every_expectation_in_use_is_tried_with_a_frame_that_it_rejects_and_one_it_accepts():
    used = {check.expectation for check in all_checks(Workspace.load(Settings()))}
    assert used == {expectation for expectation, _ in EVERY}
