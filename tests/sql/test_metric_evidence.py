"""The parts that rest on accepted evidence: 001, 002, 003, 005, 025, 033, 034, 035.

Worked out by hand at the edges of the window, of submission and of decision.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import City
from tests.sql.cases import Case, Row, Table, outcome, played, row, sources

FINAL: list[Case] = []
MID_YEAR: list[Case] = []
CAPPED: list[Case] = []


def evidence(code: str, part: str, file: str | None = None, **values: Any) -> Row:
    """A document of 1 June 2019, accepted a month later, unless said otherwise."""
    return row(
        "evidence",
        file,
        **{
            "indicator_code": code,
            "part": part,
            "year": 2019,
            "document_date": "2019-06-01",
            "submitted_at": "2019-06-02 09:00:00",
            "decision": "accepted",
            "decided_on": "2019-07-01",
            **values,
        },
    )


def meeting(file: str | None = None, **values: Any) -> Row:
    """Evidence of 001 meetings."""
    return evidence("001", "meetings", file, **values)


MEETINGS = Table("001", "meetings", FINAL)
MEETINGS.scored("one accepted document earns one unit", meeting(), value=1, score="1.00")
MEETINGS.scored("two earn two", meeting(), meeting(), value=2, score="2.00")
MEETINGS.scored(
    "three earn no more than the points",
    meeting(),
    meeting(),
    meeting(),
    value=3,
    score="2.00",
)
MEETINGS.scored(
    "both ends of the window are in it",
    meeting(document_date="2019-01-01"),
    meeting(document_date="2019-12-31"),
    value=2,
    score="2.00",
)
MEETINGS.missing("the day before the window is not in it", meeting(document_date="2018-12-31"))
MEETINGS.missing("the day after the window is not in it", meeting(document_date="2020-01-01"))
MEETINGS.missing("no document date is in no window", meeting(document_date=None))
MEETINGS.missing("no evidence at all")
MEETINGS.missing("pending alone is no input", meeting(decision="pending", decided_on=None))
MEETINGS.missing(
    "a pending row stays pending whatever date it carries", meeting(decision="pending")
)
MEETINGS.scored(
    "rejected alone is an input worth nothing",
    meeting(decision="rejected"),
    value=0,
    score="0.00",
)
MEETINGS.scored(
    "only accepted rows count beside rejected and pending ones",
    meeting(),
    meeting(decision="rejected"),
    meeting(decision="pending", decided_on=None),
    value=1,
    score="1.00",
)
MEETINGS.scored(
    "a decision on the day of A counts",
    meeting(decided_on="2020-03-31"),
    value=1,
    score="1.00",
)
MEETINGS.missing("an acceptance after A is still pending", meeting(decided_on="2020-04-01"))
MEETINGS.missing("an acceptance without a date is still pending", meeting(decided_on=None))
MEETINGS.missing(
    "a rejection after A is still pending",
    meeting(decision="rejected", decided_on="2020-04-01"),
)
MEETINGS.missing(
    "a rejection without a date is still pending",
    meeting(decision="rejected", decided_on=None),
)
MEETINGS.scored(
    "submitted in the last microsecond of A",
    meeting(submitted_at="2020-03-31 23:59:59.999999", decided_on="2020-03-31"),
    value=1,
    score="1.00",
)
MEETINGS.missing(
    "submitted in the instant after A",
    meeting(submitted_at="2020-04-01 00:00:00", decided_on="2020-03-31"),
)
MEETINGS.scored(
    "submitted before the window",
    meeting(submitted_at="2018-05-01"),
    value=1,
    score="1.00",
)
MEETINGS.missing("another year's evidence", meeting(year=2018))
MEETINGS.missing("another part's evidence", evidence("001", "liaison"))
MEETINGS.missing("another indicator's evidence", evidence("003", "meetings"))
MEETINGS.missing("a part is spelled exactly", evidence("001", "Meetings"))
MEETINGS.scored(
    "the newest row of a key wins within a file",
    meeting(evidence_id="1"),
    meeting(evidence_id="1", decision="rejected"),
    value=0,
    score="0.00",
)
MEETINGS.scored(
    "the newest row of a key wins over files",
    meeting("a.csv", evidence_id="1", decision="rejected"),
    meeting("b.csv", evidence_id="1"),
    value=1,
    score="1.00",
)
MEETINGS.missing(
    "a row moved to another year leaves nothing",
    meeting(evidence_id="1"),
    meeting(evidence_id="1", year=2018),
)

LIAISON = Table("001", "liaison", FINAL)
LIAISON.scored(
    "the sister part looks at its own rows",
    evidence("001", "liaison"),
    meeting(),
    value=1,
    score="1.00",
)

PLAN = Table("002", "plan_and_completion", FINAL)
PLAN.scored(
    "a flag does not grow with more documents",
    evidence("002", "plan_and_completion"),
    evidence("002", "plan_and_completion"),
    value=2,
    score="1.00",
)
PLAN.scored(
    "no document date is asked for",
    evidence("002", "plan_and_completion", document_date=None),
    value=1,
    score="1.00",
)
PLAN.scored(
    "a rejected document gives no flag",
    evidence("002", "plan_and_completion", decision="rejected"),
    value=0,
    score="0.00",
)
PLAN.missing("the other part's document", evidence("002", "next_year_plan"))
NEXT_PLAN = Table("002", "next_year_plan", FINAL)
NEXT_PLAN.scored(
    "a document of the next year serves",
    evidence("002", "next_year_plan", document_date="2020-01-15", decided_on="2020-02-01"),
    value=1,
    score="1.00",
)

TRAINING = Table("003", "training", FINAL)
TRAINING.scored(
    "only training in window counts",
    evidence("003", "training", document_date="2019-12-31"),
    evidence("003", "training", document_date="2020-01-01"),
    evidence("003", "training", document_date=None),
    value=1,
    score="1.00",
)
INVENTORY = Table("005", "inventory", FINAL)
INVENTORY.scored(
    "an undated list of systems",
    evidence("005", "inventory", document_date=None),
    value=1,
    score="3.00",
)
INVENTORY.missing("no list")


def regime(part: str, **values: Any) -> Row:
    """Evidence of 025, of one of the regime's parts."""
    return evidence("025", part, **values)


REGIME = Table("025", "regime", FINAL)
REGIME.scored(
    "all three parts",
    regime("regulation"),
    regime("plan"),
    regime("timetable"),
    value=3,
    score="1.00",
)
REGIME.scored(
    "three rows of two parts are two parts",
    regime("regulation"),
    regime("regulation"),
    regime("plan"),
    value=2,
    score="0.00",
)
REGIME.scored(
    "a pending third part does not count",
    regime("regulation"),
    regime("plan"),
    regime("timetable", decision="pending", decided_on=None),
    value=2,
    score="0.00",
)
REGIME.scored(
    "a rejected one of a part that is accepted too takes nothing away",
    regime("regulation"),
    regime("regulation", decision="rejected"),
    regime("plan", document_date=None),
    regime("timetable", document_date="2017-01-01"),
    value=3,
    score="1.00",
)
REGIME.scored("rejected alone", regime("plan", decision="rejected"), value=0, score="0.00")
REGIME.missing("pending alone", regime("plan", decision="pending", decided_on=None))
REGIME.missing("the name of the part itself is none of the three", regime("regime"))
REGIME.missing("the progress is none of the three", regime("progress"))
PROGRESS = Table("025", "progress", FINAL)
PROGRESS.scored("progress alone", regime("progress"), regime("plan"), value=1, score="1.00")
PROGRESS.missing("the regime is not progress", regime("plan"))

for code, part, points in (
    ("033", "data_grading", "2.00"),
    ("034", "security_regime", "2.00"),
    ("035", "plan", "1.00"),
):
    TABLE = Table(code, part, FINAL)
    TABLE.scored(
        "undated and accepted",
        evidence(code, part, document_date=None),
        value=1,
        score=points,
    )
    TABLE.scored("rejected", evidence(code, part, decision="rejected"), value=0, score="0.00")
    TABLE.missing("nothing")
DRILL = Table("035", "drill", FINAL)
DRILL.scored(
    "in window",
    evidence("035", "drill", document_date="2019-12-31"),
    value=1,
    score="1.00",
)
DRILL.missing("out of window", evidence("035", "drill", document_date="2020-01-01"))
DRILL.missing("undated", evidence("035", "drill", document_date=None))
DRILL.missing("the plan is no drill", evidence("035", "plan"))

MIDDLE = Table("001", "meetings", MID_YEAR)
MIDDLE.scored(
    "decided and submitted on the day of A",
    meeting(submitted_at="2019-06-30 23:59:59.999999", decided_on="2019-06-30"),
    value=1,
    score="1.00",
)
MIDDLE.missing("decided the day after A", meeting(decided_on="2019-07-01"))
MIDDLE.missing(
    "submitted after A",
    meeting(submitted_at="2019-07-01 00:00:00", decided_on="2019-06-30"),
)
MIDDLE.scored(
    "a document of the day of E",
    meeting(document_date="2019-06-30", decided_on="2019-06-30"),
    value=1,
    score="1.00",
)
MIDDLE.missing(
    "a document dated after E",
    meeting(document_date="2019-07-01", decided_on="2019-06-30"),
)

LATE = Table("001", "meetings", CAPPED)
LATE.missing("decided after the last day of decisions", meeting(decided_on="2020-04-01"))
LATE.missing(
    "submitted after the last day of decisions",
    meeting(submitted_at="2020-04-01 00:00:00"),
)
LATE.scored(
    "decided on the last day of decisions",
    meeting(decided_on="2020-03-31"),
    value=1,
    score="1.00",
)


@pytest.fixture(scope="module")
def final() -> City:
    return played(FINAL)


@pytest.fixture(scope="module")
def mid_year() -> City:
    return played(MID_YEAR, as_of="2019-06-30")


@pytest.fixture(scope="module")
def capped() -> City:
    return played(CAPPED, as_of="2021-01-01")


@pytest.mark.parametrize("case", FINAL, ids=lambda case: case.department)
def test_evidence_when_decisions_are_over(final: City, case: Case) -> None:
    assert outcome(final, case) == case.expected


@pytest.mark.parametrize("case", MID_YEAR, ids=lambda case: case.department)
def test_evidence_at_the_end_of_june(mid_year: City, case: Case) -> None:
    assert outcome(mid_year, case) == case.expected


@pytest.mark.parametrize("case", CAPPED, ids=lambda case: case.department)
def test_evidence_moves_no_more_after_the_last_day_of_decisions(capped: City, case: Case) -> None:
    assert outcome(capped, case) == case.expected


def test_pending_rows_are_counted_apart_and_value_is_null_with_them_alone() -> None:
    case = Case(
        "pending",
        "001",
        "meetings",
        (
            meeting(decision="pending", decided_on=None),
            meeting(decided_on="2020-04-01"),
            meeting(document_date=None),
        ),
        (),
    )
    city = played([case])
    [found] = city.rows(
        "select inputs, pending, value from metrics.accepted_evidence where department_id = ?",
        case.department,
    )
    assert found == {"inputs": 0, "pending": 2, "value": None}
    assert city.part("001", "meetings", case.department)["value"] is None


def test_evidence_is_traced_to_its_files() -> None:
    case = Case(
        "files",
        "025",
        "regime",
        (
            regime("plan", evidence_id="1"),
            row("evidence", "b.csv", **regime("regulation", evidence_id="2").values),
            row("evidence", "b.csv", **regime("plan", decision="rejected").values),
            row("evidence", "b.csv", **regime("progress").values),
            row(
                "evidence",
                "c.csv",
                **regime("plan", evidence_id="1", decision="pending").values,
            ),
            row("evidence", "d.csv", **regime("plan").values),
            row("evidence", "d.csv", **regime("plan").values),
        ),
        (),
    )
    assert sources(played([case]), case) == [
        ("evidence", "b.csv", 2, 1),
        ("evidence", "c.csv", 1, 0),
        ("evidence", "d.csv", 2, 2),
    ]


def test_evidence_of_an_unknown_department_counts_for_nobody() -> None:
    city = City()
    city.give("evidence", dict(meeting().values, department_id="nobody"))
    city.score()
    assert city.rows("select 1 from marts.fct_part_score where department_id = 'nobody'") == []
    assert city.part("001", "meetings")["status"] == "missing"
