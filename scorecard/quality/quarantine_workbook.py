"""The workbook that tells one provider what to correct: a page to read, then its rows by dataset.

Here is only how it is laid out; what is in it and where it goes stands in `quarantine.py`. Rows are
streamed, so a million take no more memory than one, and everything delivered is written as text: a
value that begins with an equals sign is no formula.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from scorecard.contract import Contract
from scorecard.published import Version
from scorecard.workbook_text import workbook_text

ROWS_A_SHEET = 1_048_575
"""What a sheet of Excel holds below its header."""
README = "说明 Read me"
WHOLE_FILE = "整个文件 whole file"
HEADERS = (
    ("文件 / file", 44), ("行 / line", 20), ("列 / column", 34), ("原因 / reason（中文）", 44),
    ("原因 / reason (English)", 44), ("值（已脱敏） / value (masked)", 30),
    ("首次发现 / first seen", 21),
)  # fmt: skip
SUMMARY_HEADERS = (
    ("数据集 / dataset", 44), ("文件 / file", 44), ("隔离行数 / rows", 16),
    ("主要原因（次数）", 60), ("Main reasons (how often)", 60),
)  # fmt: skip
ADVICE = (
    (
        "请在本单位业务系统中更正数据。请勿在本表中修改，本表不会被读取。",
        "Correct the rows in your own system, not here: this workbook is never read.",
    ),
    (
        "更正后请以原文件名报送至原目录，文件中只保留表头和更正的行：入库时，原文件的隔离记录自动清除，"
        "仍不合格的行重新列出，原已入库的行不受影响。",
        "Deliver a file of the corrected rows alone, with the header, under the SAME name, to the "
        "same folder: the old quarantine rows are cleared when it lands, rows still at fault are "
        "listed anew, and what was taken before stays.",
    ),
    (
        "重新报送的行视为最新数据：如将旧文件完整放回，其中的行会取代此后各文件中同一主键的行。",
        "What comes again counts as the newest: a whole old file put back would take the place of "
        "later deliveries of the same keys.",
    ),
    (
        "换用其他文件名报送的，合格的行照常入库，但原文件的隔离记录不会清除，仍列入本表。",
        "Under ANOTHER name the sound rows are taken too, but what is listed here for the old file "
        "is not cleared.",
    ),
    (
        f"“行”为“{WHOLE_FILE}”的，是整个文件未能入库，请以原文件名重新报送完好的文件。",
        f"Where the line says '{WHOLE_FILE}', nothing of the file was taken: replace it, under the "
        "same name, by a sound one.",
    ),
    (
        "文件名以 pull/ 开头的，是从平台直接取得的：无需报送文件，在平台上更正即可，下次取数时"
        "自动纳入；更正后更新时间不变的，请告知我们重取。原因是代码未列出的，由我们处理。",
        "Where the file begins with pull/, the rows were asked from your platform: deliver "
        "nothing, correct them there, and the next pull takes them. If that does not change their "
        "update time, tell us to pull again. A code that is not listed is ours to mend.",
    ),
    (
        "“行”为文本文件的行号，其他格式为行序。每行只列出第一处不合格的列，请一并核对该行其他列。",
        "The line is that of a text file, or the row's number in other formats. Only the first "
        "column at fault is listed: look at the rest of the row as well.",
    ),
    (
        "可能涉及个人信息的值已用 *** 遮蔽。",
        "A value that may be personal is masked as ***.",
    ),
    (
        "本表反映上述发布版本；其后报送的更正，待下次发布后体现。",
        "This is as of the version above; what was delivered since shows after the next one.",
    ),
)

Row = tuple[str, int | None, str | None, str, str, str | None, dt.datetime]
"""File, line, column, reason in Chinese and English, masked value, first seen."""
FileSummary = tuple[str, str, int, str, str]
"""Dataset, file, rows, main reasons in Chinese and English."""


def write_workbook(
    path: Path,
    version: Version,
    summary: Sequence[FileSummary],
    sheets: Iterable[tuple[Contract, Iterable[Row]]],
    contracts: Sequence[Contract],
) -> None:
    """Writes the workbook of one provider; the same input gives the same bytes.

    Args:
        path: The file, in a folder that also takes the short-lived files of writing.
        version: What was read.
        summary: A line for each file.
        sheets: The datasets with their rows, in order; read one after the other.
        contracts: The contracts of these datasets, all of one provider.
    """
    import xlsxwriter  # type: ignore[import-untyped]

    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": version.published_at.astimezone(dt.UTC)})
        pages = _Pages(book)
        pages.write_readme(version, summary, {c.name: c for c in contracts})
        for contract, rows in sheets:
            pages.write_rows(contract, rows)


class _Pages:
    """A workbook being written, page by page; each from its first row to its last."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.bold = book.add_format({"bold": True})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.header = book.add_format(
            {"bold": True, "bg_color": "#DDE6F0", "bottom": 1, "valign": "vcenter"}
        )
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        self.names: set[str] = set()

    def write_readme(
        self, version: Version, summary: Sequence[FileSummary], contracts: dict[str, Contract]
    ) -> None:
        sheet = self.book.add_worksheet(README)
        contract = next(iter(contracts.values()))
        facts = (
            ("数据提供单位 / provider", f"{contract.provider_zh} / {contract.provider_en}"),
            ("发布版本 / published version", version.name),
            ("发布时间 / published at", f"{version.published_at:%Y-%m-%d %H:%M}（北京时间 UTC+8）"),
            ("隔离行数 / quarantined rows", f"{sum(rows for _, _, rows, _, _ in summary):,}"),
        )
        self._set_widths(sheet, SUMMARY_HEADERS)
        sheet.write_string(0, 0, "待更正数据清单 / Rows to correct and deliver again", self.title)
        for row, (name, fact) in enumerate(facts, 2):
            sheet.write_string(row, 0, name, self.bold)
            sheet.write_string(row, 1, workbook_text(fact))
        row += 2
        sheet.write_string(row, 0, "如何更正并重新报送 / How to correct and deliver", self.bold)
        for number, advice in enumerate(ADVICE, 1):
            for line in advice:
                row += 1
                sheet.write_string(row, 0, f"{number}. {line}")
        row += 2
        self._write_header(sheet, row, SUMMARY_HEADERS)
        for place, (dataset, file, count, zh, en) in enumerate(summary, row + 1):
            label = f"{contracts[dataset].label_zh} {dataset}"
            sheet.write_string(place, 0, label, self.wrapped)
            sheet.write_string(place, 1, workbook_text(file), self.wrapped)
            sheet.write_number(place, 2, count, self.wrapped)
            sheet.write_string(place, 3, workbook_text(zh), self.wrapped)
            sheet.write_string(place, 4, workbook_text(en), self.wrapped)
        sheet.autofilter(row, 0, row + len(summary), len(SUMMARY_HEADERS) - 1)

    def write_rows(self, contract: Contract, rows: Iterable[Row]) -> None:
        labels = {c.name: f"{c.label_zh} {c.name}" for c in contract.columns}
        rest = iter(rows)
        while (first := next(rest, None)) is not None:
            sheet = self.book.add_worksheet(self._name(f"{contract.label_zh} {contract.name}"))
            self._set_widths(sheet, HEADERS)
            sheet.freeze_panes(1, 0)
            self._write_header(sheet, 0, HEADERS)
            last = 0
            for last, row in enumerate(chain([first], islice(rest, ROWS_A_SHEET - 1)), 1):
                self._write_row(sheet, last, row, labels)
            sheet.autofilter(0, 0, last, len(HEADERS) - 1)

    def _write_row(self, sheet: Any, place: int, row: Row, labels: dict[str, str]) -> None:
        file, line, column, reason_zh, reason_en, value, first_seen_at = row
        sheet.write_string(place, 0, workbook_text(file))
        if line is None:
            sheet.write_string(place, 1, WHOLE_FILE)
        else:
            sheet.write_number(place, 1, line)
        if column is not None:
            sheet.write_string(place, 2, labels.get(column, column))
        sheet.write_string(place, 3, workbook_text(reason_zh))
        sheet.write_string(place, 4, workbook_text(reason_en))
        if value is not None:
            sheet.write_string(place, 5, workbook_text(value))
        sheet.write_datetime(place, 6, first_seen_at, self.time)

    def _write_header(self, sheet: Any, row: int, headers: Sequence[tuple[str, int]]) -> None:
        for place, (name, _) in enumerate(headers):
            sheet.write_string(row, place, name, self.header)

    def _set_widths(self, sheet: Any, headers: Sequence[tuple[str, int]]) -> None:
        for place, (_, width) in enumerate(headers):
            sheet.set_column(place, place, width)

    def _name(self, title: str) -> str:
        """A name that Excel takes: 31 characters, nothing of a path or formula, and no twin."""
        plain = re.sub(r"[\[\]:*?/\\']", "_", title)
        name = next(name for name in _numbered(plain) if name.lower() not in self.names)
        self.names.add(name.lower())
        return name


def _numbered(title: str) -> Iterator[str]:
    yield title[:31]
    number = 2
    while True:
        mark = f" ({number})"
        yield title[: 31 - len(mark)] + mark
        number += 1
