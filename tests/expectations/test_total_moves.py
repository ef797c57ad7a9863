"""How far a total may move from the version published before, and what accepting a move does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest

from expectations.moves import held_moves
from scorecard.quality.release import accept_moves, keep_totals
from scorecard.quality.verdict import Verdict
from scorecard.warehouse import prepare
from tests.city import ROOT, City, contracts, rulebook
from tests.expectations.scored import DEPARTMENTS, TINY, sound_city, verdict

MOVES = "mart_scorecard.total_moves_little"
NOW = dt.date(2020, 3, 31)
VERSION, LATER = "20200401T020000Z-000000", "20200402T020000Z-000000"
HARBOUR = "harbour 40.00 -> 不再考核 / no longer assessed"


class Before:
    """What was published before: today's totals, but for what a test changes in them."""

    def __init__(self, city: City) -> None:
        self.city = city
        keep_totals(city.connection, VERSION)

    def change(self, sql: str, *parameters: object) -> Before:
        self.city.connection.execute(sql, parameters)
        return self

    def total(self, department: str, more: str | int) -> Before:
        """Its total was that much more than it is now."""
        return self.change(
            "update ops.published_total set total = total + ? where department_id = ?",
            Decimal(more), department,
        )  # fmt: skip

    def gone(self, department: str = "harbour", total: str = "40") -> Before:
        """A department had that total and is not assessed any more."""
        return self.change(
            "insert into ops.published_total values (?, 'huaibei-2019', ?, ?, ?)",
            VERSION, NOW, department, Decimal(total),
        )  # fmt: skip

    def later(self, more: str | int, *, as_of: dt.date = NOW) -> Before:
        """A second version followed; in it, edu's total was that much more than it is now."""
        return self.change(
            "insert into ops.published_total select ?, assessment_id, ?, department_id, "
            "total + if(department_id = 'edu', ?, 0) from marts.mart_scorecard",
            LATER, as_of, Decimal(more),
        )  # fmt: skip

    def as_of(self, day: str) -> Before:
        return self.change("update ops.published_total set as_of = ?", day)

    def accept(
        self,
        more: str | int | None,
        *,
        as_of: str = "2020-03-31",
        at: str = "2020-04-01 08:00:00",
        version: str = VERSION,
    ) -> Before:
        """Somebody accepted that much more than edu has now, or that it is gone."""
        return self.change(
            "insert into ops.acceptance select assessment_id, ?, department_id, total + ?, ?, ?, ? "
            "from marts.mart_scorecard where department_id = 'edu'",
            as_of, None if more is None else Decimal(more), f"核实 {at[:10]}", at, version,
        )  # fmt: skip

    def accept_what_is_held(self) -> Before:
        """Somebody accepts it on the command line."""
        held = [move.acceptance for move in held_moves(self.city.connection)]
        accept_moves(self.city.connection, held, "机构改革", dt.datetime(2020, 4, 1, 8))
        return self

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
    assert told.expected == (
        "all there, within 10 points of the version published before, or accepted"
    )
    assert told.examples == ("assessment_id=huaibei-2019, department_id=edu",)
    [held] = held_moves(before.city.connection)
    assert held.acceptance == ("huaibei-2019", NOW, "edu", now, VERSION)


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
        "update ops.published_total set assessment_id = 'x'",
    ],
)
def test_who_is_new_is_not_compared(before: Before, change: str):
    assert before.total("edu", 50).change(change).verdict().passed


# Who is gone ---------------------------------------------------------------------------------


@pytest.mark.parametrize("total", ["40", "0"])
def test_a_department_that_is_gone_is_held_whatever_it_had(before: Before, total: str):
    told = before.gone(total=total).verdict()
    assert not told.passed
    assert told.observed == HARBOUR.replace("40", total)
    assert told.examples == ("assessment_id=huaibei-2019, department_id=harbour",)
    [held] = held_moves(before.city.connection)
    assert held.acceptance == ("huaibei-2019", NOW, "harbour", None, VERSION)


def test_a_department_that_is_gone_is_let_go_once_somebody_accepts_that(before: Before):
    told = before.gone().accept_what_is_held().verdict()
    assert told.passed
    assert told.observed == f"accepted: {HARBOUR}: 机构改革"


def test_of_several_that_are_gone_each_is_accepted(before: Before):
    told = before.gone().gone("rail", "50").total("edu", 20).accept_what_is_held().verdict()
    assert told.passed
    assert [line.split()[0] for line in told.observed.split(": ")[1].split(", ")] == [
        "rail", "harbour", "edu",
    ]  # fmt: skip


def test_once_it_is_published_without_them_nobody_asks_again(before: Before):
    told = before.gone().accept_what_is_held().later(0).verdict()
    assert told.passed
    assert told.observed == "accepted: harbour 不再考核 / no longer assessed: 机构改革"


def test_who_is_gone_again_after_coming_back_is_held_again(before: Before):
    before.gone().accept_what_is_held().later(0)
    assert (
        not before.change(
            "insert into ops.published_total values (?, 'huaibei-2019', ?, 'harbour', 40)",
            LATER,
            NOW,
        )
        .verdict()
        .passed
    )


def test_who_was_gone_long_ago_is_not_missed(before: Before):
    assert before.gone().as_of("2020-03-23").verdict().passed


def test_an_accepted_total_is_no_leave_to_be_gone_and_the_other_way_round(before: Before):
    assert not before.total("edu", 30).accept(None).verdict().passed
    before.gone().change(
        "insert into ops.acceptance values ('huaibei-2019', ?, 'harbour', 40, '核实', ?, ?)",
        NOW, dt.datetime(2020, 4, 1), VERSION,
    )  # fmt: skip
    assert HARBOUR in before.verdict().observed


def test_all_of_them_are_missed_when_nobody_is_assessed_any_more(before: Before):
    connection = before.city.connection
    connection.begin()
    try:
        connection.execute("delete from marts.mart_scorecard")
        told = before.verdict()
        assert told.observed.endswith(" and 2 more")
        assert len(held_moves(connection)) == 7
    finally:
        connection.rollback()


# Which step an acceptance covers -------------------------------------------------------------


def test_an_acceptance_does_not_cover_a_move_from_a_later_version(before: Before):
    before.total("edu", 21).accept(4)  # 75 became 58, and that was accepted
    before.later(11)  # then 65 was published; now it is 54
    told = before.verdict()
    assert not told.passed
    now = edu_total()
    assert told.observed == f"edu {now + 11} -> {now} (-11.00)"


def test_an_acceptance_still_covers_its_move_when_a_day_far_away_was_published(before: Before):
    before.total("edu", 30).accept(0).later(0, as_of=dt.date(2020, 2, 1))
    assert before.verdict().passed


def test_a_warehouse_that_kept_no_version_with_an_acceptance_opens_and_asks_again(before: Before):
    before.total("edu", 30).change(
        "create or replace table ops.acceptance (assessment_id varchar not null, "
        "as_of date not null, department_id varchar not null, total decimal(6, 2) not null, "
        "reason varchar not null, accepted_at timestamp not null)"
    ).change(
        "insert into ops.acceptance select assessment_id, ?, department_id, total, '核实', now() "
        "from marts.mart_scorecard where department_id = 'edu'",
        NOW,
    )
    for _ in range(2):
        prepare(before.city.connection, contracts().values(), ROOT / "sql" / "macros")
    assert not before.verdict().passed
    assert before.accept_what_is_held().gone().accept_what_is_held().verdict().passed


# Which version is compared -------------------------------------------------------------------


def test_nothing_is_compared_before_the_first_version():
    told = verdict(sound_city(), MOVES)
    assert told.passed
    assert told.observed == "nothing published within 7 days to compare with"


def test_a_version_for_another_day_does_not_take_the_place_of_the_one_that_is_near(before: Before):
    before.total("edu", 50).later(0, as_of=dt.date(2020, 2, 1))
    assert not before.verdict().passed


def test_of_several_near_versions_the_newest_is_compared(before: Before):
    before.total("edu", 50).later(0, as_of=dt.date(2020, 3, 30))
    assert before.verdict().passed


def test_an_accepted_reason_stays_published_once_the_total_is(before: Before):
    told = before.total("edu", 30).accept(0).later(0).verdict()
    assert told.passed
    assert told.observed == f"accepted: edu {edu_total()}: 核实 2020-04-01"


UNTOLD = "7 totals compared, none moved by more than 0.00"


def test_an_acceptance_that_never_went_out_is_not_told_with_the_totals_that_did(before: Before):
    before.total("edu", 30).accept(4)  # 4 more than now was accepted, but mended before it went out
    assert before.later(0).verdict().observed == UNTOLD


def test_an_acceptance_stays_told_when_the_total_it_let_out_moved_on(before: Before):
    told = before.total("edu", 30).accept(4).later(4).verdict()  # published as accepted; now 4 less
    assert told.observed == f"accepted: edu {edu_total() + 4}: 核实 2020-04-01"


def test_a_total_published_before_the_move_is_no_sign_that_its_acceptance_went_out(before: Before):
    before.later(0)  # VERSION published just what was accepted in the step from LATER
    assert before.accept(0, version=LATER).verdict().observed == UNTOLD


def test_a_total_published_for_another_day_is_no_sign_of_it_either(before: Before):
    before.total("edu", 30).accept(0).later(0, as_of=dt.date(2020, 3, 30))
    assert before.verdict().observed == UNTOLD


def test_a_total_published_of_another_assessment_is_no_sign_of_it_either(before: Before):
    before.accept(0).change(
        "insert into ops.published_total select ?, 'tiny-2020', as_of, department_id, total "
        "from ops.published_total",
        LATER,
    )
    assert before.verdict().observed == UNTOLD


def test_who_was_to_go_and_stayed_is_not_told_as_accepted(before: Before):
    before.accept(None)  # edu was missing, which was accepted; but it came back before it went out
    assert before.later(0).verdict().observed == UNTOLD


def test_a_sound_comparison_says_how_far_totals_moved(before: Before):
    told = before.total("edu", "2.5").verdict()
    assert told.observed == "7 totals compared, none moved by more than 2.50"


def test_with_several_assessments_a_move_says_whose_it_is():
    both = City(rulebook(), rulebook(TINY))
    both.give("departments", {"department_id": "port", "city_code": "340300"})
    both.score()
    told = Before(both).total("port", 11).verdict()
    assert told.observed == "tiny-2020 port 11.00 -> 0.00 (-11.00)"
