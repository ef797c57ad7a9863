"""A promised gain is kept: what `mart_gain` says is done to the inputs, landed, and scored again.

On the demo city, in rounds: in each, every department does one thing, for whatever was not proved
before; the next round starts from where that leaves the city.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.city import rulebook
from tests.integration.mended_year import Gain, Year
from tests.integration.mending import Rows

MOST_ROWS = 400
ROUNDS = 8
SHARED = {
    # A new item is as good as the sentence says, so it counts for every part that reads it; once a
    # system is registered the part without any to deal with has full points.
    ("017", "embedding", "within"), ("017", "embedding", "added"), ("017", "feedback", "added"),
    ("019", "timeliness", "added"), ("019", "quality", "added"),
    ("020", "compilation", "added"), ("020", "regular_update", "added"),
    ("026", "clean_up", "added"), ("026", "integration", "added"),
}  # fmt: skip
"""Changes of items that count in another part of their indicator as well."""

Kind = tuple[str, str, str, int]


def kind_of(gain: Gain) -> Kind:
    return gain["indicator_code"], gain["part"], gain["change"], gain["step"]


def chosen(gains: list[Gain], proved: set[Kind]) -> list[Gain]:
    """One thing for each department, and each kind of thing once, the smallest first."""
    busy: set[str] = set()
    taken = set(proved)
    result = []
    for gain in gains:
        small = gain["amount"] is None or gain["amount"] <= MOST_ROWS or gain["step"] == 1
        is_new = kind_of(gain) not in taken and gain["department_id"] not in busy
        if gain["change"] != "none" and small and is_new:
            busy.add(gain["department_id"])
            taken.add(kind_of(gain))
            result.append(gain)
    return result


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Gain, dict[str, Decimal]]]:
    """Every gain that was tried, with what the part, the indicator and the others really gained."""
    year = Year(tmp_path_factory.mktemp("year"), departments=60)
    results: list[tuple[Gain, dict[str, Decimal]]] = []
    done: set[Kind] = set()
    for _ in range(ROUNDS):
        tried = chosen(year.gains(), done)
        if not tried:
            break
        rows: Rows = {}
        for gain in tried:
            for dataset, items in year.mending.rows_for(gain).items():
                rows.setdefault(dataset, []).extend(items)
        before = year.scores()
        year.deliver(rows)
        year.score()
        after = year.scores()
        moved = {key: after[key] - before[key] for key in after}
        busy = {gain["department_id"] for gain in tried}
        assert not [key for key, by in moved.items() if by and key[0] not in busy]
        for gain in tried:
            key = (gain["department_id"], gain["indicator_code"])
            real = {"indicator": moved[key], "part": moved[*key, gain["part"]]}
            results.append((gain, real | {"score": after[*key, gain["part"]]}))
        done |= {kind_of(gain) for gain in tried}
    return results


def test_every_part_gains_exactly_what_was_promised(proved):
    kept = {kind_of(gain): (real["part"], real["score"]) for gain, real in proved}
    assert kept == {kind_of(gain): (gain["gain"], gain["score_to"]) for gain, _ in proved}


def test_the_indicator_gains_it_where_no_other_part_counts_the_same_items(proved):
    own = [(gain, real) for gain, real in proved if kind_of(gain)[:3] not in SHARED]
    assert {kind_of(gain): real["indicator"] for gain, real in own} == {
        kind_of(gain): gain["gain"] for gain, _ in own
    }


def test_every_part_and_every_kind_of_change_is_tried(proved):
    tried = {kind_of(gain) for gain, _ in proved}
    assert {change for *_, change, _ in tried} == {
        "within", "added", "fewer", "level", "rank", "evidence",
    }  # fmt: skip
    assert {(code, part) for code, part, *_ in tried} == {
        (indicator.code, part.part)
        for indicator in rulebook().indicators
        for part in indicator.parts
    }
    assert {step for *_, step in tried} == {1, 2}
