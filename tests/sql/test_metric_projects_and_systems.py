"""The parts that rest on the departments' registers of projects and systems: 004, 026, 030, 032."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import City, rulebook
from tests.sql.cases import Case, Row, Table, leap_year, outcome, played, row, sources

FINAL: list[Case] = []
MID_YEAR: list[Case] = []
ELEMENTS = (
    "lists_fields",
    "lists_format",
    "lists_scope",
    "lists_method",
    "lists_frequency",
)


def project(file: str | None = None, **values: Any) -> Row:
    """A funded construction project of 2019, neither filed nor analysed, that lists nothing."""
    return row(
        "it_projects",
        file,
        **{
            "kind": "construction",
            "year": 2019,
            "government_funded": True,
            "filed_at": None,
            "analyses_internal_sharing": False,
            "analyses_external_sharing": False,
            **dict.fromkeys(ELEMENTS, False),
            **values,
        },
    )


def listing(count: int, **values: Any) -> Row:
    """A project whose catalogue lists the first `count` of the five elements."""
    return project(**dict.fromkeys(ELEMENTS[:count], True), **values)


def system(file: str | None = None, **values: Any) -> Row:
    """A self-built system that is kept and in use."""
    return row(
        "information_systems",
        file,
        **{
            "self_built": True,
            "disposition": "keep",
            "disposed_at": None,
            "mlps_filed_at": None,
            "mlps_assessed_at": None,
            "mlps_rectified_at": None,
            "retired_at": None,
            **values,
        },
    )


FILING = Table("004", "filing", FINAL)
FILING.scored(
    "filed on the last day counts and the day after does not",
    project(filed_at="2019-12-31"),
    project(filed_at="2020-01-01"),
    value=1,
    base=2,
    score="1.50",
)
FILING.scored(
    "filed long before the window",
    project(filed_at="2017-05-01"),
    value=1,
    base=1,
    score="3.00",
)
FILING.scored("never filed", project(), value=0, base=1, score="0.00")
FILING.scored(
    "construction and operation count alike",
    project(filed_at="2019-05-01"),
    project(kind="operation"),
    project(kind="operation"),
    value=1,
    base=3,
    score="1.00",
)
FILING.scored(
    "seven of eight round half up",
    *(project(filed_at="2019-05-01") for _ in range(7)),
    project(),
    value=7,
    base=8,
    score="2.63",
)
FILING.scored(
    "projects without public funds stay out",
    project(filed_at="2019-05-01"),
    project(government_funded=False),
    value=1,
    base=1,
    score="3.00",
)
FILING.not_applicable("no project")
FILING.not_applicable("only a project without public funds", project(government_funded=False))
FILING.not_applicable("only a project of another year", project(year=2018), project(year=2020))
FILING.scored(
    "the newest row of a project wins",
    project(project_id="1", filed_at="2019-05-01"),
    project(project_id="1", filed_at=None),
    value=0,
    base=1,
    score="0.00",
)

ANALYSIS = Table("030", "analysis", FINAL)
BOTH = {"analyses_internal_sharing": True, "analyses_external_sharing": True}
ANALYSIS.scored(
    "both analyses are needed",
    project(**BOTH),
    project(analyses_internal_sharing=True),
    project(analyses_external_sharing=True),
    value=1,
    base=3,
    score="0.67",
)
ANALYSIS.scored(
    "operation projects stay out",
    project(),
    project(kind="operation", **BOTH),
    value=0,
    base=1,
    score="0.00",
)
ANALYSIS.not_applicable("only an operation project", project(kind="operation", **BOTH))
ANALYSIS.not_applicable(
    "no construction project with public funds",
    project(government_funded=False, **BOTH),
)
ANALYSIS.not_applicable("no construction project of the year", project(year=2018, **BOTH))

CATALOGUE = Table("030", "shared_catalogue", FINAL)
CATALOGUE.scored("all five count as four", listing(5), value=4, base=4, score="2.00")
CATALOGUE.scored("four are enough", listing(4), value=4, base=4, score="2.00")
CATALOGUE.scored("three of four", listing(3), value=3, base=4, score="1.50")
CATALOGUE.scored("none", project(), value=0, base=4, score="0.00")
CATALOGUE.scored(
    "five of one do not make up for one of another",
    listing(5),
    listing(1),
    value=5,
    base=8,
    score="1.25",
)
CATALOGUE.scored(
    "any of the five counts",
    project(lists_frequency=True),
    value=1,
    base=4,
    score="0.50",
)
CATALOGUE.not_applicable("only an operation project", listing(5, kind="operation"))

CLEAN_UP = Table("026", "clean_up", FINAL)
CLEAN_UP.scored(
    "disposed of on the last day counts, later or never does not",
    system(disposition="clean_up", disposed_at="2019-12-31"),
    system(disposition="clean_up", disposed_at="2020-01-01"),
    system(disposition="clean_up"),
    value=1,
    base=3,
    score="0.33",
)
CLEAN_UP.scored("nothing to clean up earns the points", system(), value=0, base=0, score="1.00")
CLEAN_UP.scored(
    "a system to integrate is nothing to clean up",
    system(disposition="integrate"),
    value=0,
    base=0,
    score="1.00",
)
CLEAN_UP.scored(
    "a retired system still has to be disposed of",
    system(disposition="clean_up", retired_at="2019-02-01"),
    value=0,
    base=1,
    score="0.00",
)
CLEAN_UP.scored(
    "a kept system with a disposal date stays out",
    system(disposed_at="2019-02-01"),
    system(disposition="clean_up"),
    value=0,
    base=1,
    score="0.00",
)
CLEAN_UP.missing("no system listed")
INTEGRATION = Table("026", "integration", FINAL)
INTEGRATION.scored(
    "its own disposition only",
    system(disposition="integrate", disposed_at="2018-03-01"),
    system(disposition="integrate"),
    system(disposition="clean_up", disposed_at="2019-03-01"),
    value=1,
    base=2,
    score="0.50",
)
INTEGRATION.scored(
    "nothing to integrate",
    system(disposition="clean_up"),
    value=0,
    base=0,
    score="1.00",
)
INTEGRATION.missing("no system listed")

FILED = {"mlps_filed_at": "2018-05-01"}
ASSESSED = {"mlps_assessed_at": "2019-12-31"}
RECTIFIED = {"mlps_rectified_at": "2019-12-31"}
PROTECTION = Table("032", "protection", FINAL)
PROTECTION.scored(
    "all three steps dated by E count two",
    system(**FILED, **ASSESSED, **RECTIFIED),
    value=2,
    base=2,
    score="2.00",
)
PROTECTION.scored("two steps count one", system(**FILED, **ASSESSED), value=1, base=2, score="1.00")
PROTECTION.scored(
    "rectification alone counts one", system(**RECTIFIED), value=1, base=2, score="1.00"
)
PROTECTION.scored("assessment alone counts one", system(**ASSESSED), value=1, base=2, score="1.00")
PROTECTION.scored("no step counts nothing", system(), value=0, base=2, score="0.00")
PROTECTION.scored(
    "a third step after E is not taken yet",
    system(**FILED, **ASSESSED, mlps_rectified_at="2020-01-01"),
    value=1,
    base=2,
    score="1.00",
)
PROTECTION.scored(
    "an only step after E is not taken yet",
    system(mlps_filed_at="2020-01-01"),
    value=0,
    base=2,
    score="0.00",
)
PROTECTION.scored(
    "an assessment after E is not done yet",
    system(mlps_assessed_at="2020-01-01"),
    value=0,
    base=2,
    score="0.00",
)
PROTECTION.scored(
    "a system retired after E is in use at E",
    system(retired_at="2020-01-01"),
    system(**FILED, **ASSESSED, **RECTIFIED),
    system(**FILED),
    value=3,
    base=6,
    score="1.00",
)
PROTECTION.scored(
    "bought systems stay out",
    system(self_built=False, **FILED),
    system(**FILED),
    value=1,
    base=2,
    score="1.00",
)
PROTECTION.not_applicable(
    "a system retired on the day of E is out of use", system(retired_at="2019-12-31")
)
PROTECTION.not_applicable("bought systems alone", system(self_built=False, **FILED))
PROTECTION.missing("no system listed")

JUNE_FILING = Table("004", "filing", MID_YEAR)
JUNE_FILING.scored(
    "filed by the end of June",
    project(filed_at="2019-06-30"),
    project(filed_at="2019-07-01"),
    value=1,
    base=2,
    score="1.50",
)
JUNE_CLEAN_UP = Table("026", "clean_up", MID_YEAR)
JUNE_CLEAN_UP.scored(
    "disposed of by the end of June",
    system(disposition="clean_up", disposed_at="2019-06-30"),
    system(disposition="clean_up", disposed_at="2019-07-01"),
    value=1,
    base=2,
    score="0.50",
)
JUNE_PROTECTION = Table("032", "protection", MID_YEAR)
JUNE_PROTECTION.scored(
    "steps and retirements after June have not happened",
    system(retired_at="2019-07-01", mlps_filed_at="2019-06-30"),
    system(mlps_filed_at="2019-07-01"),
    system(retired_at="2019-06-30", **FILED),
    value=1,
    base=4,
    score="0.50",
)


@pytest.fixture(scope="module")
def final() -> City:
    return played(FINAL)


@pytest.fixture(scope="module")
def mid_year() -> City:
    return played(MID_YEAR, as_of="2019-06-30")


@pytest.mark.parametrize("case", FINAL, ids=lambda case: case.department)
def test_projects_and_systems_when_the_year_is_over(final: City, case: Case) -> None:
    assert outcome(final, case) == case.expected


@pytest.mark.parametrize("case", MID_YEAR, ids=lambda case: case.department)
def test_projects_and_systems_at_the_end_of_june(mid_year: City, case: Case) -> None:
    assert outcome(mid_year, case) == case.expected


FILES = {
    "004 filing": (
        Case(
            "files",
            "004",
            "filing",
            (
                project("a.csv", project_id="1", filed_at="2019-02-01"),
                project("a.csv", project_id="2", filed_at="2019-02-01"),
                project("b.csv", project_id="2"),
                project("b.csv", project_id="3", filed_at="2019-02-01"),
                project("b.csv", project_id="4", year=2018),
            ),
            (),
        ),
        [("it_projects", "a.csv", 1, 1), ("it_projects", "b.csv", 2, 1)],
    ),
    "030 shared_catalogue": (
        Case(
            "files",
            "030",
            "shared_catalogue",
            (listing(5), project(), listing(1), project(kind="operation")),
            (),
        ),
        [("it_projects", "it_projects.csv", 3, 2)],
    ),
    "026 clean_up": (
        Case(
            "files",
            "026",
            "clean_up",
            (
                system("a.csv", disposition="clean_up", disposed_at="2019-02-01"),
                system("a.csv", disposition="clean_up"),
                system("b.csv", disposed_at="2019-02-01"),
            ),
            (),
        ),
        [
            ("information_systems", "a.csv", 2, 1),
            ("information_systems", "b.csv", 1, 0),
        ],
    ),
    "032 protection": (
        Case(
            "files",
            "032",
            "protection",
            (
                system("a.csv", **FILED),
                system("a.csv"),
                system("b.csv", **FILED, **ASSESSED, **RECTIFIED),
                system("b.csv", retired_at="2019-12-31", **FILED),
            ),
            (),
        ),
        [
            ("information_systems", "a.csv", 2, 1),
            ("information_systems", "b.csv", 2, 1),
        ],
    ),
}


@pytest.fixture(scope="module")
def traced() -> City:
    return played(case for case, _ in FILES.values())


@pytest.mark.parametrize(("case", "expected"), FILES.values(), ids=FILES)
def test_registers_are_traced_to_their_files(
    traced: City, case: Case, expected: list[tuple[Any, ...]]
) -> None:
    assert sources(traced, case) == expected


def test_two_years_are_scored_side_by_side() -> None:
    rows = (
        project(year=2019, filed_at="2020-02-01"),
        project(year=2020, filed_at="2020-02-01"),
        project(year=2020),
    )
    case = Case("two years", "004", "filing", rows, ())
    city = played([case], "2020-06-30", rulebook(), leap_year())
    found = city.rows(
        "select assessment_id, value, base from marts.fct_part_score "
        "where indicator_code = '004' and department_id = ? order by assessment_id",
        case.department,
    )
    assert [tuple(each.values()) for each in found] == [
        ("huaibei-2019", 0, 1),
        ("huaibei-2020", 1, 2),
    ]
