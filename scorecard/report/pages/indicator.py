"""An indicator's page: its rule and reading, its inputs, and what every department has in it."""

from __future__ import annotations

from collections.abc import Iterator

from scorecard.report.charts import distribution
from scorecard.report.pages.page import Links, Page
from scorecard.report.reading import Reading, Row
from scorecard.report.render import NOTHING, plain


def indicator_pages(reading: Reading, links: Links) -> Iterator[Page]:
    """A page for every indicator, with the way to its neighbours."""
    rows = reading.indicators
    for place, indicator in enumerate(rows):
        before = rows[place - 1] if place else None
        after = rows[place + 1] if place + 1 < len(rows) else None
        yield _page(reading, links, indicator, before, after)


def _page(
    reading: Reading, links: Links, indicator: Row, before: Row | None, after: Row | None
) -> Page:
    code = indicator["indicator_code"]
    scores = reading.scores_by_indicator.get(code, [])
    measured = {
        row["department_id"]: {
            part["part"]: part | {"measured": measured_as(part), "is_rounded": is_rounded(part)}
            for part in reading.parts_by_score.get((row["department_id"], code), [])
        }
        for row in scores
    }
    shown = {
        "reading": reading,
        "indicator": indicator,
        "parts": reading.parts_by_indicator.get(code, []),
        "sources": reading.sources_by_indicator.get(code, []),
        "scores": scores,
        "measured": measured,
        "before": before,
        "after": after,
    }
    title = (f"{code} {indicator['name_zh']}", f"{code} {indicator['name_en']}")
    charts = {"distribution": distribution(scores)} if scores else {}
    return Page(links.indicators[code], "indicator.html.j2", title, shown, charts, "../")


def is_rounded(part: Row) -> bool:
    """Whether what is shown has fewer decimals than what is published."""
    amounts = (part["value"], part["base"])
    return any(amount is not None and amount != round(amount, 2) for amount in amounts)


def measured_as(part: Row) -> str:
    """What a part was measured at: a level, or a value of its base, with its rank where ranked."""
    if part["level"] is not None:
        return str(part["level"])
    if part["value"] is None:
        return NOTHING
    text = plain(part["value"])
    if part["base"] is not None:
        text += f" / {plain(part['base'])}"
    return text if part["rank"] is None else f"{text} (#{part['rank']})"
