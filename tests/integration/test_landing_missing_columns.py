"""A column that may be empty may be missing; that it is, and was not before, is told and kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scorecard.landing.inbox import scan
from scorecard.landing.load import Landing
from scorecard.warehouse import prepare
from tests.inboxes import (
    NOW,
    ROOT,
    Inbox,
    columns_of,
    contracts,
    csv_bytes,
    document,
    json_bytes,
    jsonl_bytes,
    parquet_bytes,
    sheet_of,
    specimen,
    workbook_bytes,
)  # fmt: skip

DATASET = "official_documents"
ALL = [column.name for column in contracts()[DATASET].columns]


def lost(inbox):
    return inbox.rows("select file_name, lost_columns from ops.file where len(lost_columns) > 0")


def told(inbox):
    return [notice.what for notice in inbox.notices]


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl", "xlsx", "parquet"])
def test_a_column_that_earlier_files_had_is_lost(inbox, form):
    row = document("d2", completed_at=..., feedback_at=None)
    content = {
        "csv": csv_bytes(row), "tsv": csv_bytes(row, delimiter="\t"), "json": json_bytes(row),
        "jsonl": jsonl_bytes(row), "xlsx": workbook_bytes(sheet_of(row | {"feedback_at": ""})),
        "parquet": parquet_bytes(columns_of(row)),
    }[form]  # fmt: skip
    inbox.take(DATASET, "documents_2020-01-01.csv", csv_bytes(document()))
    assert told(inbox) == []
    landed = inbox.take(DATASET, f"documents_2020-02-01.{form}", content)
    assert landed.rows_loaded == 1
    assert lost(inbox) == [(f"documents_2020-02-01.{form}", ["completed_at"])]
    assert told(inbox) == [
        "columns missing and taken as empty: completed_at (earlier files had it)"
    ]


def test_a_renamed_column_is_lost(inbox):
    inbox.take(DATASET, "1.csv", csv_bytes(document()))
    inbox.take(DATASET, "2.csv", csv_bytes(document(completed_at=..., done_at="2019-03-04")))
    assert lost(inbox) == [("2.csv", ["completed_at"])]
    assert told(inbox) == [
        "column 'done_at' is not in the contract",
        "columns missing and taken as empty: completed_at (earlier files had it)",
    ]


def test_a_column_that_never_came_is_not_lost_and_told_once_a_file(inbox):
    row = document(completed_at=..., feedback_at=...)
    inbox.take(DATASET, "1.csv", csv_bytes(row))
    assert told(inbox) == ["columns missing and taken as empty: completed_at, feedback_at"]
    inbox.take(DATASET, "1.csv", csv_bytes(row | {"document_id": "d2"}))
    assert told(inbox) == []
    inbox.take(DATASET, "2.csv", csv_bytes(document()))  # from now on it comes
    assert lost(inbox) == []
    assert inbox.rows("select columns from ops.file order by file_id") == [
        ([name for name in ALL if name in row],), ([name for name in ALL if name in row],), (ALL,),
    ]  # fmt: skip


def test_another_department_that_never_had_the_column_has_not_lost_it(inbox):
    inbox.take(DATASET, "edu/2020-01.csv", csv_bytes(document()))
    inbox.take(DATASET, "tax/2020-01.csv", csv_bytes(document("d2", completed_at=...)))
    inbox.take(DATASET, "documents_tax_1.csv", csv_bytes(document("d3", completed_at=...)))
    assert lost(inbox) == []
    inbox.take(DATASET, "edu/2020-02.xlsx", workbook_bytes(
        sheet_of(document("d4", completed_at=...))
    ))  # fmt: skip
    assert lost(inbox) == [("edu/2020-02.xlsx", ["completed_at"])]


def test_the_file_delivered_again_with_the_column_has_lost_nothing(inbox):
    inbox.take(DATASET, "1.csv", csv_bytes(document()))
    inbox.take(DATASET, "2.csv", csv_bytes(document("d2", completed_at=...)))
    inbox.take(DATASET, "2.csv", csv_bytes(document("d2", completed_at="")))  # though it is empty
    newest = "file_id in (select max(file_id) from ops.file group by file_name)"
    assert inbox.rows(f"select sum(len(lost_columns)) from ops.file where {newest}") == [(0,)]


def test_json_that_leaves_empty_values_out_cannot_tell(inbox):
    inbox.take(DATASET, "1.jsonl", jsonl_bytes(document(feedback_at=None)))
    inbox.take(DATASET, "2.jsonl", jsonl_bytes(document("d2", completed_at=..., feedback_at=...)))
    inbox.take(DATASET, "3.jsonl", jsonl_bytes(document("d3", completed_at=...)))
    assert told(inbox) == []
    inbox.take(DATASET, "4.json", b"[]")
    assert lost(inbox) == []
    assert inbox.rows("select count(columns) from ops.file") == [(1,)]


def test_a_header_alone_tells_its_columns(inbox):
    inbox.take(DATASET, "1.csv", csv_bytes(document()))
    header = csv_bytes(document(feedback_at=...)).splitlines(keepends=True)[0]
    inbox.take(DATASET, "2.csv", header)
    assert lost(inbox) == [("2.csv", ["feedback_at"])]


def test_a_personal_column_can_be_lost(inbox):
    inbox.take("credit_records", "1.csv", csv_bytes(specimen("credit_records")))
    row = specimen("credit_records", subject_code=...)
    inbox.take("credit_records", "2.csv", csv_bytes(row))
    assert lost(inbox) == [("2.csv", ["subject_code"])]


def test_a_file_that_is_rejected_tells_nothing(inbox):
    inbox.take(DATASET, "1.csv", csv_bytes(document()))
    inbox.take(DATASET, "2.csv", csv_bytes(document(due_at=..., completed_at=...)))
    assert inbox.rows("select columns, lost_columns from ops.file where file_id = 2") == [
        (None, [])
    ]


def test_a_warehouse_of_an_earlier_version_opens_and_its_files_tell_nothing(tmp_path):
    inbox = Inbox(tmp_path)
    inbox.take(DATASET, "1.csv", csv_bytes(document()))
    for column in ("columns", "lost_columns"):
        inbox.connection.execute(f"alter table ops.file drop column {column}")
    prepare(inbox.connection, contracts().values(), ROOT / "sql" / "macros")
    inbox.take(DATASET, "2.csv", csv_bytes(document("d2", completed_at=...)))
    assert lost(inbox) == []
    inbox.take(DATASET, "3.csv", csv_bytes(document("d3")))
    inbox.take(DATASET, "4.csv", csv_bytes(document("d4", completed_at=...)))
    assert lost(inbox) == [("4.csv", ["completed_at"])]


def test_a_column_that_a_contract_gains_was_not_there_before(inbox):
    contract = contracts()[DATASET]
    older = replace(contract, columns=tuple(c for c in contract.columns if c.name != "feedback_at"))
    row = document(feedback_at=...)
    inbox.connection.execute("alter table raw.official_documents drop column feedback_at")
    inbox.put(DATASET, "1.csv", csv_bytes(row))
    landing = Landing(inbox.connection, inbox.key, inbox.home / "scratch", NOW)
    landing.land_files(older, scan(inbox.inbox, [DATASET])[0])
    prepare(inbox.connection, contracts().values(), ROOT / "sql" / "macros")
    inbox.take(DATASET, "2.csv", csv_bytes(row | {"document_id": "d2"}))
    assert lost(inbox) == []
    assert told(inbox) == ["columns missing and taken as empty: feedback_at"]
    inbox.take(DATASET, "3.csv", csv_bytes(document("d3", feedback_at="2019-03-06")))
    assert [str(at)[:10] for at in inbox.values(DATASET, "feedback_at")][2] == "2019-03-06"
