"""Cases of the metrics' tests: a department each, so that one scoring settles a whole table.

A case is a sentence, the rows that are delivered for its department, and the outcome worked out
by hand. Ids in the rows are made the department's own, so cases cannot touch each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scorecard.rulebook import Rulebook
from tests.city import City, contracts, rulebook

OWN_IDS = (
    "entry_id",
    "evidence_id",
    "project_id",
    "system_id",
    "request_id",
    "inspection_id",
)


@dataclass(frozen=True)
class Row:
    """One delivered row; columns not named take the harness's defaults."""

    dataset: str
    values: dict[str, Any]
    file: str


def row(dataset: str, file: str | None = None, **values: Any) -> Row:
    """A row of a dataset, by default of the one file of that dataset."""
    return Row(dataset, values, file or f"{dataset}.csv")


@dataclass(frozen=True)
class Case:
    """A part's outcome: (status, value, base, score), or the level in place of value and base."""

    sentence: str
    code: str
    part: str
    rows: tuple[Row, ...]
    expected: tuple[Any, ...]

    @property
    def department(self) -> str:
        """The id of the department that the case stands for."""
        return f"{self.code}/{self.part}/{self.sentence}"


class Table:
    """Cases of one part, written one below the other."""

    def __init__(self, code: str, part: str, cases: list[Case]) -> None:
        self.code, self.part, self.cases = code, part, cases

    def scored(self, sentence: str, *rows: Row, value: Any, score: str, base: Any = None) -> None:
        """Adds a case that is scored; value and base as text or whole numbers."""
        self._add(sentence, rows, ("scored", number(value), number(base), Decimal(score)))

    def level(self, sentence: str, *rows: Row, level: str, score: str) -> None:
        """Adds a case that is scored by its level."""
        self._add(sentence, rows, ("scored", level, Decimal(score)))

    def missing(self, sentence: str, *rows: Row) -> None:
        """Adds a case in which something was due and there is no input."""
        self._add(sentence, rows, ("missing", Decimal(0)))

    def not_applicable(self, sentence: str, *rows: Row) -> None:
        """Adds a case that leaves both sums."""
        self._add(sentence, rows, ("not_applicable", Decimal(0), Decimal(0)))

    def _add(self, sentence: str, rows: tuple[Row, ...], expected: tuple[Any, ...]) -> None:
        self.cases.append(Case(sentence, self.code, self.part, rows, expected))


def number(value: Any) -> Decimal | None:
    """An exact number of a text or a whole number."""
    return None if value is None else Decimal(value)


def leap_year() -> Rulebook:
    """The same rules for 2020."""
    return rulebook().model_copy(
        update={
            "assessment_id": "huaibei-2020",
            "year": 2020,
            "decisions_until": dt.date(2021, 3, 31),
        }
    )


def played(cases: Iterable[Case], as_of: str = "2020-03-31", *rulebooks: Rulebook) -> City:
    """A city in which every case is a department, scored."""
    cases = list(cases)
    assert len({case.department for case in cases}) == len(cases), "two cases with one sentence"
    city = City(*rulebooks, departments=tuple(case.department for case in cases))
    for case in cases:
        for given in case.rows:
            city.give(given.dataset, _owned(given, case.department), file=given.file)
    return city.score(as_of)


def _owned(given: Row, department: str) -> dict[str, Any]:
    values = {
        name: f"{department}/{value}" if name in OWN_IDS else value
        for name, value in given.values.items()
    }
    if any(column.name == "department_id" for column in contracts()[given.dataset].columns):
        values.setdefault("department_id", department)
    return values


def outcome(city: City, case: Case) -> tuple[Any, ...]:
    """What the city says of a case, in the shape of what the case expects."""
    found = city.part(case.code, case.part, case.department)
    columns = {
        "scored": ("value", "base", "score") if len(case.expected) == 4 else ("level", "score"),
        "missing": ("score",),
        "not_applicable": ("score", "points"),
    }[case.expected[0]]
    return (found["status"], *(found[column] for column in columns))


def sources(city: City, case: Case) -> list[tuple[Any, ...]]:
    """The source rows of a case: dataset, file, rows read, rows counted."""
    return [
        tuple(found.values())
        for found in city.rows(
            "select dataset, file_name, rows_read, rows_counted from marts.fct_part_source "
            "where indicator_code = ? and part = ? and department_id = ? order by all",
            case.code,
            case.part,
            case.department,
        )
    ]
