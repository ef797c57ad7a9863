"""A section's page: what it leads and supports, the points at stake and by when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from scorecard.report.pages.page import Links, Page
from scorecard.report.reading import Reading, Row

EVIDENCE = "accepted_evidence"
"""The metric of what counts by a decision."""


def section_pages(reading: Reading, links: Links) -> Iterator[Page]:
    """A page for every section that has a task."""
    meta = {row["indicator_code"]: row for row in reading.indicators}
    gains = {} if reading.assessment["state"] == "closed" else _gains(reading)
    for department in reading.departments:
        for section in reading.sections_by_department.get(department["department_id"], []):
            yield _page(reading, links, department, section, meta, gains)


def _page(
    reading: Reading,
    links: Links,
    department: Row,
    section: Row,
    meta: dict[str, Row],
    gains: dict[Any, list[Row]],
) -> Page:
    key = (department["department_id"], section["section_id"])
    tasks = reading.tasks_by_section[key]
    shown = {
        "reading": reading,
        "department": department,
        "section": section,
        "tasks": tasks,
        "scores": {row["indicator_code"]: row for row in reading.scores_by_department[key[0]]},
        "meta": meta,
        "gains": gains,
        "until": {row["indicator_code"]: _until(reading, row["indicator_code"]) for row in tasks},
        "due_on": {row["indicator_code"]: _due_on(reading, row["indicator_code"]) for row in tasks},
    }
    title = (
        f"{section['name']} · {department['short_name']}",
        f"{section['name']} · {department['short_name']}",
    )
    return Page(links.sections[key], "section.html.j2", title, shown, home="../")


def _until(reading: Reading, code: str) -> list[tuple[str, dt.date]]:
    """The last days that count: of decisions for evidence, of facts for whatever is measured."""
    decided = {part["metric"] == EVIDENCE for part in reading.parts_by_indicator.get(code, [])}
    days = {
        "facts": (False, reading.assessment["window_end"]),
        "decisions": (True, reading.assessment["decisions_until"]),
    }
    return [(kind, day) for kind, (of, day) in days.items() if of in decided]


def _due_on(reading: Reading, code: str) -> dt.datetime | None:
    """When the newest delivery that feeds an indicator was due: the latest of its datasets."""
    rows = reading.sources_by_indicator.get(code, [])
    return max((row["due_at"] for row in rows if row["due_at"] is not None), default=None)


def _gains(reading: Reading) -> dict[Any, list[Row]]:
    """What would win points back, by department and indicator."""
    found: dict[Any, list[Row]] = {}
    for department, rows in (reading.gains_by_department or {}).items():
        for row in rows:
            found.setdefault((department, row["indicator_code"]), []).append(row)
    return found
