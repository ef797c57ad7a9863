"""Amounts in a wrong unit, values that the contract or common sense does not allow."""

from __future__ import annotations

import pandas as pd

from tests.mutations.edits import NEWEST, everywhere, first, having, put, scaled, swap
from tests.mutations.mutation import accepted, caught

PERSON = "340602186001011230"


def _in_ten_thousands(cells: pd.Series) -> pd.Series:
    return (pd.to_numeric(cells) // 10000).astype("str")


UNITS = (
    caught(
        "一个月的时延误作微秒，大一千倍", "A month's latency a thousand times too large",
        "network_probes", put("network_probes", everywhere, -4, latency_ms=scaled(1000)), "steady",
    ),
    caught(
        "一个月的时延误作秒，小一千倍", "A month's latency a thousand times too small",
        "network_probes", put("network_probes", everywhere, -4, latency_ms=scaled(0.001)), "steady",
    ),
    accepted(
        "全年的时延大一千倍", "A year's latency a thousand times too large", "network_probes",
        put("network_probes", everywhere, latency_ms=scaled(1000)),
        "与自身各月相当；时延不计入任何指标，超过一分钟的由 latency_within_a_minute 检出",
        "like its own other months; latency counts in no score, and over a minute there is a rule",
    ),
    caught(
        "一个月的考评分和满分大一千倍", "A month's scores a thousand times too large",
        "trading_platform_scores",
        put("trading_platform_scores", everywhere, -4, score=scaled(1000), full_score=scaled(1000)),
        "steady",
    ),
    caught(
        "考评分误作比率，满分仍为 100", "Scores as fractions of a full score of 100",
        "service_platform_results",
        put("service_platform_results", everywhere, score=scaled(0.01)),
        "score_is_no_fraction",
    ),
    caught(
        "人口误以万人计", "A population in ten thousands", "populations",
        put("populations", having(city_code="340600"), population=_in_ten_thousands),
        "population_in_persons", "steady",
    ),
    caught(
        "一市的制证量大一千倍", "A city's volumes a thousand times too large",
        "certificate_volumes",
        put("certificate_volumes", having(city_code="340600"), volume=scaled(1000)), "steady",
    ),
    caught(
        "一市一类的制证量大一千倍", "A city's volume of one type a thousand times too large",
        "certificate_volumes", put("certificate_volumes", first(), volume=scaled(1000)),
        "volume_like_other_cities",
    ),
    accepted(
        "各市制证量一并大一千倍", "All cities' volumes a thousand times too large",
        "certificate_volumes", put("certificate_volumes", everywhere, volume=scaled(1000)),
        "只用于各市排名，位次不变", "they only rank the cities, and the ranks stay",
    ),
    accepted(
        "一个部门的考评分误作比率", "One department's score as a fraction",
        "service_platform_results",
        put("service_platform_results", having(department_id="edu"), score=scaled(0.01)),
        "与确实很低的得分无从区分；该部门当项得分骤降，自会提出异议",
        "nothing tells it from a score that is truly tiny; the department it costs will object",
    ),
    caught(
        "信用归集任务数以万条计", "A target in ten thousands", "credit_targets",
        put("credit_targets", having(department_id="edu"), expected_records="1"),
        "target_fits_records",
    ),
    caught(
        "信用归集任务数大一万倍", "A target ten thousand times too large", "credit_targets",
        put("credit_targets", having(department_id="edu"), expected_records=scaled(10000)),
        "target_fits_records",
    ),
    accepted(
        "调整分值超过指标分值", "An adjustment above the indicator's points", "adjustments",
        put("adjustments", first(), score="95"),
        "加分不超过满分是约定：计分时截为该指标分值，其余检查照常",
        "a bonus ends at the points by agreement: it is cut to them when it is scored",
    ),
)  # fmt: skip

VALUES = (
    caught(
        "出现未定义的枚举值", "A value that the contract does not list", "evidence",
        put("evidence", first(), NEWEST, decision="approved"), "rows_keep_the_contract",
    ),
    caught(
        "枚举值改为大写", "Listed values in capitals", "network_links",
        put("network_links", everywhere, access_mode=lambda cells: cells.str.upper()),
        "rows_keep_the_contract", "due_period_arrived",
    ),
    caught(
        "是否列为其他文字", "Neither yes nor no", "network_outages",
        put("network_outages", first(), NEWEST, planned="计划内"), "rows_keep_the_contract",
    ),
    caught(
        "数字带千位分隔符", "A thousands separator", "certificate_volumes",
        put("certificate_volumes", first(), 0, volume="12,480"), "rows_keep_the_contract",
    ),
    caught(
        "数量为负", "A negative count", "resource_inspections",
        put("resource_inspections", first(), NEWEST, passed="-3"), "rows_keep_the_contract",
    ),
    caught(
        "合格数大于抽查数（两列互换）", "More passed than checked, columns swapped",
        "resource_inspections", swap("resource_inspections", "checked", "passed"),
        "passed_within_checked",
    ),
    caught(
        "得分大于满分（两列互换）", "Scores above the full score, columns swapped",
        "service_platform_results", swap("service_platform_results", "score", "full_score"),
        "score_within_full_score",
    ),
    caught(
        "收文时间与时限互换", "Times of receipt and due times swapped", "official_documents",
        swap("official_documents", "received_at", "due_at"),
        "due_not_before_received", "completed_not_before_received",
    ),
    caught(
        "编码与名称互换", "Codes and names swapped", "certificate_types",
        swap("certificate_types", "type_code", "name"),
        "certificates.references_known", "certificate_uses.references_known",
    ),
    caught(
        "通断含义颠倒", "Up and down mistaken for each other", "network_probes",
        put("network_probes", everywhere,
            is_up=lambda cells: cells.map({"True": "False", "False": "True"})),
        "no_latency_while_down",
    ),
    accepted(
        "计划内外颠倒", "Planned and unplanned mistaken for each other", "network_outages",
        put("network_outages", everywhere,
            planned=lambda cells: cells.map({"yes": "no", "no": "yes"})),
        "两个值都合法，没有第二个来源可对", "both values are allowed, and no second source tells",
    ),
    caught(
        "材料名称中有身份证号", "An identity number in a title", "evidence",
        put("evidence", first(), NEWEST, title=f"关于{PERSON}的材料"), "rows_keep_the_contract",
    ),
    caught(
        "中断原因中有身份证号", "An identity number in an outage's cause", "network_outages",
        put("network_outages", first(), NEWEST, cause=f"{PERSON}报修"), "rows_keep_the_contract",
    ),
    caught(
        "以身份证号作主键", "An identity number as a key", "credit_records",
        put("credit_records", first(), NEWEST, record_id=PERSON), "rows_keep_the_contract",
    ),
    accepted(
        "名称为乱码", "Names garbled by a wrong encoding", "sections",
        put("sections", everywhere, name=lambda cells: cells.map(
            lambda text: text.encode().decode("gb18030", "replace"))),
        "名称无固定格式，且不影响计分", "names have no fixed form, and they score nothing",
    ),
)  # fmt: skip
