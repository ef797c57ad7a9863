"""The gate is held against a city that is broken in many ways: nothing slips through unseen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mutations.gate import Gate
from tests.mutations.mutation import Mutation
from tests.mutations.table import MUTATIONS, PAGE, found_by, mutation_page

GENERIC = {
    "rows_delivered", "values_present", "keys_unique", "rows_keep_the_contract",
    "due_period_arrived", "references_known", "no_silent_period", "events_before_delivery",
    "steady",
}  # fmt: skip


@pytest.fixture(scope="module")
def gate(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Gate]:
    gate = Gate(tmp_path_factory.mktemp("sound"))
    asked = {getattr(item, "callspec", None) and item.callspec.id for item in request.session.items}
    gate.prepare([mutation for mutation in MUTATIONS if mutation.name in asked])
    yield gate
    gate.close()


def test_a_sound_city_fails_no_check(gate: Gate):
    assert gate.sound == ()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_what_is_broken_is_caught_or_it_is_said_why_not(gate: Gate, mutation: Mutation):
    found = set(gate.failing(mutation))
    if mutation.caught_by:
        assert mutation.caught_by <= found
    else:
        assert not found, "it is caught by now: say so"


def test_mutations_have_names_of_their_own():
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)
    assert len({mutation.name_zh for mutation in MUTATIONS}) == len(MUTATIONS)


def test_every_kind_of_check_of_a_dataset_catches_something():
    assert {name.split(".")[1] for each in MUTATIONS for name in each.caught_by} >= GENERIC


def test_what_is_not_judged_again_would_say_the_same(gate: Gate, monkeypatch):
    some = MUTATIONS[5::80]
    found = [gate.failing(mutation) for mutation in some]
    monkeypatch.setattr(Gate, "_read_for", lambda self, contract: self.workspace.contracts)
    assert [gate.judged_anew(mutation) for mutation in some] == found


def test_the_page_says_what_the_gate_finds(gate: Gate):
    assert PAGE.read_text("utf-8") == mutation_page(found_by(gate)), (
        "out of date: python -m tests.mutations.table"
    )
