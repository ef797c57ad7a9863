"""Hand-worked scores of every method: a rule, a measurement, and what a person would compute.

All cases stand on one sheet, each as an indicator of its own, and are scored together.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from tests.sql.sheet import Sheet

RATIO = {"method": "ratio", "points": 2}
SCALED = {"method": "scaled", "points": 10}
UNITS = {"method": "per_unit", "points": 2, "each": "0.5"}
FLAG = {"method": "flag", "points": 3, "at_least": 1}
LIMIT = {
    "method": "limit", "points": 3, "at_most": 0, "metric": "major_outages_and_incidents",
    "no_input": None,
}  # fmt: skip
LEVELS = {
    "method": "levels", "points": 3,
    "level_points": {"dedicated": 3, "other": 1, "none": 0},
    "level_names_zh": {"dedicated": "专线", "other": "其他", "none": "未接入"},
    "level_names_en": {"dedicated": "dedicated line", "other": "other way", "none": "none"},
}  # fmt: skip
BANDS = {
    "method": "rank_bands", "points": 2, "no_input": "not_applicable",
    "rank_bands": [{"to_rank": 5, "points": 2}, {"to_rank": 10, "points": 1}],
}  # fmt: skip
NOTHING: dict[str, Any] | None = None


class Case(NamedTuple):
    """A part's rule, its measurement (None: no row at all), and its score or other status."""

    rule: dict[str, Any]
    measure: dict[str, Any] | None
    outcome: str


def ratio(value: Any, base: Any, outcome: str, divisor: int = 1, **rule: Any) -> Case:
    measure = {"value": value, "base": base, "base_divisor": divisor}
    return Case(RATIO | rule, measure, outcome)


HUGE = 10**18
CASES = {
    "a ratio is rounded half up at the hundredth": ratio(87, 120, "2.18", points=3),
    "a ratio just below the half goes down": ratio("0.724999", 1, "2.17", points=3),
    "a third of two points": ratio(1, 3, "0.67"),
    "two thirds of two points": ratio(2, 3, "1.33"),
    "half of a hundredth of a point rounds up": ratio(1, 400, "0.01"),
    "less than half of a hundredth rounds down": ratio(1, 401, "0.00"),
    "points with decimals": ratio(1, 3, "0.27", points="0.8"),
    "a ratio above one earns the points": ratio(7, 3, "2.00"),
    "a ratio of one earns the points": ratio(3, 3, "2.00"),
    "a negative value counts as 0": ratio(-5, 3, "0.00"),
    "a value of 0 is scored": ratio(0, 3, "0.00"),
    "a value of nothing over something is 0": ratio(None, 3, "0.00"),
    "decimals count to the sixth": ratio("0.000001", "0.000003", "0.67"),
    "a base in proportion divides exactly": ratio(90, 1000 * 90, "0.73", divisor=365),
    "a base in proportion at the half": ratio(1, 400 * 73, "0.03", divisor=365),
    "a base in proportion caps": ratio(247, 1000 * 90, "2.00", divisor=365),
    "a base in proportion met exactly": ratio(50, 100 * 183, "2.00", divisor=366),
    "a base in proportion missed by one": ratio(49, 100 * 183, "1.96", divisor=366),
    "a base in proportion that is no whole number": ratio(246, 1000 * 90, "2.00", divisor=365),
    "sums of eighteen digits": ratio(HUGE // 8 * 3, HUGE, "0.75"),
    "sums of eighteen digits that differ by one": ratio(HUGE - 1, HUGE, "2.00"),
    "a huge value over a small base": ratio(10**31, "0.000001", "2.00"),
    "a small value over a huge base": ratio("0.000001", 10**25, "0.00"),
    "huge over huge": ratio(10**25, 3 * 10**25, "0.67"),
    "huge expected in proportion": ratio(HUGE, 3 * HUGE * 122, "2.00", divisor=366),
    "a third of huge expected in proportion": ratio(HUGE, 9 * HUGE * 122, "0.67", divisor=366),
    "many points over a huge base": ratio(HUGE, 3 * HUGE, "3000.33", points=9001),
    "nothing to divide by is 0 by rule": ratio(0, 0, "0.00", empty="zero"),
    "nothing to divide by is full by rule": ratio(0, 0, "2.00", empty="full"),
    "nothing to divide by is out by rule": ratio(0, 0, "not_applicable", empty="not_applicable"),
    "a value over nothing is 0 by rule": ratio(5, 0, "0.00", empty="zero"),
    "a negative base is like 0, scored 0": ratio(5, -3, "0.00", empty="zero"),
    "a negative base is like 0, scored full": ratio(5, -3, "2.00", empty="full"),
    "a negative base is like 0, out": ratio(-5, -3, "not_applicable", empty="not_applicable"),
    "no row at all is missing": Case(RATIO, NOTHING, "missing"),
    "no row at all is out by rule": Case(
        RATIO | {"no_input": "not_applicable"}, NOTHING, "not_applicable"
    ),
    "a row without an input is missing": Case(RATIO, {"inputs": 0, "base": 9}, "missing"),
    "no input comes before nothing to divide by": Case(
        RATIO | {"empty": "full"}, {"inputs": 0, "value": 0, "base": 0}, "missing"
    ),
    "only pending evidence is missing": Case(UNITS, {"inputs": 0, "pending": 3}, "missing"),
    "a mark of another body": Case(SCALED, {"value": "92.345", "base": 100}, "9.23"),
    "a mark at the half": Case(SCALED, {"value": "92.35", "base": 100}, "9.24"),
    "a mark above its full mark": Case(SCALED, {"value": 101, "base": 100}, "10.00"),
    "a mark below 0": Case(SCALED, {"value": -1, "base": 100}, "0.00"),
    "a mark of no full mark": Case(SCALED, {"value": 50, "base": 0}, "0.00"),
    "no mark": Case(SCALED, NOTHING, "missing"),
    "each unit earns": Case(UNITS, {"value": 3}, "1.50"),
    "units up to the points": Case(UNITS, {"value": 4}, "2.00"),
    "units beyond the points": Case(UNITS, {"value": 5}, "2.00"),
    "no unit is scored 0": Case(UNITS, {"value": 0}, "0.00"),
    "negative units count as 0": Case(UNITS, {"value": -4}, "0.00"),
    "units at the half of a hundredth": Case(UNITS | {"each": "0.005"}, {"value": 1}, "0.01"),
    "units below the half of a hundredth": Case(UNITS | {"each": "0.0049"}, {"value": 1}, "0.00"),
    "a sum of units is rounded once": Case(UNITS | {"each": "0.0025"}, {"value": 3}, "0.01"),
    "units of six decimals": Case(UNITS | {"each": "0.333333"}, {"value": 3}, "1.00"),
    "units without number": Case(UNITS, {"value": 10**31}, "2.00"),
    "one huge unit": Case(UNITS | {"each": "999999999999"}, {"value": 10**31}, "2.00"),
    "a part of a huge unit": Case(UNITS | {"each": "999999"}, {"value": "0.000001"}, "1.00"),
    "a flag reached": Case(FLAG, {"value": 1}, "3.00"),
    "a flag passed": Case(FLAG, {"value": 9}, "3.00"),
    "a flag not reached": Case(FLAG, {"value": 0}, "0.00"),
    "a flag missed by a millionth": Case(FLAG, {"value": "0.999999"}, "0.00"),
    "a flag of three with two": Case(FLAG | {"at_least": 3}, {"value": 2}, "0.00"),
    "a flag of three with three": Case(FLAG | {"at_least": 3}, {"value": 3}, "3.00"),
    "a flag without input": Case(FLAG, NOTHING, "missing"),
    "the best level": Case(LEVELS, {"level": "dedicated"}, "3.00"),
    "a middle level": Case(LEVELS, {"level": "other"}, "1.00"),
    "the last level is scored 0": Case(LEVELS, {"level": "none"}, "0.00"),
    "a level not observed": Case(LEVELS, NOTHING, "missing"),
    "within the limit": Case(LIMIT, {"value": 0}, "3.00"),
    "beyond the limit": Case(LIMIT, {"value": 1}, "0.00"),
    "at a higher limit": Case(LIMIT | {"at_most": 2}, {"value": 2}, "3.00"),
    "a limit with nothing to keep is scored 0": Case(LIMIT, {"inputs": 0}, "0.00"),
    "rank 1": Case(BANDS, {"value": 9, "base": 10, "rank": 1}, "2.00"),
    "rank 5 earns the higher band": Case(BANDS, {"value": 9, "base": 10, "rank": 5}, "2.00"),
    "rank 6 earns the lower band": Case(BANDS, {"value": 9, "base": 10, "rank": 6}, "1.00"),
    "rank 10 earns the lower band": Case(BANDS, {"value": 9, "base": 10, "rank": 10}, "1.00"),
    "rank 11 earns nothing": Case(BANDS, {"value": 9, "base": 10, "rank": 11}, "0.00"),
    "no volume of its own is scored 0": Case(BANDS, {"value": 0, "base": 10}, "0.00"),
    "a population not known is missing": Case(BANDS, {"value": 9, "base": None}, "missing"),
    "a population of 0 is missing": Case(BANDS, {"value": 0, "base": 0}, "missing"),
    "no other city to compare with is missing": Case(BANDS, {"value": None, "base": 10}, "missing"),
    "no claimed type is out": Case(BANDS, NOTHING, "not_applicable"),
}  # fmt: skip
CODES = {name: f"{number:03}" for number, name in enumerate(CASES, 1)}


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    sheet = Sheet()
    for name, case in CASES.items():
        sheet.rule(CODES[name], **case.rule)
        if case.measure is not None:
            measured = {"metric": case.rule.get("metric", "filed_projects")} | case.measure
            sheet.measure(CODES[name], **measured)
    return sheet.score()


@pytest.mark.parametrize("name", CASES)
def test_a_part_is_scored_as_by_hand(sheet: Sheet, name: str) -> None:
    case, row = CASES[name], sheet.part(CODES[name], "only")
    status = case.outcome if case.outcome in ("missing", "not_applicable") else "scored"
    score = Decimal(case.outcome if status == "scored" else 0)
    points = Decimal(0 if status == "not_applicable" else case.rule["points"])
    assert (row["status"], row["score"], row["points"]) == (status, score, points)


def test_every_part_has_a_sentence_in_both_languages(sheet: Sheet) -> None:
    assert sheet.rows(
        "select * from marts.fct_part_score where explanation_zh is null or explanation_en is null "
        "or not ends_with(explanation_zh, '。') or not ends_with(explanation_en, '.')"
    ) == []  # fmt: skip


PUBLISHED = {
    "what is expected in proportion is rounded half up": (
        "a base in proportion divides exactly", "90", "246.575342"),
    "a value that does not fit stands at the limit of its type": (
        "a huge value over a small base", "999999999999.999999", "0.000001"),
    "a base that does not fit stands at the limit of its type": (
        "a small value over a huge base", "0.000001", "999999999999.999999"),
    "a negative value is shown as it is": ("a mark below 0", "-1", "100"),
    "a negative base is shown as it is": ("a negative base is like 0, scored 0", "5", "-3"),
    "without an input there is neither": ("a row without an input is missing", None, None),
    "a method without a base has none": ("each unit earns", "3", None),
    "what is empty is shown": ("nothing to divide by is out by rule", "0", "0"),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_value_and_base_are_published(sheet: Sheet, name: str) -> None:
    case, value, base = PUBLISHED[name]
    row = sheet.part(CODES[case], "only")
    assert row["value"] == (None if value is None else Decimal(value))
    assert row["base"] == (None if base is None else Decimal(base))


def test_a_rank_is_published_only_where_there_is_one(sheet: Sheet) -> None:
    assert sheet.part(CODES["rank 6 earns the lower band"], "only")["rank"] == 6
    assert sheet.part(CODES["no volume of its own is scored 0"], "only")["rank"] is None


def test_a_level_is_published_only_for_levels(sheet: Sheet) -> None:
    assert sheet.part(CODES["the last level is scored 0"], "only")["level"] == "none"
    assert sheet.part(CODES["a level not observed"], "only")["level"] is None
    assert sheet.part(CODES["each unit earns"], "only")["level"] is None


SENTENCES = {
    "a ratio is rounded half up at the hundredth": (
        "base_zh：120，value_zh：87。3 分 × 87 ÷ 120 = 2.18 分。距满分还差 33。",
        "Value_en: 87. Base_en: 120. 3 points x 87 / 120 = 2.18 points. "
        "Short of full marks by 33."),
    "a ratio above one earns the points": (
        "base_zh：3，value_zh：7。2 分 × 7 ÷ 3，超出的不计，得满分 2.00 分。",
        "Value_en: 7. Base_en: 3. 2 points x 7 / 3, capped at full marks, 2.00 points."),
    "a negative value counts as 0": (
        "base_zh：3，value_zh：-5。2 分 × -5 ÷ 3，负数按 0 计，得 0.00 分。距满分还差 3。",
        "Value_en: -5. Base_en: 3. 2 points x -5 / 3, below 0 counts as 0, 0.00 points. "
        "Short of full marks by 3."),
    "nothing to divide by is full by rule": (
        "base_zh：0，没有可以比较的基数，没有尚待完成的，按规则得满分 2.00 分。",
        "Base_en: 0, so there is nothing to divide by: nothing is left to do, by the rule full "
        "marks, 2.00 points."),
    "only pending evidence is missing": (
        "“部分 only”截至 2019-12-31 没有可以计分的记录：缺报，得 0 分，满分 2 分。rule_zh。"
        "另有 3 份材料待审，通过后才计分。",
        'Nothing that counts came for "part only" by 2019-12-31: missing, nothing earned '
        "(full marks: 2). rule_en. Evidence still pending: 3; it counts once accepted."),
    "no row at all is out by rule": (
        "“部分 only”截至 2019-12-31 没有应当考核的事项：不适用，不计入总分。",
        'There was nothing to assess for "part only" by 2019-12-31: not applicable, left out of '
        "the totals."),
    "each unit earns": (
        "value_zh：3。每个 0.5 分 × 3 = 1.50 分。再有 1 个即得满分 2 分。",
        "Value_en: 3. Each earns 0.5: 0.5 x 3 = 1.50 points. With 1 more: full marks, 2 points."),
    "units beyond the points": (
        "value_zh：5。每个 0.5 分 × 5，最高 2 分，得 2.00 分。",
        "Value_en: 5. Each earns 0.5: 0.5 x 5, capped at 2 points, 2.00 points."),
    "a flag of three with two": (
        "value_zh：2，要求至少 3，还差 1：得 0.00 分，满分 3 分。",
        "Value_en: 2. At least 3 asked, 1 short: 0.00 of 3 points."),
    "a middle level": (
        "value_zh：其他，得 1.00 分，满分 3 分（“专线”得满分）。",
        'Value_en: other way, 1.00 of 3 points ("dedicated line" earns full marks).'),
    "beyond the limit": (
        "value_zh：1，上限 0，超出 1：得 0.00 分，满分 3 分。",
        "Value_en: 1. At most 0 allowed, 1 too many: 0.00 of 3 points."),
    "a limit with nothing to keep is scored 0": (
        "考核期内没有在用的网络线路，只有已接入的部门才能得分：得 0.00 分，满分 3 分。",
        "No network link was in service in the window, and only a connected department can earn "
        "this: 0.00 of 3 points."),
    "rank 6 earns the lower band": (
        "value_zh：9，base_zh：10。9 ÷ 10 在各市中排第 6 名：得 1.00 分"
        "（第 1 至 5 名 2 分，第 6 至 10 名 1 分，其余 0 分）。",
        "Value_en: 9. Base_en: 10. 9 / 10 ranks 6 among the cities: 1.00 points "
        "(rank 1 to 5: 2, rank 6 to 10: 1, others: 0)."),
    "no other city to compare with is missing": (
        "没有其他城市的数据可比，无法排名：缺报，得 0 分，满分 2 分。",
        "No other city has data to compare with, so there is no rank: missing, nothing "
        "earned (full marks: 2)."),
}  # fmt: skip


@pytest.mark.parametrize("name", SENTENCES)
def test_an_explanation_shows_the_arithmetic(sheet: Sheet, name: str) -> None:
    row = sheet.part(CODES[name], "only")
    assert (row["explanation_zh"], row["explanation_en"]) == SENTENCES[name]


def test_what_is_expected_in_proportion_is_explained_by_days() -> None:
    sheet = Sheet()
    sheet.rule(metric="credit_volume")
    sheet.measure(metric="credit_volume", value=90, base=1000 * 90, base_divisor=365)
    row = sheet.score("2019-03-31").only()
    assert row["explanation_zh"] == (
        "base_zh：246.575342（1000 × 90 ÷ 365），value_zh：90。"
        "2 分 × 90 ÷ （1000 × 90 ÷ 365） = 0.73 分。距满分还差 156.575342。"
    )
    assert row["explanation_en"] == (
        "Value_en: 90. Base_en: 246.575342 (1000 x 90 / 365). 2 points x 90 / (1000 x 90 / 365) "
        "= 0.73 points. Short of full marks by 156.575342."
    )
