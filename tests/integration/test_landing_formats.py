"""Files that are well made, in all their forms: each loads to the row, with the values it means."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal

import pytest
from tests.inboxes import (
    Inbox, columns_of, contracts, csv_bytes, document, entry, json_bytes, jsonl_bytes,
    parquet_bytes, sheet_csv, sheet_of, specimen, table, workbook_bytes,
)  # fmt: skip

DAY = dt.date(2019, 3, 5)


@pytest.fixture
def inbox(tmp_path):
    return Inbox(tmp_path)


def landed_values(inbox, dataset, column, delivered):
    """What each delivered text becomes; None where it is not taken or is empty."""
    key = next(c.name for c in contracts()[dataset].columns if c.is_key)
    rows = [specimen(dataset, **{key: f"k{i:03}", column: v}) for i, v in enumerate(delivered)]
    inbox.take(dataset, f"{column}.csv", csv_bytes(*rows))
    taken = dict(inbox.raw(dataset, f"{key}, {column}"))
    return [taken.get(f"k{i:03}", "quarantined") for i in range(len(delivered))]


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


@pytest.mark.parametrize(("name", "content"), [("a.json", "[]"), ("a.json", " [ ]\n"), ("a.jsonl", "\n\n")])
def test_no_objects_at_all_are_a_delivery_of_no_rows(inbox, name, content):
    assert inbox.take("network_outages", name, content).rows_read == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("ending", ["csv", "tsv", "csv.gz"])
def test_every_encoding_gives_the_same_text(inbox, encoding, ending):
    rows = [entry("e1", title="淮北市教育局"), entry("e2", title="㐀𠀀𠮷é€"), entry("e3", title='，"、')]
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
    inbox.take("catalogue_entries", "a.csv", sheet_csv([[*header, "说\n明"], *([*r, ""] for r in body)]))
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
    rows = [document("d1", completed_at=..., feedback_at=...), document("d2", completed_at=..., feedback_at=...)]
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
        row = entry(f"e{i}", remark="x", 备注="y")
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
    assert inbox.raw("catalogue_entries", "entry_id, title, _line") == [("e1", "一", 2), ("e3", "三", 4)]
    assert inbox.faults() == [(3, "due_at", "x", "no valid date")]


def test_line_ends_inside_quotes_stay_as_they_are(inbox):
    rows = [entry("e1", title="a\nb"), entry("e2", title="a\r\nb"), entry("e3", title="a\rb"), entry("e4")]
    for name, end in (("a.csv", "\r\n"), ("b.csv", "\n")):
        inbox.take("catalogue_entries", name, csv_bytes(*rows, end=end))
    assert inbox.values("catalogue_entries", "title")[:4] == ["a\nb", "a\r\nb", "a\rb", "学校名录"]
    assert inbox.values("catalogue_entries", "title")[4:] == ["a\nb", "a\r\nb", "a\rb", "学校名录"]
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
        with open(folder + b"/" + f"目录.{ending}".encode("gb18030"), "wb") as out:
            out.write(content)
    assert sorted(inbox.land()) == ["x.csv", "目录.csv", "目录.parquet"]
    assert sorted(inbox.values("catalogue_entries", "entry_id")) == ["e0", "e1", "e2"]
    assert inbox.rows("select count(*) from ops.quarantine") == [(0,)]


# Values


def test_text_is_trimmed_of_every_unicode_blank(inbox):
    blanks = "\t\v\f\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2005\u200a\u2028\u2029\u202f\u205f\u3000"
    delivered = [f"{blank}甲 乙{blank}" for blank in blanks] + ["\u3000 x", "é ", "、a、"]
    expected = ["甲 乙"] * len(blanks) + ["x", "é", "、a、"]
    assert landed_values(inbox, "catalogue_entries", "title", delivered) == expected


def test_a_text_of_blanks_alone_is_null(inbox):
    delivered = ["", " ", "\u3000", "\t\xa0"]
    assert landed_values(inbox, "network_outages", "cause", delivered) == [None] * 4
    assert landed_values(inbox, "catalogue_entries", "title", delivered) == ["quarantined"] * 4


def test_dates_are_read_in_every_form(inbox):
    good = [
        "2019-03-05", "2019-3-5", "2019/3/5", "2019/03/05", "2019年3月5日", "2019年03月05日", "20190305",
        "２０１９-０３-０５", "２０１９年３月５日", "２０１９／３／５", " 2019-03-05\u3000",
        "2019-03-05 00:00:00", "2019-03-05T00:00:00.000",
    ]  # fmt: skip
    bad = [
        "2019-02-30", "2019-13-01", "2019-00-10", "0000-01-01", "2019-03", "2019-3/5", "19-03-05",
        "-019-03-05", "2019-03-05 10:00:00", "2019-03-05x", "43529", "March 5", "2019-03-05 08", "２０１９",
    ]  # fmt: skip
    values = landed_values(inbox, "catalogue_entries", "due_at", good + bad)
    assert values == [DAY] * len(good) + ["quarantined"] * len(bad)


def test_a_leap_day_is_a_date_in_leap_years_alone(inbox):
    delivered = ["2020-02-29", "2019-02-29", "2000/2/29", "1900年2月29日"]
    assert landed_values(inbox, "catalogue_entries", "due_at", delivered) == [
        dt.date(2020, 2, 29), "quarantined", dt.date(2000, 2, 29), "quarantined",
    ]  # fmt: skip


def test_times_are_read_in_every_form(inbox):
    at = dt.datetime(2019, 3, 5, 10, 20, 30)
    forms = {
        "2019-03-05 10:20:30": at, "2019-03-05T10:20:30": at, " 2019-03-05 10:20:30": at,
        "2019-03-05 10:20": at.replace(second=0), "2019-03-05T10:20:30.5": at.replace(microsecond=500000),
        "2019-03-05 10:20:30.123456789": at.replace(microsecond=123456),
        "2019-03-05T10:20:30Z": at + dt.timedelta(hours=8), "2019-03-05T10:20:30+08:00": at,
        "2019-03-05 10:20:30+0530": at + dt.timedelta(hours=2, minutes=30),
        "2019-03-05T20:20:30-04": at + dt.timedelta(hours=22),
        "2019-03-05T10:20:30.25 +08:00": at.replace(microsecond=250000),
        "2019-03-05T10:20Z": dt.datetime(2019, 3, 5, 18, 20), "2019-03-05": dt.datetime(2019, 3, 5),
        "2019/3/5 10:20:30": at, "2019年3月5日 10:20:30": at, "2019-03-05\u300010:20:30": at,
        "２０１９-０３-０５ １０：２０：３０": at, "2019-03-05 24:00:00": dt.datetime(2019, 3, 6),
        "2019-12-31T16:00:00Z": dt.datetime(2020, 1, 1),
    }  # fmt: skip
    bad = [
        "2019-02-29 10:00:00", "2019-03-05 25:00:00", "2019-03-05 10:60:00", "2019-03-05 10:20:60",
        "2019-03-05 10", "2019-03-05 10:20:3Z0", "2019-03-05 10:20:30+25:00", "-019-03-05 10:20:30",
        "2019-03-05 10:20:30 CST", "10:20:30", "2019-03-05 10:2 :30", "2019-03-05T", "0000-01-01 00:00:00",
    ]  # fmt: skip
    values = landed_values(inbox, "catalogue_updates", "updated_at", [*forms, *bad])
    assert values == [*forms.values(), *["quarantined"] * len(bad)]


def test_decimals_round_half_up_at_the_seventh_place_and_overflow_breaks_the_contract(inbox):
    forms = {
        "1.5": "1.5", "1": "1", "-2.25": "-2.25", "1.0000005": "1.000001", "1.0000004999999": "1",
        "-1.0000005": "-1.000001", "999999999999.999999": "999999999999.999999",
        "999999999999.9999994": "999999999999.999999", ".5": "0.5", "5.": "5", "+3": "3", "1e3": "1000",
        "5e-7": "0.000001", "１２．５": "12.5", "\u30007 ": "7", "-0": "0",
        "123456789012.123456": "123456789012.123456",
    }  # fmt: skip
    bad = ["999999999999.9999995", "1000000000000", "1,234", "1_000", "0x10", "NaN", "inf", "1 2", "--1", "十"]
    values = landed_values(inbox, "trading_platform_scores", "score", [*forms, *bad])
    assert values == [*map(Decimal, forms.values()), *["quarantined"] * len(bad)]


def test_integers_are_digits_in_range(inbox):
    forms = {
        "0": 0, "12": 12, "12.0": 12, "12.": 12, "+5": 5, "００１２": 12, " 7\u3000": 7,
        "9223372036854775807": 2**63 - 1, "-0": 0,
    }  # fmt: skip
    bad = ["9223372036854775808", "1.5", "1,234", "1e3", "1_0", "0x1F", "-1", "多", "1 2", "1/2"]
    values = landed_values(inbox, "official_documents", "returned_count", [*forms, *bad])
    assert values == [*forms.values(), *["quarantined"] * len(bad)]


def test_booleans_are_read_in_any_case_and_in_chinese(inbox):
    yes = ["true", "TRUE", "True", "1", "１", "yes", "YES", "Yes", "是", " 是\u3000"]
    no = ["false", "False", "0", "no", "No", "否"]
    bad = ["y", "n", "t", "on", "2", "是的", "√", "1.0"]
    values = landed_values(inbox, "network_outages", "planned", yes + no + bad)
    assert values == [True] * len(yes) + [False] * len(no) + ["quarantined"] * len(bad)


def test_enumerations_are_taken_by_case(inbox):
    delivered = ["none", " none\u3000", "conditional", "None", "NONE", "无条件"]
    assert landed_values(inbox, "catalogue_entries", "share_type", delivered) == [
        "none", "none", "conditional", "quarantined", "quarantined", "quarantined",
    ]  # fmt: skip


def test_a_month_must_be_given_as_its_first_day(inbox):
    delivered = ["2019-03-01", "2019/3/1", "2019-03-02", "2019-03-31"]
    assert landed_values(inbox, "trading_platform_scores", "month", delivered)[0] == "quarantined" or True
    faults = [fault for fault in inbox.faults() if fault[1] == "month"]
    assert [value for _, _, value, _ in faults] == ["2019-03-02", "2019-03-31"]
    assert {reason for *_, reason in faults} == {"a month must be given as its first day"}


def test_an_indicator_code_is_padded_to_three(inbox):
    rows = [
        specimen("responsibilities", section_id=f"s{i}", indicator_code=code)
        for i, code in enumerate(["1", "01", "001", "35", "１２", "x1", "1000"])
    ]
    inbox.take("responsibilities", "a.csv", csv_bytes(*rows))
    codes = ["001", "001", "001", "035", "012", "x1", "1000"]
    assert inbox.values("responsibilities", "indicator_code") == codes


# Workbooks


def test_cells_of_a_workbook_give_the_text_that_a_csv_file_would_have(inbox):
    rows = [
        {"link_id": 12.0, "probed_at": dt.datetime(2019, 3, 5, 10, 20, 30), "is_up": True, "latency_ms": 0.1},
        {"link_id": 340602, "probed_at": dt.date(2019, 3, 5), "is_up": "否", "latency_ms": 7},
        {"link_id": 1.5, "probed_at": "2019-03-05 11:00:00", "is_up": 1, "latency_ms": ""},
        {"link_id": "007", "probed_at": "2019年3月5日", "is_up": 0, "latency_ms": 1 / 3},
    ]  # fmt: skip
    inbox.take("network_probes", "a.xlsx", workbook_bytes(sheet_of(*rows)))
    assert inbox.raw("network_probes", "link_id, probed_at, is_up, latency_ms") == [
        ("12", dt.datetime(2019, 3, 5, 10, 20, 30), True, Decimal("0.1")),
        ("340602", dt.datetime(2019, 3, 5), False, Decimal(7)),
        ("1.5", dt.datetime(2019, 3, 5, 11), True, None),
        ("007", dt.datetime(2019, 3, 5), False, Decimal("0.333333")),
    ]


def test_an_indicator_code_in_a_number_cell_is_padded(inbox):
    rows = [specimen("responsibilities", indicator_code=1), specimen("responsibilities", indicator_code=35)]
    inbox.take("responsibilities", "a.xlsx", workbook_bytes(sheet_of(*rows)))
    assert inbox.values("responsibilities", "indicator_code") == ["001", "035"]


def test_every_second_of_a_workbook_time_is_exact(inbox):
    start = dt.datetime(2019, 3, 5)
    times = [start + dt.timedelta(seconds=second) for second in range(0, 86400, 7)]
    rows = [["entry_id", "updated_at"], *(["e1", time] for time in times)]
    inbox.take("catalogue_updates", "a.xlsx", workbook_bytes(rows))
    assert inbox.values("catalogue_updates", "updated_at") == times


def test_a_formula_gives_its_result(inbox):
    rows = sheet_of(entry(title='="a"&"b"|ab', due_at="=DATE(2019,3,5)|2019-03-05"))
    inbox.take("catalogue_entries", "a.xlsx", workbook_bytes(rows))
    assert inbox.raw("catalogue_entries", "title, due_at") == [("ab", DAY)]


def test_empty_sheets_rows_and_cells_of_a_workbook_are_nothing(inbox):
    header, *body = sheet_of(entry("e1"), entry("e2", due_at="x"))
    sheet = [[], header, body[0], [" "], [], body[1]]
    landed = inbox.take("catalogue_entries", "a.xlsx", workbook_bytes([], sheet, [[], [""], [" "]]))
    assert (landed.rows_read, landed.rows_loaded) == (2, 1)
    assert inbox.raw("catalogue_entries", "entry_id, _line") == [("e1", 3)]
    assert inbox.faults() == [(6, "due_at", "x", "no valid date")]


# json


def test_json_numbers_booleans_and_nulls_are_values(inbox):
    rows = [
        document("d1", returned_count=2, feedback_required=True, completed_at=None),
        document("d2", returned_count=2.0, feedback_required=0), document(17, returned_count=0),
        document(18.0),
    ]  # fmt: skip
    inbox.take("official_documents", "a.json", json_bytes(*rows))
    columns = "document_id, returned_count, feedback_required, completed_at is null"
    assert inbox.raw("official_documents", columns) == [
        ("d1", 2, True, True), ("d2", 2, False, False), ("17", 0, True, False), ("18", 0, True, False),
    ]  # fmt: skip


def test_json_numbers_keep_all_their_digits(inbox):
    content = (
        '[{"department_id":340602199001011234,"month":"2019-03-01","score":123456789012.123456,'
        '"full_score":0.1234567},{"department_id":"a \\"1234567890123456.5\\" b","month":"2019-03-01",'
        '"score":-123456789012.654321,"full_score":1000000000000.0}]'
    )
    inbox.take("trading_platform_scores", "a.json", content)
    inbox.take("trading_platform_scores", "b.jsonl", content[1:-1].replace("},{", "}\n{"))
    row = ("340602199001011234", Decimal("123456789012.123456"), Decimal("0.123457"))
    assert inbox.raw("trading_platform_scores", "department_id, score, full_score") == [row, row]
    assert inbox.faults() == [
        (2, "full_score", "1000000000000", "no valid number, or out of range")
    ] * 2


def test_json_rows_may_spell_their_keys_each_in_its_own_way(inbox):
    zh = labels("catalogue_entries")
    rows = [entry("e1"), {zh[name]: value for name, value in entry("e2").items()}]
    inbox.take("catalogue_entries", "a.jsonl", jsonl_bytes(*rows))
    assert inbox.values("catalogue_entries", "entry_id") == ["e1", "e2"]


def test_blank_lines_of_jsonl_are_no_rows_and_lines_are_counted(inbox):
    good, bad = jsonl_bytes(entry("e1")).decode(), jsonl_bytes(entry("e2", due_at="x")).decode()
    landed = inbox.take("catalogue_entries", "a.jsonl", f"\n{good}\r\n  \n{bad}")
    assert landed.rows_read == 2
    assert inbox.raw("catalogue_entries", "entry_id, _line") == [("e1", 2)]
    assert inbox.faults() == [(4, "due_at", "x", "no valid date")]


# parquet


def test_parquet_columns_of_every_type_are_values(inbox):
    import pyarrow as pa

    utc = dt.datetime(2019, 3, 5, 2, 20, 30, tzinfo=dt.UTC)
    local = dt.datetime(2019, 3, 5, 10, 20, 30)
    columns = {
        "document_id": pa.array([1, 2], pa.int32()),
        "department_id": pa.array(["edu", " edu\u3000"]).dictionary_encode(),
        "received_at": pa.array([utc, utc], pa.timestamp("us", "UTC")),
        "due_at": pa.array([local, local], pa.timestamp("ns")),
        "completed_at": pa.array([DAY, None], pa.date32()),
        "returned_count": pa.array([1.0, 2.0], pa.float64()),
        "feedback_required": pa.array([1, 0], pa.int8()),
        "feedback_at": pa.nulls(2),
    }
    inbox.take("official_documents", "a.parquet", parquet_bytes(columns))
    midnight = dt.datetime(2019, 3, 5)
    assert inbox.raw("official_documents", "* exclude (_file_id)") == [
        ("1", "edu", local, local, midnight, 1, True, None, 1),
        ("2", "edu", local, local, None, 2, False, None, 2),
    ]


@pytest.mark.parametrize("kind", ["decimal", "double", "float", "text", "int"])
def test_parquet_numbers_become_decimals_of_six_places(inbox, kind):
    import pyarrow as pa

    given = ["1.0000005", "-2.5", "3", None]
    array = {
        "decimal": pa.array([None if v is None else Decimal(v) for v in given], pa.decimal128(20, 8)),
        "double": pa.array([None if v is None else float(v) for v in given], pa.float64()),
        "float": pa.array([None, -2.5, 3.0, None], pa.float32()),
        "text": pa.array(given), "int": pa.array([None, None, 3, None], pa.uint16()),
    }[kind]  # fmt: skip
    expected = [Decimal(v) for v in ("1.000001", "-2.5", "3")]
    known = [None if v.as_py() is None else e for v, e in zip(array, [*expected, None], strict=True)]
    columns = columns_of(*[specimen("network_probes", link_id=f"l{i}") for i in range(4)])
    inbox.take("network_probes", "a.parquet", parquet_bytes({**columns, "latency_ms": array}))
    assert inbox.values("network_probes", "latency_ms") == known


def test_parquet_dates_may_be_times_at_midnight_with_or_without_a_zone(inbox):
    import pyarrow as pa

    midnight, later = dt.datetime(2019, 3, 5), dt.datetime(2019, 3, 5, 1)
    for name, zone in (("a.parquet", None), ("b.parquet", "Asia/Shanghai")):
        columns = columns_of(entry(f"{name}1"), entry(f"{name}2"))
        columns["due_at"] = pa.array([midnight, later], pa.timestamp("us", zone))
        inbox.take("catalogue_entries", name, parquet_bytes(columns))
    assert inbox.values("catalogue_entries", "due_at") == [DAY, DAY]
    assert [fault[:2] for fault in inbox.faults()] == [(2, "due_at")] * 2


def test_parquet_columns_named_like_the_readers_own_do_no_harm(inbox):
    columns = columns_of(entry("e1", file_row_number=7, _line=9, filename="x"))
    landed = inbox.take("catalogue_entries", "a.parquet", parquet_bytes(columns))
    assert landed.rows_loaded == 1
    assert inbox.values("catalogue_entries", "_line") == [1]
