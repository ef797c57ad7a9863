"""A score sheet by hand: parts and what was measured for them, straight into the scores.

For tests of the arithmetic from the metrics on. Rules are written row by row instead of read from a
rulebook, no metric runs and nothing is landed but departments, sections and decisions. Where the
way from landed rows to a score matters, use `tests.city` alone.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any

from scorecard.assessment import write_rules
from scorecard.scoring import run_models
from tests.city import City, models

DIMENSIONS = ("assessment", "department", "indicator", "part", "section")
FACTS = ("part_score", "indicator_score", "part_source", "score_history")
BUILT = {
    "staging.assessed_department",
    *(f"marts.dim_{name}" for name in DIMENSIONS),
    *(f"marts.fct_{name}" for name in FACTS),
    *(f"marts.mart_{name}" for name in ("scorecard", "scorecard_level", "section_task")),
}
METRIC = "filed_projects"
SOURCES = "struct(dataset varchar, file_id integer, rows_read bigint, rows_counted bigint)[]"
MEASURE = f"""
    assessment_id varchar, department_id varchar, indicator_code varchar, part varchar,
    inputs bigint, pending bigint, value decimal(38, 6), base decimal(38, 6), base_divisor bigint,
    level varchar, rank integer, sources {SOURCES}
"""
MARKS = {
    "level_points": "map(?::varchar[], ?::decimal(6, 2)[])",
    "level_names_zh": "map(?::varchar[], ?::varchar[])",
    "level_names_en": "map(?::varchar[], ?::varchar[])",
    "rank_bands": "?::struct(to_rank integer, points decimal(6, 2))[]",
    "sources": f"?::{SOURCES}",
}
ASSESSMENT = "huaibei-2019"


@cache
def _scores() -> set[str]:
    """The models of scores that the built marts rest on, without the freshness given by hand."""
    found: set[str] = set()
    todo = list(BUILT)
    while todo:
        reads = {read for read in models()[todo.pop()].reads if read.startswith("scores.")}
        reads -= found | {"scores.source_freshness"}
        found |= reads
        todo += reads
    return found


class Sheet(City):
    """A city whose rulebook is what `rule` says and whose metrics are what `measure` says."""

    def __init__(self, *departments: str) -> None:
        super().__init__(departments=departments or ("edu",))
        self.rules: list[dict[str, Any]] = []
        self.measures: list[tuple[str, dict[str, Any]]] = []
        self.levels: dict[str, str] = {}
        self.stale: set[str] = set()

    def rule(
        self, code: str = "001", part: str = "only", *, level1: str = "a", **rule: Any
    ) -> None:
        """Adds a part; what is not given is a ratio of 2 points that may not be missing."""
        known = {"method": "ratio", "metric": METRIC, "points": 2, "no_input": "missing"}
        known |= {"empty": "zero"} if rule.get("method", "ratio") == "ratio" else {}
        known |= {f"{noun}_{language}": f"{noun}_{language}" for noun in ("value", "base", "rule")
                  for language in ("zh", "en")}  # fmt: skip
        names = {"name_zh": f"部分 {part}", "name_en": f"part {part}"}
        self.levels[code] = level1
        row = {"indicator_code": code, "part": part, "position": len(self.rules), **names}
        self.rules.append(row | known | rule)

    def measure(
        self,
        code: str = "001",
        part: str = "only",
        *,
        department: str = "edu",
        metric: str = METRIC,
        **measure: Any,
    ) -> None:
        """Adds what was measured; what is not given is one input and nothing else."""
        row = {"department_id": department, "indicator_code": code, "part": part}
        known = {"inputs": 1, "pending": 0, "base_divisor": 1, "sources": []}
        self.measures.append((metric, {**known, "assessment_id": ASSESSMENT} | row | measure))

    def score(self, as_of: str = "2019-12-31") -> Sheet:
        """Builds the scores and their marts."""
        connection = self.connection
        write_rules(connection, self.rulebooks, dt.date.fromisoformat(as_of))
        connection.execute("delete from rules.part; delete from rules.indicator")
        for row in self.rules:
            self._insert("rules.part", {"assessment_id": ASSESSMENT} | row)
        for position, (code, level1) in enumerate(self.levels.items()):
            points = sum(Decimal(r["points"]) for r in self.rules if r["indicator_code"] == code)
            self._insert("rules.indicator", {
                "assessment_id": ASSESSMENT, "indicator_code": code, "position": position,
                "points": points, "level1": level1, "name_zh": f"指标 {code}",
                "name_en": f"indicator {code}",
            })  # fmt: skip
        for model in models().values():
            if model.table == "scores.part_measure":
                for metric in model.reads:
                    if metric.startswith("metrics."):
                        connection.execute(f"create or replace table {metric} ({MEASURE})")
        for metric, row in self.measures:
            self._insert(f"metrics.{metric}", row)
        self._freshness()
        run_models(connection, models(), BUILT | _scores())
        return self

    def _freshness(self) -> None:
        self.connection.execute(
            "create or replace table rules.metric_dataset (metric varchar, dataset varchar);"
            "create or replace table scores.source_freshness "
            "(assessment_id varchar, dataset varchar, is_timely_in_window boolean)"
        )
        for metric in {METRIC, *(row["metric"] for row in self.rules)}:
            for dataset in (f"{metric}_a", f"{metric}_b"):
                self._insert("rules.metric_dataset", {"metric": metric, "dataset": dataset})
                self._insert("scores.source_freshness", {
                    "assessment_id": ASSESSMENT, "dataset": dataset,
                    "is_timely_in_window": dataset not in self.stale})  # fmt: skip

    def _insert(self, table: str, row: dict[str, Any]) -> None:
        marks = ", ".join(MARKS.get(name, "?") for name in row)
        values = []
        for name, value in row.items():
            if isinstance(value, dict):
                values += [list(value), list(value.values())]
            elif name in MARKS and name.startswith("level") and value is None:
                values += [None, None]
            else:
                values.append(value)
        names = ", ".join(row)
        self.connection.execute(f"insert into {table} ({names}) values ({marks})", values)

    def only(self) -> dict[str, Any]:
        """The one row of `fct_part_score`."""
        [row] = self.rows("select * from marts.fct_part_score")
        return row


def sheet_of(*values: int | None) -> Sheet:
    """One indicator of three-point ratios over 3; None has no input."""
    sheet = Sheet()
    for number, value in enumerate(values):
        sheet.rule("001", f"p{number}", points=3)
        if value is not None:
            sheet.measure("001", f"p{number}", value=value, base=3)
    return sheet


def exempt(sheet: Sheet, code: str = "001", **row: Any) -> None:
    """Delivers a decision that an indicator does not apply."""
    known = {"applicable": False, "reason": "没有行政审批职能", "decided_by": "考核办"}
    sheet.give("applicability", {"indicator_code": code, "decided_on": "2020-01-10"} | known | row)


def adjust(sheet: Sheet, score: Any, **row: Any) -> None:
    """Delivers a decision on an indicator's score."""
    known = {"score": score, "reason": "复核更正", "decided_by": "考核办"}
    sheet.give("adjustments", known | {"decided_on": "2020-01-10"} | row)
