"""The parts that rest on the catalogue of the resource sharing platform: 020, 021."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import City
from tests.sql.cases import Case, Row, Table, leap_year, outcome, played, row, sources

FINAL: list[Case] = []
MID_YEAR: list[Case] = []
LEAP_YEAR: list[Case] = []
LEAP_MARCH: list[Case] = []


def entry(name: str = "1", file: str | None = None, **values: Any) -> Row:
    """An irregular entry, due and published on 1 June 2019, in use."""
    return row(
        "catalogue_entries",
        file,
        **{
            "entry_id": name,
            "update_cycle": "irregular",
            "due_at": "2019-06-01",
            "published_at": "2019-06-01",
            "retired_at": None,
            **values,
        },
    )


def mount(name: str = "1", file: str | None = None, **values: Any) -> Row:
    """A mount of 1 July 2019 that has not ended."""
    return row(
        "catalogue_mounts",
        file,
        **{
            "entry_id": name,
            "method": "api",
            "mounted_at": "2019-07-01",
            "unmounted_at": None,
            **values,
        },
    )


def update(at: str, name: str = "1", file: str | None = None) -> Row:
    """An update of an entry."""
    return row("catalogue_updates", file, entry_id=name, updated_at=at)


COMPILED = Table("020", "compilation", FINAL)
COMPILED.scored("published on the day it was due", entry(), value=1, base=1, score="2.00")
COMPILED.scored(
    "published the day after it was due",
    entry(published_at="2019-06-02"),
    value=0,
    base=1,
    score="0.00",
)
COMPILED.scored(
    "due long ago counts as well",
    entry(due_at="2016-01-01", published_at="2015-12-31"),
    value=1,
    base=1,
    score="2.00",
)
COMPILED.scored(
    "due on the day of E and not yet out",
    entry(due_at="2019-12-31", published_at="2020-01-01"),
    value=0,
    base=1,
    score="0.00",
)
COMPILED.scored(
    "two of three",
    entry("1"),
    entry("2"),
    entry("3", published_at=None),
    value=2,
    base=3,
    score="1.33",
)
COMPILED.scored(
    "an entry retired after E is active",
    entry(published_at=None, retired_at="2020-01-01"),
    value=0,
    base=1,
    score="0.00",
)
COMPILED.scored(
    "a retired entry leaves value and base",
    entry("1", retired_at="2019-07-01"),
    entry("2", published_at=None),
    value=0,
    base=1,
    score="0.00",
)
COMPILED.not_applicable("all entries retired, one on the day of E", entry(retired_at="2019-12-31"))
COMPILED.not_applicable("published ahead of a due date after E", entry(due_at="2020-01-01"))
COMPILED.missing("neither due nor published by E", entry(due_at="2020-01-01", published_at=None))
COMPILED.missing("due and published after E", entry(due_at="2020-01-01", published_at="2020-01-01"))
COMPILED.missing("no entry")
COMPILED.scored(
    "the newest row of an entry wins",
    entry("1", "a.csv"),
    entry("1", "b.csv", due_at="2019-05-31"),
    value=0,
    base=1,
    score="0.00",
)

FRESH = Table("020", "regular_update", FINAL)
LIMITS = (
    # cycle, the last publication that is still fresh on 2019-12-31, the day before it
    ("realtime", "2019-12-30", "2019-12-29"),
    ("daily", "2019-12-30", "2019-12-29"),
    ("weekly", "2019-12-24", "2019-12-23"),
    ("monthly", "2019-11-30", "2019-11-29"),
    ("quarterly", "2019-09-30", "2019-09-29"),
    ("semiannual", "2019-06-30", "2019-06-29"),
    ("annual", "2018-12-30", "2018-12-29"),
)
for cycle, fresh, old in LIMITS:
    FRESH.scored(
        f"{cycle} at its limit and a day beyond, by publication",
        entry("1", update_cycle=cycle, published_at=fresh, due_at=fresh),
        entry("2", update_cycle=cycle, published_at=old, due_at=old),
        value=1,
        base=2,
        score="1.00",
    )
    FRESH.scored(
        f"{cycle} at its limit and a day beyond, by update",
        *(entry(name, update_cycle=cycle, published_at="2015-01-01") for name in ("1", "2")),
        update(f"{fresh} 00:00:00", "1"),
        update(f"{old} 23:59:59.999999", "2"),
        value=1,
        base=2,
        score="1.00",
    )
FRESH.scored(
    "irregular never ages",
    entry(published_at="1999-01-01"),
    value=1,
    base=1,
    score="2.00",
)
FRESH.scored(
    "the newest of several updates counts, whatever their order",
    entry(update_cycle="weekly", published_at="2018-01-01"),
    update("2019-12-31 10:00:00"),
    update("2019-01-01 10:00:00"),
    value=1,
    base=1,
    score="2.00",
)
FRESH.scored(
    "an update in the last microsecond of E has happened",
    entry(update_cycle="daily", published_at="2018-01-01"),
    update("2019-12-31 23:59:59.999999"),
    value=1,
    base=1,
    score="2.00",
)
FRESH.scored(
    "an update in the instant after E has not happened",
    entry(update_cycle="annual", published_at="2018-01-01"),
    update("2020-01-01 00:00:00"),
    value=0,
    base=1,
    score="0.00",
)
FRESH.scored(
    "an update after E does not hide the one before it",
    entry(update_cycle="monthly", published_at="2018-01-01"),
    update("2019-12-20 00:00:00"),
    update("2020-02-01 00:00:00"),
    value=1,
    base=1,
    score="2.00",
)
FRESH.scored(
    "a publication later than the newest update counts",
    entry(update_cycle="monthly", published_at="2019-12-10"),
    update("2019-06-01 00:00:00"),
    value=1,
    base=1,
    score="2.00",
)
FRESH.scored(
    "published though not yet due",
    entry(due_at="2020-05-01", published_at="2019-12-31"),
    value=1,
    base=1,
    score="2.00",
)
FRESH.scored(
    "a due entry that is not out is not in the base",
    entry(published_at=None),
    value=0,
    base=0,
    score="0.00",
)
FRESH.scored(
    "published after E is not in the base",
    entry("1", published_at="2020-01-01"),
    entry("2"),
    value=1,
    base=1,
    score="2.00",
)
FRESH.scored(
    "all retired is nothing to divide by",
    entry(retired_at="2019-12-31"),
    value=0,
    base=0,
    score="0.00",
)
FRESH.scored(
    "retired after E is active",
    entry(retired_at="2020-01-01"),
    value=1,
    base=1,
    score="2.00",
)
FRESH.missing("no entry")
FRESH.missing("updates of an entry that is not known", update("2019-12-31 00:00:00"))

MOUNTED = Table("021", "mounting", FINAL)
MOUNTED.scored("not mounted", entry(), value=0, base=1, score="0.00")
MOUNTED.scored(
    "two methods are one mounted entry",
    entry(),
    mount(),
    mount(method="batch"),
    value=1,
    base=1,
    score="3.00",
)
MOUNTED.scored(
    "mounted on the day of E counts, the day after does not",
    entry("1"),
    entry("2"),
    mount("1", mounted_at="2019-12-31"),
    mount("2", mounted_at="2020-01-01"),
    value=1,
    base=2,
    score="1.50",
)
MOUNTED.scored(
    "unmounted on the day of E is gone, the day after is not",
    entry("1"),
    entry("2"),
    mount("1", unmounted_at="2019-12-31"),
    mount("2", unmounted_at="2020-01-01"),
    value=1,
    base=2,
    score="1.50",
)
MOUNTED.scored(
    "one ended method leaves the other",
    entry(),
    mount(unmounted_at="2019-08-01"),
    mount(method="file"),
    value=1,
    base=1,
    score="3.00",
)
MOUNTED.scored(
    "mounted anew after an end",
    entry(),
    mount(unmounted_at="2019-08-01"),
    mount(mounted_at="2019-09-01"),
    value=1,
    base=1,
    score="3.00",
)
MOUNTED.scored(
    "a corrected mount replaces its older row",
    entry(),
    mount(),
    mount(unmounted_at="2019-08-01"),
    value=0,
    base=1,
    score="0.00",
)
MOUNTED.scored(
    "mounted years ago and still in force",
    entry(),
    mount(mounted_at="2015-01-01"),
    value=1,
    base=1,
    score="3.00",
)
MOUNTED.scored(
    "entries that are due and not out are in the base, and may be mounted",
    entry("1", published_at=None),
    entry("2", published_at=None),
    entry("3"),
    mount("1"),
    value=1,
    base=3,
    score="1.00",
)
MOUNTED.scored(
    "a retired entry leaves value and base",
    entry("1", retired_at="2019-12-31"),
    entry("2"),
    mount("1"),
    value=0,
    base=1,
    score="0.00",
)
MOUNTED.scored(
    "all retired is nothing to divide by",
    entry(retired_at="2019-01-01"),
    mount(),
    value=0,
    base=0,
    score="0.00",
)
MOUNTED.scored(
    "87 of 120 are 2.175 points, half up",
    *(entry(f"{number}") for number in range(120)),
    *(mount(f"{number}") for number in range(87)),
    value=87,
    base=120,
    score="2.18",
)
MOUNTED.missing(
    "a mounted entry that does not exist yet",
    entry(due_at="2020-01-01", published_at=None),
    mount(),
)
MOUNTED.missing("mounts of an entry that is not known", mount())
MOUNTED.missing("no entry")


JUNE_COMPILED = Table("020", "compilation", MID_YEAR)
JUNE_COMPILED.scored(
    "due by the end of June",
    entry("1", due_at="2019-06-30", published_at="2019-06-30"),
    entry("2", due_at="2019-06-30", published_at="2019-07-01"),
    entry("3", due_at="2019-07-01", published_at="2019-06-30"),
    value=1,
    base=2,
    score="1.00",
)
JUNE_FRESH = Table("020", "regular_update", MID_YEAR)
JUNE_FRESH.scored(
    "age is taken at the end of June",
    entry("1", update_cycle="monthly", published_at="2019-05-30"),
    entry("2", update_cycle="monthly", published_at="2019-05-29"),
    entry("3", update_cycle="daily", published_at="2019-05-29"),
    update("2019-07-01 00:00:00", "2"),
    update("2019-06-30 23:59:59", "3"),
    value=2,
    base=3,
    score="1.33",
)
JUNE_MOUNTED = Table("021", "mounting", MID_YEAR)
JUNE_MOUNTED.scored(
    "ends and beginnings after June have not happened",
    entry("1"),
    entry("2"),
    entry("3", retired_at="2019-07-01"),
    entry("4", retired_at="2019-06-30"),
    mount("1", mounted_at="2019-06-30", unmounted_at="2019-07-01"),
    mount("2", mounted_at="2019-07-01"),
    mount("3", mounted_at="2019-02-01", unmounted_at="2019-06-30"),
    value=1,
    base=3,
    score="1.00",
)
LEAP_FRESH = Table("020", "regular_update", LEAP_YEAR)
LEAP_FRESH.scored(
    "a yearly entry has 366 days",
    entry("1", update_cycle="annual", published_at="2019-12-31"),
    entry("2", update_cycle="annual", published_at="2019-12-30"),
    value=1,
    base=2,
    score="1.00",
)
# From 30 January to 1 March 2020 are 31 days, as February has 29.
MARCH_FRESH = Table("020", "regular_update", LEAP_MARCH)
MARCH_FRESH.scored(
    "29 February is a day",
    entry("1", update_cycle="monthly", published_at="2020-01-30"),
    entry("2", update_cycle="monthly", published_at="2020-01-29"),
    value=1,
    base=2,
    score="1.00",
)


@pytest.fixture(scope="module")
def final() -> City:
    return played(FINAL)


@pytest.fixture(scope="module")
def mid_year() -> City:
    return played(MID_YEAR, as_of="2019-06-30")


@pytest.mark.parametrize("case", FINAL, ids=lambda case: case.department)
def test_entries_when_the_year_is_over(final: City, case: Case) -> None:
    assert outcome(final, case) == case.expected


@pytest.mark.parametrize("case", MID_YEAR, ids=lambda case: case.department)
def test_entries_at_the_end_of_june(mid_year: City, case: Case) -> None:
    assert outcome(mid_year, case) == case.expected


def test_a_leap_year_is_a_day_longer() -> None:
    [at_the_end], [in_march] = LEAP_YEAR, LEAP_MARCH
    city = played(LEAP_YEAR, "2021-03-31", leap_year())
    assert outcome(city, at_the_end) == at_the_end.expected
    city = played(LEAP_MARCH, "2020-03-01", leap_year())
    assert outcome(city, in_march) == in_march.expected


FILES = {
    "020 compilation": (
        Case(
            "files",
            "020",
            "compilation",
            (
                entry("1", "a.csv"),
                entry("2", "a.csv", published_at=None),
                entry("3", "b.csv", retired_at="2019-08-01"),
                entry("4", "b.csv", due_at="2020-08-01", published_at=None),
            ),
            (),
        ),
        [("catalogue_entries", "a.csv", 2, 1), ("catalogue_entries", "b.csv", 1, 0)],
    ),
    "020 regular_update": (
        Case(
            "files",
            "020",
            "regular_update",
            (
                entry("1", update_cycle="monthly", published_at="2018-06-01"),
                entry("2", update_cycle="monthly", published_at="2019-12-20"),
                entry("3", update_cycle="monthly", published_at="2018-06-01"),
                entry("4", retired_at="2019-08-01"),
                entry("5", update_cycle="monthly", published_at="2019-12-20"),
                update("2019-12-20 00:00:00", "5", "a.csv"),
                update("2019-12-10 08:00:00", "1", "a.csv"),
                update("2019-12-11 08:00:00", "1", "b.csv"),
                update("2019-06-11 08:00:00", "2", "b.csv"),
                update("2019-06-11 08:00:00", "3", "b.csv"),
                update("2019-06-11 08:00:00", "4", "b.csv"),
                update("2020-01-01 00:00:00", "3", "b.csv"),
            ),
            (),
        ),
        [
            ("catalogue_entries", "catalogue_entries.csv", 5, 3),
            ("catalogue_updates", "a.csv", 2, 1),
            ("catalogue_updates", "b.csv", 3, 1),
        ],
    ),
    "021 mounting": (
        Case(
            "files",
            "021",
            "mounting",
            (
                entry("1", "a.csv"),
                entry("2", "b.csv"),
                entry("3", "b.csv"),
                mount("1", "a.csv"),
                mount("1", "b.csv", method="file"),
                mount("2", "b.csv", unmounted_at="2019-09-01"),
                mount("3", "b.csv", mounted_at="2020-01-01"),
            ),
            (),
        ),
        [
            ("catalogue_entries", "a.csv", 1, 1),
            ("catalogue_entries", "b.csv", 2, 0),
            ("catalogue_mounts", "a.csv", 1, 1),
            ("catalogue_mounts", "b.csv", 2, 1),
        ],
    ),
}


@pytest.fixture(scope="module")
def traced() -> City:
    return played(case for case, _ in FILES.values())


@pytest.mark.parametrize(("case", "expected"), FILES.values(), ids=FILES)
def test_entries_are_traced_to_their_files(
    traced: City, case: Case, expected: list[tuple[Any, ...]]
) -> None:
    assert sources(traced, case) == expected


def test_entries_of_an_unknown_department_count_for_nobody() -> None:
    city = City()
    city.give("catalogue_entries", {"entry_id": "e1", "department_id": "nobody"})
    city.give("catalogue_mounts", {"entry_id": "e1"})
    city.score()
    assert city.rows("select 1 from marts.fct_part_score where department_id = 'nobody'") == []
    assert city.part("021", "mounting")["status"] == "missing"
