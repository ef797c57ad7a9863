"""A workbook as its XML has it: kinds of cells, formulas, merges, which readers of values hide."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Place = tuple[int, int]


@dataclass
class Sheet:
    """Cells by row and column from 0: text as str, numbers as Decimal, formulas beside."""

    cells: dict[Place, str | Decimal] = field(default_factory=dict)
    formulas: dict[Place, str] = field(default_factory=dict)
    merges: list[tuple[Place, Place]] = field(default_factory=list)
    xml: ElementTree.Element | None = None

    def row(self, row: int, columns: int) -> list[str | Decimal | None]:
        return [self.cells.get((row, column)) for column in range(columns)]

    def at(self, row: int, column: int) -> str | Decimal | None:
        """What a reader sees in a cell: a merged one shows its first cell's value."""
        for (top, left), (bottom, right) in self.merges:
            if top <= row <= bottom and left <= column <= right:
                return self.cells.get((top, left))
        return self.cells.get((row, column))

    def find(self, value: str, column: int = 0) -> int:
        """The row in which the column holds this."""
        [row] = [place[0] for place, at in self.cells.items() if at == value and place[1] == column]
        return row

    def evaluated(self, place: Place) -> Decimal:
        """A sum of cells and ranges, worked out from the cells, sums among them likewise."""
        if place not in self.formulas:
            value = self.cells[place]
            assert isinstance(value, Decimal)
            return value
        found = re.fullmatch(r"SUM\(([A-Z0-9:,]+)\)", self.formulas[place])
        assert found, f"{self.formulas[place]} is no plain sum"
        return sum(
            (self.evaluated(cell) for term in found[1].split(",") for cell in spread(term)),
            Decimal(),
        )


def place_of(reference: str) -> Place:
    letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", reference).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


def spread(term: str) -> list[Place]:
    first, _, last = term.partition(":")
    (top, left), (bottom, right) = place_of(first), place_of(last or first)
    return [(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)]


@cache
def read(path: Path) -> dict[str, Sheet]:
    """The worksheets by name, in order; read once, so only to be looked at."""
    with zipfile.ZipFile(path) as package:
        book = ElementTree.fromstring(package.read("xl/workbook.xml"))
        texts = [
            unescaped("".join(part.text or "" for part in item.iter(f"{MAIN}t")))
            for item in ElementTree.fromstring(package.read("xl/sharedStrings.xml"))
        ]
        names = [sheet.get("name") or "" for sheet in book.iter(f"{MAIN}sheet")]
        return {
            name: _sheet(package.read(f"xl/worksheets/sheet{number}.xml"), texts)
            for number, name in enumerate(names, 1)
        }


def unescaped(text: str) -> str:
    return text.replace("_x005F_", "_")


def _sheet(xml: bytes, texts: list[str]) -> Sheet:
    sheet = Sheet(xml=ElementTree.fromstring(xml))
    for cell in sheet.xml.iter(f"{MAIN}c"):
        place = place_of(cell.attrib["r"])
        value, formula = cell.find(f"{MAIN}v"), cell.find(f"{MAIN}f")
        if formula is not None:
            sheet.formulas[place] = formula.text or ""
        if value is not None:
            text = value.text or ""
            sheet.cells[place] = texts[int(text)] if cell.get("t") == "s" else Decimal(text)
    for merge in sheet.xml.iter(f"{MAIN}mergeCell"):
        first, last = merge.attrib["ref"].split(":")
        sheet.merges.append((place_of(first), place_of(last)))
    return sheet
