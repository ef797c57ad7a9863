"""What the sheets have to say, asked of the published file by plain queries of the tests' own."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from tests.sheets.conftest import Made

LANGUAGES = ("zh", "en")
BETWEEN = {"zh": "、", "en": ", "}


class Line(NamedTuple):
    code: str
    name: str
    full_points: Decimal
    points: Decimal
    score: Decimal
    explanation: str
    provider: str | None
    lead: str | None
    support: str | None


def sheet_order(made: Made) -> list[str]:
    """Codes as the form lists them: ascending, but each level whole."""
    rows = made.rows("select level1, level2, level3, indicator_code from dim_indicator order by 4")
    order: dict[Sequence[str], int] = {}
    for *path, _ in rows:
        for depth in (1, 2, 3):
            order.setdefault(tuple(path[:depth]), len(order))
    return [
        row[3]
        for row in sorted(
            rows, key=lambda r: (order[r[:1]], order[r[:2]], order[r[:3]], r[3])
        )
    ]  # fmt: skip


def lines(made: Made, department: str, language: str) -> list[Line]:
    """The indicators of a department, in the order of the form."""
    rows = made.rows(
        f"select s.indicator_code, i.name_{language}, i.points, s.points, s.score, "
        f"s.explanation_{language}, i.data_provider from fct_indicator_score as s "
        "join dim_indicator as i using (assessment_id, indicator_code) where department_id = ?",
        department,
    )
    tasks = made.rows(
        "select indicator_code, role, section from mart_section_task where department_id = ? "
        "order by section_id",
        department,
    )
    found = {}
    for row in rows:
        named = {
            role: BETWEEN[language].join(s for code, r, s in tasks if (code, r) == (row[0], role))
            for role in ("lead", "support")
        }
        found[row[0]] = Line(*row, named["lead"] or None, named["support"] or None)
    return [found[code] for code in sheet_order(made)]


def levels(made: Made, language: str) -> dict[str, tuple[str, str, str]]:
    """The three levels by code."""
    suffix = "" if language == "zh" else "_en"
    rows = made.rows(
        f"select indicator_code, level1{suffix}, level2{suffix}, level3{suffix} from dim_indicator"
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}
