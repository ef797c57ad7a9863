"""Files that are well made, in all their forms: each loads to the row, with the values it means."""

from __future__ import annotations

import datetime as dt
import os

import pytest

from tests.inboxes import (
    columns_of,
    contracts,
    csv_bytes,
    document,
    entry,
    json_bytes,
    jsonl_bytes,
    parquet_bytes,
    sheet_csv,
    sheet_of,
    specimen,
    table,
    workbook_bytes,
)  # fmt: skip

DAY = dt.date(2019, 3, 5)


# Formats


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.json", "a.jsonl", "a.xlsx", "a.parquet"])
@pytest.mark.parametrize("packed", [False, True])
def test_the_same_rows_land_alike_from_every_format(inbox, name, packed):
    rows = [entry("e1", title='标题, "一"\n二'), entry("e2", published_at="2019-03-06")]
    content = {
        "csv": csv_bytes(*rows), "tsv": csv_bytes(*rows, delimiter="\t"),
        "json": json_bytes(*rows), "jsonl": jsonl_bytes(*rows),
        "xlsx": workbook_bytes(sheet_of(*rows)), "parquet": parquet_bytes(columns_of(*rows)),
    }[name[2:]]  # fmt: skip
    if packed and name[2:] in ("xlsx", "parquet"):
        inbox.put("catalogue_entries", name + ".gz", content)
        assert inbox.land() == {}
        assert [notice.place for notice in inbox.notices] == [f"catalogue_entries/{name}.gz"]
        return
    landed = inbox.take("catalogue_entries", name + ".gz" * packed, content)
    assert (landed.rows_loaded, landed.rows_quarantined) == (2, 0)
    assert inbox.raw("catalogue_entries", "entry_id, title, due_at, published_at") == [
        ("e1", '标题, "一"\n二', DAY, None),
        ("e2", "学校名录", DAY, dt.date(2019, 3, 6)),
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.xlsx", "a.parquet"])
def test_a_header_alone_is_a_delivery_of_no_rows(inbox, name):
    header = list(specimen("network_outages"))
    content = {
        "csv": sheet_csv([header]), "tsv": sheet_csv([header], delimiter="\t"),
        "xlsx": workbook_bytes([header]),
        "parquet": parquet_bytes({column: [] for column in header}),
    }[name[2:]]  # fmt: skip
    landed = inbox.take("network_outages", name, content)
    assert landed.rows_read == 0
    assert inbox.rows("select file_name, rows_read from ops.file") == [(name, 0)]


@pytest.mark.parametrize(
    ("name", "content"), [("a.json", "[]"), ("a.json", " [ ]\n"), ("a.jsonl", "\n\n")]
)
def test_no_objects_at_all_are_a_delivery_of_no_rows(inbox, name, content):
    assert inbox.take("network_outages", name, content).rows_read == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("ending", ["csv", "tsv", "csv.gz"])
def test_every_encoding_gives_the_same_text(inbox, encoding, ending):
    rows = [
        entry("e1", title="淮北市教育局"),
        entry("e2", title="㐀𠀀𠮷é€"),
        entry("e3", title='，"、'),
    ]
    content = csv_bytes(*rows, encoding=encoding, delimiter="\t" if "tsv" in ending else ",")
    inbox.take("catalogue_entries", f"a.{ending}", content)
    assert inbox.values("catalogue_entries", "title") == ["淮北市教育局", "㐀𠀀𠮷é€", '，"、']


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("form", [json_bytes, jsonl_bytes])
def test_json_too_may_have_a_mark_or_another_encoding(inbox, encoding, form):
    name = "a.json" if form is json_bytes else "a.jsonl"
    content = form(entry(title="淮北市教育局")).decode().encode(encoding)
    inbox.take("catalogue_entries", name, content)
    assert inbox.values("catalogue_entries", "title") == ["淮北市教育局"]


def test_chinese_that_gb18030_would_misread_is_read_as_utf_8(inbox):
    inbox.take("catalogue_entries", "a.csv", csv_bytes(entry(title="涓€涓")))
    assert inbox.values("catalogue_entries", "title") == ["涓€涓"]


# Headers


def labels(dataset):
    return {column.name: column.label_zh for column in contracts()[dataset].read_columns}


@pytest.mark.parametrize("form", ["csv", "json", "xlsx", "parquet"])
def test_a_header_may_be_chinese_labels_mixed_with_names_in_any_order(inbox, form):
    zh = labels("catalogue_entries")
    row = {(zh[k] if i % 2 else k): v for i, (k, v) in enumerate(reversed(entry().items()))}
    content = {
        "csv": csv_bytes(row), "json": json_bytes(row), "xlsx": workbook_bytes(sheet_of(row)),
        "parquet": parquet_bytes(columns_of(row)),
    }[form]  # fmt: skip
    inbox.take("catalogue_entries", f"a.{form}", content)
    assert inbox.raw("catalogue_entries", "entry_id, department_id, title, due_at") == [
        ("e1", "edu", "学校名录", DAY)
    ]


def test_header_cells_are_trimmed_and_may_be_quoted(inbox):
    header = ",".join(f'"\u3000{name} "' for name in entry())
    inbox.take("catalogue_entries", "a.csv", f"{header}\n{','.join(entry().values())}\n")
    assert inbox.values("catalogue_entries", "entry_id") == ["e1"]


def test_a_header_of_several_lines_does_not_shift_the_line_numbers(inbox):
    header, *body = table([entry("e1"), entry("e2", due_at="x")])
    inbox.take(
        "catalogue_entries", "a.csv", sheet_csv([[*header, "说\n明"], *([*r, ""] for r in body)])
    )
    assert inbox.raw("catalogue_entries", "entry_id, _line") == [("e1", 3)]
    assert inbox.faults() == [(4, "due_at", "x", "no valid date")]


def test_blank_lines_stand_anywhere_and_are_no_rows(inbox):
    header, *body = csv_bytes(entry("e1"), entry("e2")).decode().splitlines()
    lines = ["", "  ", header, "", body[0], "\u3000", "", body[1], "", "   "]
    landed = inbox.take("catalogue_entries", "a.csv", "\n".join(lines))
    assert (landed.rows_read, landed.rows_loaded) == (2, 2)
    assert inbox.raw("catalogue_entries", "entry_id, _line") == [("e1", 5), ("e2", 8)]


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "xlsx", "parquet"])
def test_nullable_columns_may_be_absent(inbox, form):
    rows = [
        document("d1", completed_at=..., feedback_at=...),
        document("d2", completed_at=..., feedback_at=...),
    ]
    content = {
        "csv": csv_bytes(*rows), "json": json_bytes(*rows), "jsonl": jsonl_bytes(*rows),
        "xlsx": workbook_bytes(sheet_of(*rows)), "parquet": parquet_bytes(columns_of(*rows)),
    }[form]  # fmt: skip
    landed = inbox.take("official_documents", f"a.{form}", content)
    assert landed.rows_loaded == 2
    assert inbox.values("official_documents", "completed_at") == [None, None]


@pytest.mark.parametrize("form", ["csv", "json", "xlsx", "parquet"])
def test_a_column_beyond_the_contract_is_kept_out_and_reported_once(inbox, form):
    for i in (1, 2):
        row = entry(f"e{i}", published_at="", retired_at="", remark="x", 备注="y")
        content = {
            "csv": csv_bytes(row), "json": json_bytes(row), "xlsx": workbook_bytes(sheet_of(row)),
            "parquet": parquet_bytes(columns_of(row)),
        }[form]  # fmt: skip
        inbox.put("catalogue_entries", f"a.{form}", content)
        assert inbox.land()[f"a.{form}"].rows_loaded == 1
        told = [notice.what for notice in inbox.notices]
        assert sorted(told) == ([
            "column 'remark' is not in the contract", "column '备注' is not in the contract",
        ] if i == 1 else [])  # fmt: skip
    assert "remark" not in [c[0] for c in inbox.rows("describe raw.catalogue_entries")]


# csv


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(inbox, end):
    rows = [entry("e1", title="一"), entry("e2", title="二", due_at="x"), entry("e3", title="三")]
    inbox.take("catalogue_entries", "a.csv", csv_bytes(*rows, end=end))
    assert inbox.raw("catalogue_entries", "entry_id, title, _line") == [
        ("e1", "一", 2),
        ("e3", "三", 4),
    ]
    assert inbox.faults() == [(3, "due_at", "x", "no valid date")]


def test_line_ends_inside_quotes_stay_as_they_are(inbox):
    rows = [
        entry("e1", title="a\nb"),
        entry("e2", title="a\r\nb"),
        entry("e3", title="a\rb"),
        entry("e4"),
    ]
    for name, end in (("a.csv", "\r\n"), ("b.csv", "\n")):
        inbox.take("catalogue_entries", name, csv_bytes(*rows, end=end, quotes_all=True))
    titles = ["a\nb", "a\r\nb", "a\rb", "学校名录"]
    assert inbox.values("catalogue_entries", "title") == titles * 2
    assert inbox.values("catalogue_entries", "_line") == [2, 4, 6, 8] * 2


def test_a_file_may_end_without_a_line_end(inbox):
    content = csv_bytes(entry("e1"), entry("e2")).rstrip(b"\n")
    assert inbox.take("catalogue_entries", "a.csv", content).rows_loaded == 2


def test_commas_quotes_and_spaces_around_quotes_are_read(inbox):
    head = ",".join(entry())
    body = [
        'e1,edu,"a, b",none,monthly,2019-03-05', 'e2,edu,"say ""x""",none,monthly,2019-03-05',
        'e3,edu, "c, d" ,none,monthly,2019-03-05', 'e4,edu,5" pipe,none,monthly,2019-03-05',
        '"e5","edu","","none","monthly","2019-03-05"',
    ]  # fmt: skip
    inbox.take("catalogue_entries", "a.csv", "\n".join([head, *body]))
    assert inbox.values("catalogue_entries", "title") == ["a, b", 'say "x"', "c, d", '5" pipe']
    assert inbox.faults() == [(6, "title", None, "empty, but required")]


def test_a_file_name_with_brackets_or_asterisks_names_that_file_alone(inbox):
    for form, ending in ((csv_bytes, "csv"), (lambda r: parquet_bytes(columns_of(r)), "parquet")):
        for name in ("x1", "x[1]", "a*b", "axb", "q?"):
            inbox.put("catalogue_entries", f"{name}.{ending}", form(entry(f"{ending} {name}")))
    assert {landed.rows_loaded for landed in inbox.land().values()} == {1}
    assert len(set(inbox.values("catalogue_entries", "entry_id"))) == 10


def test_a_file_name_in_gb18030_is_read_and_shown(inbox):
    folder = os.fsencode(inbox.put("catalogue_entries", "x.csv", csv_bytes(entry("e0"))).parent)
    for i, ending in enumerate(("csv", "parquet")):
        content = csv_bytes(entry("e1")) if i == 0 else parquet_bytes(columns_of(entry("e2")))
        with open(folder + b"/" + f"教育局.{ending}".encode("gb18030"), "wb") as out:
            out.write(content)
    assert sorted(inbox.land()) == ["x.csv", "教育局.csv", "教育局.parquet"]
    assert sorted(inbox.values("catalogue_entries", "entry_id")) == ["e0", "e1", "e2"]
    assert inbox.rows("select count(*) from ops.quarantine") == [(0,)]
