"""A promised gain is kept: what `mart_gain` says is done to the inputs, landed, and scored again.

On the demo city, in rounds: in each, every department does one thing, for whatever was not proved
before; the next round starts from where that leaves the city.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scorecard.demo.write import write_demo
from scorecard.scoring import prepare_rules, run_models
from tests.city import contracts, models, rulebook
from tests.inboxes import Inbox, csv_bytes
from tests.integration.mending import Mending, Rows

AS_OF = dt.date(2020, 3, 31)
NIGHT = dt.datetime(2020, 4, 1, 2, 0)
MOST_ROWS = 400
ROUNDS = 8
SHARED = {
    # An embedded matter is one more that asks for feedback, a new entry one more to keep up to
    # date, and once a system is registered the part without any to deal with has full points.
    ("017", "embedding", "within"), ("017", "embedding", "added"), ("017", "feedback", "added"),
    ("020", "compilation", "added"), ("020", "regular_update", "added"),
    ("026", "clean_up", "added"), ("026", "integration", "added"),
}  # fmt: skip
"""Changes of items that count in another part of their indicator as well."""

Kind = tuple[str, str, str, int]
Gain = dict[str, Any]


class Year(Inbox):
    """The demo city, landed and scored, with what its departments do after."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        write_demo(self.inbox, scale=0.0003, departments=60)
        self.mending = Mending(self.connection)
        self.rounds = 0
        self.land(NIGHT)
        self.score()

    def score(self) -> None:
        prepare_rules(self.connection, contracts(), models(), [rulebook()], AS_OF)
        run_models(self.connection, models())

    def gains(self) -> list[Gain]:
        return self.mending.rows(
            "select g.*, p.metric, p.options from marts.mart_gain as g inner join rules.part as p "
            "using (assessment_id, indicator_code, part) order by g.amount, g.department_id"
        )

    def deliver(self, rows: Rows) -> None:
        """Lands one more file of each dataset; none of its rows may be refused."""
        self.rounds += 1
        for dataset, items in rows.items():
            if items:
                self.put(dataset, f"mended-{self.rounds}.csv", csv_bytes(*items))
        landed = self.land(NIGHT + dt.timedelta(self.rounds))
        assert landed
        assert not [item for item in landed.values() if item.rows_quarantined], self.faults()

    def scores(self) -> dict[tuple[str, ...], Decimal]:
        """Scores by department and indicator, and by department, indicator and part."""
        found = self.rows(
            "select department_id, indicator_code, null, score from marts.fct_indicator_score "
            "union all select department_id, indicator_code, part, score from marts.fct_part_score"
        )
        return {tuple(name for name in key if name): score for *key, score in found}


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
    year = Year(tmp_path_factory.mktemp("year"))
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
