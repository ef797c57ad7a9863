"""The front of a site with several assessments: the choice among them."""

from __future__ import annotations

from scorecard.report.pages.page import Page
from scorecard.report.reading import Reading
from scorecard.report.words import WORDS


def front_page(readings: list[Reading], folders: list[str]) -> Page:
    """A card for each assessment, the newest year first."""
    chosen = list(zip(readings, folders, strict=True))
    shown = {"chosen": chosen, "reading": readings[0]}
    return Page("index.html", "front.html.j2", WORDS["choose"], shown, home=None)
