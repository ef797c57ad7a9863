"""The city's workbook: the ranking with block scores, and the matrix of departments and indicators.

Chinese worksheets first, then the same in English.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import get_args

from scorecard import shades
from scorecard.sheets import table, words
from scorecard.sheets.cells import TWO_PLACES, Book, Look, Page, lines
from scorecard.sheets.reading import City, Department, Indicator
from scorecard.sheets.words import Language
from scorecard.sheets.workbook import (
    BORDER,
    FACT,
    HEAD,
    LABEL,
    NUMBER,
    PERCENT,
    WRAPPED,
    write_notes,
    write_signatures,
)

HEADER = 3
COUNT: Look = {**BORDER, "align": "center", "num_format": "0"}


def write_city_workbook(path: Path, city: City) -> None:
    """Writes the workbook of one assessment; the same input gives the same bytes.

    Raises:
        OSError: If it cannot be written.
    """
    assessment = city.assessment
    book = Book(
        path,
        table.title(assessment, words.RANKING_SHEET, "zh"),
        assessment.name.zh,
        f"{words.VERSION.zh} {assessment.version}, {words.DIGEST.zh} {assessment.rulebook_digest}",
        assessment.as_of,
    )
    for language in get_args(Language):
        _Ranking(book.page(words.RANKING_TAB.of(language), language), city).write()
        _Matrix(book.page(words.MATRIX_TAB.of(language), language), city).write()
    book.close()


class _Ranking:
    """The ranking on one worksheet."""

    def __init__(self, page: Page, city: City) -> None:
        self.page, self.city, self.language = page, city, page.language
        self.blocks = table.blocks_of(city)
        self.widths = (11, 34, *(15 for _ in self.blocks), 11, 11, 11, 11, 11)
        self.last = len(self.widths) - 1

    def write(self) -> None:
        page = self.page
        page.set_widths(self.widths)
        title = table.title(self.city.assessment, words.RANKING_SHEET, self.language)
        page.merge(0, 0, title, columns=self.last + 1, bold=True, font_size=18, align="center")
        page.set_height(0, 2)
        write_city_facts(page, self.city, ((0, 1, 1), (2, 3, 4), (5, 6, self.last)))
        heads = (
            words.RANK_HEAD, words.DEPARTMENT_HEAD, *self.blocks, words.TOTAL, words.POINTS,
            words.RATE, words.MISSING, words.STALE,
        )  # fmt: skip
        for column, head in enumerate(heads):
            page.write(HEADER, column, head.of(self.language), **HEAD)
        shown = zip(heads, self.widths, strict=True)
        page.set_height(HEADER, max(lines(head.of(self.language), wide) for head, wide in shown))
        row = HEADER
        for row, department in enumerate(self.city.departments, HEADER + 1):
            self._write_department(row, department)
        if self.city.departments:
            page.sheet.autofilter(HEADER, 0, row, self.last)
        row = write_notes(page, row + 1, self.last)
        row = write_signatures(page, row, (words.SIGNED_BY,), (3,), (self.last,))
        page.sheet.freeze_panes(HEADER + 1, 2)
        footer = f"{self.city.assessment.version}　{title}"
        page.set_print(footer, header=(HEADER, HEADER), last=(row, self.last))

    def _write_department(self, row: int, department: Department) -> None:
        page, blocks = self.page, len(self.blocks)
        page.write(row, 0, department.rank, **COUNT)
        page.write(row, 1, department.name, **WRAPPED)
        scores = {block.name.zh: block.score for block in department.blocks}
        for column, name in enumerate(self.blocks, 2):
            page.write(row, column, scores.get(name.zh), **NUMBER)
        cells = f"C{row + 1}:{_letters(blocks + 1)}{row + 1}"
        page.sum_of(row, blocks + 2, cells, department.total, **NUMBER | {"bold": True})
        page.write(row, blocks + 3, department.points, **NUMBER)
        page.write(row, blocks + 4, department.rate, **NUMBER | {"num_format": PERCENT})
        page.write(row, blocks + 5, department.missing, **COUNT)
        page.write(row, blocks + 6, department.stale, **COUNT)
        page.set_height(row, lines(department.name, self.widths[1]))


class _Matrix:
    """The matrix on one worksheet: a line for each department, a column for each indicator."""

    def __init__(self, page: Page, city: City) -> None:
        self.page, self.city, self.language = page, city, page.language
        self.indicators: tuple[Indicator, ...] = (
            city.departments[0].indicators if city.departments else ()
        )
        self.last = len(self.indicators) + 2

    def write(self) -> None:
        page = self.page
        page.set_widths((7, 30, *(7.5 for _ in self.indicators), 9))
        title = self.city.assessment.name.of(self.language)
        page.merge(0, 0, f"{title}　{words.MATRIX_TITLE.of(self.language)}",
                   columns=self.last + 1, bold=True, font_size=18, align="center")  # fmt: skip
        page.set_height(0, 2)
        self._write_legend()
        self._write_header()
        row = HEADER
        for row, department in enumerate(self.city.departments, HEADER + 2):
            self._write_department(row, department)
        row += 1
        for indicator in self.indicators:
            row += 1
            page.write(row, 0, indicator.code, align="center")
            page.merge(row, 1, indicator.name.of(self.language), columns=8)
            page.write(row, 9, indicator.full_points, num_format=TWO_PLACES)
        page.sheet.freeze_panes(HEADER + 2, 2)
        footer = f"{self.city.assessment.version}　{title}"
        page.set_print(footer, header=(2, HEADER + 1), last=(row, self.last))

    def _write_legend(self) -> None:
        page, room = self.page, self.last + 1
        shown = shades.LEGEND if room > len(shades.LEGEND) else ()
        wide = room - len(shown)
        page.merge(1, 0, words.MATRIX_NOTE.of(self.language), columns=wide, font_size=9)
        for column, each in enumerate(shown, wide):
            said = words.SHADES[each.key].of(self.language)
            look = {**BORDER, "align": "center", "font_size": 9, "shrink": True}
            page.write(1, column, said, **look, bg_color=each.ground, font_color=each.ink)

    def _write_header(self) -> None:
        page = self.page
        page.merge(2, 0, words.RANK_HEAD.of(self.language), rows=3, **HEAD)
        page.merge(2, 1, words.DEPARTMENT_HEAD.of(self.language), rows=3, **HEAD)
        page.merge(2, self.last, words.TOTAL.of(self.language), rows=3, **HEAD)
        column = 2
        for section in table.sections(self.city.departments[0]) if self.city.departments else ():
            wide = len(section.lines)
            name = section.block.name.of(self.language)
            page.merge(2, column, name, columns=wide, **HEAD | {"shrink": True})
            column += wide
        for column, indicator in enumerate(self.indicators, 2):
            page.write(HEADER, column, indicator.code, **HEAD)
            page.write(HEADER + 1, column, indicator.full_points, **HEAD | NUMBER | {"indent": 0})
        page.set_height(2, 2)

    def _write_department(self, row: int, department: Department) -> None:
        page = self.page
        page.write(row, 0, department.rank, **COUNT)
        page.write(row, 1, department.name, **BORDER | {"shrink": True})
        own = {indicator.code: indicator for indicator in department.indicators}
        for column, head in enumerate(self.indicators, 2):
            if indicator := own.get(head.code):
                colours = table.shade(indicator)
                look = NUMBER | {
                    "indent": 0,
                    "bg_color": colours.ground,
                    "font_color": colours.ink,
                    "num_format": _form(indicator),
                }
                page.write(row, column, indicator.score, **look)
        cells = f"C{row + 1}:{_letters(self.last - 1)}{row + 1}"
        page.sum_of(row, self.last, cells, department.total, **NUMBER | {"bold": True})
        page.set_height(row, 1)


def write_city_facts(page: Page, city: City, places: tuple[tuple[int, int, int], ...]) -> None:
    """Writes what the city's sheets speak of, two lines of three facts."""
    assessment = city.assessment
    facts: tuple[tuple[tuple[words.Words, object], ...], ...] = (
        (
            (words.AS_OF, assessment.as_of),
            (words.WINDOW, table.window(assessment, page.language)),
            (words.STATE, table.state(assessment, page.language)),
        ),
        (
            (words.DEPARTMENTS, len(city.departments)),
            (words.VERSION, assessment.version),
            (words.DIGEST, assessment.rulebook_digest),
        ),
    )
    for row, line in enumerate(facts, 1):
        page.set_height(row, 1)
        for (label, value), (first, second, last) in zip(line, places, strict=True):
            page.merge(row, first, label.of(page.language), columns=second - first, **LABEL)
            look: Look = {"num_format": "0"} if isinstance(value, int | Decimal) else {}
            page.merge(row, second, value, columns=last - second + 1, **FACT | look)


def _form(indicator: Indicator) -> str:
    """How a score shows that it is none, or not whole: the cell holds the number all the same."""
    if indicator.status == "not_applicable":
        return f'"{table.NOT_APPLICABLE_MARK}"'
    mark = table.mark(indicator)
    return f'{TWO_PLACES}"{mark}"' if mark else TWO_PLACES


def _letters(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]

    return str(xl_col_to_name(column))
