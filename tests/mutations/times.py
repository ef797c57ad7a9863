"""Dates and times that are wrong: in themselves, in their order, or too far off."""

from __future__ import annotations

from tests.mutations.edits import NEWEST, everywhere, first, given, having, in_year, put, shifted
from tests.mutations.mutation import accepted, caught

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
    caught(
        "时限年份误填为 2091", "A due year typed 2091", "official_documents",
        put("official_documents", first(), NEWEST, due_at=in_year(2091)),
        "due_within_two_years",
    ),
    caught(
        "收文年份误填为 2009", "A year of receipt typed 2009", "investment_cases",
        put("investment_cases", first(), NEWEST, received_at=in_year(2009)),
        "due_within_two_years",
    ),
    caught(
        "案例期限误填为 2091 年", "A sanction case due in 2091", "joint_sanction_cases",
        put("joint_sanction_cases", first(), NEWEST, due_at=in_year(2091)), "due_within_two_years",
    ),
    caught(
        "目录生效于 2091 年", "A directory in force from 2091", "credit_directories",
        put("credit_directories", first(), NEWEST, effective_from=in_year(2091),
            effective_to=None),
        "events_before_delivery",
    ),
    accepted(
        "各日期的年份一并误填为 2009", "All dates of a row typed 2009", "official_documents",
        put("official_documents", first(), NEWEST, received_at=in_year(2009),
            due_at=in_year(2009), completed_at=in_year(2009)),
        "前后一致的旧记录与补报的历史数据无从区分",
        "an old row that agrees with itself may be history that is handed in later",
    ),
    caught(
        "链路中断发生在 2091 年", "An outage of 2091", "network_outages",
        put("network_outages", first(), NEWEST, started_at=in_year(2091), ended_at=in_year(2091)),
        "events_before_delivery",
    ),
    caught(
        "安全事件发生在 2091 年", "An incident of 2091", "security_incidents",
        put("security_incidents", first(), NEWEST, occurred_at=in_year(2091)),
        "events_before_delivery",
    ),
    caught(
        "目录更新于 2091 年", "A catalogue update of 2091", "catalogue_updates",
        put("catalogue_updates", first(), NEWEST, updated_at=in_year(2091)),
        "events_before_delivery",
    ),
    caught(
        "投资项目受理于 2091 年", "An investment case accepted in 2091", "investment_cases",
        put("investment_cases", given("accepted_at"), NEWEST, accepted_at=in_year(2091)),
        "events_before_delivery",
    ),
    caught(
        "目录应于 2091 年发布", "A catalogue entry due in 2091", "catalogue_entries",
        put("catalogue_entries", first(), NEWEST, due_at=in_year(2091)),
        "events_before_delivery",
    ),
    caught(
        "任务所属年度误填为 2091", "A target for the year 2091", "credit_targets",
        put("credit_targets", having(department_id="edu"), year="2091"),
        "events_before_delivery", "every_collector_has_a_target",
    ),
    caught(
        "材料成文于 2091 年", "A document dated 2091", "evidence",
        put("evidence", given("document_date"), NEWEST, document_date=in_year(2091)),
        "events_before_delivery", "document_not_after_submission",
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
