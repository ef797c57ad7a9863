"""How far a total may move from the version published before, and what accepting a move does."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from expectations.moves import held_moves
from expectations.scores import score_frames
from scorecard.contract import load_published
from scorecard.errors import ScorecardError
from scorecard.publication import FILE_NAME, publish
from scorecard.quality.verdict import Verdict
from tests.city import ROOT, City, rulebook
from tests.expectations.scored import DEPARTMENTS, TINY, sound_city, verdict

MOVES = "mart_scorecard.total_moves_little"
NOW = dt.date(2020, 3, 31)


class Before:
    """The version published before: today's scorecard, but for what a test changes in it."""

    def __init__(self, city: City, file: Path) -> None:
        self.city, self.file = city, file

    def change(self, sql: str, *parameters: object) -> Before:
        with duckdb.connect(self.file) as connection:
            connection.execute(sql, parameters)
        return self

    def total(self, department: str, more: str | int) -> Before:
        """Its total was that much more than it is now."""
        return self.change(
            "update mart_scorecard set total = total + ? where department_id = ?",
            Decimal(more), department,
        )  # fmt: skip

    def as_of(self, day: str) -> Before:
        return self.change("update dim_assessment set as_of = ?", day)

    def accept(
        self, more: str | int, *, as_of: str = "2020-03-31", at: str = "2020-04-01 08:00:00"
    ) -> Before:
        """Somebody accepted that much more than edu has now."""
        self.city.connection.execute(
            "insert into ops.acceptance select assessment_id, ?, department_id, total + ?, ?, ? "
            "from marts.mart_scorecard where department_id = 'edu'",
            [as_of, Decimal(more), f"核实 {at[:10]}", at],
        )
        return self

    def verdict(self) -> Verdict:
        told = verdict(self.city, MOVES, self.file)
        held = held_moves(self.city.connection, self.file)
        assert told.passed == (not held)
        return told


def published(city: City, folder: Path) -> Path:
    """What stands in the city's tables, as readers get it."""
    tables = load_published(ROOT / "contracts" / "published")
    publish(city.connection, tables, folder, dt.datetime(2020, 3, 31))
    return folder / "current" / FILE_NAME


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(sound_city(), tmp_path_factory.mktemp("published"))


@pytest.fixture
def before(version: Path, tmp_path: Path) -> Iterator[Before]:
    yield Before(sound_city(), shutil.copy(version, tmp_path / FILE_NAME))
    sound_city().connection.execute("delete from ops.acceptance")


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
    assert held_moves(before.city.connection, before.file) == [("huaibei-2019", NOW, "edu", now)]


def test_the_farthest_five_moves_are_listed_and_the_rest_counted(before: Before):
    for number, department in enumerate(DEPARTMENTS):
        before.total(department, -11 - number)
    told = before.verdict().observed
    assert [part.split()[0] for part in told.split(", ")] == ["water", "urban", "tax", "sci", "law"]
    assert told.endswith("(+13.00) and 2 more")
    assert len(held_moves(before.city.connection, before.file)) == 7


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
        "delete from mart_scorecard where department_id = 'edu'",
        "update mart_scorecard set department_id = 'gone' where department_id = 'edu'",
        "update mart_scorecard set assessment_id = 'x';"
        "update dim_assessment set assessment_id = 'x'",
        "delete from dim_assessment",
    ],
)
def test_who_is_new_or_gone_is_not_compared(before: Before, change: str):
    assert before.total("edu", 50).change(change).verdict().passed


def test_nothing_is_compared_before_the_first_version(tmp_path: Path):
    for none in (None, tmp_path / "current" / FILE_NAME):
        told = verdict(sound_city(), MOVES, none)
        assert told.passed
        assert told.observed == "nothing published within 7 days to compare with"


def test_a_sound_comparison_says_how_far_totals_moved(before: Before):
    told = before.total("edu", "2.5").verdict()
    assert told.observed == "7 totals compared, none moved by more than 2.50"


def test_with_several_assessments_a_move_says_whose_it_is(tmp_path: Path):
    both = City(rulebook(), rulebook(TINY))
    both.give("departments", {"department_id": "port", "city_code": "340300"})
    both.score()
    told = Before(both, published(both, tmp_path)).total("port", 11).verdict()
    assert told.observed == "tiny-2020 port 11.00 -> 0.00 (-11.00)"


def test_the_version_before_may_be_open_for_readers(before: Before):
    with duckdb.connect(before.total("edu", 11).file, read_only=True) as reader:
        assert not before.verdict().passed
        assert reader.execute("select count(*) from mart_scorecard").fetchone() == (7,)


@pytest.mark.parametrize(
    "damage", ["alter table mart_scorecard drop column total", "drop table dim_assessment"]
)
def test_a_version_without_totals_is_named_and_left_as_it_is(before: Before, damage: str):
    before.change(damage)
    with pytest.raises(ScorecardError, match=r"scorecard\.duckdb: .* \(restore the file, or"):
        before.verdict()
    assert verdict(before.city, MOVES).passed, "the warehouse is as it was"


def test_a_published_file_that_is_none_is_named(tmp_path: Path):
    file = tmp_path / FILE_NAME
    file.write_text("no database")
    with pytest.raises(ScorecardError, match="no totals to compare with"):
        score_frames(sound_city().connection, file)
