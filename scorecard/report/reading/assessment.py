"""One assessment, read table by table and handed on in groups, a query a table and none a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from scorecard.published import Published, Row
from scorecard.report.reading import sql

Groups = dict[Any, list[Row]]


@dataclass(frozen=True)
class Reading:
    """An assessment. Lists are ordered; groups are by what their name says."""

    version: str
    """Of the published file."""
    assessment: Row
    departments: list[Row]
    levels: list[Row]
    levels_by_department: Groups
    indicators: list[Row]
    parts_by_indicator: Groups
    scores_by_department: Groups
    scores_by_indicator: Groups
    parts_by_score: Groups
    """By department and indicator."""
    sections_by_department: Groups
    tasks_by_section: Groups
    """By department and section."""
    responsible: Groups
    """By department and indicator: its sections, the leading one first."""
    gains_by_department: Groups | None
    """None where the published version does not hold what would win points back."""
    trend: list[Row]
    trend_by_department: Groups
    earlier_day: Any
    sources_by_indicator: Groups
    outages_by_department: Groups

    @property
    def points(self) -> Decimal:
        """The points of the whole rulebook."""
        return sum((row["points"] for row in self.indicators), Decimal(0))

    @property
    def stale(self) -> list[Row]:
        """The indicators that rest on late data in some department."""
        return [row for row in self.indicators if row["stale"]]


def read_assessments(published: Published) -> list[str]:
    """The ids of all assessments."""
    return [row["assessment_id"] for row in published.rows(sql.ASSESSMENTS)]


def read_assessment(published: Published, assessment_id: str) -> Reading:
    """Reads one assessment from every table that speaks of it."""

    def rows(query: str) -> list[Row]:
        return published.rows(query, assessment=assessment_id)

    [assessment] = rows(sql.ASSESSMENT)
    scores, tasks, trends = rows(sql.SCORES), rows(sql.TASKS), rows(sql.TREND)
    levels = rows(sql.LEVELS)
    return Reading(
        version=published.version.name,
        assessment=assessment,
        departments=rows(sql.DEPARTMENTS),
        levels=levels,
        levels_by_department=_by(rows(sql.DEPARTMENT_LEVELS), _department),
        indicators=rows(sql.INDICATORS),
        parts_by_indicator=_by(rows(_parts(published)), _indicator),
        scores_by_department=_by(scores, _department),
        scores_by_indicator=_by(sorted(scores, key=_by_rate), _indicator),
        parts_by_score=_by(rows(sql.PART_SCORES), _score),
        sections_by_department=_by(rows(sql.SECTIONS), _department),
        tasks_by_section=_by(tasks, lambda row: (row["department_id"], row["section_id"])),
        responsible=_by(sorted(tasks, key=lambda row: row["role"]), _score),
        gains_by_department=_gains(published, rows),
        trend=rows(sql.CITY_TREND),
        trend_by_department=_by(trends, _department),
        earlier_day=assessment["earlier_day"],
        sources_by_indicator=_by(rows(sql.INDICATOR_SOURCES), _indicator),
        outages_by_department=_by(rows(sql.OUTAGES), _department),
    )


def _parts(published: Published) -> str:
    return sql.PARTS if published.has("dim_rule", "rule_zh") else sql.PARTS_WITHOUT_RULES


def _gains(published: Published, rows: Callable[[str], list[Row]]) -> Groups | None:
    if not published.has("mart_gain", "gain"):
        return None
    return _by(rows(sql.GAINS), _department)


def _by(rows: list[Row], key: Callable[[Row], Any]) -> Groups:
    """Groups of rows, each in the order given."""
    return {name: list(own) for name, own in groupby(sorted(rows, key=key), key)}


def _department(row: Row) -> Any:
    return row["department_id"]


def _indicator(row: Row) -> Any:
    return row["indicator_code"]


def _score(row: Row) -> Any:
    return row["department_id"], row["indicator_code"]


def _by_rate(row: Row) -> Any:
    """The best first, those it does not apply to last."""
    rate = row["score_rate"]
    return rate is None, -(rate or 0), row["status"] == "missing", row["place"]
