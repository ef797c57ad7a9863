"""What nothing is promised for: scores set by decision, closed assessments, incidents on record."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from scorecard.scoring import run_models
from tests.city import City, models
from tests.expectations.scored import failures, verdict
from tests.sql.gain_sheet import GAIN_MODELS, GainSheet
from tests.sql.sheet import adjust, exempt


def told(city: City, code: str) -> list[tuple[Any, ...]]:
    """The rows of an indicator: department, part, change, score after, gain."""
    return [
        (r["department_id"], r["part"], r["change"], str(r["score_to"]), str(r["gain"]))
        for r in city.rows(
            "select * from marts.mart_gain where indicator_code = ? "
            "order by department_id, part, step",
            code,
        )
    ]


# Scores set by decision --------------------------------------------------------------------------


def decided(score: Any, *values: int) -> GainSheet:
    """One indicator with a part of two points for each value of 4, and its score as decided."""
    sheet = GainSheet()
    for number, value in enumerate(values):
        sheet.rule(part=f"p{number}")
        sheet.measure(part=f"p{number}", value=value, base=4)
    adjust(sheet, score, indicator_code="001")
    return sheet.score("2020-03-31")


def test_a_score_that_was_set_by_decision_is_not_won_back() -> None:
    [row] = decided(1, 1).gains()
    assert (row["change"], row["gain"], row["score_to"]) == ("none", 0, Decimal("0.50"))
    assert row["text_zh"] == "本指标得分由人工调整决定，补充数据不会改变得分。"
    assert row["text_en"] == (
        "The indicator's score was set by a decision, which no further data changes."
    )


def test_full_parts_of_an_indicator_adjusted_down_say_that_it_was_decided() -> None:
    sheet = decided("0.25", 4, 1)
    assert told(sheet, "001") == [
        ("edu", "p0", "none", "2.00", "0.00"), ("edu", "p1", "none", "0.50", "0.00"),
    ]  # fmt: skip
    assert len({row["text_en"] for row in sheet.gains()}) == 1


def test_parts_of_an_indicator_adjusted_up_to_full_lost_nothing() -> None:
    assert told(decided(4, 4, 1), "001") == []


def test_a_part_that_does_not_apply_lost_nothing_by_a_decision() -> None:
    sheet = GainSheet()
    sheet.rule(part="applies")
    sheet.rule(part="does_not", empty="not_applicable")
    sheet.measure(part="applies", value=4, base=4)
    sheet.measure(part="does_not", value=0, base=0)
    adjust(sheet, 1, indicator_code="001")
    assert told(sheet.score("2020-03-31"), "001") == [("edu", "applies", "none", "2.00", "0.00")]


def test_an_indicator_that_does_not_apply_lost_nothing_by_a_decision() -> None:
    sheet = GainSheet()
    sheet.rule()
    adjust(sheet, 1, indicator_code="001")
    exempt(sheet)
    assert told(sheet.score("2020-03-31"), "001") == []


@cache
def adjusted_city() -> City:
    """Two departments without a link, so with nothing for 007: one set to full, one to 0.25."""
    city = City(departments=("edu", "fin", "tax"))
    city.give("network_links", {"link_id": "l3", "department_id": "tax"})
    for department, score in (("edu", 3), ("fin", "0.25"), ("tax", "0.25")):
        adjust(city, score, department_id=department, indicator_code="007")
    return city.score()


def test_adjustments_up_and_down_pass_the_checks() -> None:
    city = adjusted_city()
    assert told(city, "007") == [
        ("fin", "outages_and_incidents", "none", "0.00", "0.00"),
        ("tax", "outages_and_incidents", "none", "3.00", "0.00"),
    ]
    assert failures(city) == {}


@pytest.mark.parametrize(("check", "corruption"), [
    ("every_lost_part_told", "delete from marts.mart_gain where {tax}"),
    ("rows_present", "delete from marts.mart_gain where {tax} or step = 2"),
    ("every_lost_part_told", "insert into marts.mart_gain select * replace "
     "('edu' as department_id) from marts.mart_gain where {tax}"),
    ("gain_follows_score", "update marts.mart_gain set change = 'fewer' where {tax}"),
    ("gain_follows_score", "update marts.fct_part_score set score = 2 where {tax}"),
    ("gain_follows_score", "update rules.assessment set state = 'closed'"),
])  # fmt: skip
def test_a_decided_row_that_is_not_as_it_must_be_is_rejected(check: str, corruption: str) -> None:
    city = adjusted_city()
    city.connection.begin()
    try:
        city.connection.execute(
            corruption.format(tax="(department_id = 'tax' and indicator_code = '007')")
        )
        assert not verdict(city, f"mart_gain.{check}").passed
    finally:
        city.connection.rollback()


# Closed assessments ------------------------------------------------------------------------------


def test_on_the_last_day_of_decisions_points_can_be_won_back() -> None:
    sheet = GainSheet()
    sheet.rule()
    sheet.measure(value=1, base=4)
    assert [row["change"] for row in sheet.score("2020-03-31").gains()] == ["within", "within"]


def test_nothing_is_won_back_once_the_assessment_is_closed() -> None:
    sheet = GainSheet()
    for code in ("001", "002"):
        sheet.rule(code)
        sheet.measure(code, value=1, base=4)
    adjust(sheet, 1, indicator_code="002")
    sheet.score("2020-04-01")
    for code in ("001", "002"):
        [row] = sheet.gains(code)
        assert (row["step"], row["change"], row["gain"]) == (1, "none", 0)
        assert (row["amount"], row["score_to"]) == (None, Decimal("0.50"))
        assert row["text_zh"] == "本次考核已结束，得分不再变动。"
        assert row["text_en"] == "The assessment is closed; nothing changes the score any more."


def test_a_closed_city_passes_the_checks() -> None:
    city = City().score("2020-04-01")
    assert city.rows("select distinct change, step, gain from marts.mart_gain") == [
        {"change": "none", "step": 1, "gain": 0}
    ]
    assert failures(city) == {}


# Incidents of a department without a link --------------------------------------------------------


INCIDENTS: dict[str, dict[str, Any]] = {
    "counted": {},
    "unconfirmed": {"confirmed": False},
    "of_the_year_before": {"occurred_at": "2018-12-31 23:59:59"},
    "of_the_year_after": {"occurred_at": "2020-01-01 00:00:00"},
}


@cache
def city_with_incidents() -> City:
    """Two departments for each incident, one of them with a link; `quiet` has none of either."""
    names = [f"{name}{link}" for name in INCIDENTS for link in ("", "_linked")]
    city = City(departments=("quiet", *names))
    for name in names:
        city.give("security_incidents", {
            "incident_id": name, "department_id": name, "confirmed": True,
            "occurred_at": "2019-06-01 08:00:00",
        } | INCIDENTS[name.removesuffix("_linked")])  # fmt: skip
        if name.endswith("_linked"):
            city.give("network_links", {
                "link_id": name, "department_id": name, "connected_at": "2019-02-01",
            })  # fmt: skip
    return city.score()


def promise(city: City, department: str) -> dict[str, Any]:
    [row] = city.rows(
        "select * from marts.mart_gain where indicator_code = '007' and department_id = ?",
        department,
    )
    return row


def test_a_link_is_not_promised_to_earn_what_an_incident_takes() -> None:
    city = city_with_incidents()
    row = promise(city, "counted")
    assert (row["change"], row["gain"], row["score_to"]) == ("none", 0, 0)
    assert (row["amount"], row["value_to"]) == (None, None)
    assert row["text_zh"] == "考核期内已确认的安全事件超过上限，接入线路后即计入，仍不得分。"
    assert row["text_en"] == (
        "The window has more confirmed security incidents than the limit allows; they count once "
        "a link is connected, which would earn nothing."
    )
    assert city.part("007", "outages_and_incidents", "counted_linked")["score"] == 0
    linked = promise(city, "counted_linked")
    assert (linked["change"], linked["amount"]) == ("fewer", 1)
    assert failures(city) == {}


@pytest.mark.parametrize("name", ["quiet", *list(INCIDENTS)[1:]])
def test_an_incident_that_does_not_count_takes_nothing_from_a_first_link(name: str) -> None:
    city = city_with_incidents()
    row = promise(city, name)
    assert (row["change"], row["amount"], row["value_to"], row["gain"]) == ("added", 1, 0, 3)
    if name != "quiet":
        assert city.part("007", "outages_and_incidents", f"{name}_linked")["score"] == 3


def test_incidents_within_a_higher_limit_are_the_value_of_a_first_link() -> None:
    city = City()
    happened = {"occurred_at": "2019-06-01 08:00:00", "confirmed": True}
    city.give(
        "security_incidents", {"incident_id": "a"} | happened, {"incident_id": "b"} | happened
    )
    city.score()
    city.connection.execute("update rules.part set at_most = 2 where indicator_code = '007'")
    run_models(city.connection, models(), GAIN_MODELS)
    row = promise(city, "edu")
    assert (row["change"], row["value_to"], row["gain"]) == ("added", 2, 3)
