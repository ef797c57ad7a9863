"""Indicators, departments, sections: how scores add up, and what decisions make of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.city import models
from tests.sql.sheet import METRIC, Sheet, adjust, exempt, sheet_of

# Adding up -----------------------------------------------------------------------------------


def test_an_indicator_is_the_sum_of_its_rounded_parts():
    sheet = Sheet()
    for part in "abc":
        sheet.rule("001", part, points=2)
        sheet.measure("001", part, value=1, base=3)
    row = sheet.score().indicator("001")
    assert (row["score"], row["computed_score"]) == (Decimal("2.01"), Decimal("2.01"))
    assert (row["points"], row["lost"], row["status"]) == (6, Decimal("3.99"), "scored")


def test_a_department_and_its_levels_are_the_sums_of_its_indicators():
    sheet = Sheet()
    for code, level, value in [("001", "x", 1), ("002", "x", 2), ("003", "y", 3)]:
        sheet.rule(code, level1=level, points=2)
        sheet.measure(code, value=value, base=3)
    sheet.score()
    [card] = sheet.rows("select * from marts.mart_scorecard")
    assert (card["total"], card["points"]) == (Decimal("4.00"), 6)
    assert (card["score_rate"], card["rank"]) == (Decimal("66.67"), 1)
    levels = sheet.rows("select level1, score, points, score_rate from marts.mart_scorecard_level")
    assert [tuple(row.values()) for row in levels] == [
        ("x", Decimal("2.00"), 4, Decimal("50.00")),
        ("y", Decimal("2.00"), 2, Decimal("100.00")),
    ]


# Status --------------------------------------------------------------------------------------


def test_missing_is_told_from_a_plain_zero():
    sheet = Sheet()
    sheet.rule("001")
    sheet.rule("002")
    sheet.measure("002", value=0, base=3)
    sheet.score()
    assert sheet.indicator("001")["status"] == "missing"
    assert sheet.indicator("002")["status"] == "scored"
    assert sheet.indicator("001")["score"] == sheet.indicator("002")["score"] == 0
    [card] = sheet.rows("select indicators_missing from marts.mart_scorecard")
    assert card["indicators_missing"] == 1


def test_an_indicator_is_scored_when_one_part_has_come():
    assert sheet_of(1, None).score().indicator("001")["status"] == "scored"


def test_an_indicator_is_missing_when_every_part_that_applies_is():
    sheet = sheet_of(None)
    sheet.rule("001", "out", points=1, no_input="not_applicable")
    row = sheet.score().indicator("001")
    assert (row["status"], row["points"]) == ("missing", 3)


def test_an_indicator_is_not_applicable_when_no_part_applies():
    sheet = Sheet()
    sheet.rule("001", "out", no_input="not_applicable")
    sheet.rule("001", "empty", empty="not_applicable")
    sheet.measure("001", "empty", value=0, base=0)
    row = sheet.score().indicator("001")
    assert (row["status"], row["score"], row["points"]) == ("not_applicable", 0, 0)


def test_a_part_that_does_not_apply_leaves_both_sums():
    sheet = sheet_of(3)
    sheet.rule("001", "out", points=5, no_input="not_applicable")
    row = sheet.score().indicator("001")
    assert (row["score"], row["points"], row["status"]) == (3, 3, "scored")


# Exemptions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        ({"decided_on": "2020-01-31"}, "not_applicable"),
        ({"decided_on": "2020-02-01"}, "scored"),
        ({"applicable": True}, "scored"),
        ({"year": 2018}, "scored"),
        ({"indicator_code": "002"}, "scored"),
        ({"department_id": "unknown"}, "scored"),
    ],
)
def test_an_exemption_counts_for_its_year_when_decided_no_later_than_as_of(decision, status):
    sheet = sheet_of(1)
    exempt(sheet, **decision)
    assert sheet.score("2020-01-31").indicator("001")["status"] == status


def test_an_exempt_indicator_leaves_the_totals_and_says_who_decided_and_why():
    sheet = sheet_of(1, None)
    sheet.rule("002", points=2)
    sheet.measure("002", value=1, base=1)
    exempt(sheet)
    sheet.score("2020-01-31")
    row = sheet.indicator("001")
    assert (row["score"], row["points"], row["lost"], row["computed_score"]) == (0, 0, 0, 0)
    assert row["explanation_zh"] == (
        "不适用，不计入总分：考核办于 2020-01-10 决定，理由：没有行政审批职能。"
    )
    assert row["explanation_en"] == (
        "Not applicable, left out of the totals: decided by 考核办 on 2020-01-10, because: "
        "没有行政审批职能."
    )
    part = sheet.part("001", "p1")
    assert (part["status"], part["points"]) == ("not_applicable", 0)
    assert part["explanation_zh"] == row["explanation_zh"]
    [card] = sheet.rows("select total, points, score_rate from marts.mart_scorecard")
    assert tuple(card.values()) == (2, 2, 100)


def test_an_exemption_that_was_taken_back_no_longer_counts():
    sheet = sheet_of(1)
    exempt(sheet)
    exempt(sheet, applicable=True)
    assert sheet.score("2020-01-31").indicator("001")["status"] == "scored"


# Adjustments ---------------------------------------------------------------------------------


def test_an_adjustment_replaces_the_score_and_keeps_what_was_computed():
    sheet = sheet_of(1, None)
    adjust(sheet, "4.5")
    sheet.score("2020-01-31")
    row = sheet.indicator("001")
    assert (row["status"], row["score"], row["computed_score"]) == ("adjusted", Decimal("4.5"), 1)
    assert (row["points"], row["lost"]) == (6, Decimal("1.5"))
    assert row["explanation_zh"].startswith(
        "各部分合计 1.00 分；考核办于 2020-01-10 调整为 4.5 分，理由：复核更正。【部分 p0】"
    )
    assert row["explanation_en"].startswith(
        "The parts add up to 1.00 points; adjusted to 4.5 by 考核办 on 2020-01-10, because: "
        "复核更正. part p0: "
    )
    assert sheet.part("001", "p0")["score"] == 1
    assert sheet.part("001", "p1")["status"] == "missing"
    [card] = sheet.rows("select total, indicators_missing from marts.mart_scorecard")
    assert tuple(card.values()) == (Decimal("4.5"), 0)


@pytest.mark.parametrize(
    ("decided", "score", "said"),
    [
        ("2.175", "2.18", "计 2.18 分"),
        ("2.174999", "2.17", "计 2.17 分"),
        ("7", "3.00", "超过满分，按 3.00 分计"),
        ("-1", "0.00", "低于 0，按 0.00 分计"),
        ("2.999999", "3.00", "计 3.00 分"),
        ("0", "0.00", "调整为 0 分，理由"),
    ],
)
def test_an_adjustment_is_rounded_half_up_and_kept_within_the_points(decided, score, said):
    sheet = sheet_of(1)
    adjust(sheet, decided)
    row = sheet.score("2020-01-31").indicator("001")
    assert row["score"] == Decimal(score)
    assert said in row["explanation_zh"]


def test_an_adjustment_of_a_missing_indicator_makes_it_adjusted():
    sheet = sheet_of(None)
    adjust(sheet, 0)
    assert sheet.score("2020-01-31").indicator("001")["status"] == "adjusted"


def test_an_adjustment_never_makes_an_indicator_apply():
    sheet = sheet_of(1)
    exempt(sheet)
    adjust(sheet, 3)
    row = sheet.score("2020-01-31").indicator("001")
    assert (row["status"], row["score"], row["points"]) == ("not_applicable", 0, 0)


def test_an_adjustment_is_kept_within_the_points_that_apply():
    sheet = sheet_of(1)
    sheet.rule("001", "out", points=5, no_input="not_applicable")
    adjust(sheet, 8)
    assert sheet.score("2020-01-31").indicator("001")["score"] == 3


def test_the_newest_adjustment_by_as_of_counts_and_of_one_day_the_greatest_id():
    sheet = sheet_of(0)
    adjust(sheet, 1, adjustment_id="z", decided_on="2020-01-10")
    adjust(sheet, 2, adjustment_id="b", decided_on="2020-01-31")
    adjust(sheet, "2.5", adjustment_id="a", decided_on="2020-01-31")
    adjust(sheet, 3, adjustment_id="x", decided_on="2020-02-01")
    adjust(sheet, 3, adjustment_id="y", decided_on="2020-01-31", year=2018)
    assert sheet.score("2020-01-30").indicator("001")["score"] == 1
    assert sheet.score("2020-01-31").indicator("001")["score"] == 2
    assert sheet.score("2020-03-31").indicator("001")["score"] == 3


# Staleness -----------------------------------------------------------------------------------


def test_a_part_is_stale_when_one_dataset_that_feeds_it_is_late():
    sheet = sheet_of(1)
    sheet.rule("002", metric="entries_mounted")
    sheet.stale = {f"{METRIC}_b"}
    sheet.score()
    assert sheet.part("001", "p0")["stale"] is True
    assert sheet.indicator("001")["stale"] is True
    assert sheet.part("002", "only")["stale"] is False
    [card] = sheet.rows("select indicators_stale from marts.mart_scorecard")
    assert card["indicators_stale"] == 1


def test_a_part_that_does_not_apply_makes_no_indicator_stale():
    sheet = sheet_of(1)
    sheet.rule("001", "out", metric="entries_mounted", no_input="not_applicable")
    sheet.stale = {"entries_mounted_a"}
    row = sheet.score().indicator("001")
    assert row["stale"] is False


# Ranking -------------------------------------------------------------------------------------


def ranks(**rates: tuple[int, int] | None) -> list[tuple[str, Decimal | None, int | None]]:
    """The ranking of departments that reached value of base; None has nothing to answer for."""
    sheet = Sheet(*rates)
    sheet.rule("001", points=100, no_input="not_applicable")
    for department, rate in rates.items():
        if rate is not None:
            sheet.measure("001", department=department, value=rate[0], base=rate[1])
    rows = sheet.score().rows("select department_id, score_rate, rank from marts.mart_scorecard")
    return [tuple(row.values()) for row in rows]


def test_equal_rates_share_a_rank_and_the_next_is_skipped():
    ranking = ranks(d=(1, 4), b=(3, 4), a=(1, 1), c=(6, 8))
    assert [(name, rank) for name, _, rank in ranking] == [("a", 1), ("b", 2), ("c", 2), ("d", 4)]


def test_the_rate_as_printed_is_what_ranks():
    sheet = Sheet("a", "b")
    sheet.rule("001", points=9000, no_input="not_applicable")
    sheet.measure("001", department="a", value="0.500000", base=1)
    sheet.measure("001", department="b", value="0.500002", base=1)
    rows = sheet.score().rows("select total, score_rate, rank from marts.mart_scorecard")
    assert [row["total"] for row in rows] == [Decimal("4500.00"), Decimal("4500.02")]
    assert [(row["score_rate"], row["rank"]) for row in rows] == [(50, 1), (50, 1)]


def test_without_points_there_is_neither_a_rate_nor_a_rank():
    assert ranks(a=None, b=(0, 4)) == [("b", Decimal(0), 1), ("a", None, None)]


def test_a_level_without_points_has_no_rate():
    sheet = Sheet()
    sheet.rule("001", no_input="not_applicable")
    [row] = sheet.score().rows("select score, points, score_rate from marts.mart_scorecard_level")
    assert tuple(row.values()) == (0, 0, None)


# Who is assessed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("department", "is_assessed"),
    [
        ({"active_to": "2019-01-01"}, True),
        ({"active_to": "2018-12-31"}, False),
        ({"active_from": "2019-06-30"}, True),
        ({"active_from": "2019-07-01"}, False),
        ({"city_code": "340100"}, False),
        ({"active_from": "2019-06-02", "active_to": "2019-06-01"}, False),
    ],
)
def test_who_is_not_assessed_stands_in_no_table(department, is_assessed):
    sheet = sheet_of(1)
    sheet.give("departments", {"department_id": "other", "active_from": "2010-01-01"} | department)
    sheet.give("sections", {"department_id": "other", "section_id": "s"})
    sheet.give(
        "responsibilities", {"department_id": "other", "section_id": "s", "indicator_code": "001"}
    )
    source = [{"dataset": "it_projects", "file_id": 1, "rows_read": 1, "rows_counted": 1}]
    sheet.give("it_projects", {"project_id": "p"}, file="a.csv")
    file_id = sheet.files[("it_projects", "a.csv")]
    source[0]["file_id"] = file_id
    sheet.measure("001", "p0", department="other", value=3, base=3, sources=source)
    exempt(sheet, "002", department_id="other")
    adjust(sheet, 1, department_id="other", indicator_code="002")
    sheet.score("2019-06-30")
    tables = [
        "dim_department", "dim_section", "fct_part_score", "fct_indicator_score", "fct_part_source",
        "mart_scorecard", "mart_scorecard_level", "mart_section_task",
    ]  # fmt: skip
    for table in tables:
        rows = sheet.rows(f"select * from marts.{table} where department_id = 'other'")
        assert bool(rows) is is_assessed, table


def test_a_department_without_any_row_is_still_scored():
    sheet = Sheet("edu", "quiet")
    sheet.rule("001")
    sheet.measure("001", value=1, base=1)
    row = sheet.score().indicator("001", "quiet")
    assert (row["status"], row["score"], row["points"]) == ("missing", 0, 2)


# Sources and order ---------------------------------------------------------------------------


def test_the_rows_of_a_part_are_counted_by_file_name():
    sheet = sheet_of()
    sheet.rule("001", "p0")
    sheet.give("it_projects", {"project_id": "a"}, file="a.csv")
    sheet.give("it_projects", {"project_id": "b"}, file="b.csv")
    a, b = sheet.files[("it_projects", "a.csv")], sheet.files[("it_projects", "b.csv")]
    sheet.connection.execute(
        "insert into ops.file select 99, dataset, file_name, 'changed', * exclude "
        "(file_id, dataset, file_name, sha256) from ops.file where file_id = ?", [a]
    )  # fmt: skip
    sheet.measure("001", "p0", value=1, base=1, sources=[
        {"dataset": "it_projects", "file_id": a, "rows_read": 2, "rows_counted": 1},
        {"dataset": "it_projects", "file_id": b, "rows_read": 4, "rows_counted": 0},
        {"dataset": "it_projects", "file_id": 99, "rows_read": 3, "rows_counted": 2},
    ])  # fmt: skip
    rows = sheet.score().rows(
        "select file_name, rows_read, rows_counted from marts.fct_part_source"
    )
    assert [tuple(row.values()) for row in rows] == [("a.csv", 5, 3), ("b.csv", 4, 0)]


def test_no_explanation_speaks_of_files():
    sheet = sheet_of(1)
    sheet.give("it_projects", {"project_id": "a"}, file="secret-name.csv")
    source = {"dataset": "it_projects", "rows_read": 1, "rows_counted": 1}
    source["file_id"] = sheet.files[("it_projects", "secret-name.csv")]
    sheet.measures[0][1]["sources"] = [source]
    row = sheet.score().indicator("001")
    assert "secret" not in row["explanation_zh"] + row["explanation_en"]


def test_scoring_again_gives_equal_tables():
    sheet = sheet_of(1, 2, None)
    adjust(sheet, 2)
    queries = [
        f"from marts.{name}" for name in ("fct_part_score", "fct_indicator_score", "mart_scorecard")
    ]
    first = [sheet.score("2020-01-31").rows(query) for query in queries]
    assert [sheet.score("2020-01-31").rows(query) for query in queries] == first


def test_every_metric_is_measured():
    metrics = {name for name in models() if name.startswith("metrics.")}
    assert {r for r in models()["scores.part_measure"].reads if r.startswith("metrics.")} == metrics
