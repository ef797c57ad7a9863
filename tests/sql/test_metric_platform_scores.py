"""The parts that take over what a platform recorded or scored: 008, 009, 010, 011, 031."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import City
from tests.sql.cases import Case, Row, Table, leap_year, outcome, played, row, sources

FINAL: list[Case] = []
MID_YEAR: list[Case] = []
DAY_BEFORE: list[Case] = []
JANUARY: list[Case] = []


def result(score: str, full: str = "100", year: int = 2019) -> Row:
    """The service platform's result of a year."""
    return row("service_platform_results", year=year, score=score, full_score=full)


RESULT = Table("008", "result", FINAL)
RESULT.scored("a share of the full mark", result("93.5"), value="93.5", base=100, score="9.35")
RESULT.scored("rounded half up", result("93.45"), value="93.45", base=100, score="9.35")
RESULT.scored("a third", result("1", "3"), value=1, base=3, score="3.33")
RESULT.scored(
    "six decimals are kept",
    result("0.123456", "0.5"),
    value="0.123456",
    base="0.5",
    score="2.47",
)
RESULT.scored(
    "above the full mark earns no more",
    result("110"),
    value=110,
    base=100,
    score="10.00",
)
RESULT.scored("below nothing earns nothing", result("-5"), value=-5, base=100, score="0.00")
RESULT.scored("a score of 0 is a score", result("0"), value=0, base=100, score="0.00")
RESULT.scored(
    "the newest row of the year wins",
    result("10"),
    result("20"),
    value=20,
    base=100,
    score="2.00",
)
RESULT.missing("a full mark of 0 says nothing", result("5", "0"))
RESULT.missing("a full mark below 0 says nothing", result("5", "-1"))
RESULT.missing(
    "a corrected row without a full mark leaves nothing",
    result("10"),
    result("10", "0"),
)
RESULT.missing("results of other years", result("90", year=2018), result("90", year=2020))
RESULT.missing("no result")


def record(module: str, at: str, file: str | None = None) -> Row:
    """A record of the legal supervision platform."""
    return row("legal_supervision_records", file, module=module, recorded_at=at)


for code, module, other in (
    ("009", "document_filing", "officer_management"),
    ("010", "officer_management", "document_filing"),
):
    TABLE = Table(code, module, FINAL)
    TABLE.scored(
        "one record is enough",
        record(module, "2019-06-01 08:00:00"),
        value=1,
        score="3.00",
    )
    TABLE.scored(
        "the first and the last instant of the window, and not those beside them",
        record(module, "2019-01-01 00:00:00"),
        record(module, "2019-12-31 23:59:59.999999"),
        record(module, "2018-12-31 23:59:59.999999"),
        record(module, "2020-01-01 00:00:00"),
        value=2,
        score="3.00",
    )
    TABLE.missing(
        "the last instant before the window",
        record(module, "2018-12-31 23:59:59.999999"),
    )
    TABLE.missing("the first instant after the window", record(module, "2020-01-01 00:00:00"))
    TABLE.missing("records of the other module", record(other, "2019-06-01 08:00:00"))
    TABLE.missing("no record")


def month(first: str, score: str, full: str | None = "100", file: str | None = None) -> Row:
    """A month's score of the trading platform."""
    return row("trading_platform_scores", file, month=first, score=score, full_score=full)


def year(score: str, full: str | None = "100") -> tuple[Row, ...]:
    """All twelve months with the same score."""
    return tuple(month(f"2019-{number:02}-01", score, full) for number in range(1, 13))


MONTHS = Table("011", "monthly_scores", FINAL)
MONTHS.scored("full marks all year", *year("100"), value=1200, base=1200, score="6.00")
MONTHS.scored(
    "eleven silent months count 0 of 100",
    month("2019-01-01", "100"),
    value=100,
    base=1200,
    score="0.50",
)
MONTHS.scored(
    "a row without a full mark is out of 100",
    *year("50", None),
    value=600,
    base=1200,
    score="3.00",
)
MONTHS.scored(
    "a row's own full mark takes the place of 100",
    month("2019-12-01", "40", "50"),
    value=40,
    base=1150,
    score="0.21",
)
MONTHS.scored(
    "decimals add up exactly",
    month("2019-01-01", "87.654321"),
    month("2019-02-01", "0.000001"),
    value="87.654322",
    base=1200,
    score="0.44",
)
MONTHS.scored(
    "above the full marks earns no more",
    *year("130"),
    value=1560,
    base=1200,
    score="6.00",
)
MONTHS.scored("full marks of 0 all year", *year("0", "0"), value=0, base=0, score="0.00")
MONTHS.scored(
    "a score of 0 is an input",
    month("2019-05-01", "0"),
    value=0,
    base=1200,
    score="0.00",
)
MONTHS.scored(
    "a corrected month replaces its older row",
    month("2019-05-01", "100"),
    month("2019-05-01", "60"),
    value=60,
    base=1200,
    score="0.30",
)
MONTHS.scored(
    "months outside the year stay out",
    month("2018-12-01", "100"),
    month("2019-12-01", "10"),
    month("2020-01-01", "100"),
    value=10,
    base=1200,
    score="0.05",
)
MONTHS.missing("rows of other years only", month("2018-12-01", "100"), month("2020-01-01", "100"))
MONTHS.missing("no row")

# On 30 June six months have elapsed, on 29 June five.
JUNE_MONTHS = Table("011", "monthly_scores", MID_YEAR)
JUNE_MONTHS.scored(
    "June has elapsed on its last day",
    month("2019-01-01", "80"),
    month("2019-06-01", "40"),
    month("2019-07-01", "90"),
    value=120,
    base=600,
    score="1.20",
)
JUNE_MONTHS.scored("June alone", month("2019-06-01", "40"), value=40, base=600, score="0.40")
JUNE_EARLY = Table("011", "monthly_scores", DAY_BEFORE)
JUNE_EARLY.scored(
    "June has not elapsed before its last day",
    month("2019-01-01", "80"),
    month("2019-06-01", "100"),
    value=80,
    base=500,
    score="0.96",
)
JUNE_EARLY.missing("a row of a month that has not elapsed", month("2019-06-01", "100"))
FIRST_MONTH = Table("011", "monthly_scores", JANUARY)
FIRST_MONTH.missing("no month has elapsed", month("2019-01-01", "100"), month("2018-12-01", "100"))

JUNE_RESULT = Table("008", "result", MID_YEAR)
JUNE_RESULT.scored(
    "the year's result counts whenever it is known",
    result("50"),
    value=50,
    base=100,
    score="5.00",
)
JUNE_RECORDS = Table("009", "document_filing", MID_YEAR)
JUNE_RECORDS.scored(
    "recorded in the last microsecond of June",
    record("document_filing", "2019-06-30 23:59:59.999999"),
    record("document_filing", "2019-07-01 00:00:00"),
    value=1,
    score="3.00",
)
JUNE_RECORDS.missing("recorded in July", record("document_filing", "2019-07-01 00:00:00"))


def egress(mode: str, on: str, file: str | None = None) -> Row:
    """An observation of a department's way to the internet."""
    return row("internet_egress", file, mode=mode, observed_on=on)


EGRESS = Table("031", "egress", FINAL)
EGRESS.level("unified", egress("unified", "2019-06-01"), level="unified", score="2.00")
EGRESS.level(
    "filed device",
    egress("filed_device", "2019-06-01"),
    level="filed_device",
    score="1.00",
)
EGRESS.level(
    "unfiled device",
    egress("unfiled_device", "2019-06-01"),
    level="unfiled_device",
    score="0.00",
)
EGRESS.level(
    "no access at all is scored 0",
    egress("none", "2019-06-01"),
    level="none",
    score="0.00",
)
EGRESS.level(
    "the newest counts, whatever the order of delivery",
    egress("filed_device", "2019-11-01", "a.csv"),
    egress("unified", "2019-05-01", "b.csv"),
    level="filed_device",
    score="1.00",
)
EGRESS.level(
    "the last day is in window, the day after is not",
    egress("unfiled_device", "2019-12-30"),
    egress("filed_device", "2019-12-31"),
    egress("unified", "2020-01-01"),
    level="filed_device",
    score="1.00",
)
EGRESS.level(
    "the first day is in window",
    egress("unified", "2019-01-01"),
    level="unified",
    score="2.00",
)
EGRESS.level(
    "a corrected observation replaces its older row",
    egress("unified", "2019-05-01"),
    egress("none", "2019-05-01"),
    level="none",
    score="0.00",
)
EGRESS.missing(
    "observed outside the window only",
    egress("unified", "2018-12-31"),
    egress("unified", "2020-01-01"),
)
EGRESS.missing("never observed")
JUNE_EGRESS = Table("031", "egress", MID_YEAR)
JUNE_EGRESS.level(
    "the newest by the end of June",
    egress("unified", "2019-06-30"),
    egress("none", "2019-07-01"),
    level="unified",
    score="2.00",
)


@pytest.fixture(scope="module")
def cities() -> dict[str, City]:
    return {
        "2020-03-31": played(FINAL),
        "2019-06-30": played(MID_YEAR, as_of="2019-06-30"),
        "2019-06-29": played(DAY_BEFORE, as_of="2019-06-29"),
        "2019-01-30": played(JANUARY, as_of="2019-01-30"),
    }


ALL = [
    (as_of, case)
    for as_of, cases in {
        "2020-03-31": FINAL,
        "2019-06-30": MID_YEAR,
        "2019-06-29": DAY_BEFORE,
        "2019-01-30": JANUARY,
    }.items()
    for case in cases
]


@pytest.mark.parametrize(
    ("as_of", "case"), ALL, ids=[f"{as_of}/{case.department}" for as_of, case in ALL]
)
def test_what_the_platforms_say(cities: dict[str, City], as_of: str, case: Case) -> None:
    assert outcome(cities[as_of], case) == case.expected


LEAP_MONTHS: list[Case] = []
LEAP_TABLE = Table("011", "monthly_scores", LEAP_MONTHS)
LEAP_TABLE.scored("February", month("2020-02-01", "50"), value=50, base=200, score="1.50")


def test_february_of_a_leap_year_elapses_on_the_29th() -> None:
    [february] = LEAP_MONTHS
    city = played(LEAP_MONTHS, "2020-02-29", leap_year())
    assert outcome(city, february) == february.expected
    city = played(LEAP_MONTHS, "2020-02-28", leap_year())
    assert city.part("011", "monthly_scores", february.department)["status"] == "missing"


FILES = {
    "008 result": (
        Case("files", "008", "result", (result("0"),), ()),
        [("service_platform_results", "service_platform_results.csv", 1, 1)],
    ),
    "009 document_filing": (
        Case(
            "files",
            "009",
            "document_filing",
            (
                record("document_filing", "2019-03-01 00:00:00", "a.csv"),
                record("document_filing", "2019-03-02 00:00:00", "b.csv"),
                record("document_filing", "2018-03-02 00:00:00", "b.csv"),
                record("officer_management", "2019-03-02 00:00:00", "b.csv"),
            ),
            (),
        ),
        [
            ("legal_supervision_records", "a.csv", 1, 1),
            ("legal_supervision_records", "b.csv", 1, 1),
        ],
    ),
    "011 monthly_scores": (
        Case(
            "files",
            "011",
            "monthly_scores",
            (
                month("2019-01-01", "90", file="a.csv"),
                month("2019-02-01", "90", file="a.csv"),
                month("2019-02-01", "80", file="b.csv"),
                month("2020-01-01", "80", file="b.csv"),
            ),
            (),
        ),
        [
            ("trading_platform_scores", "a.csv", 1, 1),
            ("trading_platform_scores", "b.csv", 1, 1),
        ],
    ),
    "031 egress": (
        Case(
            "files",
            "031",
            "egress",
            (
                egress("unified", "2019-03-01", "a.csv"),
                egress("unified", "2019-04-01", "b.csv"),
            ),
            (),
        ),
        [("internet_egress", "a.csv", 1, 0), ("internet_egress", "b.csv", 1, 1)],
    ),
}


@pytest.fixture(scope="module")
def traced() -> City:
    return played(case for case, _ in FILES.values())


@pytest.mark.parametrize(("case", "expected"), FILES.values(), ids=FILES)
def test_platform_rows_are_traced_to_their_files(
    traced: City, case: Case, expected: list[tuple[Any, ...]]
) -> None:
    assert sources(traced, case) == expected
