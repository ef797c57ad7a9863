"""The suites of the scores: each check rejects one corrupted row of a table and accepts sound ones.

What is published is corrupted, never the models, so that no check can rest on what made the table;
each corruption is rolled back. How far totals may move is tested beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest

from expectations.score_frames import score_examples
from scorecard.contract import load_published
from scorecard.models import Model
from scorecard.scoring import run_models
from tests.city import ROOT, City, models, rulebook
from tests.expectations.scored import CHECKS, TABLES, TINY, failures, frame_of, sound_city, verdict

PUBLISHED = load_published(ROOT / "contracts" / "published")
JUDGED = [name for name in PUBLISHED if name != "fct_quality_check"]
COMMON = ("rows_present", "values_present", "keys_unique")


@pytest.fixture
def city() -> Iterator[City]:
    """The sound city, whose tables may be corrupted until the test ends."""
    yield from rolled_back(sound_city())


@pytest.fixture
def full_city() -> Iterator[City]:
    """A city where every published table has rows, which may be corrupted until the test ends."""
    yield from rolled_back(city_with_everything())


def rolled_back(city: City) -> Iterator[City]:
    city.connection.begin()
    yield city
    city.connection.rollback()


@cache
def city_with_everything() -> City:
    city = City(departments=("edu", "fin"))
    city.give("evidence", {"document_date": "2019-06-01", "decided_on": "2019-07-01"})
    city.give("sections", {"section_id": "office"}, {"section_id": "science"})
    city.give("responsibilities", {}, {"section_id": "science"}, {"indicator_code": "002"})
    city.give("network_links", {"link_id": "l1"})
    for outage in ({"outage_id": "a"}, {"outage_id": "b"}, {"outage_id": "c", "planned": False}):
        city.give("network_outages", outage | {"ended_at": "2019-06-01 09:00:00"})
    for line in (3, 4):
        city.connection.execute(
            "insert into ops.quarantine values "
            "(1, 'evidence', 'evidence.csv', ?, 'part', '***', '错', 'wrong', '2020-01-02')",
            [line],
        )
    return city.score()


# What is sound -------------------------------------------------------------------------------


def test_a_sound_city_passes_every_check(city: City):
    statuses = city.rows("select distinct status from marts.fct_indicator_score order by all")
    assert [row["status"] for row in statuses] == [
        "adjusted", "missing", "not_applicable", "scored",
    ]  # fmt: skip
    ranks = city.rows("select rank from marts.mart_scorecard order by score_rate desc")
    assert [row["rank"] for row in ranks] == [1, 2, 2, 4, 4, 4, 4]
    assert failures(city) == {}


def test_a_city_without_departments_passes_every_check():
    empty = City(departments=()).score()
    assert empty.rows("select * from marts.mart_scorecard") == []
    assert failures(empty) == {}
    assert verdict(empty, "fct_part_score.rows_present").observed == "0"


def test_a_city_whose_register_has_only_departments_of_others_passes_every_check():
    other = City(departments=())
    other.give("departments", {"department_id": "port", "city_code": "340300"})
    assert failures(other.score()) == {}


def test_every_published_table_is_judged_but_the_verdicts_themselves():
    assert {check.subject for check in CHECKS.values()} == set(JUDGED)
    assert {f"{table}.{name}" for table in JUDGED for name in COMMON} <= CHECKS.keys()


def test_a_city_with_rows_in_every_table_passes_every_check(full_city: City):
    for table in JUDGED:
        assert full_city.rows(f"select * from marts.{table}"), table
    assert failures(full_city) == {}


def test_outages_that_are_planned_alike_are_two_rows_and_no_fault(full_city: City):
    alike = "select started_at from marts.mart_outage where planned"
    assert len(full_city.rows(alike)) == 2
    assert verdict(full_city, "mart_outage.keys_unique").passed


def test_two_assessments_of_two_cities_pass_every_check():
    both = City(rulebook(), rulebook(TINY))
    both.give("departments", {"department_id": "port", "city_code": "340300"})
    both.give("evidence", {"document_date": "2019-06-01", "decided_on": "2019-07-01"})
    both.score()
    rates = both.rows("select score_rate > 0 as scored, rank from marts.mart_scorecard")
    assert [(row["scored"], row["rank"]) for row in rates] == [(True, 1), (False, 1)]
    assert failures(both) == {}
    told = verdict(both, "dim_indicator.points_follow_the_rulebook")
    assert told.observed == told.expected == "huaibei-2019 100.00, tiny-2020 10.00"


def test_every_check_blocks_and_gives_its_reasons():
    for check in CHECKS.values():
        assert check.is_blocking, check.name
        assert check.why_zh, check.name
        assert check.why_en, check.name
    assert CHECKS["mart_scorecard.total_moves_little"].tolerance_because


# What is not ---------------------------------------------------------------------------------

IND, PART, CARD = "marts.fct_indicator_score", "marts.fct_part_score", "marts.mart_scorecard"
DIM, LEVEL, DAYS = "marts.dim_indicator", "marts.mart_scorecard_level", "marts.fct_score_history"
GAIN = "marts.mart_gain"
EDU = "department_id = 'edu'"
EDU_001 = f"{EDU} and indicator_code = '001'"
CORRUPTIONS = [
    ("dim_indicator.points_follow_the_rulebook",
     f"update {DIM} set points = points + 0.01 where indicator_code = '001'"),
    ("dim_indicator.points_follow_the_rulebook",
     "update rules.indicator set points = 5 where indicator_code = '001'"),
    ("dim_indicator.points_follow_the_rulebook",
     "update rules.part set points = 3 where indicator_code = '001' and part = 'liaison'"),
    ("fct_part_score.score_within_points",
     f"update {PART} set score = points + 0.01 where {EDU_001} and part = 'liaison'"),
    ("fct_part_score.score_within_points",
     f"update {PART} set score = -0.01 where {EDU_001} and part = 'liaison'"),
    ("fct_part_score.status_known",
     f"update {PART} set status = 'adjusted' where {EDU_001} and part = 'liaison'"),
    ("fct_part_score.status_known",
     f"update {PART} set status = null where {EDU_001} and part = 'liaison'"),
    ("fct_part_score.points_follow_the_rulebook",
     f"update {PART} set points = 3 where {EDU_001} and part = 'liaison'"),
    ("fct_part_score.points_follow_the_rulebook",
     f"update {PART} set points = 10 where department_id = 'sci' and indicator_code = '008'"),
    ("fct_part_score.points_follow_the_rulebook",
     f"update {PART} set score = 1 where department_id = 'tax' and status = 'missing'"),
    ("fct_indicator_score.score_within_points", f"update {IND} set score = 4.01 where {EDU_001}"),
    ("fct_indicator_score.score_within_points", f"update {IND} set score = -1 where {EDU_001}"),
    ("fct_indicator_score.score_within_points",
     f"update {IND} set computed_score = 4.01 where {EDU_001}"),
    ("fct_indicator_score.status_known", f"update {IND} set status = 'Scored' where {EDU_001}"),
    ("fct_indicator_score.status_follows_parts",
     f"update {IND} set status = 'adjusted' where {EDU_001}"),
    ("fct_indicator_score.status_follows_parts",
     f"update {IND} set status = 'missing' where {EDU} and indicator_code = '002'"),
    ("fct_indicator_score.status_follows_parts",
     f"update {IND} set status = 'scored' where department_id = 'sci' and indicator_code = '008'"),
    ("fct_indicator_score.status_follows_parts",
     f"update {IND} set stale = not stale where {EDU_001}"),
    ("fct_indicator_score.points_add_up", f"update {IND} set points = points + 1 where {EDU_001}"),
    ("fct_indicator_score.score_adds_up",
     f"update {IND} set score = 1, lost = points - 1 where {EDU_001}"),
    ("fct_indicator_score.score_adds_up", f"update {IND} set computed_score = 1 where {EDU_001}"),
    ("fct_indicator_score.score_adds_up", f"update {IND} set lost = lost - 0.01 where {EDU_001}"),
    ("fct_indicator_score.score_adds_up",
     f"update {IND} set score = 1.25, lost = points - 1.25 where {EDU} and indicator_code = '002'"),
    ("fct_indicator_score.score_adds_up",
     f"update {PART} set score = score - 0.01 where {EDU_001} and part = 'meetings'"),
    ("mart_scorecard.points_add_up", f"update {CARD} set points = points - 1 where {EDU}"),
    ("mart_scorecard.points_add_up", f"update {IND} set points = points - 1 where {EDU_001}"),
    ("mart_scorecard.total_adds_up", f"update {CARD} set total = total + 0.01 where {EDU}"),
    ("mart_scorecard.total_adds_up", f"update {IND} set score = score - 0.01 where {EDU_001}"),
    ("mart_scorecard.rate_is_exact",
     f"update {CARD} set score_rate = score_rate + 0.01 where {EDU}"),
    ("mart_scorecard.rate_is_exact", f"update {CARD} set score_rate = null where {EDU}"),
    ("mart_scorecard.rank_follows_rate", f"update {CARD} set rank = 3 where department_id = 'law'"),
    ("mart_scorecard.rank_follows_rate", f"update {CARD} set rank = 3 where rank = 4"),
    ("mart_scorecard.rank_follows_rate", f"update {CARD} set rank = null where {EDU}"),
    ("mart_scorecard.counts_agree",
     f"update {CARD} set indicators_missing = indicators_missing - 1 where {EDU}"),
    ("mart_scorecard.counts_agree",
     f"update {CARD} set indicators_stale = indicators_stale + 1 where {EDU}"),
    ("mart_scorecard_level.levels_add_up", f"update {LEVEL} set score = score + 0.01 where {EDU}"),
    ("mart_scorecard_level.levels_add_up", f"update {LEVEL} set points = points - 1 where {EDU}"),
    ("mart_scorecard_level.levels_add_up", f"update {LEVEL} set score_rate = 100 where {EDU}"),
    ("fct_score_history.score_within_points", f"update {DAYS} set score = -0.01 where {EDU_001}"),
    ("fct_score_history.score_within_points", f"update {DAYS} set score = 4.01 where {EDU_001}"),
    ("fct_score_history.days_as_scored",
     f"update {DAYS} set score = 1 where {EDU_001} and as_of = '2020-03-30'"),
    ("fct_score_history.days_as_scored",
     f"update {DAYS} set status = 'missing' where {EDU_001} and as_of = '2020-03-31'"),
    ("fct_score_history.days_as_scored", f"delete from {DAYS} where as_of = '2020-03-30'"),
    ("fct_score_history.days_as_scored",
     f"insert into {DAYS} by name select * replace (as_of - 9 as as_of) from {DAYS}"),
    ("mart_gain.every_lost_part_told", f"delete from {GAIN} where {EDU_001} and step = 1"),
    ("mart_gain.every_lost_part_told", f"update {GAIN} set step = 3 where {EDU} and step = 2"),
    ("mart_gain.every_lost_part_told",
     f"update {PART} set score = points where {EDU_001} and part = 'liaison'"),
    ("mart_gain.gain_follows_score", f"update {GAIN} set gain = gain + 0.01 where {EDU_001}"),
    ("mart_gain.gain_follows_score", f"update {GAIN} set change = 'none' where {EDU_001}"),
    ("mart_gain.gain_follows_score",
     f"update {PART} set score = score + 0.01 where {EDU_001} and part = 'liaison'"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "corruption"), CORRUPTIONS)
def test_a_corrupted_row_is_rejected(city: City, name: str, corruption: str):
    city.connection.execute(corruption)
    told = verdict(city, name)
    assert not told.passed
    assert told.blocks
    assert told.examples[0].startswith("assessment_id=huaibei-2019, ")


ONCE = [name for name, check in CHECKS.items() if check.measure == "not_once"]


@pytest.mark.parametrize("name", ONCE)
@pytest.mark.parametrize(
    "corruption",
    [
        "delete from {table} where rowid = 0",
        "insert into {table} select * from {table} where rowid = 0",
        "insert into {table} select * replace ('?' as {key}) from {table} where rowid = 0",
    ],
    ids=["lacking", "doubled", "unknown"],
)
def test_a_row_that_does_not_stand_just_once_is_rejected(city: City, name: str, corruption: str):
    subject = CHECKS[name].subject
    for key in PUBLISHED[subject].key:
        city.connection.execute(corruption.format(table=f"marts.{subject}", key=key))
        told = verdict(city, name)
        assert not told.passed
        assert told.examples[0].startswith("assessment_id=")
        city.connection.rollback()
        city.connection.begin()


@pytest.mark.parametrize("subject", JUDGED)
def test_a_lacking_row_is_rejected(full_city: City, subject: str):
    # Only the first step of a lost part is due; second steps may or may not be.
    row = "rowid = 0 or step = 2" if subject == "mart_gain" else "rowid = 0"
    full_city.connection.execute(f"delete from marts.{subject} where {row}")
    told = verdict(full_city, f"{subject}.rows_present")
    assert not told.passed
    assert int(told.observed) == int(told.expected.removeprefix(">= ")) - 1
    has_assessment = "assessment_id" in PUBLISHED[subject].key
    assert told.examples == (("assessment_id=huaibei-2019",) if has_assessment else ())


@pytest.mark.parametrize("subject", JUDGED)
def test_an_empty_table_is_rejected(full_city: City, subject: str):
    full_city.connection.execute(f"delete from marts.{subject}")
    told = verdict(full_city, f"{subject}.rows_present")
    assert (told.passed, told.observed) == (False, "0")


@pytest.mark.parametrize("subject", JUDGED)
def test_a_doubled_row_is_rejected(full_city: City, subject: str):
    full_city.connection.execute(
        f"insert into marts.{subject} select * from marts.{subject} where rowid = 0"
    )
    told = verdict(full_city, f"{subject}.keys_unique")
    assert (told.passed, told.observed) == (False, "1")
    assert len(told.examples) == bool(PUBLISHED[subject].key)


@pytest.mark.parametrize(
    ("subject", "column"),
    [(name, c.name) for name in JUDGED for c in PUBLISHED[name].columns if c.required],
)
def test_a_null_in_a_required_column_is_rejected(full_city: City, subject: str, column: str):
    full_city.connection.execute(f"update marts.{subject} set {column} = null where rowid = 0")
    told = verdict(full_city, f"{subject}.values_present")
    assert (told.passed, told.observed) == (False, "1")


def test_rows_of_one_assessment_do_not_make_up_for_those_of_another():
    both = City(rulebook(), rulebook(TINY)).score()
    both.connection.execute(
        "delete from marts.dim_part where assessment_id = 'tiny-2020';"
        "insert into marts.dim_part select * from marts.dim_part"
    )
    told = verdict(both, "dim_part.rows_present")
    assert not told.passed
    assert told.examples == ("assessment_id=tiny-2020",)


@pytest.mark.parametrize(
    "active",
    [{"active_to": "2018-12-31"}, {"active_from": "2020-06-01"}],
    ids=["all ended", "none began"],
)
def test_a_scorecard_without_anybody_is_rejected_once_its_city_has_departments(
    active: dict[str, str],
):
    city = City(departments=())
    city.give("departments", {"department_id": "edu"} | active)
    city.score()
    assert failures(city) == {"mart_scorecard.rows_present": "0"}
    assert verdict(city, "mart_scorecard.rows_present").expected == ">= 1"


def test_every_check_has_a_row_that_it_rejects():
    shown = {name for name, _ in CORRUPTIONS} | {*ONCE, "mart_scorecard.total_moves_little"}
    assert shown == {name for name, check in CHECKS.items() if check.name not in COMMON}


@pytest.mark.parametrize("subject", ["fct_part_score", "fct_indicator_score"])
def test_every_status_of_the_contract_is_known(city: City, subject: str):
    for status in PUBLISHED[subject].column("status").values:
        city.connection.execute(f"update marts.{subject} set status = ?", [status])
        assert verdict(city, f"{subject}.status_known").passed


def test_rows_that_lack_or_are_too_many_are_counted_one_by_one(city: City):
    city.connection.execute(
        f"insert into {IND} select * from {IND} where {EDU_001};"
        f"delete from {IND} where {EDU} and indicator_code = '002';"
        f"update {IND} set indicator_code = '036' where {EDU} and indicator_code = '003'"
    )
    told = verdict(city, "fct_indicator_score.every_indicator_once")
    assert told.observed == "4"
    assert set(told.examples) == {
        f"assessment_id=huaibei-2019, department_id=edu, indicator_code={code}"
        for code in ("001", "002", "003", "036")
    }


BROKEN_MODELS = [
    ("scores.part_by_per_unit", "per_unit_hundredths(", "10 * per_unit_hundredths(",
     "fct_part_score.score_within_points"),
    ("scores.part_score", "case input.status when 'not_applicable' then 0 else",
     "case when true then", "fct_part_score.points_follow_the_rulebook"),
    ("scores.adjustment", "decided_on desc", "decided_on asc", "fct_indicator_score.score_adds_up"),
    ("scores.indicator_score", "sum(score) as", "max(score) as",
     "fct_indicator_score.score_adds_up"),
    ("scores.indicator_score", "greatest(adjustment.score, 0)", "adjustment.score",
     "fct_indicator_score.score_adds_up"),
    ("scores.indicator_score", "left join scores.adjustment", "inner join scores.adjustment",
     "fct_indicator_score.every_indicator_once"),
    ("scores.department_score", "rank() over", "dense_rank() over",
     "mart_scorecard.rank_follows_rate"),
    ("scores.department_score", "percent_of(sum(score), sum(points))",
     "percent_of(sum(score), sum(points) + 1)", "mart_scorecard.rate_is_exact"),
    ("marts.fct_score_history", "where not exists", "where exists",
     "fct_score_history.days_as_scored"),
]  # fmt: skip


@pytest.fixture
def rebuild() -> Iterator[Callable[[dict[str, Model]], City]]:
    """Builds the scores and the marts of the sound city by other models, and mends it after."""
    selected = [name for name, model in models().items() if model.layer in ("scores", "marts")]

    def build(changed: dict[str, Model]) -> City:
        run_models(sound_city().connection, models() | changed, selected)
        return sound_city()

    yield build
    build({})


@pytest.mark.parametrize(("table", "right", "wrong", "name"), BROKEN_MODELS)
def test_a_broken_model_is_rejected(
    rebuild: Callable[[dict[str, Model]], City], table: str, right: str, wrong: str, name: str
):
    model = models()[table]
    assert right in model.sql
    assert name in failures(rebuild({table: replace(model, sql=model.sql.replace(right, wrong))}))


def test_a_score_that_nobody_decided_is_rejected_where_the_decision_is_not_yet_due(city: City):
    city.connection.execute(
        f"update {IND} set status = 'adjusted', score = 2, lost = points - 2 "
        f"where {EDU} and indicator_code = '003'"
    )
    assert not verdict(city, "fct_indicator_score.status_follows_parts").passed
    assert not verdict(city, "fct_indicator_score.score_adds_up").passed


@pytest.mark.parametrize(
    ("total", "points", "rate"),
    [(1, 3, "33.33"), (2, 3, "66.67"), ("5.01", 80, "6.26"), ("5.00", 80, "6.25"), (0, 0, None)],
)
def test_a_rate_is_rounded_half_up(city: City, total: object, points: object, rate: str | None):
    city.connection.execute(f"update {IND} set score = 0, points = 0 where {EDU}")
    city.connection.execute(
        f"update {IND} set score = ?, points = ? where {EDU_001}", [total, points]
    )
    city.connection.execute(
        f"update {CARD} set total = ?, points = ?, score_rate = ? where {EDU}",
        [total, points, rate],
    )
    assert verdict(city, "mart_scorecard.rate_is_exact").passed


def test_a_department_without_a_rate_has_no_rank(city: City):
    city.connection.execute(f"update {CARD} set score_rate = null, rank = null where {EDU}")
    city.connection.execute(f"update {CARD} set rank = rank - 1 where not ({EDU})")
    assert verdict(city, "mart_scorecard.rank_follows_rate").passed
    city.connection.execute(f"update {CARD} set rank = 1 where {EDU}")
    assert not verdict(city, "mart_scorecard.rank_follows_rate").passed


def test_what_an_earlier_run_kept_of_the_same_day_is_no_history(city: City):
    city.connection.execute(
        "insert into ops.score_history select assessment_id, as_of + 1, department_id, "
        "indicator_code, 0.01, points, status from ops.score_history"
    )
    assert verdict(city, "fct_score_history.days_as_scored").passed
    assert verdict(city, "fct_score_history.rows_present").passed


def test_examples_stop_at_the_limit(city: City):
    city.connection.execute(f"update {PART} set score = -1")
    frame = frame_of(city, "fct_part_score")
    check = CHECKS["fct_part_score.score_within_points"]
    assert len(score_examples(check, TABLES["fct_part_score"], frame)) == 20
    assert len(score_examples(check, TABLES["fct_part_score"], frame, 3)) == 3
