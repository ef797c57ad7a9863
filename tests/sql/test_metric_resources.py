"""The parts that rest on the use and the quality of shared resources: 022, 023, 024."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import City
from tests.sql.cases import Case, Row, Table, outcome, played, row, sources

FINAL: list[Case] = []
MID_YEAR: list[Case] = []


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


def inspection(
    dimension: str,
    checked: int,
    passed: int,
    name: str = "1",
    *,
    file: str | None = None,
    on: str = "2019-06-01",
) -> Row:
    """An inspection of an entry."""
    return row(
        "resource_inspections",
        file,
        entry_id=name,
        inspected_at=on,
        dimension=dimension,
        checked=checked,
        passed=passed,
    )


ACCURATE = Table("022", "accuracy", FINAL)
ACCURATE.scored(
    "sums are divided, not rates averaged",
    entry(),
    inspection("accuracy", 1, 1),
    inspection("accuracy", 9, 0),
    value=1,
    base=10,
    score="0.10",
)
ACCURATE.scored(
    "both ends of the window are in it",
    entry(),
    inspection("accuracy", 4, 1, on="2019-01-01"),
    inspection("accuracy", 4, 2, on="2019-12-31"),
    inspection("accuracy", 90, 90, on="2018-12-31"),
    inspection("accuracy", 90, 90, on="2020-01-01"),
    value=3,
    base=8,
    score="0.38",
)
ACCURATE.missing(
    "inspected outside the window only",
    entry(),
    inspection("accuracy", 9, 9, on="2020-01-01"),
)
ACCURATE.scored(
    "nothing checked",
    entry(),
    inspection("accuracy", 0, 0),
    value=0,
    base=0,
    score="0.00",
)
ACCURATE.scored(
    "nothing passed",
    entry(),
    inspection("accuracy", 9, 0),
    value=0,
    base=9,
    score="0.00",
)
ACCURATE.scored(
    "more passed than checked earns no more",
    entry(),
    inspection("accuracy", 3, 4),
    value=4,
    base=3,
    score="1.00",
)
ACCURATE.scored(
    "inspections of retired and of coming entries count",
    entry("1", retired_at="2019-07-01"),
    entry("2", due_at="2020-05-01", published_at=None),
    inspection("accuracy", 1, 1, "1"),
    inspection("accuracy", 2, 1, "2"),
    value=2,
    base=3,
    score="0.67",
)
ACCURATE.missing("another dimension", entry(), inspection("timeliness", 9, 9))
ACCURATE.missing("an entry that is not known", inspection("accuracy", 9, 9))
ACCURATE.missing("no inspection", entry())
for dimension in ("completeness", "timeliness"):
    TABLE = Table("022", dimension, FINAL)
    TABLE.scored(
        "its own dimension only",
        entry(),
        inspection(dimension, 3, 1),
        inspection("accuracy", 3, 3),
        value=1,
        base=3,
        score="0.33",
    )


def request(resource: str, file: str | None = None, **values: Any) -> Row:
    """A request of spring 2019, granted, and last used in summer."""
    return row(
        "resource_requests",
        file,
        **{
            "resource_id": resource,
            "requested_at": "2019-03-01",
            "granted_at": "2019-04-01",
            "last_used_at": "2019-08-01",
            **values,
        },
    )


USED = Table("023", "use_of_others", FINAL)
USED.scored("one resource asked for twice", request("r1"), request("r1"), value=1, score="0.50")
USED.scored(
    "four resources earn it all",
    *(request(f"r{n}") for n in range(4)),
    value=4,
    score="2.00",
)
USED.scored("five earn no more", *(request(f"r{n}") for n in range(5)), value=5, score="2.00")
USED.scored(
    "all on the day of E",
    request("r1", requested_at="2019-12-31", granted_at="2019-12-31", last_used_at="2019-12-31"),
    value=1,
    score="0.50",
)
USED.missing("requested after E", request("r1", requested_at="2020-01-01"))
USED.missing("no request")
USED.scored("granted after E", request("r1", granted_at="2020-01-01"), value=0, score="0.00")
USED.scored("never granted", request("r1", granted_at=None), value=0, score="0.00")
USED.scored("never used", request("r1", last_used_at=None), value=0, score="0.00")
USED.scored(
    "last used on the first day of the window, and on the day before",
    request(
        "r1",
        requested_at="2017-01-01",
        granted_at="2017-01-01",
        last_used_at="2019-01-01",
    ),
    request(
        "r2",
        requested_at="2017-01-01",
        granted_at="2017-01-01",
        last_used_at="2018-12-31",
    ),
    value=1,
    score="0.50",
)
USED.scored(
    "last used after E may hide a use in window",
    request("r1", last_used_at="2020-02-01"),
    value=1,
    score="0.50",
)
USED.scored(
    "one usable request of a resource is enough",
    request("r1", granted_at=None),
    request("r1"),
    value=1,
    score="0.50",
)


def use(library: str, on: str, calls: int = 1, file: str | None = None) -> Row:
    """A day's calls of a base library."""
    return row("base_library_uses", file, library=library, used_on=on, calls=calls)


LIBRARIES = Table("024", "base_libraries", FINAL)
LIBRARIES.scored(
    "a library on two days",
    use("population", "2019-03-01"),
    use("population", "2019-03-02"),
    value=1,
    score="0.50",
)
LIBRARIES.scored(
    "all four",
    *(
        use(library, "2019-03-01")
        for library in ("population", "legal_entity", "geospatial", "certificate")
    ),
    value=4,
    score="2.00",
)
LIBRARIES.scored(
    "both ends of the window are in it",
    use("population", "2019-01-01"),
    use("geospatial", "2019-12-31"),
    use("certificate", "2018-12-31"),
    use("legal_entity", "2020-01-01"),
    value=2,
    score="1.00",
)
LIBRARIES.scored(
    "rows without a call say that nothing was used",
    use("population", "2019-03-01", 0),
    use("geospatial", "2019-03-01", 0),
    value=0,
    score="0.00",
)
LIBRARIES.scored(
    "a corrected count replaces the older one",
    use("population", "2019-03-01", 5),
    use("population", "2019-03-01", 0),
    use("geospatial", "2019-03-01", 1),
    value=1,
    score="0.50",
)
LIBRARIES.missing(
    "rows outside the window only",
    use("population", "2018-12-31"),
    use("population", "2020-01-01"),
)
LIBRARIES.missing("no row")

JUNE_ACCURATE = Table("022", "accuracy", MID_YEAR)
JUNE_ACCURATE.scored(
    "inspected by the end of June",
    entry(),
    inspection("accuracy", 2, 1, on="2019-06-30"),
    inspection("accuracy", 2, 2, on="2019-07-01"),
    value=1,
    base=2,
    score="0.50",
)
JUNE_USED = Table("023", "use_of_others", MID_YEAR)
JUNE_USED.scored(
    "granted by the end of June",
    request("r1", granted_at="2019-06-30"),
    request("r2", granted_at="2019-07-01"),
    value=1,
    score="0.50",
)
JUNE_USED.missing("requested after June", request("r1", requested_at="2019-07-01"))
JUNE_LIBRARIES = Table("024", "base_libraries", MID_YEAR)
JUNE_LIBRARIES.scored(
    "used by the end of June",
    use("population", "2019-06-30"),
    use("geospatial", "2019-07-01"),
    value=1,
    score="0.50",
)


@pytest.fixture(scope="module")
def final() -> City:
    return played(FINAL)


@pytest.fixture(scope="module")
def mid_year() -> City:
    return played(MID_YEAR, as_of="2019-06-30")


@pytest.mark.parametrize("case", FINAL, ids=lambda case: case.department)
def test_resources_when_the_year_is_over(final: City, case: Case) -> None:
    assert outcome(final, case) == case.expected


@pytest.mark.parametrize("case", MID_YEAR, ids=lambda case: case.department)
def test_resources_at_the_end_of_june(mid_year: City, case: Case) -> None:
    assert outcome(mid_year, case) == case.expected


FILES = {
    "022 accuracy": (
        Case(
            "files",
            "022",
            "accuracy",
            (
                entry("1"),
                entry("2"),
                inspection("accuracy", 3, 3, "1", file="a.csv"),
                inspection("accuracy", 3, 1, "1", file="b.csv"),
                inspection("timeliness", 3, 1, "2", file="b.csv"),
            ),
            (),
        ),
        [
            ("catalogue_entries", "catalogue_entries.csv", 1, 1),
            ("resource_inspections", "a.csv", 1, 1),
            ("resource_inspections", "b.csv", 1, 1),
        ],
    ),
    "023 use_of_others": (
        Case(
            "files",
            "023",
            "use_of_others",
            (
                request("r1", "a.csv"),
                request("r1", "b.csv"),
                request("r2", "b.csv", granted_at=None),
                request("r3", "c.csv", requested_at="2020-01-01"),
            ),
            (),
        ),
        [("resource_requests", "a.csv", 1, 1), ("resource_requests", "b.csv", 2, 1)],
    ),
    "024 base_libraries": (
        Case(
            "files",
            "024",
            "base_libraries",
            (
                use("population", "2019-03-01", 3, "a.csv"),
                use("population", "2019-03-02", 0, "a.csv"),
                use("population", "2019-03-03", 3, "b.csv"),
            ),
            (),
        ),
        [("base_library_uses", "a.csv", 2, 1), ("base_library_uses", "b.csv", 1, 1)],
    ),
}


@pytest.fixture(scope="module")
def traced() -> City:
    return played(case for case, _ in FILES.values())


@pytest.mark.parametrize(("case", "expected"), FILES.values(), ids=FILES)
def test_resources_are_traced_to_their_files(
    traced: City, case: Case, expected: list[tuple[Any, ...]]
) -> None:
    assert sources(traced, case) == expected


def test_an_inspection_follows_its_entry_to_another_department() -> None:
    city = City(departments=("edu", "tax"))
    city.give("catalogue_entries", {"entry_id": "e1", "department_id": "edu"}, file="a.csv")
    city.give(
        "resource_inspections",
        {"entry_id": "e1", "dimension": "accuracy", "checked": 4, "passed": 1},
    )
    city.give("catalogue_entries", {"entry_id": "e1", "department_id": "tax"}, file="b.csv")
    city.score()
    assert city.part("022", "accuracy", "edu")["status"] == "missing"
    assert city.part("022", "accuracy", "tax")["value"] == 1
