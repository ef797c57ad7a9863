"""How a delivery is put into a file: the shapes that real deliveries have.

One `Delivery` is one file. Its `Shape` says the ending, the encoding, whether the header bears the
contract's Chinese labels or the column names, and how dates and booleans are spelled. The bytes
depend on nothing but the delivery: archives bear fixed dates.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from scorecard.demo.tables import Row

_CREATED = datetime(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Shape:
    """A way of writing; `dates` is a strftime-like choice: iso, slash or chinese."""

    ending: str
    encoding: str = "utf-8"
    labels: bool = False
    dates: str = "iso"
    booleans: tuple[str, str] = ("true", "false")
    separator: str = ","
    line_end: str = "\n"
    title: str | None = None


SHAPES: Mapping[str, Shape] = {
    "workbook": Shape("xlsx", labels=True, booleans=("是", "否")),
    "titled": Shape("xlsx", labels=True, booleans=("是", "否"), title="市直部门报送汇总表"),
    "marked": Shape("csv", "utf-8-sig", labels=True, dates="slash", booleans=("是", "否")),
    "gb": Shape("csv", "gb18030", True, "chinese", ("是", "否"), line_end="\r\n"),
    "plain": Shape("csv", booleans=("yes", "no")),
    "tsv": Shape("tsv", booleans=("1", "0"), separator="\t"),
    "zipped": Shape("csv.gz", booleans=("yes", "no")),
    "jsonl": Shape("jsonl"),
    "json": Shape("json"),
}


@dataclass(slots=True)
class Delivery:
    """One file to be: its dataset, the day in its name, its rows; `tail` is raw text at its end."""

    dataset: str
    day: date
    shape: Shape
    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    suffix: str = ""
    tail: str = ""

    @property
    def name(self) -> str:
        """The file's name; its date is the delivery's time."""
        return f"{self.dataset}_{self.day.isoformat()}{self.suffix}.{self.shape.ending}"


def write_delivery(delivery: Delivery, folder: Path, labels: Mapping[str, str]) -> Path:
    """Writes the file into the dataset's folder; `labels` gives each column's Chinese label."""
    path = folder / delivery.name
    header = [
        labels.get(name, name) if delivery.shape.labels else name for name in delivery.columns
    ]
    _WRITERS[delivery.shape.ending](delivery, header, path)
    return path


def _write_text(delivery: Delivery, header: list[str], path: Path) -> None:
    shape = delivery.shape
    text = io.StringIO()
    writer = csv.writer(text, delimiter=shape.separator, lineterminator=shape.line_end)
    writer.writerow(header)
    writer.writerows([_spell(value, shape) for value in row] for row in delivery.rows)
    data = (text.getvalue() + delivery.tail).encode(shape.encoding)
    path.write_bytes(gzip.compress(data, mtime=0) if shape.ending.endswith(".gz") else data)


def _write_json(delivery: Delivery, header: list[str], path: Path) -> None:
    objects = [
        dict(zip(header, (_plain(value) for value in row), strict=False)) for row in delivery.rows
    ]
    if delivery.shape.ending == "json":
        text = json.dumps(objects, ensure_ascii=False, indent=1)
    else:
        text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)
    path.write_text(text, encoding="utf-8")


def _write_workbook(delivery: Delivery, header: list[str], path: Path) -> None:
    import xlsxwriter  # type: ignore[import-untyped]

    shape = delivery.shape
    with xlsxwriter.Workbook(
        str(path), {"in_memory": True, "default_date_format": "yyyy-mm-dd"}
    ) as book:
        book.set_properties({"created": _CREATED})
        sheet = book.add_worksheet(delivery.dataset[:31])
        top = 0
        if shape.title:
            sheet.write_string(0, 0, shape.title)
            sheet.write_string(1, 0, f"填报日期：{delivery.day.isoformat()}")
            top = 2
        for place, row in enumerate([header, *delivery.rows], top):
            sheet.write_row(place, 0, [_cell(value, shape) for value in row])


_WRITERS: Mapping[str, Callable[[Delivery, list[str], Path], None]] = {
    "csv": _write_text,
    "tsv": _write_text,
    "csv.gz": _write_text,
    "json": _write_json,
    "jsonl": _write_json,
    "xlsx": _write_workbook,
}


def _spell(value: object, shape: Shape) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return shape.booleans[0 if value else 1]
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        if shape.dates == "slash":
            return f"{value.year}/{value.month}/{value.day}"
        if shape.dates == "chinese":
            return f"{value.year}年{value.month}月{value.day}日"
        return value.isoformat()
    return str(value)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _cell(value: object, shape: Shape) -> object:
    # Dates go in as date cells, times as text: an office types the one and pastes the other.
    if isinstance(value, (bool, datetime)):
        return _spell(value, shape)
    return value
