"""An identity number never stays, wherever it stands: its row is quarantined, the number not kept.

Persons are made up: their days of birth lie in the 19th century, but for a published specimen.
"""

from __future__ import annotations

import pytest

from tests.inboxes import (
    Inbox,
    columns_of,
    csv_bytes,
    document,
    entry,
    json_bytes,
    jsonl_bytes,
    parquet_bytes,
    sheet_of,
    specimen,
    workbook_bytes,
)  # fmt: skip

NUMBER, WITH_X = "340602186001011230", "11010519491231002X"
WIDE = "".join(chr(ord(digit) + 0xFEE0) for digit in WITH_X)
REASON = "holds an identity number; take it out and deliver again"


@pytest.fixture
def inbox(tmp_path):
    return Inbox(tmp_path, in_file=True)


def assert_nowhere(inbox, *numbers):
    """Neither in a table nor in the bytes that landing wrote."""
    for (table,) in inbox.rows(
        "select schema_name || '.' || table_name from duckdb_tables() where not internal"
    ):
        text = str(inbox.rows(f"select * from {table}"))
        assert [number for number in numbers if number in text] == [], table
    inbox.connection.execute("checkpoint")
    for path in inbox.home.rglob("*"):
        if path.is_file() and "inbox" not in path.relative_to(inbox.home).parts:
            content = path.read_bytes()
            assert [number for number in numbers if number.encode() in content] == [], path


@pytest.mark.parametrize(
    "form", ["csv", "csv.gz", "json", "jsonl", "xlsx", "parquet", "ragged.csv"]
)
def test_a_row_with_an_identity_number_in_a_text_is_quarantined_and_the_others_load(inbox, form):
    rows = [entry("e1"), entry("e2", title=f"关于{NUMBER}的材料"), entry("e3", title="名录")]
    content = {
        "csv": csv_bytes(*rows), "csv.gz": csv_bytes(*rows),
        "json": json_bytes(*rows), "jsonl": jsonl_bytes(*rows),
        "xlsx": workbook_bytes(sheet_of(*rows)), "parquet": parquet_bytes(columns_of(*rows)),
        "ragged.csv": csv_bytes(*rows) + b"e4\n",
    }[form]  # fmt: skip
    landed = inbox.take("catalogue_entries", f"a.{form}", content)
    assert landed.rows_loaded == 2
    assert inbox.values("catalogue_entries", "entry_id") == ["e1", "e3"]
    assert inbox.faults()[0][1:] == ("title", "关于***的材料", REASON)
    assert_nowhere(inbox, NUMBER)


def test_it_is_found_in_keys_references_and_numbers_too(inbox):
    inbox.take("credit_records", "a.csv", csv_bytes(
        specimen("credit_records", record_id=NUMBER),
        specimen("credit_records", record_id="r2", directory_id=WITH_X),
        specimen("credit_records", record_id="r3"),
    ))  # fmt: skip
    inbox.take("official_documents", "b.csv", csv_bytes(document(returned_count=NUMBER)))
    inbox.take("network_outages", "c.csv", csv_bytes(
        specimen("network_outages", cause=f"{WITH_X.lower()}报修")
    ))  # fmt: skip
    assert inbox.newest("credit_records", "record_id") == [("r3",)]
    assert [fault[1:] for fault in inbox.faults()] == [
        ("record_id", "***", REASON), ("directory_id", "***", REASON),
        ("returned_count", "***", REASON), ("cause", "***报修", REASON),
    ]  # fmt: skip
    assert_nowhere(inbox, NUMBER, WITH_X, WITH_X.lower())


def test_the_first_column_at_fault_is_named_whatever_is_wrong_with_it(inbox):
    inbox.take("catalogue_entries", "a.csv", csv_bytes(
        entry("e1", title=NUMBER, share_type="secret"),
        entry(NUMBER, title=NUMBER),
        entry("e3", department_id="", title=NUMBER),
    ))  # fmt: skip
    assert [column for _, column, _, _ in inbox.faults()] == ["title", "entry_id", "department_id"]
    assert_nowhere(inbox, NUMBER)


def test_a_corrected_file_clears_the_row(inbox):
    inbox.take("catalogue_entries", "a.csv", csv_bytes(entry(title=NUMBER)))
    inbox.take("catalogue_entries", "a.csv", csv_bytes(entry(title="名录")))
    assert inbox.faults() == []
    assert inbox.values("catalogue_entries", "title") == ["名录"]


def test_personal_columns_are_no_reason_to_refuse_a_row(inbox):
    row = specimen("credit_records", subject_code=NUMBER, subject_name=NUMBER)
    assert inbox.take("credit_records", "a.csv", csv_bytes(row)).rows_loaded == 1
    assert_nowhere(inbox, NUMBER)


@pytest.mark.parametrize(
    "text",
    [
        NUMBER, WITH_X, WITH_X.lower(), WIDE, f"{WITH_X[:-1]}Ｘ", f"ID_{WITH_X}_2", f"张三{NUMBER}",
        f"{NUMBER}X光片", f"340602186001011231，{WITH_X}", f"{NUMBER}、{WITH_X}",
        f"{'x' * 500}{NUMBER}", "441900186001011239",
    ],
)  # fmt: skip
def test_these_hold_an_identity_number(inbox, text):
    assert inbox.rows("select holds_identity_number(?, '2099')", text) == [(True,)]
    assert inbox.take("catalogue_entries", "a.csv", csv_bytes(entry(title=text))).rows_loaded == 0


@pytest.mark.parametrize(
    "text",
    [
        "340602186001011231",  # the check digit is wrong
        "34060218600230123X",  # 30 February
        f"1{NUMBER}", f"{NUMBER}1", "34060218600101123",  # more or fewer digits
        "340602-1860-0101-1230", "91340600MA2MXXXXX8", "91110000600037341L",
        "913406001508213333", "123456789012345677", "201903051230001233",
        "340600201903050001", "34060020190305001X",  # a city's code, a day, a counter
        "0f8fad5b-d9cb-469f-a165-70867728950e", "d41d8cd98f00b204e9800998ecf8427e",
    ],
)  # fmt: skip
def test_these_hold_none(inbox, text):
    landed = inbox.take("catalogue_entries", "a.csv", csv_bytes(entry(text, title=f"关于{text}号")))
    assert landed.rows_loaded == 1
    assert inbox.values("catalogue_entries", "entry_id") == [text]


@pytest.mark.parametrize(
    ("key", "title", "loaded"),
    [
        ("340602201001010011", "名录", 1),  # a county's code, a day of 2010, a counter that fits
        ("340602200912310010", "名录", 0),
        ("e1", "关于340602201001010011的材料", 0),
    ],
)
def test_a_key_may_be_a_county_a_day_since_2010_and_a_counter(inbox, key, title, loaded):
    landed = inbox.take("catalogue_entries", "a.csv", csv_bytes(entry(key, title=title)))
    assert landed.rows_loaded == loaded


def test_of_a_million_running_numbers_as_keys_hardly_one_is_refused(inbox):
    [(every, city)] = inbox.rows(
        "select count(*) filter (holds_identity_number(key, '2099')), "
        "count(*) filter (holds_identity_number('34060020190305' || right(key, 4), '2099')) "
        "from (select cast(100000000000000000 + (i * 899999999999) as varchar) as key "
        "from range(1000000) as numbers (i))"
    )
    assert every < 200
    assert city == 0


@pytest.mark.parametrize("many", [5, 6])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_file_of_many_rows_comes_out_as_one_of_few(inbox, monkeypatch, form, many):
    monkeypatch.setattr("scorecard.landing.statements.MANY_ROWS", many)
    lookalike = "340602186001011231"  # but for the check digit
    rows = [
        entry("e1", title=f"关于{NUMBER}的材料"), entry("e2", title=lookalike), entry("e3"),
        entry("e4", due_at="x", title=NUMBER), entry("e5", title=WIDE),
    ]  # fmt: skip
    content = csv_bytes(*rows) if form == "csv" else parquet_bytes(columns_of(*rows))
    inbox.take("catalogue_entries", f"a.{form}", content)
    assert inbox.values("catalogue_entries", "entry_id") == ["e2", "e3"]
    assert [fault[1] for fault in inbox.faults()] == ["title", "title", "title"]
    assert_nowhere(inbox, NUMBER, WIDE)


# Names of files


def test_a_file_with_an_identity_number_in_its_name_is_left_alone_until_it_is_renamed(inbox):
    content = csv_bytes(entry())
    inbox.put("catalogue_entries", f"张三{WITH_X}/a.csv", content)
    inbox.put("catalogue_entries", f"{NUMBER}.txt", content)
    assert inbox.land() == {}
    assert [(notice.place, notice.what[:31]) for notice in inbox.notices] == [
        ("catalogue_entries/***.txt", "an identity number in its name:"),
        ("catalogue_entries/张三***/a.csv", "an identity number in its name:"),
    ]
    assert_nowhere(inbox, NUMBER, WITH_X)
    assert inbox.take("catalogue_entries", "a.csv", content).rows_loaded == 1


def test_other_long_numbers_in_names_are_left_in_them(inbox):
    name = "340602201903050001_20190305093000123.csv"
    inbox.take("catalogue_entries", name, csv_bytes(entry()))
    assert inbox.rows("select file_name from ops.file") == [(name,)]


def test_an_identity_number_as_a_header_or_a_folder_is_not_told(inbox):
    inbox.put("catalogue_entries", "a.json", json_bytes({**entry(), NUMBER: "x"}))
    inbox.put(WITH_X, "a.csv", b"x")
    inbox.land()
    assert {notice.what for notice in inbox.notices} >= {"column '***' is not in the contract"}
    assert_nowhere(inbox, NUMBER, WITH_X)
