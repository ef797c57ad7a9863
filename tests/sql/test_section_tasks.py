"""What a section sees: the indicators it answers for, what is lost there and what is missing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sql.sheet import Sheet, adjust, exempt, sheet_of


def tasks(sheet: Sheet) -> list[dict[str, Any]]:
    return sheet.rows("select * from marts.mart_section_task")


def test_a_section_sees_what_it_answers_for_and_its_share_of_the_loss():
    sheet = sheet_of(1)
    sheet.rule("002", points=2)
    sheet.rule("003", points=1)
    sheet.measure("003", value=1, base=1)
    sheet.give(
        "sections",
        {"section_id": "office", "name": "办公室"},
        {"section_id": "it", "name": "信息中心"},
    )
    sheet.give(
        "responsibilities",
        {"section_id": "office", "indicator_code": "001", "role": "lead"},
        {"section_id": "it", "indicator_code": "001", "role": "support"},
        {"section_id": "it", "indicator_code": "002", "role": "lead"},
        {"section_id": "it", "indicator_code": "003", "role": "lead"},
    )
    rows = tasks(sheet.score())
    assert [
        (r["section"], r["indicator_code"], r["role"], r["lost"], r["status"], r["lost_share"])
        for r in rows
    ] == [
        ("信息中心", "001", "support", 2, "scored", Decimal("0.500000")),
        ("信息中心", "002", "lead", 2, "missing", Decimal("0.500000")),
        ("信息中心", "003", "lead", 0, "scored", Decimal("0.000000")),
        ("办公室", "001", "lead", 2, "scored", Decimal("0.500000")),
    ]
    assert rows[0]["missing_zh"] == (
        "失 2.00 分：base_zh：3，value_zh：1。3 分 × 1 ÷ 3 = 1.00 分。距满分还差 2。"
    )
    assert rows[1]["missing_en"] == (
        '2.00 points lost: Nothing that counts came for "part only" by 2019-12-31: missing, '
        "nothing earned (full marks: 2). rule_en."
    )
    assert (rows[2]["missing_zh"], rows[2]["missing_en"]) == (None, None)


def test_only_the_parts_that_lose_points_are_named():
    sheet = sheet_of(3, 1, None)
    sheet.give("sections", {"section_id": "office"})
    sheet.give("responsibilities", {"section_id": "office", "indicator_code": "001"})
    [row] = tasks(sheet.score())
    assert "p0" not in row["missing_zh"]
    assert row["missing_zh"].startswith("【部分 p1】失 2.00 分：")
    assert "【部分 p2】失 3.00 分：“部分 p2”截至" in row["missing_zh"]
    assert row["missing_en"].startswith("part p1: 2.00 points lost: ")


def test_pending_evidence_is_told_to_the_section():
    sheet = Sheet()
    sheet.rule("001", method="per_unit", each=1)
    sheet.measure("001", inputs=0, pending=2)
    sheet.give("sections", {"section_id": "office"})
    sheet.give("responsibilities", {"section_id": "office", "indicator_code": "001"})
    [row] = tasks(sheet.score())
    assert row["missing_zh"].endswith("另有 2 份材料待审，通过后才计分。")
    assert row["missing_en"].endswith("Evidence still pending: 2; it counts once accepted.")


@pytest.mark.parametrize("decide", [exempt, lambda sheet: adjust(sheet, 3)])
def test_nothing_is_missing_where_a_decision_leaves_no_loss(decide):
    sheet = sheet_of(1)
    decide(sheet)
    sheet.give("sections", {"section_id": "office"})
    sheet.give("responsibilities", {"section_id": "office", "indicator_code": "001"})
    [row] = tasks(sheet.score("2020-01-31"))
    assert (row["missing_zh"], row["missing_en"]) == (None, None)
    assert (row["lost"], row["lost_share"]) == (0, 0)


def test_an_adjustment_that_takes_points_away_is_what_is_missing():
    sheet = sheet_of(3)
    adjust(sheet, 1)
    sheet.give("sections", {"section_id": "office"})
    sheet.give("responsibilities", {"section_id": "office", "indicator_code": "001"})
    [row] = tasks(sheet.score("2020-01-31"))
    assert row["missing_zh"] == (
        "各部分合计 3.00 分；考核办于 2020-01-10 调整为 1 分，理由：复核更正。"
    )
    assert (row["lost"], row["lost_share"]) == (2, 1)


def test_a_responsibility_of_an_unknown_section_or_indicator_is_nobodys():
    sheet = sheet_of(1)
    sheet.give(
        "sections", {"section_id": "office"}, {"department_id": "elsewhere", "section_id": "it"}
    )
    sheet.give(
        "responsibilities",
        {"section_id": "office", "indicator_code": "999"},
        {"section_id": "it", "indicator_code": "001"},
        {"department_id": "elsewhere", "section_id": "it", "indicator_code": "001"},
    )
    assert tasks(sheet.score()) == []
    assert [r["section_id"] for r in sheet.rows("from marts.dim_section")] == ["office"]
