"""The parts that rest on the extranet: 006 and 007."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.city import City
from tests.sql.cases import Case, Row, Table, outcome, played, row, sources

FINAL: list[Case] = []
MID_YEAR: list[Case] = []


class Links(Table):
    """Cases whose links are each department's own."""

    def _add(self, sentence: str, rows: tuple[Row, ...], expected: tuple[Any, ...]) -> None:
        super()._add(sentence, tuple(owned(given, sentence) for given in rows), expected)


class Running(Links):
    """Cases of 007: full points with nothing to count, none otherwise or without a link."""

    def counts(self, value: int | None, sentence: str, *rows: Row) -> None:
        """Adds a case with so many major outages and incidents, null without a link."""
        self.scored(sentence, *rows, value=value, score="3.00" if value == 0 else "0.00")


def owned(given: Row, owner: str) -> Row:
    """The row with a link of the owner's own."""
    if "link_id" not in given.values:
        return given
    return replace(given, values=given.values | {"link_id": f"{owner}/{given.values['link_id']}"})


def link(name: str = "1", file: str | None = None, **values: Any) -> Row:
    """A dedicated link, in service since 2018."""
    return row("network_links", file, **{"link_id": name, "access_mode": "dedicated", **values})


def down(since: str, until: str | None, name: str = "1", file: str | None = None) -> Row:
    """A registered unplanned outage."""
    values = {"link_id": name, "started_at": since, "ended_at": until, "planned": False}
    return row("network_outages", file, **values)


def planned(since: str, until: str | None, name: str = "1", file: str | None = None) -> Row:
    """A registered planned outage."""
    values = {"link_id": name, "started_at": since, "ended_at": until, "planned": True}
    return row("network_outages", file, **values)


def probe(at: str, is_up: bool, name: str = "1", file: str | None = None) -> Row:
    """A probe of a link."""
    return row("network_probes", file, link_id=name, probed_at=at, is_up=is_up)


def incident(at: str, confirmed: bool = True, file: str | None = None, **values: Any) -> Row:
    """A security incident of the department."""
    return row("security_incidents", file, occurred_at=at, confirmed=confirmed, **values)


ACCESS = Links("006", "access", FINAL)
ACCESS.level("a dedicated link", link(), level="dedicated", score="3.00")
ACCESS.level("another way only", link(access_mode="other"), level="other", score="1.00")
ACCESS.level("no link at all", level="none", score="0.00")
ACCESS.level(
    "the best of several counts",
    link("1", access_mode="other"),
    link("2"),
    link("3", access_mode="other"),
    level="dedicated",
    score="3.00",
)
ACCESS.level(
    "a link disconnected on the last day is gone",
    link("1", disconnected_at="2019-12-31"),
    link("2", access_mode="other"),
    level="other",
    score="1.00",
)
ACCESS.level(
    "a link disconnected the day after still serves",
    link(disconnected_at="2020-01-01"),
    level="dedicated",
    score="3.00",
)
ACCESS.level(
    "connected on the last day", link(connected_at="2019-12-31"), level="dedicated", score="3.00"
)
ACCESS.level("connected the day after", link(connected_at="2020-01-01"), level="none", score="0.00")
ACCESS.level(
    "a newer delivery corrects the link",
    link(file="a.csv"),
    link(file="b.csv", access_mode="other"),
    level="other",
    score="1.00",
)

ACCESS_IN_JUNE = Links("006", "access", MID_YEAR)
ACCESS_IN_JUNE.level(
    "a link that ends later still serves",
    link(disconnected_at="2019-07-01"),
    level="dedicated",
    score="3.00",
)
ACCESS_IN_JUNE.level(
    "a link that starts later does not serve yet",
    link(connected_at="2019-07-01"),
    level="none",
    score="0.00",
)

RUNNING = Running("007", "outages_and_incidents", FINAL)
RUNNING.counts(0, "nothing happened", link())
RUNNING.counts(None, "no link, so no value, and no points")
RUNNING.counts(
    0,
    "an outage of exactly four hours is not major",
    link(),
    down("2019-05-01 08:00:00", "2019-05-01 12:00:00"),
)
RUNNING.counts(
    1,
    "a microsecond longer and it is",
    link(),
    down("2019-05-01 08:00:00", "2019-05-01 12:00:00.000001"),
)
RUNNING.counts(
    0,
    "only what lies in the window is measured at its start",
    link(),
    down("2018-12-30 00:00:00", "2019-01-01 04:00:00"),
)
RUNNING.counts(
    1,
    "a microsecond more in the window",
    link(),
    down("2018-12-31 23:00:00", "2019-01-01 04:00:00.000001"),
)
RUNNING.counts(
    0,
    "only what lies in the window is measured at its end",
    link(),
    down("2019-12-31 20:00:00", "2020-01-03 00:00:00"),
)
RUNNING.counts(
    1,
    "a microsecond earlier in the window",
    link(),
    down("2019-12-31 19:59:59.999999", "2020-01-03 00:00:00"),
)
RUNNING.counts(
    0,
    "an outage that is over when the window starts",
    link(),
    down("2018-12-31 00:00:00", "2019-01-01 00:00:00"),
)
RUNNING.counts(
    0, "an outage that starts when the window is over", link(), down("2020-01-01 00:00:00", None)
)
RUNNING.counts(
    1,
    "an outage without an end lasts to the window's end",
    link(),
    down("2019-12-31 19:00:00", None),
)
RUNNING.counts(
    1, "an outage through the whole year is one", link(), down("2018-11-01 00:00:00", None)
)
RUNNING.counts(
    0,
    "an outage that ends before it starts is none",
    link(),
    down("2019-05-02 00:00:00", "2019-05-01 00:00:00"),
)
RUNNING.counts(
    0,
    "a planned outage is never major",
    link(),
    planned("2019-05-01 00:00:00", "2019-05-03 00:00:00"),
)
RUNNING.counts(
    0,
    "a planned outage splits another into two short ones",
    link(),
    down("2019-05-01 00:00:00", "2019-05-01 09:00:00"),
    planned("2019-05-01 04:00:00", "2019-05-01 05:00:00"),
)
RUNNING.counts(
    2,
    "a planned outage splits another into two long ones",
    link(),
    down("2019-05-01 00:00:00", "2019-05-01 12:00:00"),
    planned("2019-05-01 05:00:00", "2019-05-01 06:00:00"),
)
RUNNING.counts(
    1,
    "a planned outage without length splits nothing",
    link(),
    down("2019-05-01 00:00:00", "2019-05-01 06:00:00"),
    planned("2019-05-01 03:00:00", "2019-05-01 03:00:00"),
)
RUNNING.counts(
    1,
    "a planned outage that begins after the window takes nothing away",
    link(),
    down("2019-12-31 12:00:00", "2020-01-02 00:00:00"),
    planned("2020-01-01 00:00:00", "2020-01-02 00:00:00"),
)
RUNNING.counts(
    0,
    "a planned outage without an end takes the rest away",
    link(),
    planned("2019-05-01 02:00:00", None),
    down("2019-05-01 00:00:00", "2019-06-01 00:00:00"),
)
RUNNING.counts(
    1,
    "outages that touch are one",
    link(),
    down("2019-05-01 00:00:00", "2019-05-01 03:00:00"),
    down("2019-05-01 03:00:00", "2019-05-01 06:00:00"),
)
RUNNING.counts(
    0,
    "outages a microsecond apart are two",
    link(),
    down("2019-05-01 00:00:00", "2019-05-01 03:00:00"),
    down("2019-05-01 03:00:00.000001", "2019-05-01 06:00:00"),
)
RUNNING.counts(
    1,
    "outages within one another are one",
    link(),
    down("2019-05-01 00:00:00", "2019-05-01 10:00:00"),
    down("2019-05-01 02:00:00", "2019-05-01 03:00:00"),
    down("2019-05-01 00:00:00", "2019-05-01 10:00:00"),
)
RUNNING.counts(
    1,
    "a registered outage and a probed one that overlap are one",
    link(),
    down("2019-05-01 00:00:00", "2019-05-01 03:00:00"),
    probe("2019-05-01 02:00:00", False),
    probe("2019-05-01 05:00:00", True),
)
RUNNING.counts(
    1,
    "failing probes reach to the first that succeeds",
    link(),
    probe("2019-05-01 00:00:00", True),
    probe("2019-05-01 01:00:00", False),
    probe("2019-05-01 02:00:00", False),
    probe("2019-05-01 05:00:00.000001", True),
)
RUNNING.counts(
    0,
    "the first that succeeds is no longer down",
    link(),
    probe("2019-05-01 01:00:00", False),
    probe("2019-05-01 05:00:00", True),
)
RUNNING.counts(
    0,
    "missing probes start nothing",
    link(),
    probe("2019-05-01 00:00:00", True),
    probe("2019-05-20 00:00:00", True),
)
RUNNING.counts(
    1,
    "missing probes end nothing, not for days",
    link(),
    probe("2019-05-01 00:00:00", False),
    probe("2019-05-20 00:00:00", False),
    probe("2019-05-20 00:01:00", True),
)
RUNNING.counts(
    1,
    "a probed outage runs across midnight",
    link(),
    probe("2019-05-01 22:00:00", False),
    probe("2019-05-01 23:59:59.999999", False),
    probe("2019-05-02 00:00:00", False),
    probe("2019-05-02 02:30:00", True),
)
RUNNING.counts(
    1,
    "a probed outage runs across files",
    link(),
    probe("2019-05-01 00:00:00", False, file="a.csv"),
    probe("2019-05-01 03:00:00", False, file="b.csv"),
    probe("2019-05-01 04:30:00", True, file="a.csv"),
)
RUNNING.counts(
    0,
    "a probe that succeeds between two failing ones splits them",
    link(),
    probe("2019-05-01 00:00:00", False),
    probe("2019-05-01 03:00:00", True),
    probe("2019-05-01 03:01:00", False),
    probe("2019-05-01 06:00:00", True),
)
RUNNING.counts(
    0,
    "a newer delivery of a probe corrects it",
    link(),
    probe("2019-05-01 00:00:00", False, file="a.csv"),
    probe("2019-05-01 06:00:00", True, file="a.csv"),
    probe("2019-05-01 00:00:00", True, file="b.csv"),
)
RUNNING.counts(
    1, "probes that fail to the window's end", link(), probe("2019-12-31 19:00:00", False)
)
RUNNING.counts(
    0,
    "a probe of midnight after the window does not exist yet",
    link(),
    probe("2019-12-31 20:00:00", False),
    probe("2020-01-01 00:00:00", False),
)
RUNNING.counts(
    1,
    "a probed outage from before the window counts from its start",
    link(),
    probe("2018-12-31 12:00:00", False),
    probe("2019-01-01 05:00:00", True),
)
RUNNING.counts(
    2,
    "each link counts by itself",
    link("1"),
    link("2"),
    link("3"),
    down("2019-05-01 00:00:00", "2019-05-01 05:00:00", "1"),
    down("2019-05-01 00:00:00", "2019-05-01 05:00:00", "2"),
    down("2019-05-01 00:00:00", "2019-05-01 03:00:00", "3"),
)
RUNNING.counts(
    0,
    "two links that are down in turn are never joined",
    link("1"),
    link("2"),
    down("2019-05-01 00:00:00", "2019-05-01 03:00:00", "1"),
    down("2019-05-01 03:00:00", "2019-05-01 06:00:00", "2"),
)
RUNNING.counts(
    None,
    "a link that ended on the first day never served",
    link(disconnected_at="2019-01-01"),
    down("2019-05-01 00:00:00", None),
)
RUNNING.counts(0, "a link that ended on the second day served", link(disconnected_at="2019-01-02"))
RUNNING.counts(
    None,
    "a link that ended on the day it was connected never served",
    link(connected_at="2019-05-01", disconnected_at="2019-05-01"),
)
RUNNING.counts(
    0,
    "a link connected on the last day served",
    link(connected_at="2019-12-31", disconnected_at="2020-01-01"),
)
RUNNING.counts(
    None, "a link connected after the window did not serve", link(connected_at="2020-01-01")
)
RUNNING.counts(
    1,
    "hours outside a link's own service count",
    link(connected_at="2019-05-01", disconnected_at="2019-05-02"),
    down("2019-11-01 00:00:00", "2019-11-01 05:00:00"),
)
RUNNING.counts(
    0,
    "outages of a link that never served do not count beside one that did",
    link("1"),
    link("2", disconnected_at="2018-12-31"),
    down("2019-05-01 00:00:00", None, "2"),
)
RUNNING.counts(1, "a confirmed incident", link(), incident("2019-05-01 00:00:00", severity="low"))
RUNNING.counts(
    0, "an incident that is not confirmed", link(), incident("2019-05-01 00:00:00", confirmed=False)
)
RUNNING.counts(
    2,
    "incidents at the window's edges",
    link(),
    incident("2018-12-31 23:59:59.999999"),
    incident("2019-01-01 00:00:00"),
    incident("2019-12-31 23:59:59.999999"),
    incident("2020-01-01 00:00:00"),
)
RUNNING.counts(
    2,
    "incidents and outages add up",
    link(),
    incident("2019-05-01 00:00:00"),
    down("2019-05-01 00:00:00", "2019-05-01 05:00:00"),
)
RUNNING.counts(
    None, "incidents without a link have no value either", incident("2019-05-01 00:00:00")
)

RUNNING_IN_JUNE = Running("007", "outages_and_incidents", MID_YEAR)
RUNNING_IN_JUNE.counts(
    0,
    "four hours to the end of the day",
    link(),
    down("2019-06-30 20:00:00", "2019-07-05 00:00:00"),
)
RUNNING_IN_JUNE.counts(
    1,
    "five hours to the end of the day",
    link(),
    probe("2019-06-30 19:00:00", False),
    probe("2019-07-01 00:00:00", True),
)
RUNNING_IN_JUNE.counts(
    0,
    "what comes later does not exist",
    link(),
    down("2019-07-01 00:00:00", "2019-08-01 00:00:00"),
    incident("2019-07-01 00:00:00"),
)
RUNNING_IN_JUNE.counts(None, "a link of July does not serve yet", link(connected_at="2019-07-01"))


@pytest.fixture(scope="module")
def final() -> City:
    return played(FINAL)


@pytest.fixture(scope="module")
def mid_year() -> City:
    return played(MID_YEAR, "2019-06-30")


@pytest.mark.parametrize("case", FINAL, ids=lambda case: case.department)
def test_the_network_of_a_whole_year(final: City, case: Case) -> None:
    assert outcome(final, case) == case.expected


@pytest.mark.parametrize("case", MID_YEAR, ids=lambda case: case.department)
def test_the_network_in_the_middle_of_the_year(mid_year: City, case: Case) -> None:
    assert outcome(mid_year, case) == case.expected


def test_a_departments_rows_are_traced_to_their_files() -> None:
    rows = (
        link("1", "a.csv"),
        link("2", "b.csv"),
        link("3", "b.csv", disconnected_at="2018-12-01"),
        probe("2018-12-31 23:59:00", True, "1", "a.csv"),
        probe("2019-05-01 00:00:00", False, "1", "a.csv"),
        probe("2019-05-01 00:01:00", False, "1", "a.csv"),
        probe("2019-05-01 05:00:00", True, "1", "b.csv"),
        probe("2019-05-02 00:00:00", False, "1", "b.csv"),
        probe("2019-05-02 00:01:00", True, "1", "b.csv"),
        probe("2019-05-02 00:01:00", False, "3", "b.csv"),
        down("2019-05-01 04:30:00", "2019-05-01 04:40:00", "1", "a.csv"),
        down("2019-05-03 04:30:00", "2019-05-03 04:40:00", "1", "a.csv"),
        down("2018-05-03 04:30:00", "2018-05-03 04:40:00", "1", "a.csv"),
        planned("2019-05-01 04:50:00", "2019-05-01 05:10:00", "1", "b.csv"),
        incident("2019-05-01 00:00:00", file="a.csv"),
        incident("2019-05-01 00:00:00", False, "a.csv"),
        incident("2020-05-01 00:00:00", file="a.csv"),
    )
    cases = [
        Case("files", code, part, tuple(owned(given, code) for given in rows), ())
        for code, part in (("006", "access"), ("007", "outages_and_incidents"))
    ]
    city = played(cases)
    assert sources(city, cases[0]) == [
        ("network_links", "a.csv", 1, 1),
        ("network_links", "b.csv", 1, 1),
    ]
    assert sources(city, cases[1]) == [
        ("network_links", "a.csv", 1, 1),
        ("network_links", "b.csv", 1, 0),
        ("network_outages", "a.csv", 2, 1),
        ("network_outages", "b.csv", 1, 0),
        ("network_probes", "a.csv", 2, 2),
        ("network_probes", "b.csv", 3, 0),
        ("security_incidents", "a.csv", 2, 1),
    ]
