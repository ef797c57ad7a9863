"""A department's workbook: the score sheet in Chinese, then in English."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import get_args

from scorecard.sheets import table, words
from scorecard.sheets.cells import TWO_PLACES, Book, Look, Page, lines
from scorecard.sheets.reading import City, Department, Indicator
from scorecard.sheets.table import COLUMNS, Line, Section
from scorecard.sheets.words import Language

WIDTHS = (12, 14, 14, 7, 18, 9, 9, 9, 62, 15, 13, 17, 24)
LAST = len(COLUMNS) - 1
POINTS_FROM, EXPLAINED = 5, 8
"""The columns of the three numbers, of which the last is the score, and of the explanation."""
HEADER = 4
BORDER: Look = {"border": 1}
WRAPPED: Look = {**BORDER, "text_wrap": True}
CENTRED: Look = {**WRAPPED, "align": "center"}
NUMBER: Look = {**BORDER, "align": "right", "indent": 1, "num_format": TWO_PLACES}
HEAD: Look = {**CENTRED, "bold": True, "bg_color": "#DDE6F0"}
LABEL: Look = {**BORDER, "align": "center", "shrink": True, "bg_color": "#F3F6FA"}
SUBTOTAL: Look = {"bold": True, "bg_color": "#F3F6FA"}
TOTAL: Look = {"bold": True, "bg_color": "#DDE6F0"}
FACT: Look = {**BORDER, "align": "left", "shrink": True}
PERCENT = '0.00"%"'


def write_workbook(path: Path, city: City, department: Department) -> None:
    """Writes the workbook of one department; the same input gives the same bytes.

    Raises:
        OSError: If it cannot be written.
    """
    assessment = city.assessment
    book = Book(
        path,
        f"{department.name} {table.title(assessment, words.SCORE_SHEET, 'zh')}",
        assessment.name.zh,
        f"{words.VERSION.zh} {assessment.version}, {words.DIGEST.zh} {assessment.rulebook_digest}",
        assessment.as_of,
    )
    for language in get_args(Language):
        page = book.page(words.SCORE_TAB.of(language), language)
        _ScoreSheet(page, city, department).write()
    book.close()


class _ScoreSheet:
    """The form on one worksheet, written from top to bottom."""

    def __init__(self, page: Page, city: City, department: Department) -> None:
        self.page, self.city, self.department = page, city, department
        self.language = page.language

    def write(self) -> None:
        page, assessment = self.page, self.city.assessment
        page.set_widths(WIDTHS)
        title = table.title(assessment, words.SCORE_SHEET, self.language)
        page.merge(0, 0, title, columns=LAST + 1, bold=True, font_size=18, align="center")
        page.set_height(0, 2)
        self._write_facts()
        for column, name in enumerate(COLUMNS):
            page.write(HEADER, column, name.of(self.language), **HEAD)
        page.set_height(HEADER, 2)
        row = HEADER + 1
        subtotals = []
        for section in table.sections(self.department):
            row = self._write_section(row, section)
            subtotals.append(row)
            row += 1
        self._write_total(row, subtotals)
        row = write_notes(page, row + 1, LAST)
        row = write_signatures(
            page, row, (words.SIGNED_BY, words.SIGNED_BY_DEPARTMENT), (0, 8), (7, LAST)
        )
        row = self._write_readings(row + 2)
        page.sheet.freeze_panes(HEADER + 1, POINTS_FROM)
        footer = f"{assessment.version}　{self.department.name}　{title}"
        page.set_print(footer, header=(HEADER, HEADER), last=(row, LAST))

    def _write_facts(self) -> None:
        assessment, department = self.city.assessment, self.department
        ranked = len(self.city.departments)
        facts: tuple[tuple[tuple[words.Words, object, Look], ...], ...] = (
            (
                (words.DEPARTMENT, department.name, {"bold": True}),
                (words.WINDOW, table.window(assessment, self.language), {}),
                (words.AS_OF, assessment.as_of, {}),
                (words.STATE, table.state(assessment, self.language), {}),
            ),
            (
                (words.TOTAL, department.total, {"bold": True, "num_format": TWO_PLACES}),
                (words.POINTS, department.points, {"num_format": TWO_PLACES}),
                (words.RATE, department.rate, {"bold": True, "num_format": PERCENT}),
                (words.RANK, department.rank, {"bold": True, "num_format": f'0" / {ranked}"'}),
            ),
            (
                (words.VERSION, assessment.version, {}),
                (words.DIGEST, assessment.rulebook_digest, {}),
                (words.MISSING, department.missing, {"num_format": "0"}),
                (words.STALE, department.stale, {"num_format": "0"}),
            ),
        )
        places = ((0, 1, 4), (5, 7, 8), (9, 10, 10), (11, 12, 12))
        for row, line in enumerate(facts, 1):
            self.page.set_height(row, 1)
            for (label, value, look), (first, second, last) in zip(line, places, strict=True):
                self.page.merge(
                    row, first, label.of(self.language), columns=second - first, **LABEL
                )
                self.page.merge(row, second, value, columns=last - second + 1, **FACT | look)

    def _write_section(self, row: int, section: Section) -> int:
        """Writes the lines of a section; gives the row of its subtotal, which it ends with."""
        first = row
        for line in section.lines:
            self._write_line(row, line)
            row += 1
        look = BORDER | SUBTOTAL
        label = table.subtotal(section.block).of(self.language)
        self.page.merge(row, 1, label, columns=POINTS_FROM - 1, **look, align="center")
        for column, value in enumerate(_sums(section), POINTS_FROM):
            letter = _letter(column)
            cells = f"{letter}{first + 1}:{letter}{row}"
            self.page.sum_of(row, column, cells, value, **NUMBER | SUBTOTAL)
        self._write_rate(row, section.block.rate, SUBTOTAL)
        self.page.set_height(row, 1)
        return row

    def _write_line(self, row: int, line: Line) -> None:
        indicator, language = line.indicator, self.language
        for column, (level, span) in enumerate(zip(indicator.levels, line.spans, strict=True)):
            if span:
                rows = span + 1 if column == 0 else span  # the first takes its subtotal in
                self.page.merge(row, column, level.of(language), rows=rows, **CENTRED)
        own = self._texts(indicator)
        self.page.write(row, 3, indicator.code, **CENTRED)
        self.page.write(row, 4, own[0], **WRAPPED)
        for column, value in enumerate(
            (indicator.full_points, indicator.points, indicator.score), POINTS_FROM
        ):
            self.page.write(row, column, value, **NUMBER)
        for column, value_text in enumerate(own[1:], EXPLAINED):
            self.page.write(row, column, value_text, **WRAPPED)
        shown = zip(own, (WIDTHS[4], *WIDTHS[EXPLAINED:]), strict=True)
        levels = zip(indicator.levels, WIDTHS, line.spans, strict=False)
        alone = [lines(level.of(language), wide) for level, wide, span in levels if span == 1]
        self.page.set_height(row, max(2, *alone, *(lines(value, wide) for value, wide in shown)))

    def _texts(self, indicator: Indicator) -> tuple[str, ...]:
        return (
            indicator.name.of(self.language),
            indicator.explanation.of(self.language),
            indicator.provider or "",
            table.listed(indicator.lead, self.language),
            table.listed(indicator.support, self.language),
            table.remarks(indicator, self.language),
        )

    def _write_total(self, row: int, subtotals: list[int]) -> None:
        look = BORDER | TOTAL
        label = words.TOTAL_LINE.of(self.language)
        self.page.merge(row, 0, label, columns=POINTS_FROM, **look, align="center")
        full = sum((each.full_points for each in self.department.indicators), Decimal())
        published = (full, self.department.points, self.department.total)
        for column, value in enumerate(published, POINTS_FROM):
            cells = ",".join(f"{_letter(column)}{subtotal + 1}" for subtotal in subtotals)
            self.page.sum_of(row, column, cells, value, **NUMBER | TOTAL)
        self._write_rate(row, self.department.rate, TOTAL)
        self.page.set_height(row, 1)

    def _write_rate(self, row: int, rate: Decimal | None, look: Look) -> None:
        label = words.RATE_IN_LINE.of(self.language)
        form: Look = {"num_format": f'"{label} "{PERCENT}', "align": "left"}
        self.page.write(row, EXPLAINED, rate, **BORDER | look | form)
        for column in range(EXPLAINED + 1, LAST + 1):
            self.page.write(row, column, None, **BORDER | look)

    def _write_readings(self, row: int) -> int:
        """Writes how open rules are read; gives the last row."""
        found = table.notes(self.department.indicators, self.language)
        if not found:
            return row
        self.page.merge(
            row, 0, words.NOTES.of(self.language), columns=LAST + 1, bold=True, font_size=12
        )
        row += 1
        self.page.merge(row, 0, words.NOTES_WHY.of(self.language), columns=LAST + 1)
        wide = sum(WIDTHS[4:])
        for code, name, reading in found:
            row += 1
            self.page.write(row, 0, code, **CENTRED)
            self.page.merge(row, 1, name, columns=3, **WRAPPED)
            self.page.merge(row, 4, reading, columns=LAST - 3, **WRAPPED)
            tall = max(lines(name, sum(WIDTHS[1:4])), lines(reading, wide))
            self.page.set_height(row, tall)
        return row


def write_notes(page: Page, row: int, last: int) -> int:
    """Writes what the form's words mean; gives the row after them."""
    for note in words.FORM_NOTES:
        page.merge(row, 0, note.of(page.language), columns=last + 1, font_size=9)
        row += 1
    return row


def write_signatures(
    page: Page,
    row: int,
    signers: tuple[words.Words, ...],
    firsts: tuple[int, ...],
    lasts: tuple[int, ...],
) -> int:
    """Writes the places for seals and signatures, side by side; gives the last row."""
    box: Look = {"valign": "top", "align": "left", "indent": 1}
    rows = ((words.SIGNATURE, 2), (words.MADE_BY, 2), (words.DATE, 2))
    for signer, first, last in zip(signers, firsts, lasts, strict=True):
        columns = last - first + 1
        page.merge(row, first, signer.of(page.language), columns=columns, bold=True, **box, top=1,
                   left=1, right=1)  # fmt: skip
        for place, (label, _) in enumerate(rows, row + 1):
            bottom = 1 if place == row + len(rows) else 0
            page.merge(place, first, label.of(page.language), columns=columns, **box, left=1,
                       right=1, bottom=bottom)  # fmt: skip
    page.set_height(row, 4)
    for place, (_, tall) in enumerate(rows, row + 1):
        page.set_height(place, tall)
    return row + len(rows)


def _sums(section: Section) -> tuple[Decimal, Decimal, Decimal]:
    full = sum((line.indicator.full_points for line in section.lines), Decimal())
    return full, section.block.points, section.block.score


def _letter(column: int) -> str:
    return chr(ord("A") + column)
