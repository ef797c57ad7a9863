"""Laws of landing, on files that nobody would write by hand."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inboxes import Inbox, csv_bytes, document, entry, jsonl_bytes, sheet_csv, table

LAW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
CELLS = st.text(
    st.one_of(
        st.sampled_from(",\"\n\r\t ;\\'\u3000\xa0\u0301\x1c\ufeff"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def shared():
    with tempfile.TemporaryDirectory() as folder:
        yield Inbox(Path(folder))


@pytest.fixture
def inbox(shared):
    return shared


def land_alone(inbox, dataset, name, content):
    """Lands one file into emptied tables."""
    for table_name in (f"raw.{dataset}", f"replaced.{dataset}", "ops.quarantine", "ops.file"):
        inbox.connection.execute(f"delete from {table_name}")
    for path in inbox.inbox.rglob("*.*"):
        path.unlink()
    return inbox.take(dataset, name, content)


def as_python_reads(content, delimiter):
    """Rows of csv.reader below the header, trimmed, without blank lines."""
    reader = csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter)
    rows = [[cell.strip() or None for cell in row] for row in reader]
    return [row for row in rows[1:] if row]


@LAW
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8),
    delimiter=st.sampled_from([",", "\t"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
)
def test_whatever_a_csv_writer_writes_lands_as_a_csv_reader_reads_it(
    inbox, rows, delimiter, quoting
):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting)
    writer.writerow(["outage_id", "link_id", "cause", "started_at", "planned"])
    writer.writerows([*row, "2019-03-05", "否"] for row in rows)
    content = text.getvalue().encode()
    name = "a.csv" if delimiter == "," else "a.tsv"
    landed = land_alone(inbox, "network_outages", name, content)
    read = [row[:3] for row in as_python_reads(content, delimiter)]
    assert landed.rows_read == len(read) == len(rows)
    good = [tuple(row) for row in read if row[0] and row[1]]
    newest = {row[0]: row for row in good}
    assert inbox.newest("network_outages", "outage_id, link_id, cause") == sorted(
        newest.values(), key=lambda row: row[0].encode()
    )


@LAW
@given(
    content=st.lists(
        st.sampled_from(["e1", "2019-03-05", ",", '"', '""', "\n", "\r\n", " ", "中", '",']),
        max_size=40,
    )
)
def test_every_record_of_a_wild_csv_file_is_loaded_or_set_aside(inbox, content):
    body = "".join(content)
    landed = land_alone(inbox, "catalogue_updates", "a.csv", "entry_id,updated_at\n" + body)
    assert landed.rows_read == landed.rows_loaded + landed.rows_quarantined
    lines = [line for (line,) in inbox.rows(
        "select line from ops.quarantine union all select _line from raw.catalogue_updates"
    )]  # fmt: skip
    assert len(set(lines)) == len(lines)
    assert all(2 <= line <= body.count("\n") + 2 for line in lines)
    if '"' not in body and "\r" not in body.replace("\r\n", ""):
        assert landed.rows_read == sum(bool(line.strip()) for line in body.split("\n"))


@LAW
@given(
    content=st.binary(max_size=80),
    name=st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.json", "a.parquet", "a.xlsx"]),
)
@pytest.mark.parametrize(
    "prefix", [b"", b"entry_id,updated_at\n", b"entry_id\tupdated_at\ne1\t2019\n"]
)
def test_arbitrary_bytes_are_read_or_set_aside_to_the_row(inbox, content, name, prefix):
    landed = land_alone(inbox, "catalogue_updates", name, prefix + content)
    assert landed.rows_read == landed.rows_loaded + landed.rows_quarantined
    assert len(inbox.raw("catalogue_updates")) == landed.rows_loaded


@LAW
@given(
    rows=st.lists(
        st.dictionaries(
            st.sampled_from(["entry_id", "updated_at", "x", "更新时间"]),
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), CELLS, st.just([])),
        ),
        max_size=8,
    ),
    is_array=st.booleans(),
)
def test_whatever_json_holds_is_read_or_set_aside_to_the_row(inbox, rows, is_array):
    good = {"entry_id": "e", "updated_at": "2019-03-05"}
    rows = [good, *rows]
    dumped = [json.dumps(row) for row in rows]
    content = f"[{','.join(dumped)}]" if is_array else "\n".join(dumped)
    landed = land_alone(inbox, "catalogue_updates", "a.json" if is_array else "a.jsonl", content)
    if landed.rows_quarantined == 1 and landed.rows_loaded == 0:
        assert "NaN" in content or "Infinity" in content
        return
    assert landed.rows_read == len(rows)
    assert landed.rows_loaded >= 1


@settings(LAW, max_examples=20)
@given(order=st.permutations(range(12)), form=st.sampled_from(["csv", "jsonl"]))
def test_the_order_of_rows_with_distinct_keys_changes_nothing(inbox, order, form):
    rows = [
        document(
            f"d{i}", returned_count=str(i - 2), feedback_at="" if i % 2 else "2019-03-05T08:00Z"
        )
        for i in range(12)
    ]
    shuffled = [rows[i] for i in order]
    content = csv_bytes(*shuffled) if form == "csv" else jsonl_bytes(*shuffled)
    land_alone(inbox, "official_documents", f"a.{form}", content)
    columns = "document_id, returned_count, feedback_at, due_at"
    taken = inbox.newest("official_documents", columns)
    land_alone(inbox, "official_documents", "a.csv", csv_bytes(*rows))
    assert taken == inbox.newest("official_documents", columns)
    assert len(taken) == 10


@LAW
@given(order=st.permutations(range(8)), titles=st.lists(CELLS, min_size=2, max_size=2))
def test_the_order_of_columns_changes_nothing(inbox, order, titles):
    rows = [entry(f"e{i}", title=f"x{title}y", retired_at="") for i, title in enumerate(titles)]
    sheet = [[*row, ""] for row in table(rows)]
    content = sheet_csv([[row[i] for i in order] for row in sheet], end="\r\n")
    landed = land_alone(inbox, "catalogue_entries", "a.csv", content)
    assert landed.rows_loaded == 2
    assert inbox.values("catalogue_entries", "title") == [f"x{title}y" for title in titles]
