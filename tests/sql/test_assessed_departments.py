"""Who is assessed: departments of the rulebook's city, active on a day of the window so far."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import City

CASES: dict[str, tuple[dict[str, Any], bool]] = {
    "active without an end": ({}, True),
    "begun on the last day of the window": ({"active_from": "2019-12-31"}, True),
    "begun on the day after the window": ({"active_from": "2020-01-01"}, False),
    "ended on the first day of the window": ({"active_to": "2019-01-01"}, True),
    "ended on the day before the window": ({"active_to": "2018-12-31"}, False),
    "active on one day": ({"active_from": "2019-05-05", "active_to": "2019-05-05"}, True),
    "ended before it began": ({"active_from": "2019-06-02", "active_to": "2019-06-01"}, False),
    "ended after the window": ({"active_to": "2020-02-01"}, True),
    "of another city": ({"city_code": "340100"}, False),
}
IN_JUNE: dict[str, tuple[dict[str, Any], bool]] = {
    "begun on the day of E": ({"active_from": "2019-06-30"}, True),
    "begun on the day after E": ({"active_from": "2019-07-01"}, False),
    "ended after E": ({"active_to": "2019-07-01"}, True),
}


def assessed(cases: dict[str, tuple[dict[str, Any], bool]], as_of: str) -> dict[str, bool]:
    """Whether each case's department stands in the scorecard."""
    city = City(departments=())
    for name, (values, _) in cases.items():
        city.give("departments", {"department_id": name, "active_from": "2010-01-01", **values})
    found = city.score(as_of).rows("select department_id from marts.mart_scorecard")
    names = [row["department_id"] for row in found]
    assert len(names) == len(set(names))
    return {name: name in names for name in cases}


@pytest.mark.parametrize(
    ("cases", "as_of"), [(CASES, "2020-03-31"), (IN_JUNE, "2019-06-30")], ids=["final", "june"]
)
def test_a_department_is_assessed_if_it_was_active_on_a_day(
    cases: dict[str, tuple[dict[str, Any], bool]], as_of: str
) -> None:
    assert assessed(cases, as_of) == {name: expected for name, (_, expected) in cases.items()}


def test_the_newest_row_of_a_department_decides() -> None:
    city = City()
    city.give(
        "departments",
        {"department_id": "edu", "active_from": "2010-01-01", "active_to": "2018-12-31"},
        file="later.csv",
    )
    assert city.score().rows("select 1 from marts.mart_scorecard") == []
