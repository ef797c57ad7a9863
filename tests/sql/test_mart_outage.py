"""The outages of the departments' links, and the runs of probes that they are found in."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.city import City


def test_probe_runs_end_with_the_file_and_with_the_day() -> None:
    city = City()
    for at, is_up, file in (
        ("2019-05-01 23:57:00", True, "a.csv"),
        ("2019-05-01 23:58:00", True, "a.csv"),
        ("2019-05-01 23:59:00", True, "b.csv"),
        ("2019-05-02 00:00:00", True, "b.csv"),
        ("2019-05-02 00:01:00", False, "b.csv"),
        ("2019-05-02 00:05:00", False, "b.csv"),
    ):
        city.give("network_probes", {"probed_at": at, "is_up": is_up}, file=file)
    city.score()
    runs = city.rows(
        "select strftime(first_at, '%d %H:%M'), strftime(last_at, '%d %H:%M'), is_up, probes "
        "from rollups.probe_runs order by first_at"
    )
    assert [tuple(run.values()) for run in runs] == [
        ("01 23:57", "01 23:58", True, 2),
        ("01 23:59", "01 23:59", True, 1),
        ("02 00:00", "02 00:00", True, 1),
        ("02 00:01", "02 00:05", False, 2),
    ]


def shown(city: City, columns: str = "*") -> list[tuple[Any, ...]]:
    """The rows of `mart_outage`, in the order of the links and their starts."""
    query = f"select {columns} from marts.mart_outage order by link_id, started_at, planned"
    return [tuple(found.values()) for found in city.rows(query)]


def test_outages_are_shown_uncut_with_their_hours_in_the_window() -> None:
    city = City(departments=("edu", "tax"))
    city.give("departments", {"department_id": "far", "city_code": "340100"})
    for number, department in enumerate(("edu", "tax", "far", "nobody")):
        city.give("network_links", {"link_id": f"l{number}", "department_id": department})
        city.give(
            "network_outages",
            {
                "link_id": f"l{number}",
                "started_at": "2018-12-31 12:00:00",
                "ended_at": "2019-01-01 01:00:00",
                "planned": False,
            },
        )
    city.give(
        "network_outages",
        {"link_id": "l0", "started_at": "2019-12-31 19:00:01", "planned": False},
        {
            "link_id": "l1",
            "started_at": "2019-12-31 23:59:59.998",
            "ended_at": "2020-01-01 00:00:00",
            "planned": True,
        },
    )
    city.score()
    noon, one = dt.datetime(2018, 12, 31, 12), dt.datetime(2019, 1, 1, 1)
    assert shown(city, "link_id, department_id, started_at, ended_at, hours, planned, major") == [
        ("l0", "edu", noon, one, 1, False, False),
        ("l0", "edu", dt.datetime(2019, 12, 31, 19, 0, 1), None, Decimal("4.999722"), False, True),
        ("l1", "tax", noon, one, 1, False, False),
        (
            "l1",
            "tax",
            dt.datetime(2019, 12, 31, 23, 59, 59, 998000),
            None,
            Decimal("0.000001"),
            True,
            False,
        ),
    ]


def test_planned_outages_stand_beside_what_they_leave_of_the_others() -> None:
    city = City()
    city.give("network_links", {"link_id": "l1"})
    city.give(
        "network_outages",
        {"started_at": "2019-05-01 00:00:00", "ended_at": "2019-05-01 09:00:00", "planned": False},
        {"started_at": "2019-05-01 02:00:00", "ended_at": "2019-05-01 03:00:00", "planned": True},
        {"started_at": "2019-05-01 02:00:00", "ended_at": "2019-05-01 03:30:00", "planned": True},
        {"started_at": "2018-05-01 02:00:00", "ended_at": "2019-01-01 00:00:00", "planned": True},
    )
    city.score()
    hours = "hour(started_at), hour(ended_at), hours, planned, major"
    assert shown(city, hours) == [
        (0, 2, 2, False, False),
        (2, 3, 1, True, False),
        (2, 3, Decimal("1.5"), True, False),
        (3, 9, Decimal("5.5"), False, True),
    ]


def drawn(count: int, longest: int, dice: random.Random) -> list[tuple[int, int]]:
    """Intervals in hours around the window's first day, some of them empty or reversed."""
    starts = [dice.randrange(48) for _ in range(count)]
    return [(start, start + dice.randrange(-1, longest)) for start in starts]


def stretches(hours: set[int]) -> Iterator[tuple[int, int]]:
    """The maximal intervals that a set of whole hours makes up."""
    for start in sorted(hour for hour in hours if hour - 1 not in hours):
        end = start
        while end in hours:
            end += 1
        yield start, end


def test_outages_are_what_a_count_of_single_hours_says() -> None:
    dice = random.Random(7)
    midnight = dt.datetime(2018, 12, 31)
    city = City()
    expected = []
    for number in range(60):
        name = f"l{number:02d}"
        unplanned, plans = drawn(6, 7, dice), drawn(3, 4, dice)
        failing = {hour for hour in range(48) if dice.random() < 0.3}
        city.give("network_links", {"link_id": name})
        rows = [(since, until, False) for since, until in unplanned]
        rows += [(since, until, True) for since, until in plans]
        for since, until, is_planned in rows:
            instants = {"started_at": since, "ended_at": until}
            instants = {key: midnight + dt.timedelta(hours=hour) for key, hour in instants.items()}
            city.give("network_outages", {"link_id": name, "planned": is_planned, **instants})
        probes = [
            {
                "link_id": name,
                "probed_at": midnight + dt.timedelta(hours=hour),
                "is_up": hour not in failing,
            }
            for hour in range(49)
        ]
        city.give("network_probes", *probes)
        covered = failing | {hour for since, until in unplanned for hour in range(since, until)}
        spared = {hour for since, until in plans for hour in range(since, until)}
        expected += [
            (name, since, until, until - max(since, 24), until - max(since, 24) > 4)
            for since, until in stretches(covered - spared)
            if until > 24
        ]
    city.score()
    query = (
        "select link_id, date_diff('hour', timestamp '2018-12-31', started_at), "
        "date_diff('hour', timestamp '2018-12-31', ended_at), hours, major "
        "from marts.mart_outage where not planned order by link_id, started_at"
    )
    assert [tuple(found.values()) for found in city.rows(query)] == expected
    assert 10 < sum(found[4] for found in expected) < len(expected) - 10
