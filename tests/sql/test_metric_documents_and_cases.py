"""The parts that rest on cases, matters and documents with a due time: 016, 017, 018, 019."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import City
from tests.sql.cases import Case, Row, Table, outcome, played, row, sources

FINAL: list[Case] = []
MID_YEAR: list[Case] = []


def case(due_at: str = "2019-06-01", reported_at: str | None = "2019-06-01", **values: Any) -> Row:
    """A joint sanction case with a category, by default reported on the day it is due."""
    given = {"category": "tax", "due_at": due_at, "reported_at": reported_at, **values}
    return row("joint_sanction_cases", given.pop("file", None), **given)


def matter(
    embedded_at: str | None, last_feedback_at: str | None = None, file: str = "a.csv"
) -> Row:
    """A matter that may have the credit check embedded."""
    given = {"embedded_at": embedded_at, "last_feedback_at": last_feedback_at}
    return row("credit_check_matters", file, **given)


def investment(due_at: str, accepted_at: str | None, file: str = "a.csv") -> Row:
    """An investment case."""
    return row("investment_cases", file, due_at=due_at, accepted_at=accepted_at)


def document(file: str = "a.csv", **values: Any) -> Row:
    """A document due at noon of 1 June 2019, completed then, that asks for no feedback."""
    noon = "2019-06-01 12:00:00"
    given = {"due_at": noon, "completed_at": noon, "feedback_required": False, **values}
    return row("official_documents", file, **given)


REPORTED = Table("016", "cases", FINAL)
REPORTED.scored("reported on the day it is due", case(), value=1, base=1, score="2.00")
REPORTED.scored(
    "reported the day after", case(reported_at="2019-06-02"), value=0, base=1, score="0.00"
)
REPORTED.scored("never reported", case(reported_at=None), value=0, base=1, score="0.00")
REPORTED.scored("without a category", case(category=None), value=0, base=1, score="0.00")
REPORTED.scored(
    "rewards and punishments alike, one of three in time",
    case(kind="reward"),
    case(kind="punishment", reported_at=None),
    case(kind="punishment", category=None),
    value=1,
    base=3,
    score="0.67",
)
REPORTED.scored(
    "due on the first and on the last day",
    case("2019-01-01", "2018-12-01"),
    case("2019-12-31", "2019-12-31"),
    value=2,
    base=2,
    score="2.00",
)
REPORTED.missing("due before and after the window", case("2018-12-31"), case("2020-01-01"))
REPORTED.missing("no case at all")
REPORTED.scored(
    "the newest delivery of a case counts",
    case(case_id="016-newest", reported_at=None, file="a.csv"),
    case(case_id="016-newest", file="b.csv"),
    value=1,
    base=1,
    score="2.00",
)

EMBEDDED = Table("017", "embedding", FINAL)
EMBEDDED.scored(
    "embedded on the last day, the day after, before the year, never",
    matter("2019-12-31"),
    matter("2020-01-01"),
    matter("2015-01-01"),
    matter(None),
    value=2,
    base=4,
    score="1.00",
)
EMBEDDED.scored("none embedded", matter(None), value=0, base=1, score="0.00")
EMBEDDED.missing("no matter")

FED_BACK = Table("017", "feedback", FINAL)
FED_BACK.scored(
    "fed back on the first day, the day before, after the window, never",
    matter("2018-01-01", "2019-01-01"),
    matter("2018-01-01", "2018-12-31"),
    matter("2018-01-01", "2020-02-01"),
    matter("2018-01-01", None),
    value=2,
    base=4,
    score="1.00",
)
FED_BACK.scored(
    "fed back but not embedded by the last day",
    matter("2020-01-01", "2020-01-02"),
    matter("2019-12-31", "2019-12-31"),
    matter(None, "2019-05-01"),
    value=1,
    base=1,
    score="2.00",
)
FED_BACK.scored("none embedded scores 0", matter(None, "2019-05-01"), value=0, base=0, score="0.00")
FED_BACK.missing("no matter")

ACCEPTED = Table("018", "acceptance", FINAL)
ACCEPTED.scored(
    "accepted at the due time, a microsecond later, never",
    investment("2019-06-01 12:00:00", "2019-06-01 12:00:00"),
    investment("2019-06-01 12:00:00", "2019-06-01 12:00:00.000001"),
    investment("2019-06-01 12:00:00", None),
    value=1,
    base=3,
    score="1.33",
)
ACCEPTED.scored(
    "due at the window's edges",
    investment("2018-12-31 23:59:59.999999", "2018-12-01 00:00:00"),
    investment("2019-01-01 00:00:00", None),
    investment("2019-12-31 23:59:59.999999", "2019-12-31 23:59:59.999999"),
    investment("2020-01-01 00:00:00", "2019-12-31 00:00:00"),
    value=1,
    base=2,
    score="2.00",
)
ACCEPTED.not_applicable("no case due in window", investment("2020-01-01 00:00:00", None))
ACCEPTED.not_applicable("no case at all")

IN_TIME = Table("019", "timeliness", FINAL)
IN_TIME.scored(
    "completed at the due time, a microsecond later, never",
    document(),
    document(completed_at="2019-06-01 12:00:00.000001"),
    document(completed_at=None),
    value=1,
    base=3,
    score="0.27",
)
IN_TIME.scored(
    "due at the window's edges",
    document(due_at="2018-12-31 23:59:59.999999", completed_at="2018-12-01 00:00:00"),
    document(due_at="2019-01-01 00:00:00", completed_at="2018-12-31 00:00:00"),
    document(due_at="2019-12-31 23:59:59.999999", completed_at=None),
    document(due_at="2020-01-01 00:00:00", completed_at="2019-12-31 00:00:00"),
    value=1,
    base=2,
    score="0.40",
)
IN_TIME.not_applicable("nothing due", document(due_at="2020-01-01 00:00:00"))
IN_TIME.not_applicable("no document")

UNRETURNED = Table("019", "quality", FINAL)
UNRETURNED.scored(
    "returned never, once, twice",
    document(returned_count=0),
    document(returned_count=1),
    document(returned_count=2),
    value=1,
    base=3,
    score="0.27",
)
UNRETURNED.scored(
    "completed at the window's edges, whenever due",
    document(completed_at="2018-12-31 23:59:59.999999"),
    document(completed_at="2019-01-01 00:00:00", due_at="2018-12-01 00:00:00"),
    document(completed_at="2019-12-31 23:59:59.999999", due_at="2020-02-01 00:00:00"),
    document(completed_at="2020-01-01 00:00:00"),
    document(completed_at=None),
    value=2,
    base=2,
    score="0.80",
)
UNRETURNED.not_applicable("nothing completed", document(completed_at=None))

ANSWERED = Table("019", "interaction", FINAL)
ANSWERED.scored(
    "fed back on the last instant, after it, never",
    document(feedback_required=True, feedback_at="2019-12-31 23:59:59.999999"),
    document(feedback_required=True, feedback_at="2020-01-01 00:00:00"),
    document(feedback_required=True, feedback_at=None),
    value=1,
    base=3,
    score="0.13",
)
ANSWERED.scored(
    "what asks for nothing is left out, and so is what is not due",
    document(feedback_required=True, feedback_at="2018-12-31 00:00:00"),
    document(feedback_required=False, feedback_at="2019-06-01 00:00:00"),
    document(due_at="2020-01-01 00:00:00", feedback_required=True),
    value=1,
    base=1,
    score="0.40",
)
ANSWERED.not_applicable("no document asks for feedback", document())

Table("016", "cases", MID_YEAR).scored(
    "due by the day, due the day after",
    case("2019-06-30", None),
    case("2019-07-01"),
    value=0,
    base=1,
    score="0.00",
)
Table("017", "embedding", MID_YEAR).scored(
    "embedded by the day, and the day after",
    matter("2019-06-30"),
    matter("2019-07-01"),
    value=1,
    base=2,
    score="1.00",
)
Table("017", "feedback", MID_YEAR).scored(
    "feedback after the day counts, embedding does not",
    matter("2019-06-30", "2019-09-01"),
    matter("2019-07-01", "2019-09-01"),
    value=1,
    base=1,
    score="2.00",
)
Table("018", "acceptance", MID_YEAR).not_applicable(
    "due after the day", investment("2019-07-01 00:00:00", "2019-06-01 00:00:00")
)
Table("019", "quality", MID_YEAR).not_applicable(
    "completed after the day", document(completed_at="2019-07-01 00:00:00")
)
Table("019", "interaction", MID_YEAR).scored(
    "fed back after the day",
    document(feedback_required=True, feedback_at="2019-07-01 00:00:00"),
    value=0,
    base=1,
    score="0.00",
)


@pytest.fixture(scope="module")
def final() -> City:
    return played(FINAL)


@pytest.fixture(scope="module")
def mid_year() -> City:
    return played(MID_YEAR, "2019-06-30")


@pytest.mark.parametrize("case", FINAL, ids=lambda case: case.department)
def test_cases_and_documents_of_a_whole_year(final: City, case: Case) -> None:
    assert outcome(final, case) == case.expected


@pytest.mark.parametrize("case", MID_YEAR, ids=lambda case: case.department)
def test_cases_and_documents_in_the_middle_of_the_year(mid_year: City, case: Case) -> None:
    assert outcome(mid_year, case) == case.expected


DOCUMENTS = (
    document("a.csv", returned_count=1),
    document("a.csv", completed_at=None, feedback_required=True, feedback_at="2019-06-02 00:00:00"),
    document("b.csv", due_at="2020-01-01 00:00:00"),
)
MATTERS = (
    matter("2019-05-01", "2019-06-01"),
    matter(None, "2019-06-01"),
    matter("2019-05-01", None, "b.csv"),
)
FILES = [
    ("016", "cases", (case(file="a.csv"), case("2020-01-01", file="a.csv")), [("a.csv", 1, 1)]),
    ("017", "embedding", MATTERS, [("a.csv", 2, 1), ("b.csv", 1, 1)]),
    ("017", "feedback", MATTERS, [("a.csv", 1, 1), ("b.csv", 1, 0)]),
    ("018", "acceptance", (investment("2019-06-01 00:00:00", None),), [("a.csv", 1, 0)]),
    ("019", "timeliness", DOCUMENTS, [("a.csv", 2, 1)]),
    ("019", "quality", DOCUMENTS, [("a.csv", 1, 0), ("b.csv", 1, 1)]),
    ("019", "interaction", DOCUMENTS, [("a.csv", 1, 1)]),
]


@pytest.fixture(scope="module")
def traced() -> City:
    return played(Case("files", code, part, rows, ()) for code, part, rows, _ in FILES)


@pytest.mark.parametrize(
    ("code", "part", "expected"), [(code, part, files) for code, part, _, files in FILES]
)
def test_cases_and_documents_are_traced_to_their_files(
    traced: City, code: str, part: str, expected: list[tuple[Any, ...]]
) -> None:
    found = sources(traced, Case("files", code, part, (), ()))
    assert [source[1:] for source in found] == expected
