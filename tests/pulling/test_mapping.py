"""Mapping: a platform's names, codes and times become the contract's, and nothing gets lost."""

from __future__ import annotations

import duckdb
import pytest

from scorecard.pulling.mapping import given_columns, mapped_select, wanted
from tests.inboxes import ROOT, contracts
from tests.pulling.landings import BINDING, bound

DOCUMENTS = contracts()["official_documents"]


@pytest.fixture(scope="module")
def macros():
    with duckdb.connect() as connection:
        for file in sorted((ROOT / "sql" / "macros").glob("*.sql")):
            connection.execute(file.read_text(encoding="utf-8"))
        yield connection


@pytest.fixture
def mapped(macros):
    """What becomes of one column of a row, with the reason if it is rejected."""

    def map_one(dataset, column, said, text, zone="Asia/Shanghai", **more):
        binding = bound(fields={column: said}, **more)
        macros.execute("create or replace temp table answer as select $1 as c0", [text])
        select = mapped_select(contracts()[dataset], binding, zone, ["x"])
        sql = f'select "{column}", _reject, _mark from ({select})'
        return macros.execute(sql).fetchall()[0]

    return map_one


def test_fields_the_watermark_and_required_columns_must_be_there_and_others_may():
    binding = bound(
        fields={"document_id": "WJBH", "returned_count": {"constant": "0"}, "feedback_at": "FK"},
        watermark={"column": "GXSJ"},
    )
    names = wanted(DOCUMENTS, binding)
    assert set(names.mapped) == {"WJBH", "FK", "GXSJ"} | {
        c.name
        for c in DOCUMENTS.read_columns
        if c.required and c.name not in ("document_id", "returned_count")
    }
    assert set(names.offered) == {
        c.name for c in DOCUMENTS.read_columns if not c.required and c.name != "feedback_at"
    }


def test_computed_columns_are_not_asked_for():
    assert "has_key_information" not in wanted(contracts()["credit_records"], bound()).names


def test_probes_are_asked_for_by_their_own_names():
    probes = BINDING.validate_python(
        {"kind": "prometheus", "source": "m", "up": "up", "link": {"label": "link"}}
    )
    names = wanted(contracts()["network_probes"], probes)
    assert names.mapped == ("link_id", "probed_at", "is_up")
    assert names.offered == ("latency_ms",)


def test_columns_are_given_by_the_names_that_came_and_by_constants():
    binding = bound(fields={"document_id": "WJBH", "returned_count": {"constant": "0"}})
    assert given_columns(DOCUMENTS, binding, ["WJBH", "due_at", "else"]) == (
        "document_id", "due_at", "returned_count",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"), [("1", "none"), (" 2 ", "conditional"), (None, None), ("  ", None)]
)
def test_codes_become_the_contracts_values(mapped, text, value):
    said = {"from": "x", "values": {"1": "none", "2": "conditional"}}
    assert mapped("catalogue_entries", "share_type", said, text)[:2] == (value, None)


def test_a_code_that_nobody_listed_is_rejected_with_what_is_listed(mapped):
    said = {"from": "x", "values": {"1": "none"}}
    _, reject, _ = mapped("catalogue_entries", "share_type", said, "7")
    assert (reject["column_name"], reject["value"]) == ("share_type", "7")
    assert reject["reason_en"] == "a code that sources.yaml does not list; it lists 1"
    assert reject["reason_zh"] == "来源代码未在 sources.yaml 中列出，已列出的有：1"


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        ("subject_kind", "7", "7"),
        ("subject_kind", "张三丰", "***"),
        ("subject_kind", "34060219900101123X", "***"),
        ("subject_code", "7", "***"),
    ],
)
def test_an_unknown_code_that_may_name_somebody_is_not_shown(mapped, column, text, told):
    said = {"from": "x", "values": {"1": "person"}}
    _, reject, _ = mapped("credit_records", column, said, text)
    assert reject["value"] == told


def test_a_constant_stands_in_every_row(mapped):
    said = {"constant": "it's"}
    assert mapped("catalogue_entries", "title", said, None)[0] == "it's"


@pytest.mark.parametrize(
    ("said", "zone", "text", "landed"),
    [
        ({}, "UTC", "2019-03-05 10:00:00", "2019-03-05 18:00:00"),
        ({}, "UTC", "2019-03-05T10:00:00.25", "2019-03-05 18:00:00.25"),
        ({}, "UTC", "2019/3/5 10:00", "2019-03-05 18:00:00"),
        ({}, "UTC", "2019-03-05 10:00:00+02:00", "2019-03-05 16:00:00"),
        ({}, "UTC", "2019-03-05 10:00:00-0130", "2019-03-05 19:30:00"),
        ({}, "UTC", "2019-03-05T10:00:00Z", "2019-03-05 18:00:00"),
        ({}, "UTC", "2019-03-05", "2019-03-05"),
        ({}, "UTC", "soon", "soon"),
        ({}, "UTC", None, None),
        ({}, "Asia/Shanghai", "2019-03-05 10:00:00", "2019-03-05 10:00:00"),
        ({"time_zone": "UTC"}, "Asia/Shanghai", "2019-03-05 10:00:00", "2019-03-05 18:00:00"),
        ({"time_zone": "Europe/Berlin"}, "UTC", "2019-07-05 10:00:00", "2019-07-05 16:00:00"),
        ({"format": "epoch_s"}, "UTC", "1551780000", "2019-03-05 18:00:00"),
        ({"format": "epoch_s"}, "Asia/Shanghai", "1551780000.5", "2019-03-05 18:00:00.5"),
        ({"format": "epoch_ms"}, "UTC", "1551780000123", "2019-03-05 18:00:00.123"),
        ({"format": "epoch_ms"}, "UTC", "yesterday", "yesterday"),
        ({"format": "epoch_s"}, "UTC", "9" * 40, "9" * 40),
        ({"format": "%d.%m.%Y %H:%M"}, "UTC", "05.03.2019 10:00", "2019-03-05 18:00:00"),
        ({"format": "%Y%m%d%H%M%S %z"}, "UTC", "20190305100000 +0200", "2019-03-05 16:00:00"),
        ({"format": "%d.%m.%Y"}, "UTC", "05.03.2019", "2019-03-05 00:00:00"),
        ({"format": "%d.%m.%Y"}, "UTC", "2019-03-05", "2019-03-05"),
    ],
)
def test_times_become_ours_and_what_is_no_time_stays_as_it_came(mapped, said, zone, text, landed):
    got = mapped("catalogue_updates", "updated_at", {"from": "x", **said}, text, zone)
    assert got[0] == landed


@pytest.mark.parametrize(
    ("zone", "text", "landed"),
    [
        ("UTC", "2019-03-04T16:00:00", "2019-03-05"),
        ("Asia/Shanghai", "2019-03-04T16:00:00Z", "2019-03-05"),
        ("Asia/Shanghai", "2019-03-04 23:59:59.9", "2019-03-04"),
        ("UTC", "2019-03-05", "2019-03-05"),
        ("UTC", "soon", "soon"),
    ],
)
def test_a_date_that_comes_with_a_clock_is_the_day_that_it_is_here(mapped, zone, text, landed):
    assert mapped("catalogue_entries", "due_at", "x", text, zone)[0] == landed


@pytest.mark.parametrize(
    ("watermark", "zone", "text", "mark"),
    [
        ({}, "Asia/Shanghai", "2019-03-05 10:00:00", "2019-03-05 10:00:00"),
        ({}, "UTC", "2019-03-05 10:00:00", "2019-03-05 10:00:00"),
        ({}, "UTC", "2019-03-05 10:00:00.000001+08", "2019-03-05 02:00:00.000001"),
        ({}, "Asia/Shanghai", "2019/3/5 10:00 Z", "2019-03-05 18:00:00"),
        ({}, "Asia/Shanghai", "infinity", None),
        ({}, "Asia/Shanghai", "", None),
        ({"format": "epoch_ms"}, "Asia/Shanghai", "1551780000123", "2019-03-05 18:00:00.123"),
        ({"format": "%Y-%m-%dT%H:%M:%SZ"}, "UTC", "2019-03-05T10:00:00.5", "2019-03-05 10:00:00.5"),
        ({"format": "%d.%m.%Y"}, "UTC", "05.03.2019", "2019-03-05 00:00:00"),
        ({"kind": "integer"}, "UTC", " 0012 ", "12"),
        ({"kind": "integer"}, "UTC", "x", None),
        ({"kind": "text"}, "UTC", "A-1 ", "A-1 "),
    ],
)
def test_a_mark_is_typed_and_a_time_is_in_the_platforms_zone(mapped, watermark, zone, text, mark):
    said = {"watermark": {"column": "x", **watermark}}
    got = mapped("catalogue_entries", "title", "x", text, zone, **said)[2]
    assert (None if got is None else str(got).rstrip("0")) == (mark and mark.rstrip("0"))


def test_the_watermarks_column_is_read_by_the_format_of_its_field(mapped):
    said = {"from": "x", "format": "epoch_s"}
    got = mapped(
        "catalogue_updates", "updated_at", said, "1551780000", "UTC", watermark={"column": "x"}
    )
    assert str(got[2]) == "2019-03-05 10:00:00"
