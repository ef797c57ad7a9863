"""The one scale of scores in colours: pages, sheets and the picture all shade by it.

From pale, nothing lost, to dark, all lost, so that it is read without its hue. The light theme of
the pages has the same colours (`report/assets/site.css`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class Shade(NamedTuple):
    """A step of the scale: from which share of the points on, in percent, and its colours."""

    key: str
    from_rate: int | None
    zh: str
    en: str
    ground: str
    ink: str


SCALE = (
    Shade("5", 100, "满分", "full", "#edf2f6", "#3f4c5a"),
    Shade("4", 80, "≥80%", "≥80%", "#fcebcb", "#4a3208"),
    Shade("3", 60, "60–80%", "60–80%", "#f9cf8f", "#452c04"),
    Shade("2", 40, "40–60%", "40–60%", "#ee9f4e", "#2f1a02"),
    Shade("1", None, "<40%", "<40%", "#b85412", "#ffffff"),
    Shade("0", None, "0 分", "0", "#7a2d08", "#ffffff"),
)
MISSING = Shade("m", None, "缺报", "missing", "#3c4550", "#ffffff")
NOT_APPLICABLE = Shade("n", None, "不适用", "n/a", "#ffffff", "#526070")
LEGEND = (*SCALE, MISSING, NOT_APPLICABLE)
BY_KEY = {shade.key: shade for shade in LEGEND}
PART_MISSING_MARK = "†"
"""Stands behind a score of which a part is missing."""


def shade_of(score: Decimal, points: Decimal, status: str) -> Shade:
    """The step of a published score, exactly: 79.999 % is below 80."""
    if status == "not_applicable" or not points:
        return NOT_APPLICABLE
    if status == "missing":
        return MISSING
    if score <= 0:
        return BY_KEY["0"]
    rate = 100 * score / points
    steps = (shade for shade in SCALE if shade.from_rate is not None and rate >= shade.from_rate)
    return next(steps, BY_KEY["1"])
