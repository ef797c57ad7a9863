"""What delivered texts, cells and typed columns mean: one value, or none and a reason."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

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
    sheet_of,
    specimen,
    workbook_bytes,
)  # fmt: skip

DAY = dt.date(2019, 3, 5)


def landed_values(inbox, dataset, column, delivered):
    """What each delivered text becomes; None where it is not taken or is empty."""
    key = next(c.name for c in contracts()[dataset].columns if c.is_key)
    rows = [specimen(dataset, **{key: f"k{i:03}", column: v}) for i, v in enumerate(delivered)]
    inbox.take(dataset, f"{column}.csv", csv_bytes(*rows))
    taken = dict(inbox.raw(dataset, f"{key}, {column}"))
    return [taken.get(f"k{i:03}", "quarantined") for i in range(len(delivered))]


def labels(dataset):
    return {column.name: column.label_zh for column in contracts()[dataset].read_columns}


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
        "2019-03-05", "2019-3-5", "2019/3/5", "2019/03/05", "2019年3月5日", "2019年03月05日",
        "20190305",
        "２０１９-０３-０５", "２０１９年３月５日", "２０１９／３／５", " 2019-03-05\u3000",
        "2019-03-05 00:00:00", "2019-03-05T00:00:00.000",
    ]  # fmt: skip
    bad = [
        "2019-02-30", "2019-13-01", "2019-00-10", "0000-01-01", "2019-03", "2019-3/5", "19-03-05",
        "-019-03-05", "2019-03-05 10:00:00", "2019-03-05x", "43529", "March 5", "2019-03-05 08",
        "２０１９",
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
        "2019-03-05 10:20": at.replace(second=0),
        "2019-03-05T10:20:30.5": at.replace(microsecond=500000),
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
        "2019-03-05 10:20:30 CST", "10:20:30", "2019-03-05 10:2 :30", "2019-03-05T",
        "0000-01-01 00:00:00",
    ]  # fmt: skip
    values = landed_values(inbox, "catalogue_updates", "updated_at", [*forms, *bad])
    assert values == [*forms.values(), *["quarantined"] * len(bad)]


def test_decimals_round_half_up_at_the_seventh_place_and_overflow_breaks_the_contract(inbox):
    forms = {
        "1.5": "1.5", "1": "1", "-2.25": "-2.25", "1.0000005": "1.000001", "1.0000004999999": "1",
        "-1.0000005": "-1.000001", "999999999999.999999": "999999999999.999999",
        "999999999999.9999994": "999999999999.999999", ".5": "0.5", "5.": "5", "+3": "3",
        "1e3": "1000",
        "5e-7": "0.000001", "１２．５": "12.5", "\u30007 ": "7", "-0": "0",
        "123456789012.123456": "123456789012.123456",
    }  # fmt: skip
    bad = [
        "999999999999.9999995",
        "1000000000000",
        "1,234",
        "1_000",
        "0x10",
        "NaN",
        "inf",
        "1 2",
        "--1",
        "十",
    ]
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
    rows = [
        specimen("trading_platform_scores", department_id=f"d{n}", month=month)
        for n, month in enumerate(delivered)
    ]
    inbox.take("trading_platform_scores", "a.csv", csv_bytes(*rows))
    assert inbox.values("trading_platform_scores", "month") == [dt.date(2019, 3, 1)] * 2
    reason = "a month must be given as its first day"
    assert inbox.faults() == [
        (4, "month", "2019-03-02", reason), (5, "month", "2019-03-31", reason),
    ]  # fmt: skip


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
        {"link_id": 12.0, "probed_at": dt.datetime(2019, 3, 5, 10, 20, 30), "is_up": True,
        "latency_ms": 0.1},
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
    rows = [
        specimen("responsibilities", indicator_code=1),
        specimen("responsibilities", indicator_code=35),
    ]
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
        ("d1", 2, True, True), ("d2", 2, False, False), ("17", 0, True, False), ("18", 0, True,
        False),
    ]  # fmt: skip


def test_json_numbers_keep_all_their_digits(inbox):
    content = (
        '[{"department_id":340602199001011234,"month":"2019-03-01","score":123456789012.123456,'
        '"full_score":0.1234567},{"department_id":"a \\"1234567890123456.5\\" b",'
        '"month":"2019-03-01","score":-123456789012.654321,"full_score":1000000000000.0}]'
    )
    inbox.take("trading_platform_scores", "a.json", content)
    inbox.take("trading_platform_scores", "b.jsonl", content[1:-1].replace("},{", "}\n{"))
    row = ("340602199001011234", Decimal("123456789012.123456"), Decimal("0.123457"))
    assert inbox.raw("trading_platform_scores", "department_id, score, full_score") == [row, row]
    assert (
        inbox.faults()
        == [(2, "full_score", "1000000000000", "no valid number, or out of range")] * 2
    )


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
        "decimal": pa.array([None if v is None else Decimal(v) for v in given], pa.decimal128(20,
        8)),
        "double": pa.array([None if v is None else float(v) for v in given], pa.float64()),
        "float": pa.array([None, -2.5, 3.0, None], pa.float32()),
        "text": pa.array(given), "int": pa.array([None, None, 3, None], pa.uint16()),
    }[kind]  # fmt: skip
    expected = [Decimal(v) for v in ("1.000001", "-2.5", "3")]
    known = [
        None if v.as_py() is None else e for v, e in zip(array, [*expected, None], strict=True)
    ]
    columns = columns_of(*[specimen("network_probes", link_id=f"l{i}") for i in range(4)])
    inbox.take("network_probes", "a.parquet", parquet_bytes({**columns, "latency_ms": array}))
    assert inbox.values("network_probes", "latency_ms") == known


def test_parquet_dates_may_be_times_at_midnight_with_or_without_a_zone(inbox):
    import pyarrow as pa

    for name, zone, hour in (("a.parquet", None, 0), ("b.parquet", "UTC", -8)):
        midnight = dt.datetime(2019, 3, 5) + dt.timedelta(hours=hour)
        columns = columns_of(entry(f"{name}1"), entry(f"{name}2"))
        times = [midnight, midnight + dt.timedelta(hours=1)]
        columns["due_at"] = pa.array(times, pa.timestamp("us", zone))
        inbox.take("catalogue_entries", name, parquet_bytes(columns))
    assert inbox.values("catalogue_entries", "due_at") == [DAY, DAY]
    assert [fault[:2] for fault in inbox.faults()] == [(2, "due_at")] * 2


def test_parquet_columns_named_like_the_readers_own_do_no_harm(inbox):
    columns = columns_of(entry("e1", file_row_number=7, _line=9, filename="x"))
    landed = inbox.take("catalogue_entries", "a.parquet", parquet_bytes(columns))
    assert landed.rows_loaded == 1
    assert inbox.values("catalogue_entries", "_line") == [1]
