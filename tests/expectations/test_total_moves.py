"""How far a total may move from the version published before, and what accepting a move does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest

from expectations.moves import held_moves
from scorecard.quality.release import keep_totals
from scorecard.quality.verdict import Verdict
from tests.city import City, rulebook
from tests.expectations.scored import DEPARTMENTS, TINY, sound_city, verdict

MOVES = "mart_scorecard.total_moves_little"
NOW = dt.date(2020, 3, 31)


class Before:
    """What was published before: today's totals, but for what a test changes in them."""

    def __init__(self, city: City) -> None:
        self.city = city
        keep_totals(city.connection, "20200401T020000Z-000000")

    def change(self, sql: str, *parameters: object) -> Before:
        self.city.connection.execute(sql, parameters)
        return self

    def total(self, department: str, more: str | int) -> Before:
        """Its total was that much more than it is now."""
        return self.change(
            "update ops.published_total set total = total + ? where department_id = ?",
            Decimal(more), department,
        )  # fmt: skip

    def as_of(self, day: str) -> Before:
        return self.change("update ops.published_total set as_of = ?", day)

    def accept(
        self, more: str | int, *, as_of: str = "2020-03-31", at: str = "2020-04-01 08:00:00"
    ) -> Before:
        """Somebody accepted that much more than edu has now."""
        return self.change(
            "insert into ops.acceptance select assessment_id, ?, department_id, total + ?, ?, ? "
            "from marts.mart_scorecard where department_id = 'edu'",
            as_of, Decimal(more), f"核实 {at[:10]}", at,
        )  # fmt: skip

    def verdict(self) -> Verdict:
        told = verdict(self.city, MOVES)
        assert told.passed == (not held_moves(self.city.connection))
        return told


@pytest.fixture
def before() -> Iterator[Before]:
    yield Before(sound_city())
    sound_city().connection.execute("delete from ops.acceptance")
    sound_city().connection.execute("delete from ops.published_total")


def edu_total() -> Decimal:
    [row] = sound_city().rows("select total from marts.mart_scorecard where department_id = 'edu'")
    return row["total"]


@pytest.mark.parametrize(
    ("more", "passed"),
    [("10", True), ("-10", True), ("10.01", False), ("-10.01", False), ("0", True)],
)
def test_a_total_may_move_by_just_ten_points(before: Before, more: str, passed: bool):
    assert before.total("edu", more).verdict().passed is passed


def test_a_move_that_is_held_is_told_with_both_totals(before: Before):
    told = before.total("edu", "13.1").verdict()
    now = edu_total()
    assert told.observed == f"edu {now + Decimal('13.10')} -> {now} (-13.10)"
    assert told.expected == "within 10 points of the version published before, or accepted"
    assert told.examples == ("assessment_id=huaibei-2019, department_id=edu",)
    assert held_moves(before.city.connection) == [("huaibei-2019", NOW, "edu", now)]


def test_the_farthest_five_moves_are_listed_and_the_rest_counted(before: Before):
    for number, department in enumerate(DEPARTMENTS):
        before.total(department, -11 - number)
    told = before.verdict().observed
    assert [part.split()[0] for part in told.split(", ")] == ["water", "urban", "tax", "sci", "law"]
    assert told.endswith("(+13.00) and 2 more")
    assert len(held_moves(before.city.connection)) == 7


@pytest.mark.parametrize(
    ("day", "compared"),
    [("2020-03-24", True), ("2020-03-23", False), ("2020-04-07", True), ("2020-04-08", False)],
)
def test_versions_are_compared_within_seven_days_of_each_other(
    before: Before, day: str, compared: bool
):
    told = before.total("edu", 50).as_of(day).verdict()
    assert told.passed is not compared
    if not compared:
        assert told.observed == "nothing published within 7 days to compare with"


def test_a_move_that_was_accepted_is_published_with_its_reason(before: Before):
    told = before.total("edu", "13.1").accept(0).verdict()
    now = edu_total()
    assert told.passed
    assert told.observed == f"accepted: edu {now + Decimal('13.10')} -> {now}: 核实 2020-04-01"


def test_an_acceptance_does_not_cover_others(before: Before):
    told = before.total("edu", 20).total("fin", 30).accept(0).verdict()
    assert not told.passed
    assert told.observed.startswith("fin ")
    assert "; accepted: edu " in told.observed


@pytest.mark.parametrize(("more", "passed"), [(10, True), (-10, True), (11, False), (-11, False)])
def test_a_total_that_moves_on_after_it_was_accepted_is_held_again(
    before: Before, more: int, passed: bool
):
    assert before.total("edu", 30).accept(more).verdict().passed is passed


@pytest.mark.parametrize(
    ("as_of", "passed"),
    [("2020-03-24", True), ("2020-03-23", False), ("2020-04-07", True), ("2020-04-08", False)],
)
def test_an_acceptance_holds_for_seven_days(before: Before, as_of: str, passed: bool):
    assert before.total("edu", 30).accept(0, as_of=as_of).verdict().passed is passed


def test_the_newest_acceptance_counts(before: Before):
    before.total("edu", 30).accept(0, at="2020-04-01 08:00:00")
    assert not before.accept(11, at="2020-04-02 08:00:00").verdict().passed
    assert before.accept(5, at="2020-04-03 08:00:00").verdict().passed


@pytest.mark.parametrize(
    "change",
    [
        "delete from ops.published_total where department_id = 'edu'",
        "update ops.published_total set department_id = 'gone' where department_id = 'edu'",
        "update ops.published_total set assessment_id = 'x'",
    ],
)
def test_who_is_new_or_gone_is_not_compared(before: Before, change: str):
    assert before.total("edu", 50).change(change).verdict().passed


def test_nothing_is_compared_before_the_first_version():
    told = verdict(sound_city(), MOVES)
    assert told.passed
    assert told.observed == "nothing published within 7 days to compare with"


def test_a_version_for_another_day_does_not_take_the_place_of_the_one_that_is_near(before: Before):
    before.total("edu", 50).change(
        "insert into ops.published_total select '20200402T020000Z-000000', assessment_id, "
        "date '2020-02-01', department_id, total from marts.mart_scorecard"
    )
    assert not before.verdict().passed


def test_of_several_near_versions_the_newest_is_compared(before: Before):
    before.total("edu", 50).change(
        "insert into ops.published_total select '20200402T020000Z-000000', assessment_id, "
        "date '2020-03-30', department_id, total from marts.mart_scorecard"
    )
    assert before.verdict().passed


def test_an_accepted_reason_stays_published_once_the_total_is(before: Before):
    told = before.accept(0).verdict()
    assert told.passed
    assert told.observed == f"accepted: edu {edu_total()}: 核实 2020-04-01"


def test_a_sound_comparison_says_how_far_totals_moved(before: Before):
    told = before.total("edu", "2.5").verdict()
    assert told.observed == "7 totals compared, none moved by more than 2.50"


def test_with_several_assessments_a_move_says_whose_it_is():
    both = City(rulebook(), rulebook(TINY))
    both.give("departments", {"department_id": "port", "city_code": "340300"})
    both.score()
    told = Before(both).total("port", 11).verdict()
    assert told.observed == "tiny-2020 port 11.00 -> 0.00 (-11.00)"
