"""The city's page: what needs attention, ranking, blocks, trend, heat map, where points go."""

from __future__ import annotations

from typing import Any

from scorecard.report.charts import blocks_of_city, city_trend
from scorecard.report.pages.page import Page
from scorecard.report.reading import Reading, Sources

MOST_MISSING = 6


def city_page(reading: Reading, sources: Sources) -> Page:
    """The front page of an assessment."""
    ranked = [
        (row, reading.levels_by_department[row["department_id"]]) for row in reading.departments
    ]
    charts: dict[str, Any] = {"blocks": blocks_of_city(reading.levels, ranked)}
    if len(reading.trend) > 1:
        charts["trend"] = city_trend(reading.trend)
    assessment = reading.assessment
    shown = {
        "reading": reading,
        "ranked": ranked,
        "missing": _most_missing(reading),
        "failed": _failed_datasets(sources),
        "late": len(sources.late),
        "sources": sources,
        "rejected": sum(row["rejected"] for row in sources.quarantine),
    }
    title = (assessment["name_zh"], assessment["name_en"])
    return Page("index.html", "city.html.j2", title, shown, charts)


def _most_missing(reading: Reading) -> list[Any]:
    rows = [row for row in reading.departments if row["indicators_missing"]]
    return sorted(rows, key=lambda row: -row["indicators_missing"])[:MOST_MISSING]


def _failed_datasets(sources: Sources) -> list[str]:
    return sorted({check["dataset"] for check in sources.failed})
