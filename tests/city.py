"""A city in memory for tests of the SQL: rows straight into the raw tables, then scores.

Rows are given as few named values; the rest takes a plausible default, so that a test shows only
what it is about. Landing itself is tested with real files elsewhere.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

from scorecard.contract import Column
from scorecard.landing.newest import keep_newest
from scorecard.models import load_models, metrics_of
from scorecard.rulebook import Rulebook, load_rulebook
from scorecard.scoring import prepare_rules, run_models
from tests.prepared import contracts, empty_warehouse

ROOT = Path(__file__).parents[1]
CITY_CODE = "340600"
DEFAULTS: dict[str, Any] = {
    "department_id": "edu", "city_code": CITY_CODE, "year": 2019, "section_id": "office",
    "indicator_code": "001", "part": "meetings", "link_id": "l1", "directory_id": "d1",
    "entry_id": "e1", "type_code": "t1", "active_from": "2010-01-01", "is_up": True,
    "decision": "accepted", "decided_on": None, "connected_at": "2018-01-01",
    "effective_from": "2018-01-01", "update_cycle": "monthly", "returned_count": 0,
    "file_name": None,
}  # fmt: skip
TYPED = {"D": "2019-06-01", "TS": "2019-06-01 08:00:00", "I": 1, "N": 1, "B": True}


@cache
def models():
    return load_models(ROOT / "sql")


@cache
def rulebook(path: Path = ROOT / "rulebooks" / "huaibei-2019.yaml") -> Rulebook:
    return load_rulebook(path, metrics_of(models()))


class City:
    """One warehouse in memory; `edu` is a department of the assessed city from the start."""

    def __init__(self, *rulebooks: Rulebook, departments: tuple[str, ...] = ("edu",)) -> None:
        self.rulebooks = rulebooks or (rulebook(),)
        self.connection = empty_warehouse(profiled=True)
        self.lines = 0
        self.files: dict[tuple[str, str], int] = {}
        self.file_ids = 0
        for department in departments:
            self.give("departments", {"department_id": department, "active_from": "2010-01-01"})

    def give(self, dataset: str, *rows: dict[str, Any], file: str | None = None) -> None:
        """Delivers rows as one file, in order; a `None` is a null."""
        contract = contracts()[dataset]
        stored = contract.stored_columns
        file_id = self._file(dataset, file or f"{dataset}.csv", len(rows))
        known = {column.name for column in stored}
        for row in rows:
            assert set(row) <= known, f"{dataset} has no column {set(row) - known}"
            self.lines += 1
            values = [row[c.name] if c.name in row else self._default(c) for c in stored]
            marks = ", ".join("packed_text(?)" if c.kept == "packed" else "?" for c in stored)
            self.connection.execute(
                f'insert into raw."{dataset}" values ({marks}, ?, ?)',
                [*values, file_id, self.lines],
            )
        keep_newest(self.connection, contract, file_id)

    def _default(self, column: Column) -> Any:
        if not column.required and column.name not in DEFAULTS:
            return None
        if column.name in DEFAULTS:
            return DEFAULTS[column.name]
        if column.values:
            return column.values[0]
        if column.is_key and column.type == "T":
            return f"{column.name}-{self.lines}"
        return TYPED.get(column.type, column.name)

    def _file(self, dataset: str, name: str, rows: int) -> int:
        key = (dataset, name)
        if key not in self.files:
            self.file_ids += 1
            self.files[key] = self.file_ids
            now = dt.datetime(2020, 1, 2)
            self.connection.execute(
                "insert into ops.file values (?, ?, ?, ?, 0, ?, ?, ?, ?, 0, null, null)",
                [self.files[key], dataset, name, f"{dataset}/{name}", now, now, rows, rows],
            )
        return self.files[key]

    def score(self, as_of: str = "2020-03-31") -> City:
        """Builds the rulebooks' tables and every model."""
        self.take_in(as_of)
        run_models(self.connection, models())
        return self

    def take_in(self, as_of: str = "2020-03-31") -> City:
        """Profiles what was given and writes the rules; what is given next comes in new files."""
        self.files.clear()
        prepare_rules(
            self.connection, contracts(), models(), self.rulebooks, dt.date.fromisoformat(as_of)
        )
        return self

    def rows(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """The rows of a query, as dictionaries."""
        result = self.connection.execute(sql, parameters)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def part(self, code: str, part: str, department: str = "edu") -> dict[str, Any]:
        """The one row of `fct_part_score`."""
        [row] = self.rows(
            "select * from marts.fct_part_score "
            "where indicator_code = ? and part = ? and department_id = ?",
            code, part, department,
        )  # fmt: skip
        return row

    def indicator(self, code: str, department: str = "edu") -> dict[str, Any]:
        """The one row of `fct_indicator_score`."""
        [row] = self.rows(
            "select * from marts.fct_indicator_score "
            "where indicator_code = ? and department_id = ?",
            code, department,
        )  # fmt: skip
        return row
