"""The data dictionary: every dataset, table and column in Chinese and English, from the contracts.

Only the layout of `docs/data-dictionary.md` lives here; what it says stands in the contracts.
Written by `python -m scorecard.dictionary`; a test fails when the file is out of date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from scorecard.contract import Column, Contract, load_contracts, load_published

ROOT = Path(__file__).resolve().parents[1]

HEAD = """\
# 数据字典 / Data dictionary

由 `contracts/` 生成，请勿手改：`python -m scorecard.dictionary`。
Made from `contracts/`, not to be edited by hand: `python -m scorecard.dictionary`.

输入文件的表头可用列名或中文名称。
The header of an input file may hold column names or Chinese labels.
"""

FREQUENCIES = {
    "daily": "每日 / daily",
    "monthly": "每月 / monthly",
    "yearly": "每年 / yearly",
    "none": "不定期 / no schedule",
}
PERSONAL = {
    "drop": "个人信息，不保存 / personal, never kept",
    "hash": "个人信息，只存加密摘要 / personal, kept as a keyed hash",
}
RULES = {"completeness": "完整性 / Complete", "validity": "有效性 / Valid"}
STEADY = {
    "itself": "月均值应与自身其他月份相当 / steady over the months",
    "peers": "均值应与同期其他各家相当 / steady among the peers",
}
LATEST = {
    "delivery": "不晚于送达 / not after its delivery",
    "next_year": "不晚于送达次年 / not after the year following its delivery",
}


def data_dictionary(contracts: Mapping[str, Contract], published: Mapping[str, Contract]) -> str:
    """The data dictionary as Markdown: inputs by platform, then the published tables."""
    lines = [HEAD, "## 输入数据集 / Input datasets", ""]
    for platform in dict.fromkeys(contract.platform for contract in contracts.values()):
        of_platform = [item for item in contracts.values() if item.platform == platform]
        lines += [
            f"### {of_platform[0].provider_zh} / {of_platform[0].provider_en}",
            "",
        ]
        for contract in of_platform:
            lines += _dataset(contract)
    lines += ["## 发布的表 / Published tables", ""]
    for contract in published.values():
        lines += _dataset(contract)
    return "\n".join(lines)


def _dataset(contract: Contract) -> Iterator[str]:
    yield f"#### {contract.name}"
    yield ""
    yield f"**{contract.label_zh} / {contract.label_en}**  "
    yield f"{contract.description_zh}  "
    yield contract.description_en
    yield ""
    yield f"- 粒度 / Grain: {contract.grain}"
    if contract.platform != "published":
        yield f"- 报送 / Due: {_due(contract)}"
        yield f"- 周期取自 / Period from: {_period(contract)}"
    if contract.dense_by:
        names = ", ".join(f"`{name}`" for name in contract.dense_by)
        yield f"- 每个周期都须有数据 / Rows in every period for each: {names}"
    for rule in contract.rules:
        yield f"- {RULES[rule.kind]}: `{rule.name}` {rule.why_zh} / {rule.why_en}"
    yield ""
    yield "| 列 Column | 中文 | English | 类型 Type | 说明 | Description | 约束 Constraints |"
    yield "|---|---|---|---|---|---|---|"
    for column in contract.columns:
        yield _row(column)
    yield ""


def _due(contract: Contract) -> str:
    often = FREQUENCIES[contract.frequency]
    if contract.lateness_hours is None:
        return often
    hours = contract.lateness_hours
    return f"{often}，周期结束后{hours}小时内 / within {hours} h of the period's end"


def _period(contract: Contract) -> str:
    return (
        f"`{contract.period_column}`" if contract.period_column else "最近一次送达 / last delivery"
    )


def _row(column: Column) -> str:
    cells = (
        f"`{column.name}`",
        column.label_zh,
        column.label_en,
        column.sql_type,
        column.description_zh,
        column.description_en,
        "<br>".join(_constraints(column)),
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _constraints(column: Column) -> Iterable[str]:
    if column.is_key:
        yield "主键 / key"
    elif not column.required:
        yield "可空 / may be null"
    if column.reference:
        yield f"→ `{'.'.join(column.reference)}`"
    if column.rulebook:
        yield f"→ 考核细则 / rulebook: {column.rulebook}"
    if column.values:
        pairs = zip(column.values, column.value_labels, strict=True)
        yield ", ".join(f"`{value}` {label}" for value, label in pairs)
    if column.unit:
        yield f"单位 / unit: {column.unit}"
    if column.minimum is not None:
        yield f"≥ {column.minimum}"
    if column.first_of_month:
        yield "每月1日 / first of a month"
    if column.steady:
        yield STEADY[column.steady]
    if column.latest:
        yield LATEST[column.latest]
    if column.personal:
        yield PERSONAL[column.personal]
    if column.logic:
        yield "入库时计算 / computed while landing"


def main() -> None:
    """Write the dictionary of this project's contracts to its docs folder."""
    folder = ROOT / "contracts"
    text = data_dictionary(load_contracts(folder), load_published(folder / "published"))
    (ROOT / "docs" / "data-dictionary.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
