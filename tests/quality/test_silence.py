"""Periods without rows, or with few of them, on rows of a city in memory, worked out by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.city import City
from tests.quality.judged import Judged

DEPARTMENTS = ("edu", "finance", "health", "police")


@pytest.fixture
def city():
    city = City(departments=DEPARTMENTS)
    city.give("network_links", {"link_id": "l1", "connected_at": "2020-01-01"})
    return city


def days(first, last, *, weekdays=range(1, 8), without=()):
    """The days from one to another, as texts."""
    day, last = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    while day <= last:
        if day.isoweekday() in weekdays and str(day) not in without:
            yield str(day)
        day += dt.timedelta(1)


def documents(moments, each=1, **values):
    return [
        {"document_id": f"{values} {at} {n}", "received_at": at, "due_at": at, **values}
        for at in moments
        for n in range(each)
    ]


def months(column, *numbers):
    """Months of 2019 from January on, as rows of one key column."""
    return [{column: f"2019-{number:02}-01"} for number in numbers]


def of_all(column, *numbers):
    """So many rows of each month of 2019 from January on, a fourth of them each department's."""
    return [
        {column: f"2019-{month:02}-10", "department_id": DEPARTMENTS[place % 4]}
        for month, number in enumerate(numbers, 1)
        for place in range(number)
    ]


# what is dense


def test_a_link_in_service_owes_probes_on_every_day_that_was_due(city):
    city.give(
        "network_links",
        {"link_id": "l2", "connected_at": "2018-01-01", "disconnected_at": "2019-01-05"},
        {"link_id": "l3", "connected_at": "2019-01-06", "department_id": "finance"},
    )
    city.give(
        "network_probes",
        *({"link_id": "l2", "probed_at": day} for day in days("2019-01-01", "2019-01-03")),
        {"link_id": "l3", "probed_at": "2019-01-06 23:59"},
    )
    judged = Judged(city, "network_probes", "2019-01-08")  # the 8th is due at 6 on the 9th
    assert judged.found("silent_periods") == [("edu", "2019-01", 1), ("finance", "2019-01", 1)]
    assert judged.examples("silent_periods") == [
        "link_id=l2, day=2019-01-04", "link_id=l3, day=2019-01-07",
    ]  # fmt: skip


def test_nothing_is_owed_from_before_a_dataset_began(city):
    city.give("network_links", {"link_id": "l2", "connected_at": "2018-01-01"})
    city.give("network_probes", {"link_id": "l2", "probed_at": "2019-01-05"})
    judged = Judged(city, "network_probes", "2019-01-08")
    assert judged.examples("silent_periods") == [
        "link_id=l2, day=2019-01-06", "link_id=l2, day=2019-01-07",
    ]  # fmt: skip


def test_a_department_owes_each_month_from_its_first_on(city):
    months_of_edu = months("month", 1, 2, 4, 5)
    months_of_finance = [{**row, "department_id": "finance"} for row in months("month", 3, 4, 5)]
    city.give("trading_platform_scores", *months_of_edu, *months_of_finance)
    judged = Judged(city, "trading_platform_scores", "2019-07-04")  # June is due on 6 July
    assert judged.found("silent_periods") == [("edu", "2019-03", 1)]
    assert judged.examples("silent_periods") == ["department_id=edu, period=2019-03"]


def test_a_department_that_ended_owes_nothing_from_its_last_month_on(city):
    city.give("departments", {"department_id": "old", "active_to": "2019-03-30"})
    city.give("departments", {"department_id": "ends", "active_to": "2019-03-31"})
    for department in ("old", "ends"):
        city.give(
            "trading_platform_scores",
            *({**row, "department_id": department} for row in months("month", 1)),
        )
    judged = Judged(city, "trading_platform_scores", "2019-07-31")
    assert judged.found("silent_periods") == [("ends", "2019-02", 1), ("ends", "2019-03", 1),
                                              ("old", "2019-02", 1)]  # fmt: skip


# days of the city, months of a department


def test_a_working_day_without_rows_is_silent_where_its_weekday_always_has_many(city):
    at_work = days("2019-01-01", "2019-01-31", weekdays=range(1, 6), without=["2019-01-16"])
    city.give("official_documents", *documents(at_work, each=20))
    judged = Judged(city, "official_documents", "2019-01-31")  # of Saturdays there are none
    assert judged.found("silent_periods") == [(None, "2019-01", 1)]
    assert judged.examples("silent_periods") == ["day=2019-01-16"]


def test_a_day_without_rows_is_chance_where_its_weekday_has_few(city):
    at_work = days("2019-01-01", "2019-01-31", without=["2019-01-16"])
    city.give("official_documents", *documents(at_work, each=19))
    assert Judged(city, "official_documents", "2019-01-31").total("silent_periods") == 0


def test_a_departments_month_is_silent_where_its_months_have_many(city):
    given = {
        "edu": (19, ["2019-01-07", "2019-02-07", "2019-04-08"]),  # few
        "finance": (20, ["2019-01-09", "2019-02-11", "2019-04-09"]),
        "health": (20, ["2019-02-13", "2019-03-13", "2019-04-10"]),  # it began in February
    }
    for department, (each, moments) in given.items():
        city.give("official_documents", *documents(moments, each, department_id=department))
    judged = Judged(city, "official_documents", "2019-05-15")
    assert [told for told in judged.examples("silent_periods") if "department" in told] == [
        "department_id=finance, period=2019-03"
    ]
    assert ("finance", "2019-03", 1) in judged.found("silent_periods")


# months of the city: a department has a fourth of the rows, which is too few to be looked at alone


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((60, 60, 0, 60, 60), ["period=2019-03, rows=0, usual=60"]),
        ((60, 60, 19, 60, 60), ["period=2019-03, rows=19, usual=60"]),
        ((60, 60, 20, 60, 60), []),  # the third part
        ((59, 59, 0, 59, 59), []),  # too few to be sure
        ((60, 60, 60, 60, 0), ["period=2019-05, rows=0, usual=60"]),
        ((79, 61, 0, 0, 61), ["period=2019-03, rows=0, usual=61",
                              "period=2019-04, rows=0, usual=61"]),
        ((60, 0, 0, 0, 60), []),  # by now it is usual
    ],
)  # fmt: skip
def test_a_month_of_the_city_is_thin_with_less_than_a_third_of_the_usual(city, numbers, told):
    city.give("official_documents", *of_all("received_at", *numbers))
    judged = Judged(city, "official_documents", "2019-06-15")
    assert judged.examples("silent_periods") == told
    assert judged.total("silent_periods") == len(told)
    assert all(department is None for department, _, _ in judged.found("silent_periods"))


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((19, 60, 60, 60, 60), []),
        ((5, 10, 19, 60, 60, 60, 60), []),
        ((20, 19, 60, 60, 60), ["period=2019-02, rows=19, usual=60"]),  # January is not thin
        ((5, 60, 19, 60, 60), ["period=2019-03, rows=19, usual=60"]),
    ],
)
def test_months_before_the_first_usual_one_are_a_beginning(city, numbers, told):
    city.give("official_documents", *of_all("received_at", *numbers))
    judged = Judged(city, "official_documents", f"2019-{len(numbers) + 1:02}-15")
    assert judged.examples("silent_periods") == told


@pytest.mark.parametrize(("as_of", "thin"), [("2019-04-30", 0), ("2019-05-02", 1)])
def test_a_month_is_looked_at_once_all_of_it_was_due(city, as_of, thin):
    city.give("official_documents", *of_all("received_at", 60, 60, 60, 5))
    assert Judged(city, "official_documents", as_of).total("silent_periods") == thin


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((20, 20, 0, 20, 20), ["period=2019-03, rows=0, usual=20"]),
        ((20, 20, 1, 20, 20), []),
        ((19, 19, 0, 19, 19), []),
        ((60, 60, 0, 60, 60), ["period=2019-03, rows=0, usual=60"]),
        ((60, 60, 19, 60, 60), ["period=2019-03, rows=19, usual=60"]),
    ],
)
def test_a_monthly_dataset_is_silent_from_fewer_rows_on_than_it_is_thin(city, numbers, told):
    city.give("joint_sanction_cases", *of_all("occurred_at", *numbers))
    judged = Judged(city, "joint_sanction_cases", "2019-06-15")
    assert judged.examples("silent_periods") == told
    assert judged.total("silent_periods") == len(told)
