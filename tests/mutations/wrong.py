"""What comes and is wrong: keys, references, dates, units, values, order."""

from __future__ import annotations

import pandas as pd

from tests.mutations.edits import (
    NEWEST, again, drop, everywhere, first, given, having, in_year, put, recast, scaled, share,
    shifted, swap,
)  # fmt: skip
from tests.mutations.mutation import accepted, caught, gap

PERSON = "340602199001011234"
LATER = "该日期不是数据集的周期列，是否晚于送达未检查"
LATER_EN = "the column is not the one of the period, so it is not held against the delivery"
VANISHED = "该部门从得分表上消失；与上一版本只比较两边都有的部门"
VANISHED_EN = (
    "the department vanishes from the scores; only those on both sides are compared with the "
    "version before"
)


def _same_key(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(document_id=rows["document_id"].mask(first(2)(rows), "doc-1"))


def _without_digits(cells: pd.Series) -> pd.Series:
    """Persons as ten thousands of persons."""
    return (pd.to_numeric(cells) // 10000).astype("str")


KEYS = (
    caught(
        "同一文件内主键重复", "A key stands twice in a file", "official_documents",
        recast("official_documents", _same_key, NEWEST), "keys_unique",
    ),
    caught(
        "同一文件内整行重复", "Rows stand twice in a file", "credit_records",
        recast("credit_records", lambda rows: pd.concat([rows, rows.head(5)]), -6), "keys_unique",
    ),
    accepted(
        "相同内容换新主键再报一遍", "The same content comes again under new keys",
        "official_documents",
        again("official_documents", "official_documents_2020-01-02.csv",
              document_id=lambda cells: cells + "-b"),
        "主键不同即为不同的行；同一时刻的两件公文可以完全相同，批量登记时尤多",
        "rows of other keys are other rows; two documents of one moment may well be alike",
    ),
    caught(
        "部门编号不在名录中", "A department that the register does not have", "official_documents",
        put("official_documents", first(), NEWEST, department_id="nobody"), "references_known",
    ),
    caught(
        "部门编号大小写改变", "A department id in capitals", "official_documents",
        put("official_documents", having(department_id="edu"), department_id="EDU"),
        "references_known",
    ),
    caught(
        "链路不在台账中", "A link that the register does not have", "network_outages",
        put("network_outages", first(), NEWEST, link_id="lk-0"), "references_known",
    ),
    caught(
        "信用目录不存在", "A credit directory that is not known", "credit_records",
        put("credit_records", first(), NEWEST, directory_id="dir-0"), "references_known",
    ),
    caught(
        "资源目录不存在", "A catalogue entry that is not known", "catalogue_mounts",
        put("catalogue_mounts", first(), NEWEST, entry_id="cat-0"), "references_known",
    ),
    caught(
        "证照类型不存在", "A certificate type that is not known", "certificate_uses",
        put("certificate_uses", first(), NEWEST, type_code="0"), "references_known",
    ),
    caught(
        "科室不存在", "A section that is not known", "responsibilities",
        put("responsibilities", first(), NEWEST, section_id="nothing"), "references_known",
    ),
    caught(
        "指标不在考核细则中", "An indicator that the rulebook does not have", "evidence",
        put("evidence", first(), NEWEST, indicator_code="099"), "references_known",
    ),
    caught(
        "评分项不在考核细则中", "A part that the rulebook does not have", "evidence",
        put("evidence", first(), NEWEST, part="part"), "references_known",
    ),
    caught(
        "城市代码不存在", "A city that is not known", "certificates",
        put("certificates", first(), NEWEST, city_code="349900"), "references_known",
    ),
    caught(
        "一项指标有两个牵头科室", "An indicator has two lead sections", "responsibilities",
        put("responsibilities", having(department_id="edu", indicator_code="001"), role="lead"),
        "exactly_one_lead",
    ),
    accepted(
        "部分行改记到另一部门", "Rows are moved to another department", "official_documents",
        put("official_documents", share(50, having(department_id="edu")), department_id="econ"),
        "两个部门都真实存在，没有第二个来源可对；每月仍有数据",
        "both departments exist, no second source tells whose they are, and no month is empty",
    ),
    gap(
        "一个部门误改为其他城市", "A department is moved to another city", "departments",
        put("departments", having(department_id="edu"), city_code="340100"), VANISHED, VANISHED_EN,
    ),
    gap(
        "一个部门误填早已停用", "A department is said to have ended long ago", "departments",
        put("departments", having(department_id="edu"), active_to="2018-12-31"),
        VANISHED, VANISHED_EN,
    ),
    gap(
        "所有部门误填停用，得分表为空", "All departments are said to have ended", "departments",
        put("departments", everywhere, active_to="2018-12-31"),
        "没有被考核部门时空表也算完整，空的得分会发布出去",
        "with nobody assessed an empty table is complete, and empty scores go out",
    ),
)  # fmt: skip

TIMES = (
    caught(
        "年份误填为 2091", "A year typed 2091", "official_documents",
        put("official_documents", first(), NEWEST, received_at=in_year(2091),
            due_at=in_year(2091), completed_at=in_year(2091)),
        "events_before_delivery",
    ),
    caught(
        "推送年份误填为 2091", "A record pushed in 2091", "credit_records",
        put("credit_records", first(), NEWEST, pushed_at=in_year(2091)), "events_before_delivery",
    ),
    caught(
        "时限年份误填为 2009", "A due year typed 2009", "official_documents",
        put("official_documents", first(), NEWEST, due_at=in_year(2009)),
        "due_not_before_received",
    ),
    gap(
        "时限年份误填为 2091", "A due year typed 2091", "official_documents",
        put("official_documents", first(), NEWEST, due_at=in_year(2091)),
        "时限没有上限，这样的件永远按时", "nothing bounds a due date, and such a one is never late",
    ),
    gap(
        "收文年份误填为 2009", "A year of receipt typed 2009", "investment_cases",
        put("investment_cases", first(), NEWEST, received_at=in_year(2009)),
        "时限与收件相差十年未检查，该件落在考核期外",
        "due ten years after receipt is not checked, and the case falls out of the window",
    ),
    accepted(
        "各日期的年份一并误填为 2009", "All dates of a row typed 2009", "official_documents",
        put("official_documents", first(), NEWEST, received_at=in_year(2009),
            due_at=in_year(2009), completed_at=in_year(2009)),
        "前后一致的旧记录与补报的历史数据无从区分",
        "an old row that agrees with itself may be history that is handed in later",
    ),
    gap(
        "链路中断发生在 2091 年", "An outage of 2091", "network_outages",
        put("network_outages", first(), NEWEST, started_at=in_year(2091), ended_at=in_year(2091)),
        LATER, LATER_EN,
    ),
    gap(
        "安全事件发生在 2091 年", "An incident of 2091", "security_incidents",
        put("security_incidents", first(), NEWEST, occurred_at=in_year(2091)), LATER, LATER_EN,
    ),
    gap(
        "目录更新于 2091 年", "A catalogue update of 2091", "catalogue_updates",
        put("catalogue_updates", first(), NEWEST, updated_at=in_year(2091)), LATER, LATER_EN,
    ),
    gap(
        "投资项目受理于 2091 年", "An investment case accepted in 2091", "investment_cases",
        put("investment_cases", given("accepted_at"), NEWEST, accepted_at=in_year(2091)),
        LATER, LATER_EN,
    ),
    gap(
        "目录应于 2091 年发布", "A catalogue entry due in 2091", "catalogue_entries",
        put("catalogue_entries", first(), NEWEST, due_at=in_year(2091)),
        "应发布日期没有上限，该目录永远不算逾期",
        "nothing bounds a due date, and the entry is never overdue",
    ),
    gap(
        "任务所属年度误填为 2091", "A target for the year 2091", "credit_targets",
        put("credit_targets", having(department_id="edu"), year="2091"),
        "年度列没有上限，该部门当年等于没有任务数",
        "nothing bounds a year, and the department is left without a target",
    ),
    gap(
        "材料成文于 2091 年", "A document dated 2091", "evidence",
        put("evidence", given("document_date"), NEWEST, document_date=in_year(2091)),
        "成文日期与报送时间未对照", "the day of a document is not held against its submission",
    ),
    caught(
        "材料年度误填", "A document under a wrong year", "evidence",
        put("evidence", first(), NEWEST, year="2091"), "year_fits_submission",
    ),
    caught(
        "调整决定的年份误填", "An adjustment decided in a wrong year", "adjustments",
        put("adjustments", first(), decided_on=in_year(2091)), "year_fits_decision",
    ),
    caught(
        "部门停用早于启用", "A department ends before it begins", "departments",
        put("departments", having(department_id="edu"), active_to="2009-12-31"),
        "active_to_not_before_from",
    ),
    caught(
        "挂接早于目录发布", "A mount before its entry", "catalogue_mounts",
        put("catalogue_mounts", first(), NEWEST, mounted_at="2001-01-01"),
        "mounted_not_before_published",
    ),
    caught(
        "中断结束早于开始", "An outage ends before it starts", "network_outages",
        put("network_outages", first(), NEWEST, ended_at="2019-01-01 00:00:00"),
        "ended_not_before_started",
    ),
    caught(
        "审核早于报送", "A verdict before the document came", "evidence",
        put("evidence", given("decided_on"), NEWEST, decided_on="2019-01-02"),
        "decided_not_before_submitted",
    ),
    caught(
        "一列时间差 8 小时", "One column is 8 hours off, a time zone", "investment_cases",
        put("investment_cases", everywhere, accepted_at=shifted(hours=-8)),
        "accepted_not_before_received",
    ),
    accepted(
        "全部时间差 8 小时", "All times are 8 hours off, a time zone", "official_documents",
        put("official_documents", everywhere, received_at=shifted(hours=8),
            due_at=shifted(hours=8), completed_at=shifted(hours=8), feedback_at=shifted(hours=8)),
        "先后次序和每日数量不变，与加班无从区分；办理时限一同平移，按时与否不变",
        "order and volume stay as they are, and what was in time still is, as due times move along",
    ),
    caught(
        "日期不存在（2 月 30 日）", "A day that does not exist, 30 February",
        "joint_sanction_cases",
        put("joint_sanction_cases", first(), NEWEST, occurred_at="2019年2月30日"),
        "rows_keep_the_contract",
    ),
    caught(
        "日期为工作簿序号", "A date as a workbook's number", "network_links",
        put("network_links", first(), NEWEST, connected_at="43500"), "rows_keep_the_contract",
    ),
    caught(
        "日月颠倒的日期", "A date with the day first", "network_links",
        put("network_links", first(), NEWEST, connected_at="05/03/2019"),
        "rows_keep_the_contract",
    ),
    caught(
        "月份不是当月 1 日", "A month that is not a first", "trading_platform_scores",
        put("trading_platform_scores", first(), NEWEST, month="2019-12-15"),
        "rows_keep_the_contract",
    ),
)  # fmt: skip

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
    gap(
        "考评分误作比率，满分仍为 100", "Scores as fractions of a full score of 100",
        "service_platform_results",
        put("service_platform_results", everywhere, score=scaled(0.01)),
        "恰为百分之一，不超过百倍；全体一致时更无从比较",
        "a hundredth is not more than a hundred times off, and all of them are off alike",
    ),
    caught(
        "人口误以万人计", "A population in ten thousands", "populations",
        put("populations", having(city_code="340600"), population=_without_digits),
        "population_in_persons", "steady",
    ),
    caught(
        "一市的制证量大一千倍", "A city's volumes a thousand times too large",
        "certificate_volumes",
        put("certificate_volumes", having(city_code="340600"), volume=scaled(1000)), "steady",
    ),
    gap(
        "一市一类的制证量大一千倍", "A city's volume of one type a thousand times too large",
        "certificate_volumes", put("certificate_volumes", first(), volume=scaled(1000)),
        "只比较各市的均值，一类在其中占比小", "only means of cities are compared, of all types",
    ),
    accepted(
        "各市制证量一并大一千倍", "All cities' volumes a thousand times too large",
        "certificate_volumes", put("certificate_volumes", everywhere, volume=scaled(1000)),
        "只用于各市排名，位次不变", "they only rank the cities, and the ranks stay",
    ),
    gap(
        "信用归集任务数大一万倍", "A target ten thousand times too large", "credit_targets",
        put("credit_targets", having(department_id="edu"), expected_records=scaled(10000)),
        "各部门任务数本就悬殊，与实际归集量未对照",
        "targets differ widely by nature, and are not held against what was pushed",
    ),
    gap(
        "调整分值超过指标分值", "An adjustment above the indicator's points", "adjustments",
        put("adjustments", first(), score="95"),
        "计分时截为满分，来源的错误无从察觉", "it is cut to the points, and nobody hears of it",
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
    gap(
        "材料名称中有身份证号", "An identity number in a title", "evidence",
        put("evidence", first(), NEWEST, title=f"关于{PERSON}的材料"),
        "非个人信息列不查内容，原样入库", "columns that are not personal are kept as they come",
    ),
    gap(
        "中断原因中有身份证号", "An identity number in an outage's cause", "network_outages",
        put("network_outages", first(), NEWEST, cause=f"{PERSON}报修"),
        "非个人信息列不查内容，原样入库", "columns that are not personal are kept as they come",
    ),
    gap(
        "以身份证号作主键", "An identity number as a key", "credit_records",
        put("credit_records", first(), NEWEST, record_id=PERSON),
        "主键不查内容；主键还会列入未通过实例，查到也不宜直接展示",
        "keys are not looked into, and as they are shown as examples, a rule alone would show them",
    ),
    accepted(
        "名称为乱码", "Names garbled by a wrong encoding", "sections",
        put("sections", everywhere, name=lambda cells: cells.map(
            lambda text: text.encode().decode("gb18030", "replace"))),
        "名称无固定格式，且不影响计分", "names have no form to hold them against, and score nothing",
    ),
    caught(
        "部门的链路误删", "Links that probes speak of are gone", "network_links",
        drop("network_links", having(link_id="lk-edu-1")), "network_probes.references_known",
    ),
)  # fmt: skip

WRONG = (*KEYS, *TIMES, *UNITS, *VALUES)
