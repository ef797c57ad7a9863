"""Laws of scoring, held against exact fractions: what must be true of any measurement.

Each example scores a whole sheet of parts at once, so that few examples cover many measurements.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sql.sheet import Sheet

LAWS = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

points = st.integers(1, 2000).map(lambda hundredths: Decimal(hundredths) / 100)
counts = st.integers(0, 400)
amounts = st.one_of(
    counts,
    st.integers(-5, 10**18),
    st.decimals(-10, 10**6, places=6, allow_nan=False, allow_infinity=False),
    st.decimals(0, 10**12, places=6, allow_nan=False, allow_infinity=False),
)
ratios = st.fixed_dictionaries(
    {
        "points": points,
        "value": amounts,
        "base": amounts,
        "base_divisor": st.sampled_from([1, 1, 365, 366]),
        "empty": st.sampled_from(["zero", "full", "not_applicable"]),
    }
)
units = st.fixed_dictionaries(
    {
        "points": points,
        "value": amounts,
        "each": st.decimals("0.000001", 10**6, places=6, allow_nan=False, allow_infinity=False),
    }
)


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    return Sheet()


def half_up(exact: Fraction) -> Decimal:
    return Decimal(floor(exact * 100 + Fraction(1, 2))) / 100


def within(exact: Fraction, most: Decimal) -> Decimal:
    return half_up(min(max(exact, Fraction(0)), Fraction(most)))


def score(sheet: Sheet, cases: Sequence[dict[str, Any]], **rule: Any) -> list[dict[str, Any]]:
    """The published rows of the cases, one indicator each, in their order."""
    measured = ("value", "base", "base_divisor")
    sheet.rules.clear()
    sheet.levels.clear()
    sheet.measures.clear()
    for number, case in enumerate(cases):
        given_rule = {name: value for name, value in case.items() if name not in measured}
        sheet.rule(f"{number:03}", **rule, **given_rule)
        sheet.measure(f"{number:03}", **{name: case[name] for name in measured if name in case})
    return sheet.score().rows("select * from marts.fct_part_score order by indicator_code")


@LAWS
@given(cases=st.lists(ratios, min_size=20, max_size=60))
def test_a_ratio_is_the_exact_fraction_rounded_once(sheet, cases):
    for case, row in zip(cases, score(sheet, cases), strict=True):
        base = Fraction(case["base"]) / case["base_divisor"]
        if base > 0:
            expected = within(
                Fraction(case["points"]) * Fraction(case["value"]) / base, case["points"]
            )
        else:
            expected = case["points"] if case["empty"] == "full" else Decimal(0)
        assert row["score"] == expected, case
        assert 0 <= row["score"] <= case["points"]
        applies = base > 0 or case["empty"] != "not_applicable"
        assert row["points"] == (case["points"] if applies else 0), case
        assert row["status"] == ("scored" if applies else "not_applicable"), case


@LAWS
@given(cases=st.lists(units, min_size=20, max_size=60))
def test_units_are_the_exact_product_rounded_once(sheet, cases):
    for case, row in zip(cases, score(sheet, cases, method="per_unit"), strict=True):
        exact = Fraction(case["value"]) * Fraction(case["each"])
        assert row["score"] == within(exact, case["points"]), case


@LAWS
@given(cases=st.lists(ratios, min_size=20, max_size=60))
def test_what_is_published_is_the_exact_base_rounded_once(sheet, cases):
    most = Decimal("999999999999.999999")
    for case, row in zip(cases, score(sheet, cases), strict=True):
        exact = Fraction(case["base"]) / case["base_divisor"]
        rounded = Decimal(floor(exact * 10**6 + Fraction(1, 2))).scaleb(-6)
        assert row["base"] == min(rounded, most), case
        assert row["value"] == min(Decimal(case["value"]), most), case


@LAWS
@given(
    part=points,
    base=st.integers(1, 10**9),
    values=st.lists(st.integers(-10, 2 * 10**9), min_size=5, max_size=30),
)
@pytest.mark.parametrize(
    "rule",
    [
        {"method": "ratio"},
        {"method": "scaled"},
        {"method": "per_unit", "each": "0.07"},
        {"method": "flag", "at_least": 9},
    ],
)
def test_more_never_scores_less(sheet, rule, part, base, values):
    cases = [{"points": part, "value": value, "base": base} for value in sorted(values)]
    rows = score(sheet, cases, **rule)
    assert all(less["score"] <= more["score"] for less, more in pairwise(rows))
    assert all(0 <= row["score"] <= part for row in rows)


@LAWS
@given(part=points, values=st.lists(counts, min_size=5, max_size=30), at_most=st.integers(0, 200))
def test_more_never_earns_within_a_limit(sheet, part, values, at_most):
    cases = [{"points": part, "value": value} for value in sorted(values)]
    rows = score(sheet, cases, method="limit", at_most=at_most)
    assert all(less["score"] >= more["score"] for less, more in pairwise(rows))


@LAWS
@given(data=st.data())
def test_every_sheet_adds_up_at_every_level(data):
    sheet = Sheet("a", "b", "c")
    shape = st.tuples(st.integers(0, 8), st.sampled_from("xyz"), points)
    for position, (indicator, level1, part) in enumerate(
        data.draw(st.lists(shape, min_size=3, max_size=15))
    ):
        code, name = f"{indicator:03}", f"p{position}"
        no_input = data.draw(st.sampled_from(["missing", "not_applicable"]))
        known = sheet.levels.get(code, level1)
        sheet.rule(code, name, level1=known, points=part, no_input=no_input)
        for department in "abc":
            value, base = data.draw(st.tuples(st.one_of(st.none(), counts), counts))
            if value is not None:
                sheet.measure(code, name, department=department, value=value, base=base)
    sheet.score()
    assert sheet.rows("""
        with indicator as (
            select assessment_id, department_id, indicator_code, sum(score) as score,
                sum(points) as points
            from marts.fct_part_score group by all
        ),
        level as (
            select department_id, sum(score) as score, sum(points) as points
            from marts.mart_scorecard_level group by all
        ),
        total as (
            select department_id, sum(score) as score, sum(points) as points
            from marts.fct_indicator_score group by all
        )
        select 'indicator' as wrong, i.department_id from indicator as i
        inner join marts.fct_indicator_score as f using (department_id, indicator_code)
        where i.score <> f.score or i.points <> f.points or f.lost <> f.points - f.score
        union all
        select 'level', department_id from level
        inner join marts.mart_scorecard as m using (department_id)
        where level.score <> m.total or level.points <> m.points
        union all
        select 'total', department_id from total
        inner join marts.mart_scorecard as m using (department_id)
        where total.score <> m.total or total.points <> m.points
    """) == []  # fmt: skip
    cards = sheet.rows("select * from marts.mart_scorecard")
    assert len(cards) == 3
    rates = [card["score_rate"] for card in cards if card["score_rate"] is not None]
    for card in cards:
        if card["points"] == 0:
            assert (card["score_rate"], card["rank"]) == (None, None)
        else:
            exact = Fraction(card["total"]) * 100 / Fraction(card["points"])
            assert card["score_rate"] == half_up(exact)
            assert card["rank"] == 1 + sum(rate > card["score_rate"] for rate in rates)
