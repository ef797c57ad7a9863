"""What the scripts of all pages of an assessment need, written once: `shared.js`.

A script and not JSON, since a page that was opened from a folder may load no data.
"""

from __future__ import annotations

from collections.abc import Iterator

from scorecard.report.charts import sunburst_tree
from scorecard.report.pages.page import Links
from scorecard.report.reading import Reading
from scorecard.report.render import as_json


def shared_script(reading: Reading, links: Links) -> str:
    """Names to find pages by, indicators' names, the city's trend, the sectors of sunbursts."""
    shared = {
        "pages": list(_found(reading, links)),
        "names": {r["indicator_code"]: [r["name_zh"], r["name_en"]] for r in reading.indicators},
        "trend": _trend(reading),
        "tree": sunburst_tree(reading.indicators),
    }
    return f"window.SCORECARD={as_json(shared)};\n"


def _found(reading: Reading, links: Links) -> Iterator[list[str]]:
    """What the search finds: kind, name, further name and address."""
    for row in reading.departments:
        own = row["department_id"]
        yield ["d", row["name"], own, links.department(own)]
    for row in reading.indicators:
        code = row["indicator_code"]
        yield ["i", f"{code} {row['name_zh']}", row["name_en"], links.indicator(code)]
    for row in reading.departments:
        own = row["department_id"]
        for section in reading.sections_by_department.get(own, []):
            name = f"{row['short_name']} {section['name']}"
            address = links.section(own, section["section_id"])
            yield ["s", name, section["section_id"], address]


def _trend(reading: Reading) -> dict[str, list[str] | list[float | None]]:
    def rates(name: str) -> list[float | None]:
        column = [row[f"{name}_rate"] for row in reading.trend]
        return [None if rate is None else float(rate) for rate in column]

    days = [str(row["as_of"]) for row in reading.trend]
    return {"days": days, **{name: rates(name) for name in ("mean", "best", "lowest")}}
