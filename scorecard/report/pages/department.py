"""A department's page: total, history, where its points are and went, what would win them back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scorecard.report.charts import (
    blocks_of_department,
    department_trend,
    sunburst,
    sunburst_tree,
    waterfall,
)
from scorecard.report.pages.page import Links, Page
from scorecard.report.reading import Reading, Row
from scorecard.report.words import by_state


def department_pages(reading: Reading, links: Links) -> Iterator[Page]:
    """A page for every department."""
    meta = {row["indicator_code"]: row for row in reading.indicators}
    sectors = sunburst_tree(reading.indicators)["ids"]
    for department in reading.departments:
        yield _page(reading, links, department, meta, sectors)


def _page(
    reading: Reading, links: Links, department: Row, meta: dict[str, Row], sectors: list[str]
) -> Page:
    own = department["department_id"]
    rows = [meta[score["indicator_code"]] | score for score in reading.scores_by_department[own]]
    losses = sorted((row for row in rows if row["lost"] > 0), key=lambda row: -row["lost"])
    levels = reading.levels_by_department[own]
    trend = reading.trend_by_department.get(own, [])
    charts: dict[str, Any] = {
        "against": blocks_of_department(reading.levels, levels),
        "waterfall": waterfall(department, reading.points, losses),
    }
    if department["points"] > 0:
        charts["composition"] = sunburst(department, rows, sectors)
    if len(trend) > 1:
        charts["trend"] = department_trend(trend, reading.trend)
    gains = reading.gains_by_department
    ways = None if gains is None else gains.get(own, [])
    state = reading.assessment["state"]
    shown = {
        "reading": reading,
        "department": department,
        "rows": rows,
        "levels": list(zip(levels, _same_levels(reading, levels), strict=True)),
        "months": [day for day in reversed(trend) if day["is_month_end"]],
        "gains_key": by_state("gains", state),
        "lacking": [_lacking(reading, row) for row in losses] if state == "closed" else [],
        "gains": ways,
        "within": _most(ways or []),
        "decided": _most([row for row in ways or () if row["change"] == "evidence"]),
        "meta": meta,
        "sections": reading.sections_by_department.get(own, []),
        "outages": reading.outages_by_department.get(own, []),
    }
    title = (department["name"], f"{department['name']} ({own})")
    return Page(links.departments[own], "department.html.j2", title, shown, charts, "../")


def _most(ways: list[Row]) -> Decimal:
    return sum((row["most"] for row in ways), Decimal(0))


def _lacking(reading: Reading, row: Row) -> Row:
    """A loss that stays, with what was short as the leading section is told it."""
    tasks = reading.responsible.get((row["department_id"], row["indicator_code"]), [])
    lead = [task for task in tasks if task["role"] == "lead"]
    words = lead[0] if lead else {"missing_zh": None, "missing_en": None}
    return row | {"lead": lead} | {key: words[key] for key in ("missing_zh", "missing_en")}


def _same_levels(reading: Reading, levels: list[Row]) -> list[Row]:
    by_name = {level["level1"]: level for level in reading.levels}
    return [by_name[level["level1"]] for level in levels]
