"""A worksheet as the sheets need it: formats by their properties, text that stays text, heights.

Numbers go in as decimals of two places, which a workbook's number holds exactly as written. Text
never becomes a formula or a link, in merged cells neither.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from scorecard.sheets.table import shortened
from scorecard.sheets.words import Language
from scorecard.text_width import width
from scorecard.workbook_text import workbook_text

FONTS: dict[Language, str] = {"zh": "宋体", "en": "Arial"}
"""Fonts that Excel has everywhere; beside Arial it takes Chinese letters from its own."""
A4 = 9
TWO_PLACES = "0.00"
FOOTER_LETTERS = 115
"""Excel drops a footer of more than 255 characters, in which an & takes two."""
LINE_HEIGHT = 13.5

Look = dict[str, Any]
"""The properties of a format, by XlsxWriter's names."""


class Book:
    """A workbook being written; each look becomes one format."""

    def __init__(self, path: Path, title: str, subject: str, comments: str, day: dt.date) -> None:
        import xlsxwriter  # type: ignore[import-untyped]

        self._book = xlsxwriter.Workbook(str(path), {"tmpdir": str(path.parent)})
        self._book.set_properties(
            {
                "title": workbook_text(title),
                "subject": workbook_text(subject),
                "comments": workbook_text(comments),
                "created": dt.datetime.combine(day, dt.time(), dt.UTC),
            }
        )
        self._formats: dict[tuple[Language, frozenset[tuple[str, Any]]], Any] = {}

    def page(self, tab: str, language: Language) -> Page:
        """A new worksheet."""
        return Page(self, self._book.add_worksheet(tab), language)

    def format(self, look: Look, language: Language) -> Any:
        """The format of a look, in the language's font."""
        key = (language, frozenset(look.items()))
        if key not in self._formats:
            font = {"font_name": FONTS[language], "font_size": 10, "valign": "vcenter"}
            self._formats[key] = self._book.add_format(font | look)
        return self._formats[key]

    def close(self) -> None:
        """Writes the file.

        Raises:
            OSError: If it cannot be written.
        """
        from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

        try:
            self._book.close()
        except FileCreateError as error:
            raise error.args[0] from error  # an OSError, such as a full disk


class Page:
    """A worksheet; rows and columns count from 0."""

    def __init__(self, book: Book, sheet: Any, language: Language) -> None:
        self._book, self.sheet, self.language = book, sheet, language

    def write(self, row: int, column: int, value: object, **look: Any) -> None:
        """Writes text, a number, a day, or nothing but the look, by the kind of the value."""
        form = self._book.format(look, self.language)
        match value:
            case None | "":
                self.sheet.write_blank(row, column, None, form)
            case str():
                self.sheet.write_string(row, column, workbook_text(value), form)
            case dt.date():
                form = self._book.format(look | {"num_format": "yyyy-mm-dd"}, self.language)
                self.sheet.write_datetime(row, column, value, form)
            case Decimal() | int():
                self.sheet.write_number(row, column, value, form)
            case _:
                raise TypeError(f"a cell takes no {type(value).__name__}")

    def sum_of(self, row: int, column: int, cells: str, value: Decimal, **look: Any) -> None:
        """Writes a sum of cells, with its value for readers that do not calculate."""
        form = self._book.format(look, self.language)
        self.sheet.write_formula(row, column, f"=SUM({cells})", form, value)

    def merge(
        self, row: int, column: int, value: object, *, rows: int = 1, columns: int = 1, **look: Any
    ) -> None:
        """Writes a value over several cells."""
        if rows > 1 or columns > 1:
            form = self._book.format(look, self.language)
            last = (row + rows - 1, column + columns - 1)
            # Blank first: a text given here would be taken for a formula or a link by its looks.
            self.sheet.merge_range(row, column, *last, "", form)
        self.write(row, column, value, **look)

    def set_widths(self, widths: Iterable[float]) -> None:
        """The columns' widths, in letters; a Chinese one takes two."""
        for column, wide in enumerate(widths):
            self.sheet.set_column(column, column, wide)

    def set_height(self, row: int, lines: int) -> None:
        """A row's height, by its lines of text."""
        self.sheet.set_row(row, min(409.0, lines * LINE_HEIGHT + 5))

    def set_print(self, footer: str, *, header: tuple[int, int], last: tuple[int, int]) -> None:
        """One page wide on A4 across, with the header's rows on each page.

        Args:
            footer: What stands at the left; the page's number stands at the right.
            header: First and last row of the header.
            last: Last row and column.
        """
        self.sheet.set_landscape()
        self.sheet.set_paper(A4)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(*header)
        self.sheet.print_area(0, 0, *last)
        self.sheet.center_horizontally()
        plain = workbook_text(shortened(footer, FOOTER_LETTERS)).replace("&", "&&")
        self.sheet.set_footer(f"&L&8{plain}&R&8&P / &N")


def lines(value: str, letters: float) -> int:
    """How many lines a text takes in a cell so many letters wide."""
    room = max(1.0, letters - 1.5)  # a Chinese letter that no longer fits whole leaves a gap
    return sum(max(1, math.ceil(width(line) / room)) for line in value.split("\n"))
