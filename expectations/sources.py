"""The suite of a dataset, made from its contract: what is expected of the frame of its profile.

A function here makes one check wherever a contract calls for it, with reasons that name the
dataset's own columns, references and due time. What a single dataset asks is a rule in its
contract. All of them warn: a bad source costs its own parts and never holds the others back.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from expectations.check import Check, Kind
from scorecard.contract import Column, Contract
from scorecard.contract.model import Reference, Rule
from scorecard.quality.silence import CERTAIN_ROWS, THIN, USUAL_ROWS
from scorecard.quality.steadiness import OTHERS, TIMES

_UNITS = {"daily": ("日", "day"), "monthly": ("月", "month"), "yearly": ("年", "year")}
_LAST_DAYS = {"monthly": 28, "yearly": 31}  # what every month, and a January, surely has

SILENT_BECAUSE = (
    f"{CERTAIN_ROWS} 行：各行若互不相关，通常（中位数）达 {CERTAIN_ROWS} 行的周期一行也没有，"
    f"可能性约 {math.exp(CERTAIN_ROWS) / 1e8:.0f} 亿分之一；通常更少的，没有不足为奇，不作判断；"
    f"1/{THIN}：春节所在的月份和暑期也会少到一半；全市每月通常不足 {USUAL_ROWS} 行的，不作判断 / "
    f"{CERTAIN_ROWS} rows: if rows come independently, a period that usually (median) has so many "
    f"is empty once in {math.exp(CERTAIN_ROWS) / 1e6:.0f} million; of fewer, none may be chance; "
    f"1/{THIN}: the month of the Spring Festival and summers may have half; not looked at where a "
    f"city's months usually have fewer than {USUAL_ROWS} rows"
)
STEADY_BECAUSE = (
    f"{TIMES} 倍：单位填错相差千倍（毫秒填成秒）或万倍（人填成万人），业务忙闲不至于此；"
    f"可比的其他值不足 {OTHERS} 个时，其中一个有误就会左右中位数，不作判断 / "
    f"{TIMES} times: a mistaken unit is a thousand times off (seconds for milliseconds) or ten "
    f"thousand (persons for ten thousands), a busy month is not; fewer than {OTHERS} others have "
    "no middle that one mistake among them could not move"
)
LATEST_BECAUSE = {
    "delivery": (
        "送达后 1 天：送达时间按文件名日期认定时为当日零点，当日发生的仍属正常",
        "a day after delivery: one that is dated by its file's name has that day's midnight, and "
        "the day still counts",
    ),
    "next_year": (
        "送达次年：计划和下一年度的数据会提前报送，更晚的多为年份填错",
        "the year after delivery: plans and the coming year's data come ahead, what is later is "
        "mostly a wrong year",
    ),
}
"""Why each limit is where it is; the numbers are those that the frames are made with."""


def source_checks(contract: Contract) -> tuple[Check, ...]:
    """The checks of a dataset; never none, since every suite needs a floor, a ceiling and a grain.

    An expectation of a range passes where there is nothing to look at, so each suite also asks for
    rows, for no nulls and for keys that are unique.
    """
    return tuple(_checks(contract))


def _checks(contract: Contract) -> Iterator[Check]:
    if not contract.may_be_empty:  # whether such a one came is asked by its due period
        yield _rows_delivered(contract)
    yield _values_present(contract)
    yield _keys_unique(contract)
    yield _rows_keep_the_contract(contract)
    if contract.frequency != "none":
        yield _due_period_arrived(contract)
    rulebook = [column for column in contract.columns if column.rulebook]
    if contract.references or rulebook:
        yield _references_known(contract, rulebook)
    if contract.period_column and contract.column(contract.period_column).type in ("D", "TS"):
        yield _no_silent_period(contract)
    if any(column.latest for column in contract.columns):
        yield _events_before_delivery(contract)
    if any(column.steady for column in contract.columns):
        yield _steady(contract)
    for rule in contract.rules:
        yield _of_rule(contract, rule)


def _rows_delivered(contract: Contract) -> Check:
    return Check(
        contract.name,
        "rows_delivered",
        "completeness",
        "ExpectColumnSumToBeBetween",
        {"column": "rows", "min_value": 1},
        f"“{contract.label_zh}”须至少有一行，否则依据它的评分项无从计算；"
        f"提供单位：{contract.provider_zh}。",
        f'Of "{contract.label_en}" there is a row at least, or what rests on it cannot be scored; '
        f"its provider: {contract.provider_en}.",
    )


def _values_present(contract: Contract) -> Check:
    required = sum(column.required for column in contract.stored_columns)
    return Check(
        contract.name,
        "values_present",
        "completeness",
        "ExpectColumnMaxToBeBetween",
        {"column": "missing_values", "min_value": 0, "max_value": 0},
        f"{required} 个必填列（主键为{_labels_zh(_key(contract))}）不得为空，"
        "否则该行归属不明或无法计分。",
        f"None of the {required} required columns (key: {_labels_en(_key(contract))}) may be "
        "empty, or the row is nobody's or cannot be scored.",
        measure="missing_values",
    )


def _keys_unique(contract: Contract) -> Check:
    return _none(
        contract,
        "keys_unique",
        "validity",
        "repeated_keys",
        f"同一文件内“{_labels_zh(_key(contract))}”不得重复：只有最后一行计入，前面的会被覆盖。",
        f"Within one file no two rows share a key ({_labels_en(_key(contract))}): only the last "
        "of them counts, and the others are lost unseen.",
    )


def _rows_keep_the_contract(contract: Contract) -> Check:
    return _none(
        contract,
        "rows_keep_the_contract",
        "validity",
        "contract_breaches",
        f"违反数据契约的行不计分，须由提供单位（{contract.provider_zh}）更正后重新报送；"
        "文件名中的日期晚于入库的，会使数据看似永不逾期；以往报送的列缺失的，会使该列看似全部为空。",
        "Rows that break the contract are not scored; their provider "
        f"({contract.provider_en}) must correct and deliver them again. Files that are dated later "
        "than they came hide that data is overdue, and columns that no longer come look empty.",
    )


def _due_period_arrived(contract: Contract) -> Check:
    zh, en = due_time(contract)
    unit_zh, unit_en = _UNITS[contract.frequency]
    if contract.is_reference:
        then_zh, then_en = "逾期则考核仍以旧的基础信息为准", "or old facts go on deciding"
    else:
        then_zh, then_en = "逾期则依据它的评分项标为数据过期", "or what rests on it is stale"
    return _none(
        contract,
        "due_period_arrived",
        "timeliness",
        "overdue_periods",
        f"本数据集每{unit_zh}报送一次，考核期内最近一个到期周期的数据应于{zh}送达，{then_zh}。",
        f"Due every {unit_en}: the newest period of the window has to arrive {en}, {then_en}.",
        observed_from="newest_period",
        expected_from="due_period",
    )


def due_time(contract: Contract) -> tuple[str, str]:
    """When a period's data has to be there, such as 次月 3 日前 / within 3 days of the month's end.

    Only for a dataset with a frequency.
    """
    hours = contract.lateness_hours or 0
    days, rest = divmod(hours, 24)
    zh, en = _UNITS[contract.frequency]
    if contract.frequency == "daily":
        due_zh = f"次日 {hours} 时前" if hours <= 24 else f"当日结束后 {hours} 小时内"
        return due_zh, f"within {hours} hours of the day's end"
    if rest or not 1 <= days <= _LAST_DAYS[contract.frequency]:
        return f"当{zh}结束后 {hours} 小时内", f"within {hours} hours of the {en}'s end"
    month = " 1 月" if contract.frequency == "yearly" else ""
    return f"次{zh}{month} {days} 日前", f"within {days} days of the {en}'s end"


def _references_known(contract: Contract, rulebook: list[Column]) -> Check:
    zh = [f"{_labels_zh(_own(contract, r))}须见于 {r.dataset}" for r in contract.references]
    en = [f"{_labels_en(_own(contract, r))} in {r.dataset}" for r in contract.references]
    if rulebook:
        zh.append(f"{_labels_zh(rulebook)}须见于当年考核细则")
        en.append(f"{_labels_en(rulebook)} in the year's rulebook")
    return _none(
        contract,
        "references_known",
        "completeness",
        "unknown_references",
        f"{'，'.join(zh)}；否则该行不计入任何部门，待对应数据送达后计入。",
        f"To be found: {'; '.join(en)}. Until they are, the row counts for nobody.",
    )


def _no_silent_period(contract: Contract) -> Check:
    zh = (
        f"“{contract.label_zh}”中一向有数据的部门不应整段没有数据，"
        f"全市一个月的行数也不应不足平常的 1/{THIN}"
    )
    en = (
        f'A department that always had "{contract.label_en}" does not fall silent, nor has the '
        f"city a month with less than 1/{THIN} of its usual rows"
    )
    if contract.dense_by:
        by = [contract.column(name) for name in contract.dense_by]
        unit_zh, unit_en = _UNITS[contract.frequency]
        zh = f"“{contract.label_zh}”中每个{_labels_zh(by)}每{unit_zh}都应有数据"
        en = f'"{contract.label_en}" has rows of every {_labels_en(by)} in every {unit_en}'
    return _none(
        contract,
        "no_silent_period",
        "completeness",
        "silent_periods",
        f"{zh}；缺失的多为漏报或接口中断，得分会因此失真。",
        f"{en}: a gap is mostly a report or an interface that failed, and the score is off by it.",
        tolerance_because=None if contract.dense_by else SILENT_BECAUSE,
    )


def _events_before_delivery(contract: Contract) -> Check:
    bounds = (
        ("delivery", "送达时间", "the delivery"),
        ("next_year", "送达次年", "the year that follows the delivery"),
    )
    zh, en, because_zh, because_en = [], [], [], []
    for latest, bound_zh, bound_en in bounds:
        if columns := [column for column in contract.columns if column.latest == latest]:
            zh.append(f"{_labels_zh(columns)}不得晚于{bound_zh}")
            en.append(f"{_labels_en(columns)} must not be after {bound_en}")
            because_zh.append(LATEST_BECAUSE[latest][0])
            because_en.append(LATEST_BECAUSE[latest][1])
    return _none(
        contract,
        "events_before_delivery",
        "validity",
        "rows_after_delivery",
        f"{'，'.join(zh)}；更晚的多为年份填错或时钟不准，会计入错误的考核期。",
        f"{'; '.join(en)}. What is later mostly has a wrong year or clock, and counts in the "
        "wrong window.",
        tolerance_because=f"{'；'.join(because_zh)} / {'; '.join(because_en)}",
    )


def _steady(contract: Contract) -> Check:
    columns = [column for column in contract.columns if column.steady]
    if columns[0].steady == "itself":
        than_zh, than_en = "与自身其他月份", "its own other months"
    else:
        than_zh, than_en = "与同期其他各家", "the others of the same period"
    return _none(
        contract,
        "steady",
        "validity",
        "unsteady_values",
        f"{_labels_zh(columns)}的均值{than_zh}相差 {TIMES} 倍以上，多为单位或小数点填错，"
        "得分会随之失真。",
        f"A mean of {_labels_en(columns)} more than {TIMES} times off {than_en} is mostly a "
        "wrong unit or decimal point, and the score is off with it.",
        tolerance_because=STEADY_BECAUSE,
    )


def _of_rule(contract: Contract, rule: Rule) -> Check:
    column = f"rule__{rule.name}"
    asked: dict[str, object] = {"column": column, "min_value": rule.bound}
    if not rule.at_least:
        asked["max_value"] = rule.bound
    return Check(
        contract.name,
        rule.name,
        rule.kind,
        "ExpectColumnSumToBeBetween",
        asked,
        rule.why_zh,
        rule.why_en,
        measure=column,
        sql=rule.query or rule.holds or rule.failing,
    )


def _none(
    contract: Contract,
    name: str,
    kind: Kind,
    measure: str,
    why_zh: str,
    why_en: str,
    *,
    observed_from: str | None = None,
    expected_from: str | None = None,
    tolerance_because: str | None = None,
) -> Check:
    """A check that a count of the frame is 0 altogether."""
    return Check(
        contract.name,
        name,
        kind,
        "ExpectColumnSumToBeBetween",
        {"column": measure, "min_value": 0, "max_value": 0},
        why_zh,
        why_en,
        measure=measure,
        observed_from=observed_from,
        expected_from=expected_from,
        tolerance_because=tolerance_because,
    )


def _key(contract: Contract) -> list[Column]:
    return [column for column in contract.columns if column.is_key]


def _own(contract: Contract, reference: Reference) -> list[Column]:
    return [contract.column(name) for name in reference.columns]


def _labels_zh(columns: list[Column]) -> str:
    return "、".join(column.label_zh for column in columns)


def _labels_en(columns: list[Column]) -> str:
    return " and ".join(column.label_en for column in columns)
