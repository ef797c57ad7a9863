"""Laws of what wins points back: promised by solving for the amount, held against scoring again.

Each example works out a whole sheet of parts at once, then scores the parts as they would stand
after the change, and after one that is smaller by the least there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sql.gain_sheet import GainSheet

LAWS = settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

points = st.integers(1, 2000).map(lambda hundredths: Decimal(hundredths) / 100)
amounts = st.one_of(
    st.integers(-5, 400),
    st.integers(0, 10**8),
    st.decimals(-10, 10**6, places=6, allow_nan=False, allow_infinity=False),
)
multiples = st.sampled_from([Decimal(1), Decimal(1), Decimal(2), Decimal("0.01")])
ratios = st.fixed_dictionaries({
    "points": points, "value": amounts, "base": amounts,
    "base_divisor": st.sampled_from([1, 1, 365, 366]), "multiple_of": multiples,
    "change": st.sampled_from(["within", "added"]),
    "new_multiple_of": st.sampled_from([None, 1, 2]),
})  # fmt: skip
units = st.fixed_dictionaries({
    "points": points, "value": amounts, "multiple_of": multiples,
    "each": st.decimals("0.000001", 10**4, places=6, allow_nan=False, allow_infinity=False),
})  # fmt: skip
thresholds = st.fixed_dictionaries({
    "points": points, "value": st.one_of(st.none(), amounts), "multiple_of": multiples,
    "bound": st.integers(1, 300), "new_multiple_of": st.sampled_from([None, 1]),
})  # fmt: skip
MEASURED = ("value", "base", "base_divisor")
GAIN = ("change", "multiple_of", "new_multiple_of")


@pytest.fixture(scope="module")
def sheet() -> GainSheet:
    return GainSheet()


def scored(sheet: GainSheet, cases: Sequence[dict[str, Any]], **rule: Any) -> list[dict[str, Any]]:
    """The published parts of the cases, one indicator each, in their order."""
    for memory in (sheet.rules, sheet.levels, sheet.measures, sheet.changes):
        memory.clear()
    new = {"new_zh": "新", "new_en": "new"}
    for number, case in enumerate(cases):
        of_part = {k: v for k, v in case.items() if k not in (*MEASURED, *GAIN)}
        gain = {k: case[k] for k in GAIN if k in case}
        sheet.rule(f"{number:03}", gain=gain | new, **rule, **of_part)
        sheet.measure(f"{number:03}", **{k: case[k] for k in MEASURED if k in case})
    return sheet.score().rows("select * from marts.fct_part_score order by indicator_code")


def promised(sheet: GainSheet, step: int) -> dict[int, dict[str, Any]]:
    """What is promised at a step, by the case's number."""
    rows = sheet.rows("select * from marts.mart_gain where step = ?", step)
    return {int(row["indicator_code"]): row for row in rows}


def changed(case: dict[str, Any], row: dict[str, Any], amount: Decimal) -> dict[str, Any]:
    """The case after a change of an amount."""
    value = Decimal(case["value"] or 0)
    if row["change"] == "fewer":
        return case | {"value": value - amount}
    if "base" not in case:
        return case | {"value": value + amount}
    base = Decimal(case["base"])
    if row["change"] == "added":
        base += amount * case["base_divisor"]
    return case | {"value": value + amount, "base": base}


def hold(sheet: GainSheet, cases: list[dict[str, Any]], **rule: Any) -> None:
    """Every promise of the cases is kept, and no smaller change would do."""
    before = scored(sheet, cases, **rule)
    steps = {step: promised(sheet, step) for step in (1, 2)}
    lost = {number for number, row in enumerate(before) if row["points"] > row["score"]}
    assert set(steps[1]) == lost
    for step, rows in steps.items():
        kept = {number: row for number, row in rows.items() if row["change"] != "none"}
        for number, row in rows.items():
            assert row["gain"] == row["score_to"] - before[number]["score"]
            assert (row["gain"] > 0) == (number in kept)
            assert row["score_to"] <= before[number]["points"]
            assert step == 1 or row["score_to"] == before[number]["points"]
        after = scored(
            sheet, [changed(cases[n], row, row["amount"]) for n, row in kept.items()], **rule
        )
        for (number, row), real in zip(kept.items(), after, strict=True):
            assert real["score"] == row["score_to"], (cases[number], row)
            assert real["base"] == row["base_to"], (cases[number], row)
            assert real["value"] == row["value_to"], (cases[number], row)
        smaller = [
            changed(cases[n], row, row["amount"] - least_of(cases[n], before[n], row))
            for n, row in kept.items()
        ]
        for (number, row), real in zip(kept.items(), scored(sheet, smaller, **rule), strict=True):
            most = before[number]["score"] if step == 1 else row["score_to"] - Decimal("0.01")
            assert real["score"] <= most, (cases[number], row)


def least_of(case: dict[str, Any], before: dict[str, Any], row: dict[str, Any]) -> Decimal:
    """What the amount is a multiple of: that of new items where there was no base to be within."""
    was_new = case.get("change") == "within" and row["change"] == "added"
    return Decimal(case["new_multiple_of"] if was_new else case["multiple_of"])


@LAWS
@given(cases=st.lists(ratios, min_size=15, max_size=30))
def test_a_ratio_keeps_its_promise_and_nothing_less_would_do(sheet, cases):
    hold(sheet, cases)


@LAWS
@given(cases=st.lists(units, min_size=15, max_size=30))
def test_units_keep_their_promise_and_nothing_less_would_do(sheet, cases):
    hold(sheet, cases, method="per_unit")


@LAWS
@given(cases=st.lists(thresholds, min_size=15, max_size=30))
def test_a_flag_keeps_its_promise_and_nothing_less_would_do(sheet, cases):
    flags = [rename(case, "at_least") for case in cases]
    hold(sheet, [case | {"new_multiple_of": None} for case in flags], method="flag")


@LAWS
@given(cases=st.lists(thresholds.filter(lambda c: c["value"] is not None), min_size=9, max_size=30))
def test_a_limit_keeps_its_promise_and_nothing_less_would_do(sheet, cases):
    hold(sheet, [rename(case, "at_most") for case in cases], method="limit")


def rename(case: dict[str, Any], name: str) -> dict[str, Any]:
    """The case with its bound under the name that its method gives it."""
    return {name if key == "bound" else key: value for key, value in case.items()}
