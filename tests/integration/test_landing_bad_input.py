"""What is wrong with a file or a row ends in quarantine, told in full; the rest loads."""

from __future__ import annotations

import gzip
import io
import re
import zipfile

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


def assert_set_aside_whole(inbox, name, reason):
    """The file is one row, read and quarantined, with no line; others load beside it."""
    [landed] = [landed for landed in inbox.land().values() if landed.file_name == name]
    assert (landed.rows_read, landed.rows_loaded, landed.rows_quarantined) == (1, 0, 1)
    [(line, zh, en)] = inbox.rows(
        "select line, reason_zh, reason_en from ops.quarantine where file_name = $1", name
    )
    assert line is None
    assert reason in en
    assert re.search("[一-龥]", zh)
    assert not re.search("[一-龥]", en)


CSV = csv_bytes(entry("e1"), entry("e2"))
WHOLE = {
    "empty csv": ("a.csv", b"", "no byte"),
    "empty json": ("a.json", b"", "no byte"),
    "empty workbook": ("a.xlsx", b"", "no byte"),
    "empty parquet": ("a.parquet", b"", "no byte"),
    "packed nothing": ("a.csv.gz", b"", "no byte"),
    "only blank lines": ("a.csv", b"\n \n\n", "no header"),
    "only a mark": ("a.csv", b"\xef\xbb\xbf", "no header"),
    "json of blanks": ("a.json", b" \n", "no JSON array"),
    "parquet named csv": ("a.csv", parquet_bytes(columns_of(entry())), "no text"),
    "workbook named csv": ("a.csv", workbook_bytes(sheet_of(entry())), "no text"),
    "packed, named csv": ("a.csv", gzip.compress(CSV), "no text"),
    "csv named workbook": ("a.xlsx", CSV, "no readable xlsx"),
    "csv named parquet": ("a.parquet", CSV, "no readable parquet"),
    "csv named json": ("a.json", CSV, "no JSON array"),
    "csv named jsonl": ("a.jsonl", CSV, "no line is a JSON object"),
    "a zip that is no workbook": ("a.xlsx", b"PK\x05\x06" + bytes(18), "no readable xlsx"),
    "a workbook with a password": ("a.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
    "no readable xlsx"),
    "a web page": ("a.csv", "<html><body>登录超时</body></html>".encode(), "entry_id"),
    "an object, no array": ("a.json", b'{"entry_id": "e1"}', "no JSON array"),
    "an array named jsonl": ("a.jsonl", json_bytes(entry()), "no line is a JSON object"),
    "cut json": ("a.json", json_bytes(entry("e1"), entry("e2"))[:-30], "no JSON array"),
    "cut workbook": ("a.xlsx", workbook_bytes(sheet_of(entry()))[:-200], "no readable xlsx"),
    "half a workbook": ("a.xlsx", workbook_bytes(sheet_of(entry()))[:3000], "no readable xlsx"),
    "cut parquet": ("a.parquet", parquet_bytes(columns_of(entry()))[:-20], "no readable parquet"),
    "no column known": ("a.csv", b"1,2,3\n4,5,6\n", "required columns are missing: entry_id"),
    "a row for a header": ("a.csv", CSV.split(b"\n", 1)[1], "required columns are missing"),
    "a required column missing": ("a.csv", csv_bytes(entry(due_at=...)), "are missing: due_at"),
    "a required key missing": ("a.json", json_bytes(entry(due_at=...)), "are missing: due_at"),
    "a required column missing in a workbook": (
        "a.xlsx", workbook_bytes(sheet_of(entry(title=...))), "are missing: title"),
    "a required column missing in parquet": (
        "a.parquet", parquet_bytes(columns_of(entry(title=...))), "are missing: title"),
    "a column twice": ("a.csv", sheet_csv([[*entry(), "title"]]), "a column twice: title"),
    "a name and its label": ("a.csv", sheet_csv([[*entry(), "目录编号"]]),
    "a column twice: entry_id"),
    "a nullable column twice": (
        "a.csv", sheet_csv([[*entry(), "retired_at", " retired_at"]]),
        "a column twice: retired_at"),
    "a column twice in a workbook": (
        "a.xlsx", workbook_bytes([[*entry(), "title"]]), "a column twice: title"),
    "title rows above the header": (
        "a.xlsx", workbook_bytes([["信息资源目录汇总表"], [], *sheet_of(entry())]),
        "no title rows above"),
    "title rows in csv": ("a.csv", "信息资源目录汇总表,,,,,\n".encode() + CSV,
    "no title rows above"),
    "two sheets with content": (
        "a.xlsx", workbook_bytes(sheet_of(entry("e1")), sheet_of(entry("e2"))),
        "2 sheets with content"),
    "no sheet with content": ("a.xlsx", workbook_bytes([], [[" "]]), "no content"),
    "a wrong encoding": ("a.csv",
    csv_bytes(entry(title="データ")).decode().encode("cp932") + b"\xff\xff", "encoding"),
    "utf-16 without a mark": ("a.csv", CSV.decode().encode("utf-16-le"), "no text"),
    "a null byte": ("a.csv", CSV.replace(b"e2", b"e\0"), "no text"),
    "one bad byte in utf-8": (
        "a.csv", csv_bytes(entry(title="学校名录信息")).replace("息".encode(), b"\xe6\x81"),
        "damaged"),
    "utf-8 cut inside a character": (
        "a.csv", csv_bytes(entry(title="学校名录"), entry(due_at="日"))[:-2], "damaged"),
    "a mark and other bytes": ("a.csv", b"\xef\xbb\xbf" + csv_bytes(entry(), encoding="gb18030"),
    "damaged"),
    "utf-16 cut inside a character": ("a.csv", CSV.decode().encode("utf-16")[:-1], "damaged"),
    "a header whose quote never closes": ("a.csv", b'"' + CSV, "required columns are missing"),
    "a list in a parquet column": (
        "a.parquet", parquet_bytes({**columns_of(entry()), "title": [["x"]]}), "no single value"),
    "bytes in a parquet column": (
        "a.parquet", parquet_bytes({**columns_of(entry()), "title": [b"x"]}), "no single value"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "reason"), WHOLE.values(), ids=WHOLE)
def test_a_file_that_cannot_be_read_is_set_aside_whole(inbox, name, content, reason):
    inbox.put("catalogue_entries", name, content)
    inbox.put("catalogue_entries", "z.csv", csv_bytes(entry("other")))
    inbox.put("catalogue_updates", "z.csv", csv_bytes(specimen("catalogue_updates")))
    assert_set_aside_whole(inbox, name, reason)
    assert inbox.values("catalogue_entries", "entry_id") == ["other"]
    assert inbox.values("catalogue_updates", "entry_id") == ["e1"]


@pytest.mark.parametrize("ending", ["csv.gz", "tsv.gz", "json.gz", "jsonl.gz"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "not packed"])
def test_a_damaged_packed_file_is_set_aside_whole(inbox, ending, damage):
    rows = [entry(f"e{i}", title=f"标题{i * 7919}") for i in range(500)]
    form = {"c": csv_bytes, "t": csv_bytes, "j": jsonl_bytes if "jsonl" in ending else json_bytes}
    plain = form[ending[0]](*rows)
    packed = gzip.compress(plain)
    middle = len(packed) // 2
    content = {
        "cut": packed[:middle],
        "flipped": packed[:middle] + bytes([packed[middle] ^ 255]) + packed[middle + 1 :],
        "not packed": plain,
    }[damage]
    inbox.put("catalogue_entries", f"a.{ending}", b"").write_bytes(content)
    assert_set_aside_whole(inbox, f"a.{ending}", "compressed file is damaged")
    assert inbox.raw("catalogue_entries") == []


def test_a_parquet_file_damaged_inside_is_set_aside_whole(inbox):
    content = bytearray(parquet_bytes(columns_of(*(entry(f"e{i}") for i in range(1000)))))
    content[4:200] = bytes(196)
    inbox.put("catalogue_entries", "a.parquet", bytes(content))
    assert_set_aside_whole(inbox, "a.parquet", "damaged")
    assert inbox.raw("catalogue_entries") == []


BAD_ROWS = {
    "an unknown value": ({"share_type": "public"}, "share_type", "public",
    "not one of unconditional"),
    "an impossible date": ({"due_at": "2019-02-30"}, "due_at", "2019-02-30", "no valid date"),
    "an impossible date where null may stand": (
        {"retired_at": "2019-04-31"}, "retired_at", "2019-04-31", "no valid date"),
    "nothing where something is due": ({"title": "\u3000"}, "title", None, "empty, but required"),
    "an empty enumeration": ({"share_type": ""}, "share_type", None, "empty, but required"),
    "an empty key": ({"entry_id": ""}, "entry_id", None, "empty, but required"),
    "two faults": ({"due_at": "x", "share_type": "y"}, "share_type", "y", "not one of"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "column", "value", "reason"), BAD_ROWS.values(), ids=BAD_ROWS)
@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl", "xlsx", "parquet"])
def test_a_bad_row_is_set_aside_and_the_others_load(inbox, form, changes, column, value, reason):
    rows = [entry("e1"), entry("e2") | changes, entry("e3")]
    header = {name: "" for row in rows for name in row}
    rows = [{**header, **row} for row in rows]
    content = {
        "csv": csv_bytes(*rows), "tsv": csv_bytes(*rows, delimiter="\t"),
        "json": json_bytes(*rows), "jsonl": jsonl_bytes(*rows),
        "xlsx": workbook_bytes(sheet_of(*rows)), "parquet": parquet_bytes(columns_of(*rows)),
    }[form]  # fmt: skip
    landed = inbox.take("catalogue_entries", f"a.{form}", content)
    assert (landed.rows_read, landed.rows_loaded, landed.rows_quarantined) == (3, 2, 1)
    assert inbox.values("catalogue_entries", "entry_id") == ["e1", "e3"]
    [(line, *told)] = inbox.rows(
        "select line, dataset, file_name, column_name, value_masked, reason_zh, reason_en "
        "from ops.quarantine"
    )
    assert line == (3 if form in ("csv", "tsv", "xlsx") else 2)
    assert told[:4] == ["catalogue_entries", f"a.{form}", column, value]
    assert re.search("[一-龥]", told[4])
    assert reason in told[5]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("returned_count", "-1", "a count cannot be negative"),
        ("returned_count", "1,234", "no valid integer"),
        ("returned_count", "1.5", "no valid integer"),
        ("feedback_required", "maybe", "no valid yes or no (1/0, 是/否)"),
        ("received_at", "2019-03-05 25:00", "no valid time"),
        ("completed_at", "昨天", "no valid time"),
    ],
)
def test_a_value_that_does_not_parse_is_shown_with_its_column(inbox, column, value, reason):
    content = csv_bytes(document("d1", **{column: value}), document("d2"))
    assert inbox.take("official_documents", "a.csv", content).rows_loaded == 1
    assert inbox.faults() == [(2, column, value, reason)]


def test_rows_of_too_few_or_too_many_fields_are_set_aside(inbox):
    header, *body = table([entry(f"e{i}") for i in range(1, 8)])
    body[1] = body[1][:-1]
    body[2] = [*body[2], "x"]
    body[3] = [*body[3], ""]
    body[4] = [*body[4], "", "", ""]
    body[5] = ["e6"]
    landed = inbox.take("catalogue_entries", "a.csv", sheet_csv([header, *body]))
    assert (landed.rows_read, landed.rows_loaded) == (7, 2)
    assert inbox.values("catalogue_entries", "entry_id") == ["e1", "e7"]
    assert [(line, reason) for line, _, _, reason in inbox.faults()] == [
        (line, f"the row has {n} fields, the header has 6")
        for line, n in ((3, 5), (4, 7), (5, 7), (6, 9), (7, 1))
    ]


def test_empty_fields_beyond_the_header_alone_set_a_row_aside(inbox):
    content = csv_bytes(entry("e1"), entry("e2", title="a, b"), entry("e3")).decode().splitlines()
    content[3] += ","
    landed = inbox.take("catalogue_entries", "a.csv", "\n".join(content))
    assert (landed.rows_loaded, landed.rows_quarantined) == (2, 1)


def test_from_a_quote_that_never_closes_the_rest_is_one_row(inbox):
    lines = csv_bytes(*(entry(f"e{i}") for i in range(1, 7))).decode().splitlines()
    lines[2] = lines[2].replace("学校名录", '"两\n行"')
    lines[4] = lines[4].replace("学校名录", '"学校名录')
    landed = inbox.take("catalogue_entries", "a.csv", "\n".join(lines) + "\n")
    assert (landed.rows_read, landed.rows_loaded, landed.rows_quarantined) == (4, 3, 1)
    assert inbox.values("catalogue_entries", "entry_id") == ["e1", "e2", "e3"]
    [(line, column, value, reason)] = inbox.faults()
    assert (line, column, value) == (6, None, None)
    assert "never closes" in reason


def test_a_misplaced_quote_costs_one_row(inbox):
    lines = csv_bytes(*(entry(f"e{i}") for i in range(1, 4))).decode().splitlines()
    lines[2] = lines[2].replace("学校名录", '"学校"名录')
    assert inbox.take("catalogue_entries", "a.csv", "\n".join(lines)).rows_loaded == 2
    assert [(line, "misplaced quote" in reason) for line, _, _, reason in inbox.faults()] == [
        (3, True)
    ]


def test_a_cut_csv_file_loses_its_last_row_alone(inbox):
    content = csv_bytes(entry("e1"), entry("e2"), entry("e3"))[:-20]
    assert inbox.take("catalogue_entries", "a.csv", content).rows_loaded == 2
    assert [fault[0] for fault in inbox.faults()] == [4]


def test_a_cut_jsonl_file_loses_its_last_row_alone(inbox):
    content = jsonl_bytes(entry("e1"), entry("e2"), entry("e3"))[:-20]
    assert inbox.take("catalogue_entries", "a.jsonl", content).rows_loaded == 2
    assert inbox.faults() == [(3, None, None, "no JSON object")]


@pytest.mark.parametrize("form", [json_bytes, jsonl_bytes])
def test_json_that_is_no_object_of_single_values_costs_its_row(inbox, form):
    rows = [
        entry("e1"), 5, [entry("e2")], None, entry("e3", title=["x"]), entry("e4", title={"a": 1}),
        entry("e5", title=None), entry("e6", due_at=20190305.5), entry("e7", title=...,
        目录名称="标题"),
        entry("e8", 目录名称="标题"),
    ]  # fmt: skip
    zh = "目录名称"
    name = "a.json" if form is json_bytes else "a.jsonl"
    label = contracts()["catalogue_entries"].column("title").label_zh
    rows = [
        {label if k == zh else k: v for k, v in r.items()} if isinstance(r, dict) else r
        for r in rows
    ]
    landed = inbox.take("catalogue_entries", name, form(*rows))
    assert landed.rows_read == 10
    assert inbox.values("catalogue_entries", "entry_id") == ["e1", "e7"]
    single = "a list or an object where one value is due"
    assert [(line, column, reason) for line, column, _, reason in inbox.faults()] == [
        (2, None, "no JSON object"), (3, None, "no JSON object"), (4, None, "no JSON object"),
        (5, "title", single), (6, "title", single), (7, "title", "empty, but required"),
        (8, "due_at", "no valid date"), (10, "title", "the column stands there twice"),
    ]  # fmt: skip


def test_a_key_that_stands_twice_in_an_object_costs_its_row(inbox):
    good = jsonl_bytes(entry("e1")).decode()
    twice = good.replace("{", '{"title": "x", ').replace("e1", "e2")
    landed = inbox.take("catalogue_entries", "a.jsonl", f"{good}\n{twice}")
    assert landed.rows_loaded == 1
    assert inbox.faults() == [(2, "title", None, "the column stands there twice")]


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#VALUE!", "#REF!", "#NAME?", "#NUM!"])
@pytest.mark.parametrize("column", ["title", "retired_at"])
def test_a_formula_with_an_error_costs_its_row_also_where_null_may_stand(inbox, error, column):
    rows = [entry("e1", retired_at=""), entry("e2", retired_at=""), entry("e3", retired_at="")]
    rows[1][column] = f"=1/0|{error}"
    landed = inbox.take("catalogue_entries", "a.xlsx", workbook_bytes(sheet_of(*rows)))
    assert (landed.rows_read, landed.rows_loaded) == (3, 2)
    assert inbox.faults() == [(3, column, error, "a formula cell with an error")]


def test_an_error_in_a_column_beyond_the_contract_harms_nothing(inbox):
    rows = sheet_of(entry("e1", remark="=1/0|#DIV/0!"))
    assert inbox.take("catalogue_entries", "a.xlsx", workbook_bytes(rows)).rows_loaded == 1


def test_a_text_that_looks_like_an_error_is_a_text(inbox):
    rows = sheet_of(entry("e1", title="#N/A"))
    assert inbox.take("catalogue_entries", "a.xlsx", workbook_bytes(rows)).rows_loaded == 1


def test_errors_are_found_in_workbooks_of_other_makers(inbox):
    rows = sheet_of(entry("e1", retired_at=""), entry("e2", retired_at="=1/0|#DIV/0!"))
    rewritten = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook_bytes(rows))) as given,
        zipfile.ZipFile(rewritten, "w") as taken,
    ):
        for name in given.namelist():
            text = given.read(name).decode()
            if name.startswith("xl/worksheets/"):
                text = re.sub(r"<(/?)(\w+)", r"<\1x:\2", text).replace("xmlns=", "xmlns:x=")
            taken.writestr(name, text)
    assert inbox.take("catalogue_entries", "a.xlsx", rewritten.getvalue()).rows_loaded == 1
    assert inbox.faults() == [(3, "retired_at", "#DIV/0!", "a formula cell with an error")]


def test_a_long_value_is_shown_cut_and_an_identity_number_is_masked(inbox):
    rows = [
        entry("e1", due_at="x" * 500), entry("e2", due_at="张三34060219900101123X"),
        entry("e3", due_at="340602900101123"), entry("e4",
        due_at="３４０６０２１９９００１０１１２３４"),
    ]  # fmt: skip
    inbox.take("catalogue_entries", "a.csv", csv_bytes(*rows))
    assert [value for _, _, value, _ in inbox.faults()] == ["x" * 64, "张三***", "***", "***"]


def test_a_reference_that_nobody_knows_does_not_hold_a_row_back(inbox):
    rows = [specimen("responsibilities", department_id="nobody", indicator_code="999")]
    assert inbox.take("responsibilities", "a.csv", csv_bytes(*rows)).rows_loaded == 1
    assert (
        inbox.take(
            "catalogue_updates", "b.csv", csv_bytes(specimen("catalogue_updates"))
        ).rows_loaded
        == 1
    )
    assert inbox.take("catalogue_entries", "c.csv", csv_bytes(entry("e1"))).rows_loaded == 1


def test_many_bad_rows_in_a_large_file_are_all_told(inbox):
    rows = [entry(f"e{i}", due_at="x" if i % 3 == 0 else "2019-03-05") for i in range(30_000)]
    content = csv_bytes(*rows)
    landed = inbox.take("catalogue_entries", "a.csv", content)
    assert (landed.rows_read, landed.rows_loaded, landed.rows_quarantined) == (
        30_000,
        20_000,
        10_000,
    )
    lines = [line for line, *_ in inbox.faults()]
    assert lines == list(range(2, 30_002, 3))
