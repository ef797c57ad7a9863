"""The parts that rest on the public credit platform's records: 012, 013, 014, 015."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.city import City
from tests.sql.cases import Case, Row, Table, leap_year, outcome, played, row, sources

FINAL: list[Case] = []
MID_YEAR: list[Case] = []
LEAP_YEAR: list[Case] = []


class Records(Table):
    """Cases whose directories are each department's own."""

    def _add(self, sentence: str, rows: tuple[Row, ...], expected: tuple[Any, ...]) -> None:
        super()._add(sentence, owned(f"{self.part}/{sentence}", *rows), expected)


def owned(owner: str, *rows: Row) -> tuple[Row, ...]:
    """The rows with directories of the owner's own."""
    return tuple(
        replace(
            given,
            values=given.values | {"directory_id": f"{owner}/{given.values['directory_id']}"},
        )
        if "directory_id" in given.values
        else given
        for given in rows
    )


def directory(
    cycle: str = "daily",
    since: str = "2018-01-01",
    until: str | None = None,
    name: str = "1",
    file: str | None = None,
) -> Row:
    """A directory that records are due for."""
    given = {"update_cycle": cycle, "effective_from": since, "effective_to": until}
    return row("credit_directories", file, directory_id=name, **given)


def record(
    at: str = "2019-06-01 08:00:00", name: str = "1", file: str | None = None, **values: Any
) -> Row:
    """A complete record of a directory, by default due in 2021."""
    given = {"due_at": "2021-01-01 00:00:00", "has_key_information": True, **values}
    return row("credit_records", file, directory_id=name, pushed_at=at, **given)


def target(expected: int, year: int = 2019, file: str | None = None) -> Row:
    """What a department is expected to push in a year."""
    return row("credit_targets", file, year=year, expected_records=expected)


SUPPLIED = Records("012", "directories", FINAL)
SUPPLIED.scored("one directory, one record", directory(), record(), value=1, base=1, score="2.00")
SUPPLIED.scored("a directory without records", directory(), value=0, base=1, score="0.00")
SUPPLIED.scored(
    "one of three supplied, however often",
    directory(name="1"),
    directory(name="2"),
    directory(name="3"),
    record(name="2"),
    record("2019-06-02 08:00:00", name="2"),
    value=1,
    base=3,
    score="0.67",
)
SUPPLIED.scored(
    "records at the window's edges",
    *(directory(name=name) for name in "1234"),
    record("2018-12-31 23:59:59.999999", "1"),
    record("2019-01-01 00:00:00", "2"),
    record("2019-12-31 23:59:59.999999", "3"),
    record("2020-01-01 00:00:00", "4"),
    value=2,
    base=4,
    score="1.00",
)
SUPPLIED.scored(
    "effective for exactly its shortest cycle",
    directory("realtime", "2019-05-01", "2019-05-01", "1"),
    directory("daily", "2019-05-01", "2019-05-01", "2"),
    directory("weekly", "2019-05-01", "2019-05-07", "3"),
    directory("monthly", "2019-02-01", "2019-02-28", "4"),
    directory("quarterly", "2019-01-01", "2019-03-31", "5"),
    directory("semiannual", "2019-01-01", "2019-06-30", "6"),
    directory("annual", "2019-01-01", "2019-12-31", "7"),
    value=0,
    base=7,
    score="0.00",
)
SUPPLIED.not_applicable(
    "effective for a day less than its shortest cycle",
    directory("weekly", "2019-05-01", "2019-05-06", "3"),
    directory("monthly", "2019-02-01", "2019-02-27", "4"),
    directory("quarterly", "2019-01-01", "2019-03-30", "5"),
    directory("semiannual", "2019-01-01", "2019-06-29", "6"),
    directory("annual", "2019-01-02", "2019-12-31", "7"),
    record(name="7"),
)
SUPPLIED.not_applicable("an irregular directory is never due", directory("irregular"), record())
SUPPLIED.not_applicable(
    "only days in the window count",
    directory("weekly", "2018-01-01", "2019-01-06", "1"),
    directory("weekly", "2019-12-26", "2020-12-31", "2"),
)
SUPPLIED.scored(
    "seven days in the window are enough",
    directory("weekly", "2018-01-01", "2019-01-07", "1"),
    directory("weekly", "2019-12-25", None, "2"),
    value=0,
    base=2,
    score="0.00",
)
SUPPLIED.not_applicable(
    "effective before or after the window only",
    directory("daily", "2018-01-01", "2018-12-31", "1"),
    directory("daily", "2020-01-01", None, "2"),
    directory("daily", "2019-06-02", "2019-06-01", "3"),
)
SUPPLIED.scored(
    "a record counts on a day when the directory is not effective",
    directory("weekly", "2019-05-01", "2019-05-31"),
    record("2019-12-01 00:00:00"),
    value=1,
    base=1,
    score="2.00",
)
SUPPLIED.not_applicable("no directory at all")

VOLUME = Records("013", "volume", FINAL)
VOLUME.scored(
    "two of three expected",
    target(3),
    directory(),
    record(),
    record(),
    value=2,
    base=3,
    score="1.33",
)
VOLUME.scored(
    "more than expected", target(1), directory(), record(), record(), value=2, base=1, score="2.00"
)
VOLUME.scored(
    "records at the window's edges",
    target(4),
    directory(),
    record("2018-12-31 23:59:59.999999"),
    record("2019-01-01 00:00:00"),
    record("2019-12-31 23:59:59.999999"),
    record("2020-01-01 00:00:00"),
    value=2,
    base=4,
    score="1.00",
)
VOLUME.scored("nothing expected", target(0), directory(), record(), value=1, base=0, score="0.00")
VOLUME.missing("a target without records", target(3), directory())
VOLUME.missing("records without a target", directory(), record())
VOLUME.missing("records with another year's target", target(3, 2018), directory(), record())
VOLUME.missing("records of an unknown directory", target(3), record())
VOLUME.missing("records of last year", target(3), directory(), record("2018-06-01 00:00:00"))
VOLUME.missing("nothing at all")
VOLUME.scored(
    "directories of any kind and any time count",
    target(3),
    directory("irregular", "2010-01-01", "2010-01-01"),
    record(),
    record(name="unknown"),
    value=1,
    base=3,
    score="0.67",
)
VOLUME.scored(
    "the newest delivery of a record and of a target",
    target(8, file="a.csv"),
    target(4, file="b.csv"),
    directory(),
    record(record_id="013-newest", file="a.csv"),
    record("2018-01-01 00:00:00", record_id="013-newest", file="b.csv"),
    record(file="b.csv"),
    value=1,
    base=4,
    score="0.50",
)

VOLUME_ON_A_DAY = Records("013", "volume", MID_YEAR)
VOLUME_ON_A_DAY.scored(
    "half of what was expected by the day, and one that came later",
    target(365),
    directory(),
    *(record("2019-03-05 23:59:59") for _ in range(32)),
    record("2019-03-06 00:00:00"),
    value=32,
    base=64,
    score="1.00",
)
VOLUME_ON_A_DAY.scored(
    "the printed base is rounded, the score is not",
    target(2),
    directory(),
    record("2019-03-05 00:00:00"),
    value=1,
    base="0.350685",
    score="2.00",
)
VOLUME_ON_A_DAY.scored(
    "a target that no day divides",
    target(1000),
    directory(),
    *(record("2019-03-05 00:00:00") for _ in range(7)),
    value=7,
    base="175.342466",
    score="0.08",
)

Records("013", "volume", LEAP_YEAR).scored(
    "a leap year has 366 days",
    target(366, 2020),
    directory(),
    record("2020-02-29 12:00:00"),
    record("2020-03-01 00:00:00"),
    value=1,
    base=60,
    score="0.03",
)
Records("012", "directories", LEAP_YEAR).scored(
    "a leap day is a day like the others",
    directory("monthly", "2020-02-02", "2020-02-29"),
    directory("monthly", "2020-02-03", "2020-02-29", "2"),
    value=0,
    base=1,
    score="0.00",
)

ON_TIME = Records("014", "timeliness", FINAL)
ON_TIME.scored(
    "pushed when due, a microsecond later, earlier",
    directory(),
    record("2019-06-01 08:00:00", due_at="2019-06-01 08:00:00"),
    record("2019-06-01 08:00:00.000001", due_at="2019-06-01 08:00:00"),
    record("2019-01-01 00:00:00", due_at="2021-06-01 08:00:00"),
    value=2,
    base=3,
    score="1.33",
)
ON_TIME.scored(
    "records at the window's edges",
    directory(),
    record("2018-12-31 23:59:59.999999"),
    record("2019-01-01 00:00:00"),
    record("2019-12-31 23:59:59.999999", due_at="2019-12-31 23:59:59"),
    record("2020-01-01 00:00:00"),
    value=1,
    base=2,
    score="1.00",
)
ON_TIME.missing("no record", directory())
ON_TIME.missing("records of an unknown directory", record())

COMPLETE = Records("015", "key_information", FINAL)
COMPLETE.scored(
    "one of three complete",
    directory(),
    record(has_key_information=True),
    record(has_key_information=False),
    record("2019-12-31 23:59:59.999999", has_key_information=False),
    record("2020-01-01 00:00:00"),
    value=1,
    base=3,
    score="0.67",
)
COMPLETE.missing("no record", directory())


@pytest.fixture(scope="module")
def final() -> City:
    return played(FINAL)


@pytest.mark.parametrize("case", FINAL, ids=lambda case: case.department)
def test_the_credit_records_of_a_whole_year(final: City, case: Case) -> None:
    assert outcome(final, case) == case.expected


@pytest.fixture(scope="module")
def mid_year() -> City:
    return played(MID_YEAR, "2019-03-05")


@pytest.mark.parametrize("case", MID_YEAR, ids=lambda case: case.department)
def test_the_credit_records_on_the_64th_day(mid_year: City, case: Case) -> None:
    assert outcome(mid_year, case) == case.expected


@pytest.fixture(scope="module")
def leap() -> City:
    return played(LEAP_YEAR, "2020-02-29", leap_year())


@pytest.mark.parametrize("case", LEAP_YEAR, ids=lambda case: case.department)
def test_the_credit_records_by_a_leap_day(leap: City, case: Case) -> None:
    assert outcome(leap, case) == case.expected


PUSHED = (
    directory("daily", name="1", file="a.csv"),
    directory("irregular", name="2", file="b.csv"),
    directory("daily", name="3", file="b.csv"),
    record(name="1", file="a.csv", due_at="2018-01-01 00:00:00"),
    record(name="1", file="b.csv", has_key_information=False),
    record(name="2", file="b.csv", due_at="2018-01-01 00:00:00"),
    record("2020-06-01 00:00:00", name="2", file="b.csv"),
    record(name="unknown", file="b.csv"),
    target(5, file="a.csv"),
)
FILES = {
    ("012", "directories"): [
        ("credit_directories", "a.csv", 1, 1),
        ("credit_directories", "b.csv", 1, 0),
        ("credit_records", "a.csv", 1, 1),
        ("credit_records", "b.csv", 1, 1),
    ],
    ("013", "volume"): [
        ("credit_directories", "a.csv", 1, 1),
        ("credit_directories", "b.csv", 1, 1),
        ("credit_records", "a.csv", 1, 1),
        ("credit_records", "b.csv", 2, 2),
        ("credit_targets", "a.csv", 1, 0),
    ],
    ("014", "timeliness"): [
        ("credit_directories", "a.csv", 1, 1),
        ("credit_directories", "b.csv", 1, 0),
        ("credit_records", "a.csv", 1, 0),
        ("credit_records", "b.csv", 2, 1),
    ],
    ("015", "key_information"): [
        ("credit_directories", "a.csv", 1, 1),
        ("credit_directories", "b.csv", 1, 1),
        ("credit_records", "a.csv", 1, 1),
        ("credit_records", "b.csv", 2, 1),
    ],
}


@pytest.fixture(scope="module")
def traced() -> City:
    return played(Case("files", *key, owned("/".join(key), *PUSHED), ()) for key in FILES)


@pytest.mark.parametrize(("code", "part"), FILES)
def test_credit_records_are_traced_to_their_files(traced: City, code: str, part: str) -> None:
    assert sources(traced, Case("files", code, part, (), ())) == FILES[code, part]


def test_a_directory_that_becomes_known_later_brings_its_records_along() -> None:
    city = City()
    city.give("credit_records", {"directory_id": "d9", "due_at": "2021-01-01 00:00:00"})
    assert city.score().part("014", "timeliness")["status"] == "missing"
    city.give("credit_directories", {"directory_id": "d9"})
    assert city.score().part("014", "timeliness")["value"] == 1
