"""Real inboxes for tests of landing: files of every format, landed into a real DuckDB.

A row is given as few named values; the rest of its dataset's columns takes a plausible value, so
that a test shows only what it is about.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from scorecard.landing.inbox import Notice, scan
from scorecard.landing.load import Landed, Landing, record_notices
from scorecard.warehouse import connect, prepare
from tests.prepared import SESSION, contracts, empty_warehouse

ROOT = Path(__file__).parents[1]
KEY = "0123456789abcdef0123456789abcdef"
NOW = dt.datetime(2020, 4, 1, 2, 0)
SPECIMENS: dict[str, dict[str, str]] = {
    "catalogue_entries": {
        "entry_id": "e1", "department_id": "edu", "title": "学校名录", "share_type": "none",
        "update_cycle": "monthly", "due_at": "2019-03-05",
    },
    "catalogue_updates": {"entry_id": "e1", "updated_at": "2019-03-05 10:00:00"},
    "official_documents": {
        "document_id": "d1", "department_id": "edu", "received_at": "2019-03-01 08:00:00",
        "due_at": "2019-03-05 18:00:00", "completed_at": "2019-03-04 09:00:00",
        "returned_count": "0", "feedback_required": "true", "feedback_at": "",
    },
    "network_probes": {
        "link_id": "l1", "probed_at": "2019-03-05 10:00:00", "is_up": "true", "latency_ms": "1.5",
    },
    "trading_platform_scores": {
        "department_id": "edu", "month": "2019-03-01", "score": "90", "full_score": "100",
    },
    "network_outages": {
        "outage_id": "o1", "link_id": "l1", "started_at": "2019-03-05 10:00:00", "ended_at": "",
        "planned": "false", "cause": "",
    },
    "responsibilities": {
        "department_id": "edu", "indicator_code": "001", "section_id": "office", "role": "lead",
    },
    "credit_records": {
        "record_id": "r1", "directory_id": "dir1", "subject_kind": "person",
        "subject_name": "张三丰", "subject_code_kind": "identity",
        "subject_code": "34060219900101123X", "core_information": "行政处罚决定书",
        "due_at": "2019-03-05 18:00:00", "pushed_at": "2019-03-05 10:00:00",
    },
    "certificates": {
        "certificate_id": "c1", "type_code": "t1", "department_id": "edu", "city_code": "340600",
        "issued_at": "2019-03-05 10:00:00", "holder_code": "34060219900101123X",
    },
}  # fmt: skip


def specimen(dataset: str, **changes: Any) -> dict[str, Any]:
    """A row that keeps the contract, with changes; a change to `...` takes the column out."""
    row: dict[str, Any] = {**SPECIMENS[dataset], **changes}
    return {name: value for name, value in row.items() if value is not ...}


def entry(entry_id: str = "e1", **changes: Any) -> dict[str, Any]:
    return specimen("catalogue_entries", entry_id=entry_id, **changes)


def document(document_id: str = "d1", **changes: Any) -> dict[str, Any]:
    return specimen("official_documents", document_id=document_id, **changes)


def table(rows: Sequence[dict[str, Any]]) -> list[list[Any]]:
    """A header and rows of as many cells, as a sheet has them."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    return [header, *([row.get(name, "") for name in header] for row in rows)]


def csv_bytes(
    *rows: dict[str, Any],
    encoding: str = "utf-8",
    delimiter: str = ",",
    end: str = "\n",
    quotes_all: bool = False,
) -> bytes:
    return sheet_csv(table(rows), encoding, delimiter, end, quotes_all)


def sheet_csv(
    sheet: Iterable[Sequence[Any]],
    encoding: str = "utf-8",
    delimiter: str = ",",
    end: str = "\n",
    quotes_all: bool = False,
) -> bytes:
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quotes_all else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(sheet)
    return text.getvalue().encode(encoding)


def json_bytes(*rows: Any) -> bytes:
    return json.dumps(rows, ensure_ascii=False).encode()


def jsonl_bytes(*rows: Any) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def parquet_bytes(columns: dict[str, Any]) -> bytes:
    """A parquet file of pyarrow arrays or lists, by column."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def columns_of(*rows: dict[str, Any]) -> dict[str, list[Any]]:
    header, *body = table(rows)
    return {name: [row[i] or None for row in body] for i, name in enumerate(header)}


def workbook_bytes(*sheets: Iterable[Sequence[Any]]) -> bytes:
    """A workbook; texts, numbers, booleans, dates and times become cells of their kind.

    A text that begins with `=` is a formula whose result is the part after `|`.
    """
    import xlsxwriter

    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out)
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for rows in sheets:
        sheet = workbook.add_worksheet()
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, dt.datetime):
                    sheet.write_datetime(r, c, cell, moment)
                elif isinstance(cell, dt.date):
                    sheet.write_datetime(r, c, dt.datetime(cell.year, cell.month, cell.day), day)
                elif isinstance(cell, str) and cell.startswith("="):
                    formula, _, result = cell.partition("|")
                    sheet.write_formula(r, c, formula, None, result)
                elif isinstance(cell, str):
                    sheet.write_string(r, c, cell)
                else:
                    sheet.write(r, c, cell)
    workbook.close()
    return out.getvalue()


def sheet_of(*rows: dict[str, Any]) -> list[list[Any]]:
    return table(rows)


class Inbox:
    """An inbox in a folder and a warehouse beside it (in memory unless it is to be a file)."""

    def __init__(self, folder: Path, *, in_file: bool = False, key: str = KEY) -> None:
        self.home, self.key = folder, key
        self.inbox = folder / "inbox"
        self.warehouse = folder / "scorecard.duckdb"
        self.connection = self._new() if in_file else empty_warehouse()
        self.notices: list[Notice] = []

    def _new(self) -> duckdb.DuckDBPyConnection:
        connection = connect(self.warehouse)
        connection.execute(SESSION)
        prepare(connection, contracts().values(), ROOT / "sql" / "macros")
        return connection

    def put(self, dataset: str, name: str, content: bytes | str) -> Path:
        path = self.inbox / dataset / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def land(self, now: dt.datetime = NOW) -> dict[str, Landed]:
        """One run over the whole inbox; what became of each new file, by name."""
        files, found = scan(self.inbox, contracts())
        self.notices = record_notices(self.connection, found, now)
        landing = Landing(self.connection, self.key, self.home / "scratch", now)
        landed: dict[str, Landed] = {}
        for name, contract in contracts().items():
            own = [file for file in files if file.dataset == name]
            for item in landing.land_files(contract, own):
                landed[item.file_name] = item
                self.notices += item.notices
        return landed

    def take(self, dataset: str, name: str, content: bytes | str) -> Landed:
        """Puts one file there and lands it."""
        self.put(dataset, name, content)
        landed = self.land()[name]
        assert landed.rows_read == landed.rows_loaded + landed.rows_quarantined
        assert self.quarantine_size(name) == landed.rows_quarantined
        return landed

    def quarantine_size(self, name: str) -> int:
        return len(self.rows("select 1 from ops.quarantine where file_name = $1", name))

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, parameters).fetchall()

    def raw(self, dataset: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """The landed rows, in the order of delivery."""
        landed = (
            f'select * from raw."{dataset}" union all by name select * from replaced."{dataset}"'
        )
        return self.rows(f"select {columns} from ({landed}) order by _file_id, _line")

    def values(self, dataset: str, column: str) -> list[Any]:
        """One column of the landed rows, in the order of delivery."""
        return [value for (value,) in self.raw(dataset, f'"{column}"')]

    def newest(self, dataset: str, columns: str) -> list[tuple[Any, ...]]:
        return self.rows(f'select {columns} from staging."{dataset}" order by all')

    def faults(self) -> list[tuple[Any, ...]]:
        """Line, column, shown value and English reason of every quarantined row."""
        return self.rows(
            "select line, column_name, value_masked, reason_en from ops.quarantine "
            "order by file_id, line"
        )
