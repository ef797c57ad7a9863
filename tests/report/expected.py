"""What the pages have to tell, worked out from the published file's rows by the tests alone."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, cached_property
from typing import Any

from scorecard.report.reading import REACH
from scorecard.report.words import CODES, WORDS
from tests.report.conftest import EARLIER
from tests.report.pages import Site

Row = dict[str, Any]
Rates = dict[Any, Decimal | None]
NONE = Decimal(0)


def at(language: str) -> int:
    """Where a language stands in a pair."""
    return ("zh", "en").index(language)


def label(key: str, language: str, **values: object) -> str:
    """A label of the report, which is no published text."""
    return WORDS[key][at(language)].format(**values)


def word(kind: str, code: str, language: str) -> str:
    """A published code in words."""
    return CODES[kind][code][at(language)]


def text(value: object) -> str:
    return "–" if value is None else str(value)


def amount(value: Decimal | int | None) -> str:
    """An amount to two decimals, its thousands apart, with no zeros at the end of a fraction."""
    if value is None:
        return "–"
    whole, _, fraction = f"{half_up(Decimal(value)):,f}".partition(".")
    return f"{whole}.{fraction}".rstrip("0").rstrip(".")


def hours_and_minutes(hours: Decimal) -> str:
    minutes = int((60 * hours).quantize(Decimal(1), ROUND_HALF_UP))
    return "{}:{:02}".format(*divmod(minutes, 60))


def signed(value: Decimal | None) -> str:
    return "" if value is None else ("+" if value >= 0 else "\u2212") + str(abs(value))


def day(value: dt.date | None) -> str:
    return "–" if value is None else value.isoformat()[:10]


def moment(value: dt.datetime | None) -> str:
    return "–" if value is None else value.isoformat(" ", "minutes")


def rate_of(score: Decimal, points: Decimal) -> Decimal | None:
    return half_up(100 * score / points) if points else None


def half_up(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.01"), ROUND_HALF_UP)


def mean(rates: list[Decimal]) -> Decimal | None:
    return half_up(sum(rates, NONE) / len(rates)) if rates else None


def ranks(rates: Rates) -> dict[Any, int | None]:
    known = [rate for rate in rates.values() if rate is not None]
    return {
        name: None if rate is None else 1 + sum(other > rate for other in known)
        for name, rate in rates.items()
    }


def risen(steps: int | None) -> str:
    if not steps:
        return "–" if steps is None else "="
    return f"{'▲' if steps > 0 else '▼'} {abs(steps)}"


class Told:
    """The published file of one assessment, read table by table in the order that pages have."""

    def __init__(self, site: Site) -> None:
        self.site = site

    @cached_property
    def assessment(self) -> Row:
        [row] = self.site.read("from dim_assessment")
        return row

    @cached_property
    def departments(self) -> list[Row]:
        return self.site.read(
            "select d.*, s.* exclude (department_id) from mart_scorecard as s "
            "join dim_department as d using (department_id) "
            "order by rank nulls last, department_id"
        )

    @cached_property
    def indicators(self) -> dict[str, Row]:
        rows = self.site.read("from dim_indicator order by indicator_code")
        return {row["indicator_code"]: row for row in rows}

    @cached_property
    def blocks(self) -> dict[str, Row]:
        """By level1 in the rulebook's order: points, the English name, rates of the departments."""
        blocks: dict[str, Row] = {}
        for row in self.indicators.values():
            block = blocks.setdefault(
                row["level1"], {"zh": row["level1"], "en": row["level1_en"], "points": NONE}
            )
            block["points"] += row["points"]
        for row in self.site.read("from mart_scorecard_level"):
            blocks[row["level1"]].setdefault("own", {})[row["department_id"]] = row
        for block in blocks.values():
            rates = [r["score_rate"] for r in block["own"].values() if r["score_rate"] is not None]
            block |= {"mean": mean(rates), "best": max(rates), "lowest": min(rates)}
        return blocks

    @cached_property
    def scores(self) -> dict[tuple[str, str], Row]:
        """By department and indicator."""
        rows = self.site.read("from fct_indicator_score order by department_id, indicator_code")
        for row in rows:
            row["rate"] = rate_of(row["score"], row["points"])
        return {(row["department_id"], row["indicator_code"]): row for row in rows}

    @cached_property
    def of_indicator(self) -> dict[str, list[Row]]:
        found = defaultdict(list)
        for (_, code), row in self.scores.items():
            found[code].append(row)
        return found

    @cached_property
    def parts(self) -> dict[str, list[Row]]:
        """By indicator, with what the rulebook says of them."""
        found = defaultdict(list)
        for row in self.site.read(
            "select p.*, r.rule_zh, r.rule_en from dim_part as p left join dim_rule as r "
            "using (assessment_id, indicator_code, part) order by indicator_code, position, part"
        ):
            found[row["indicator_code"]].append(row)
        return found

    @cached_property
    def measured(self) -> dict[tuple[str, str, str], Row]:
        rows = self.site.read("from fct_part_score")
        return {(row["department_id"], row["indicator_code"], row["part"]): row for row in rows}

    @cached_property
    def tasks(self) -> list[Row]:
        return self.site.read(
            "from mart_section_task order by department_id, section_id, role, lost desc, "
            "indicator_code"
        )

    @cache  # noqa: B019 - as many as tests ask for, gone with them
    def sections(self, department: str, code: str, role: str = "") -> str:
        """Who answers for an indicator, those who lead it first."""
        return " ".join(
            task["section"]
            for wanted in (("lead", "support") if not role else (role,))
            for task in self.tasks
            if (task["department_id"], task["indicator_code"], task["role"])
            == (department, code, wanted)
        )

    @cached_property
    def gains(self) -> dict[tuple[str, str], list[Row]]:
        """By department and indicator: what is told of each part, what gains most first.

        The steps that pages may tell, and whether the one to full points is out of reach.
        """
        found: dict[tuple[str, str, str], Row] = {}
        for row in self.site.read("from mart_gain order by step"):
            key = (row["department_id"], row["indicator_code"], row["part"])
            own = found.setdefault(key, {"part": key[2], "steps": [], "beyond": False})
            base = self.measured[key]["base"]
            if row["step"] == 2 and row["change"] == "added" and base and (
                row["amount"] > REACH * base
            ):  # fmt: skip
                own["beyond"] = True
            else:
                own["steps"].append(row)
        ways = defaultdict(list)
        for (department, code, _), own in sorted(found.items()):
            own["most"] = max(step["gain"] for step in own["steps"])
            ways[department, code].append(own)
        for each in ways.values():
            each.sort(key=lambda own: -own["most"])
        return ways

    @cached_property
    def history(self) -> dict[dt.date, Rates]:
        """The rates of departments by day."""
        found: dict[dt.date, Rates] = {}
        for row in self.totals:
            found.setdefault(row["as_of"], {})[row["department_id"]] = row["rate"]
        return found

    @cached_property
    def totals(self) -> list[Row]:
        rows = self.site.read(
            "select as_of, department_id, sum(score) as total, sum(points) as points "
            "from fct_score_history group by all order by as_of, department_id"
        )
        return [row | {"rate": rate_of(row["total"], row["points"])} for row in rows]

    @property
    def earlier(self) -> Rates:
        return self.history[dt.date.fromisoformat(EARLIER)]

    @cached_property
    def due(self) -> dict[str, dt.datetime]:
        """When the newest delivery that feeds an indicator was due."""
        rows = self.site.read(
            "select indicator_code, max(due_at) as due_at from fct_part_source "
            "join fct_source_freshness using (dataset) group by all"
        )
        return {row["indicator_code"]: row["due_at"] for row in rows}

    def named(self, code: str, language: str) -> str:
        return f"{code} {self.indicators[code][f'name_{language}']}"

    def risen(self, department: Row) -> str:
        before = ranks(self.earlier).get(department["department_id"])
        if before is None or department["rank"] is None:
            return risen(None)
        return risen(before - department["rank"])

    @cached_property
    def lacking_parts(self) -> set[tuple[str, str]]:
        """Departments and indicators of which a part is missing."""
        return {key[:2] for key, row in self.measured.items() if row["status"] == "missing"}

    def status(self, row: Row, language: str) -> str:
        """A score's status as tables tell it, its tags one after the other."""
        status, key = row["status"], (row["department_id"], row["indicator_code"])
        said = "" if status == "scored" else word("status", status, language)
        if status in {"scored", "adjusted"} and key in self.lacking_parts:
            said += label("part_missing", language)
        return said + (label("stale", language) if row["stale"] else "")

    def footer(self, language: str) -> str:
        """The last line of every page of an assessment."""
        own = self.assessment
        return (
            f"{own[f'name_{language}']} · {label('as_of', language)} {own['as_of']} · "
            f"{label('version', language)} {self.site.published.parent.name} · "
            f"{label('digest', language)} {own['rulebook_digest'][:12]}"
        )
