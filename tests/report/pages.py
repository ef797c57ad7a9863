"""Reads pages back: tables by the field names of their heads, facts, links and figures."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb


@dataclass
class Row:
    """One row: its attributes, and the Chinese text of each cell by its column's field."""

    attributes: dict[str, str]
    cells: list[str] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.named[name]


@dataclass
class Page(HTMLParser):
    """One page of the site. Text in English, and what stands in no table or fact, is left out."""

    text: str
    tables: dict[str, list[Row]] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self._table, self._fact, self._in_head = "", "", False
        self._columns: list[str] = []
        self._spans: list[bool] = []
        self.feed(self.text)
        for rows in self.tables.values():
            for row in rows:
                row.cells = [cell.strip() for cell in row.cells]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.add(given["id"])
        self.links += [given[name] for name in ("href", "src") if name in given]
        if tag == "span":
            self._spans.append(given.get("lang") == "en")
        elif tag == "dd":
            self._fact = given.get("data-fact", "")
        elif tag == "table" and "id" in given:
            self._table, self._columns = given["id"], []
            self.tables[self._table] = []
        elif tag in {"thead", "tbody"}:
            self._in_head = tag == "thead"
        elif self._table and tag == "tr" and not self._in_head:
            self.tables[self._table].append(Row(given))
        elif self._table and tag in {"td", "th"}:
            if self._in_head:
                self._columns.append(given.get("data-f", ""))
            else:
                self.tables[self._table][-1].cells.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self._spans.pop()
        elif tag == "dd":
            self._fact = ""
        elif tag == "table":
            for row in self.tables[self._table]:
                row.named = dict(zip(self._columns, map(str.strip, row.cells), strict=True))
            self._table = ""

    def handle_data(self, data: str) -> None:
        if any(self._spans):
            return
        if self._fact:
            self.facts[self._fact] = self.facts.get(self._fact, "") + data
        elif self._table and not self._in_head and self.tables[self._table]:
            row = self.tables[self._table][-1]
            if row.cells:
                row.cells[-1] += data

    def figure(self, name: str) -> dict[str, Any]:
        """An embedded figure."""
        found = re.search(f'id="figure-{name}">(.*?)</script>', self.text, re.DOTALL)
        assert found, name
        return json.loads(found[1])


@dataclass(frozen=True)
class Site:
    """A written site and the published file that it tells of."""

    folder: Path
    published: Path

    def page(self, path: str) -> Page:
        return Page((self.folder / path).read_text(encoding="utf-8"))

    def read(self, sql: str, *values: object) -> list[dict[str, Any]]:
        with duckdb.connect(self.published, read_only=True) as connection:
            result = connection.execute(sql, values)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def texts(row: dict[str, Any], *names: str) -> list[str]:
    """Columns as a page shows them."""
    return ["–" if row[name] is None else str(row[name]) for name in names]


def cells(row: Row, *names: str) -> list[str]:
    return [row[name] for name in names]
