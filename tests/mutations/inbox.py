"""An inbox to be broken: a good city's own files, read back into rows, changed, written again.

A dataset's files are copied when a mutation first asks for them; what it leaves alone keeps its
bytes. Rows are all text, as they were delivered, but for days, which are brought to one spelling so
that a mutation can pick a month by its beginning.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pandas as pd
from python_calamine import load_workbook

from scorecard.contract import Contract
from scorecard.landing.inbox import FORMATS, InboxFile, scan

Edit = Callable[[pd.DataFrame], pd.DataFrame]
_DAY = r"^(\d{4})[/年](\d{1,2})[/月](\d{1,2})日?$"


class Inbox:
    """Copies of the datasets' files by name: `inbox["evidence"]`; `touched` are those asked for."""

    def __init__(self, sound: Path, folder: Path, contracts: Mapping[str, Contract]) -> None:
        self.folder, self._sound, self._contracts = folder, sound, contracts
        self.touched: dict[str, Files] = {}

    def __getitem__(self, dataset: str) -> Files:
        if dataset not in self.touched:
            shutil.copytree(self._sound / dataset, self.folder / dataset)
            self.touched[dataset] = Files(self.folder / dataset, self._contracts[dataset])
        return self.touched[dataset]

    def scanned(self) -> dict[str, list[InboxFile]]:
        """The files by dataset, in the order of their landing."""
        files, _ = scan(self.folder, self._contracts)
        return {
            name: [file for file in files if file.dataset == name]
            for name in self._contracts
            if name in self.touched
        }


class Files:
    """The files of one dataset, in the order of their landing."""

    def __init__(self, folder: Path, contract: Contract) -> None:
        self.folder, self.contract = folder, contract

    def names(self) -> list[str]:
        return sorted(
            (path.name for path in self.folder.iterdir() if _ending(path.name)), key=str.encode
        )

    def path(self, at: int) -> Path:
        return self.folder / self.names()[at]

    def rows(self, at: int) -> pd.DataFrame:
        """A file's rows as text under the contract's column names; an empty cell is null."""
        path = self.path(at)
        table = _READERS[_ending(path.name).removesuffix(".gz")](path)
        labels = {column.label_zh: column.name for column in self.contract.columns}
        rows = pd.DataFrame(table[1:], columns=pd.Index(table[0]).map(lambda n: labels.get(n, n)))
        rows = rows.astype("str").where(rows.notna() & (rows != ""), None)
        days = [column.name for column in self.contract.columns if column.type in ("D", "TS")]
        for name in rows.columns.intersection(days):
            rows[name] = rows[name].str.replace(_DAY, _iso, regex=True)
        return rows

    def edit(self, change: Edit, at: int | None = None) -> None:
        """Changes the rows of one file, or of each whose rows come out changed."""
        for place in range(len(self.names())) if at is None else [at]:
            rows = self.rows(place)
            changed = change(rows.copy())
            if not changed.equals(rows):
                self.replace(place, changed)

    def replace(self, at: int, rows: pd.DataFrame, ending: str = ".csv") -> None:
        """Writes rows in place of a file, under its name as far as the ending."""
        path = self.path(at)
        path.unlink()
        self.add(path.name.removesuffix(_ending(path.name)) + ending, rows)

    def add(self, name: str, rows: pd.DataFrame) -> None:
        """Writes one more file: a workbook, JSON lines, or else CSV."""
        path = self.folder / name
        if name.endswith(".xlsx"):
            rows.to_excel(path, index=False, engine="xlsxwriter")
        elif name.endswith(".jsonl"):
            rows.to_json(path, orient="records", lines=True, force_ascii=False)
        else:
            path.write_text(rows.to_csv(index=False, lineterminator="\n"), encoding="utf-8")

    def rewrite(self, at: int, change: Callable[[bytes], bytes]) -> None:
        """Changes the bytes of a file as they lie there."""
        path = self.path(at)
        path.write_bytes(change(path.read_bytes()))

    def rename(self, at: int, name: str) -> None:
        path = self.path(at)
        path.rename(path.with_name(name))

    def remove(self, at: int | None = None) -> None:
        """Takes a file away, or all of them."""
        for name in self.names() if at is None else [self.names()[at]]:
            (self.folder / name).unlink()


def _ending(name: str) -> str:
    return max((ending for ending in FORMATS if name.endswith(ending)), key=len, default="")


def _iso(day: object) -> str:
    year, month, date = day.groups()  # type: ignore[attr-defined]
    return f"{year}-{int(month):02}-{int(date):02}"


def _read_text(path: Path) -> str:
    data = path.read_bytes()
    data = gzip.decompress(data) if path.name.endswith(".gz") else data
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _delimited(path: Path) -> list[list[object]]:
    delimiter = "\t" if ".tsv" in path.name else ","
    return list(csv.reader(io.StringIO(_read_text(path), newline=""), delimiter=delimiter))  # type: ignore[arg-type]


def _objects(path: Path) -> list[list[object]]:
    text = _read_text(path)
    found = json.loads(text) if ".jsonl" not in path.name else map(json.loads, text.splitlines())
    return list(_table(list(found)))


def _table(found: list[dict[str, object]]) -> Iterator[list[object]]:
    header = list(found[0])
    yield list(header)
    for one in found:
        yield [one[name] for name in header]


def _workbook(path: Path) -> list[list[object]]:
    sheet = load_workbook(path).get_sheet_by_index(0).to_python()
    return [[_cell(cell) for cell in row] for row in sheet]


def _cell(cell: object) -> object:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell.isoformat() if isinstance(cell, dt.date) else cell


def _parquet(path: Path) -> list[list[object]]:
    rows = pd.read_parquet(path)
    return [list(rows.columns), *rows.astype("object").to_numpy().tolist()]


_READERS: Mapping[str, Callable[[Path], list[list[object]]]] = {
    ".csv": _delimited, ".tsv": _delimited, ".json": _objects, ".jsonl": _objects,
    ".xlsx": _workbook, ".parquet": _parquet,
}  # fmt: skip
