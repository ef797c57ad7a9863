"""The page of the sources: freshness, checks, quarantine, whom to call. One for all assessments."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from scorecard.report.pages.page import Page
from scorecard.report.reading import Reading, Row, Sources
from scorecard.report.words import WORDS


def data_page(
    sources: Sources,
    readings: list[Reading],
    folders: list[str],
    feeds: dict[str, list[Any]],
    home: str | None,
) -> Page:
    """The page of the data.

    Args:
        sources: What is known of them.
        readings: All assessments, for the day.
        folders: The addresses of their folders.
        feeds: By dataset, the indicators that rest on it: assessment, code and address.
        home: The way to the one assessment's folder; None where there are several.
    """
    examples = {
        key: list(rows)
        for key, rows in groupby(
            sources.quarantined, key=lambda row: (row["dataset"], row["reason_zh"])
        )
    }
    names = [(r.assessment["name_zh"], r.assessment["name_en"]) for r in readings]
    cities = list(zip(names, folders, strict=True))
    shown = {
        "reading": readings[0],
        "sources": sources,
        "examples": examples,
        "feeds": feeds,
        "late": sources.late,
        "cities": cities,
        "checks": _by_dataset(sources.checks),
        "rejected": sum(row["rejected"] for row in sources.quarantine),
    }
    return Page("data.html", "data.html.j2", WORDS["data"], shown, home=home)


def _by_dataset(checks: list[Row]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for check in checks:
        found.setdefault(check["dataset"], []).append(check)
    return found
