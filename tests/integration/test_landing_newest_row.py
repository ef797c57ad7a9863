"""The newest delivered row of a key wins, whatever its values; keys compare as typed values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.inboxes import (
    contracts,
    csv_bytes,
    entry,
    jsonl_bytes,
    parquet_bytes,
    specimen,
)  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_within_a_file_the_later_row_stands(inbox, form):
    rows = [entry("e1", title="旧"), entry("e2", title="乙"), entry("e1", title="新")]
    content = csv_bytes(*rows) if form == "csv" else jsonl_bytes(*rows)
    assert inbox.take("catalogue_entries", f"a.{form}", content).rows_loaded == 3
    assert inbox.newest("catalogue_entries", "entry_id, title") == [("e1", "新"), ("e2", "乙")]


def test_within_a_large_parquet_file_the_later_row_stands(inbox):
    count = 400_000
    columns = {
        "entry_id": [f"e{i % 1000}" for i in range(count)],
        "updated_at": ["2019-03-05 10:00:00"] * count,
    }
    inbox.take("catalogue_updates", "a.parquet", parquet_bytes(columns))
    newest = inbox.rows(
        "select count(*), min(_line), max(_line) from raw.catalogue_updates semi join "
        "(select entry_id, max(_line) as _line from raw.catalogue_updates group by 1) "
        "using (entry_id, _line)"
    )
    assert newest == [(1000, count - 999, count)]


def test_within_a_run_the_file_later_by_the_bytes_of_its_path_stands(inbox):
    names = ["B.csv", "a.csv", "a/a.csv", "a0.csv", "z.csv", "一.csv", "丁/a.csv", "三.csv"]
    for name in reversed(names):
        inbox.put("catalogue_entries", name, csv_bytes(entry("e1", title=name)))
    assert list(inbox.land()) == sorted(names, key=str.encode)
    assert inbox.values("catalogue_entries", "title") == sorted(names, key=str.encode)
    assert inbox.newest("catalogue_entries", "title") == [(max(names, key=str.encode),)]


def test_a_later_run_stands_before_an_earlier_one_whatever_the_file_names(inbox):
    inbox.take("catalogue_entries", "z.csv", csv_bytes(entry("e1", title="旧")))
    inbox.take("catalogue_entries", "a.csv", csv_bytes(entry("e1", title="新")))
    assert inbox.newest("catalogue_entries", "entry_id, title") == [("e1", "新")]


def test_a_newer_row_replaces_all_columns_also_by_null(inbox):
    inbox.take("catalogue_entries", "a.csv", csv_bytes(entry(published_at="2019-03-01")))
    inbox.take("catalogue_entries", "b.csv", csv_bytes(entry(title="新")))
    assert inbox.newest("catalogue_entries", "title, published_at") == [("新", None)]


def test_a_row_that_breaks_the_contract_leaves_the_older_one_standing(inbox):
    inbox.take("catalogue_entries", "a.csv", csv_bytes(entry("e1", title="旧")))
    landed = inbox.take("catalogue_entries", "b.csv", csv_bytes(entry("e1", due_at="2019-02-30")))
    assert landed.rows_quarantined == 1
    assert inbox.newest("catalogue_entries", "entry_id, title") == [("e1", "旧")]


def test_nothing_ends_by_not_being_delivered_again(inbox):
    inbox.take("catalogue_entries", "a.csv", csv_bytes(entry("e1"), entry("e2")))
    inbox.take("catalogue_entries", "a.csv", csv_bytes(entry("e1", title="新")))
    assert inbox.newest("catalogue_entries", "entry_id, title") == [
        ("e1", "新"),
        ("e2", "学校名录"),
    ]


def test_keys_of_dates_compare_as_dates(inbox):
    for i, month in enumerate(["2019-01-01", "2019/1/1", "2019年1月1日", "２０１９-０１-０１"]):
        row = specimen("trading_platform_scores", month=month, score=str(i))
        inbox.take("trading_platform_scores", f"{i}.csv", csv_bytes(row))
    assert inbox.newest("trading_platform_scores", "month, score") == [
        (dt.date(2019, 1, 1), Decimal(3))
    ]


def test_keys_of_times_compare_as_local_moments(inbox):
    for i, at in enumerate(
        ["2019-03-05 10:00:00", "2019-03-05T10:00:00+08:00", "2019-03-05T02:00Z", "2019/3/5 10:00"]
    ):
        row = specimen("network_probes", probed_at=at, latency_ms=str(i))
        inbox.take("network_probes", f"{i}.csv", csv_bytes(row))
    assert inbox.newest("network_probes", "probed_at, latency_ms") == [
        (dt.datetime(2019, 3, 5, 10), Decimal(3))
    ]


def test_keys_of_numbers_and_padded_codes_compare_as_values(inbox):
    header = [
        "department_id",
        "indicator_code",
        "year",
        "applicable",
        "reason",
        "decided_by",
        "decided_on",
    ]
    for i, (code, year) in enumerate(
        [("001", "2019"), ("1", "2019.0"), ("01", "２０１９"), (" 1 ", "+2019")]
    ):
        values = ["edu", code, year, "否", str(i), "办公室", "2019-03-05"]
        row = dict(zip(header, values, strict=True))
        inbox.take("applicability", f"{i}.csv", csv_bytes(row))
    assert inbox.newest("applicability", "indicator_code, year, reason") == [("001", 2019, "3")]


def test_keys_of_text_compare_trimmed_but_by_case(inbox):
    rows = [entry("e1", title="一"), entry("\u3000e1 ", title="二"), entry("E1", title="三")]
    inbox.take("catalogue_entries", "a.csv", csv_bytes(*rows))
    assert inbox.newest("catalogue_entries", "entry_id, title") == [("E1", "三"), ("e1", "二")]


def test_every_dataset_has_its_view_of_newest_rows(inbox):
    for name, contract in contracts().items():
        columns = [row[0] for row in inbox.rows(f"describe staging.{name}")]
        stored = [column.name for column in contract.stored_columns]
        assert columns == [*stored, "_file_id", "_line"]
