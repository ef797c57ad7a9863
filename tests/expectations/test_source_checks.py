"""The suites of the datasets: which checks a contract calls for, and what fails each."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest

from expectations.check import Check
from expectations.judge import judge
from expectations.sources import due_time, source_checks
from scorecard.contract import Contract, Rule, load_contracts
from scorecard.dictionary import ROOT

CONTRACTS = load_contracts(ROOT / "contracts")
ALWAYS = ["rows_delivered", "values_present", "keys_unique", "rows_keep_the_contract"]
SUITES = {
    "adjustments": [*ALWAYS[1:], "references_known", "events_before_delivery",
                    "year_fits_decision"],
    "departments": [*ALWAYS, "due_period_arrived", "references_known", "events_before_delivery",
                    "at_least_one", "active_to_not_before_from", "credit_code_is_valid"],
    "populations": [*ALWAYS, "due_period_arrived", "events_before_delivery", "steady",
                    "sixteen_cities", "population_in_persons"],
    "certificate_volumes": [*ALWAYS, "due_period_arrived", "references_known",
                            "events_before_delivery", "steady", "volume_like_other_cities"],
    "security_incidents": [*ALWAYS[1:], "due_period_arrived", "references_known",
                           "events_before_delivery"],
    "network_probes": [*ALWAYS, "due_period_arrived", "references_known", "no_silent_period",
                       "events_before_delivery", "steady", "latency_within_a_minute",
                       "no_latency_while_down"],
}  # fmt: skip
EVENTFUL = {
    "base_library_uses", "certificate_uses", "certificates", "credit_records", "internet_egress",
    "investment_cases", "joint_sanction_cases", "legal_supervision_records", "network_probes",
    "official_documents", "resource_inspections", "resource_requests", "trading_platform_scores",
}  # fmt: skip


def checks_of(contract: Contract) -> dict[str, Check]:
    return {check.name: check for check in source_checks(contract)}


def holders(name: str) -> set[str]:
    return {contract.name for contract in CONTRACTS.values() if name in checks_of(contract)}


@pytest.mark.parametrize("dataset", SUITES)
def test_a_suite_follows_from_the_contract(dataset: str) -> None:
    assert [check.name for check in source_checks(CONTRACTS[dataset])] == SUITES[dataset]


@pytest.mark.parametrize("dataset", CONTRACTS)
def test_every_suite_has_a_floor_a_ceiling_and_a_grain_and_only_warns(dataset: str) -> None:
    checks = source_checks(CONTRACTS[dataset])
    named = {check.name: check for check in checks}
    assert len(named) == len(checks)
    assert {check.subject for check in checks} == {dataset}
    assert not any(check.is_blocking for check in checks)
    ceiling, grain = (named[name] for name in ALWAYS[1:3])
    if not CONTRACTS[dataset].may_be_empty:
        floor = named["rows_delivered"]
        assert (floor.expectation, floor.arguments) == (
            "ExpectColumnSumToBeBetween", {"column": "rows", "min_value": 1},
        )  # fmt: skip
    assert (ceiling.expectation, ceiling.arguments["column"]) == (
        "ExpectColumnMaxToBeBetween", "missing_values",
    )  # fmt: skip
    assert (grain.expectation, grain.arguments["column"]) == (
        "ExpectColumnSumToBeBetween", "repeated_keys",
    )  # fmt: skip


def test_checks_stand_only_where_they_can_fail() -> None:
    all_of_them = set(CONTRACTS)
    assert holders("due_period_arrived") == all_of_them - {"adjustments", "applicability"}
    assert holders("references_known") == all_of_them - {"populations"}
    assert holders("no_silent_period") == EVENTFUL
    assert holders("events_before_delivery") == all_of_them - {"responsibilities", "sections"}
    assert holders("steady") == {
        "certificate_volumes", "network_probes", "populations", "resource_inspections",
        "service_platform_results", "trading_platform_scores",
    }  # fmt: skip


def test_kinds_tell_what_is_missing_from_what_is_late_and_what_is_wrong() -> None:
    kinds = {check.name: check.kind for check in source_checks(CONTRACTS["network_probes"])}
    assert kinds == {
        "rows_delivered": "completeness",
        "values_present": "completeness",
        "keys_unique": "validity",
        "rows_keep_the_contract": "validity",
        "due_period_arrived": "timeliness",
        "references_known": "completeness",
        "no_silent_period": "completeness",
        "events_before_delivery": "validity",
        "steady": "validity",
        "latency_within_a_minute": "validity",
        "no_latency_while_down": "validity",
    }
    assert checks_of(CONTRACTS["evidence"])["verdict_has_its_day"].kind == "completeness"


def test_a_late_period_is_told_by_its_dates_and_not_by_a_count() -> None:
    check = checks_of(CONTRACTS["evidence"])["due_period_arrived"]
    assert (check.measure, check.observed_from, check.expected_from) == (
        "overdue_periods", "newest_period", "due_period",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("frequency", "hours", "zh", "en"),
    [
        ("daily", 6, "次日 6 时前", "within 6 hours of the day's end"),
        ("daily", 24, "次日 24 时前", "within 24 hours of the day's end"),
        ("daily", 48, "当日结束后 48 小时内", "within 48 hours of the day's end"),
        ("monthly", 72, "次月 3 日前", "within 3 days of the month's end"),
        ("monthly", 30, "当月结束后 30 小时内", "within 30 hours of the month's end"),
        ("monthly", 720, "当月结束后 720 小时内", "within 720 hours of the month's end"),
        ("yearly", 720, "次年 1 月 30 日前", "within 30 days of the year's end"),
        ("yearly", 0, "当年结束后 0 小时内", "within 0 hours of the year's end"),
    ],
)
def test_the_due_time_is_said_as_an_office_says_it(
    frequency: str, hours: int, zh: str, en: str
) -> None:
    contract = replace(CONTRACTS["evidence"], frequency=frequency, lateness_hours=hours)
    assert due_time(contract) == (zh, en)
    why = checks_of(contract)["due_period_arrived"]
    assert zh in why.why_zh
    assert en in why.why_en


def test_the_reasons_name_what_the_dataset_is_about() -> None:
    evidence = checks_of(CONTRACTS["evidence"])
    known = evidence["references_known"]
    assert known.why_zh.startswith(
        "部门编号须见于 departments，指标编号、评分项须见于当年考核细则；"
    )
    assert "Department id in departments; Indicator code and Part in the year's" in known.why_en
    assert "材料编号" in evidence["keys_unique"].why_zh
    assert "各部门报送" in evidence["rows_keep_the_contract"].why_zh
    sections = checks_of(CONTRACTS["responsibilities"])["references_known"]
    assert "部门编号、科室编号须见于 sections" in sections.why_zh
    probes = checks_of(CONTRACTS["network_probes"])
    assert "每个链路编号每日都应有数据" in probes["no_silent_period"].why_zh
    assert "一向有数据的部门" in checks_of(CONTRACTS["certificates"])["no_silent_period"].why_zh
    dated = checks_of(CONTRACTS["catalogue_entries"])["events_before_delivery"]
    assert dated.why_zh.startswith("发布日期不得晚于送达时间，应发布日期、撤销日期不得晚于送达次年")
    assert dated.why_en.startswith(
        "Published on must not be after the delivery; Due on and Retired on must not be after "
    )
    assert "送达次年" not in probes["events_before_delivery"].why_zh
    assert "自身其他月份" in probes["steady"].why_zh
    assert "同期其他各家" in checks_of(CONTRACTS["populations"])["steady"].why_zh


@pytest.mark.parametrize("dataset", CONTRACTS)
def test_every_reason_stands_in_both_languages(dataset: str) -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for check in source_checks(CONTRACTS[dataset]):
        assert chinese.search(check.why_zh)
        assert check.why_zh.endswith("。")
        assert not chinese.search(check.why_en)
        assert check.why_en.endswith(".")


def test_a_rule_is_held_against_its_own_bound() -> None:
    asked = {
        "counted": Rule("counted", "validity", "一。", "One.", query="select 3", bound=3),
        "enough": Rule("enough", "validity", "一。", "One.", query="select 3", bound=2,
                       at_least=True),
        "row": Rule("row", "validity", "一。", "One.", holds="true"),
    }  # fmt: skip
    contract = replace(CONTRACTS["populations"], rules=tuple(asked.values()))
    found = checks_of(contract)
    assert {name: dict(found[name].arguments) for name in asked} == {
        "counted": {"column": "rule__counted", "min_value": 3, "max_value": 3},
        "enough": {"column": "rule__enough", "min_value": 2},
        "row": {"column": "rule__row", "min_value": 0, "max_value": 0},
    }


def sound(contract: Contract) -> pd.DataFrame:
    """A frame of two rows, of the city and of a department's month, that nothing is wrong with."""
    checks = source_checks(contract)
    frame = pd.DataFrame({check.measure: [0, 0] for check in checks if check.measure})
    for check in checks:
        if check.arguments["min_value"] and check.measure:
            frame[check.measure] = [check.arguments["min_value"], 0]
    return frame.assign(
        newest_period=["2019-12-01", None], due_period=["2019-12-01", None], rows=[10, 10],
    )  # fmt: skip


@pytest.mark.parametrize("dataset", CONTRACTS)
def test_a_sound_profile_passes_and_one_with_everything_wrong_fails(dataset: str) -> None:
    contract = CONTRACTS[dataset]
    checks = source_checks(contract)
    frame = sound(contract)
    verdicts = judge({dataset: frame}, checks, lambda _: ()).verdicts
    assert [v.check_name for v in verdicts if not v.passed] == []
    for check in checks:
        if check.measure:
            is_floor = "max_value" not in check.arguments
            frame[check.measure] = [0, 0] if is_floor else [0, 1]
    verdicts = judge({dataset: frame}, checks, lambda _: ()).verdicts
    floor = [] if contract.may_be_empty else ["rows_delivered"]
    assert [v.check_name for v in verdicts if v.passed] == floor


@pytest.mark.parametrize("name", [n for n in SUITES["network_probes"] if n != "rows_delivered"])
def test_one_thing_wrong_fails_its_own_check_alone(name: str) -> None:
    contract = CONTRACTS["network_probes"]
    frame = sound(contract)
    frame.loc[1, checks_of(contract)[name].measure] = 1
    verdicts = judge({contract.name: frame}, source_checks(contract), lambda _: ()).verdicts
    assert [v.check_name for v in verdicts if not v.passed] == [name]


def test_a_dataset_that_never_came_fails_its_row_floor() -> None:
    contract = CONTRACTS["departments"]
    verdicts = judge(
        {"departments": sound(contract).head(0)}, source_checks(contract), lambda _: ()
    )
    failed = {v.check_name for v in verdicts.verdicts if not v.passed}
    assert {"rows_delivered", "values_present", "at_least_one"} <= failed


def test_a_delivery_is_told_by_the_rows_of_the_dataset_and_not_of_its_frame() -> None:
    contract = CONTRACTS["departments"]
    floor = [checks_of(contract)["rows_delivered"]]
    frames = [sound(contract), sound(contract).assign(rows=0), sound(contract).head(0)]
    verdicts = [judge({contract.name: f}, floor, lambda _: ()).verdicts[0] for f in frames]
    assert [(told.passed, told.observed, told.expected) for told in verdicts] == [
        (True, "20", ">= 1"), (False, "0", ">= 1"), (False, "无数据 / no data", ">= 1"),
    ]  # fmt: skip


def test_listing_the_checks_does_not_import_great_expectations() -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from expectations.sources import source_checks\n"
        "from scorecard.contract import load_contracts\n"
        "known = load_contracts(Path('contracts')).values()\n"
        "found = [check for contract in known for check in source_checks(contract)]\n"
        "assert len(found) > 200 and 'great_expectations' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
