"""Reads pages back in one language: tables, facts, figures, links, and every line between them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from tests.answers import answer

LANGUAGES = ("zh", "en")
BLOCKS = {"div", "p", "dt", "dd", "li", "h1", "h2", "h3", "nav", "summary", "footer", "section"}
UNSEEN = {"script", "style", "title", "option"}


@dataclass
class Row:
    """One row: its attributes, and the text and attributes of each cell by its column's field."""

    attributes: dict[str, str]
    cells: list[str] = field(default_factory=list)
    given: list[dict[str, str]] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)
    looks: dict[str, dict[str, str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.named[name]


@dataclass
class Page(HTMLParser):
    """One page of the site, as a reader of one language sees it.

    `facts` are told by a name, `notes` stand beside them; `lines` is the text that stands in
    neither of them and in no table.
    """

    text: str
    language: str = "zh"
    tables: dict[str, list[Row]] = field(default_factory=dict)
    heads: dict[str, dict[str, str]] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    options: list[tuple[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=lambda: [""])

    def __post_init__(self) -> None:
        super().__init__()
        self._table, self._fact, self._last_fact, self._in_head = "", "", "", False
        self._in_note = False
        self._columns: list[str] = []
        self._spans: list[bool] = []
        self._unseen = ""
        self._other = {"zh": "en", "en": "zh"}[self.language]
        self.title = ""
        self.feed(self.text)
        self.lines = [line for line in (" ".join(line.split()) for line in self.lines) if line]
        for rows in self.tables.values():
            for row in rows:
                row.cells = [cell.strip() for cell in row.cells]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.add(given["id"])
        self.links += [given[name] for name in ("href", "src") if name in given]
        self._unseen = tag if tag in UNSEEN else ""  # an option's end tag may be left out
        if self._unseen:
            self._start_unseen(tag, given)
        if tag in BLOCKS:
            self.lines.append("")
        if tag == "span":
            self._spans.append(given.get("lang") == self._other)
        elif tag == "dd":
            self._fact = given.get("data-fact", "")
            self._last_fact = self._fact or self._last_fact
            self._in_note = given.get("class") == "note"
        elif tag == "table" and "id" in given:
            self._table, self._columns = given["id"], []
            self.tables[self._table], self.heads[self._table] = [], {}
        elif tag in {"thead", "tbody"}:
            self._in_head = tag == "thead"
        elif self._table:
            self._start_in_table(tag, given)

    def _start_in_table(self, tag: str, given: dict[str, str]) -> None:
        if tag == "tr" and not self._in_head:
            self.tables[self._table].append(Row(given))
        elif tag in {"td", "th"} and self._in_head:
            self._columns.append(given.get("data-f", ""))
            self.heads[self._table][self._columns[-1]] = ""
        elif tag in {"td", "th"}:
            self.tables[self._table][-1].cells.append("")
            self.tables[self._table][-1].given.append(given)

    def _start_unseen(self, tag: str, given: dict[str, str]) -> None:
        self._english = given.get("data-en") if self.language == "en" else None
        if tag == "option":
            self.options.append((given.get("value", ""), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.lines.append("")
        self._unseen = ""
        if tag == "span":
            self._spans.pop()
        elif tag == "dd":
            self._fact, self._in_note = "", False
        elif tag == "table":
            for row in self.tables[self._table]:
                row.named = dict(zip(self._columns, map(str.strip, row.cells), strict=True))
                row.looks = dict(zip(self._columns, row.given, strict=True))
            self._table = ""

    def handle_data(self, data: str) -> None:
        if self._unseen:
            self._read_unseen(data)
        elif any(self._spans):
            return
        elif self._fact:
            self.facts[self._fact] = self.facts.get(self._fact, "") + data
        elif self._table and self._in_head and self._columns:
            self.heads[self._table][self._columns[-1]] += data
        elif self._table and not self._in_head and self.tables[self._table]:
            row = self.tables[self._table][-1]
            if row.cells:
                row.cells[-1] += data
        elif self._in_note:
            self.notes[self._last_fact] = self.notes.get(self._last_fact, "") + data
        else:
            self.lines[-1] += data

    def _read_unseen(self, data: str) -> None:
        shown = data if self._english is None else self._english
        if self._unseen == "title":
            self.title = shown
        elif self._unseen == "option" and data.strip():
            self.options[-1] = (self.options[-1][0], shown.strip())

    def figure(self, name: str) -> dict[str, Any]:
        """An embedded figure."""
        found = re.search(f'id="?figure-{name}"?>(.*?)</script>', self.text, re.DOTALL)
        assert found, name
        return json.loads(found[1])

    @property
    def figures(self) -> set[str]:
        """The names of the figures that it holds."""
        return set(re.findall(r'id="?figure-([\w-]+)', self.text))

    def table(self, name: str) -> list[dict[str, str]]:
        """Every cell of a table by its column's field, blanks as one."""
        return [
            {column: one_line(text) for column, text in row.named.items()}
            for row in self.tables[name]
        ]

    @property
    def numbers(self) -> list[str]:
        """The lines outside of tables and facts in which a digit stands."""
        return [line for line in self.lines if re.search(r"\d", line)]


_read = cache(Page)


@dataclass(frozen=True)
class Site:
    """A written site and the published file that it tells of."""

    folder: Path
    published: Path

    def page(self, path: str, language: str = "zh") -> Page:
        """A page, parsed once however often it is asked for."""
        return _read((self.folder / path).read_text(encoding="utf-8"), language)

    def shared(self, folder: str = "") -> dict[str, Any]:
        """What all pages of an assessment share."""
        script = (self.folder / folder / "shared.js").read_text(encoding="utf-8")
        return json.loads(script.removeprefix("window.SCORECARD=").rstrip().removesuffix(";"))

    def read(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Rows of the published file."""
        names, rows = answer(self.published, sql, *values)
        return [dict(zip(names, row, strict=True)) for row in rows]


def drawn(node: Any, shared: dict[str, Any], language: str) -> Any:
    """A figure as `chart.js` resolves it on a wide page; colours keep their names."""
    if isinstance(node, list):
        return [drawn(one, shared, language) for one in node]
    if not isinstance(node, dict):
        return node
    match sorted(node):
        case ["en", "zh"]:
            return drawn(node[language], shared, language)
        case ["narrow", "wide"]:
            return drawn(node["wide"], shared, language)
        case ["shared"]:
            found: Any = shared
            for key in node["shared"].split("."):
                found = found[key]
            return drawn(found, shared, language)
        case ["indicator"]:
            name = shared["names"][node["indicator"]][LANGUAGES.index(language)]
            return f"{node['indicator']} {name}"
        case ["lost"]:
            return "\u2212 " + drawn({"indicator": node["lost"]}, shared, language)
        case ["css" | "paint" | "wrap" | "clip" | "plain" as only]:
            return drawn(node[only], shared, language)
    return {key: drawn(one, shared, language) for key, one in node.items()}


def one_line(text: str) -> str:
    return " ".join(text.split())


def texts(row: dict[str, Any], *names: str) -> list[str]:
    """Columns as a page shows them."""
    return ["–" if row[name] is None else str(row[name]) for name in names]


def cells(row: Row, *names: str) -> list[str]:
    return [row[name] for name in names]
