"""What does not come: days, months, departments, files, whole datasets, single values."""

from __future__ import annotations

from tests.mutations.edits import (
    NEWEST,
    Where,
    drop,
    empty,
    first,
    given,
    having,
    lose,
    put,
    share,
    within,
)  # fmt: skip
from tests.mutations.inbox import Inbox
from tests.mutations.mutation import accepted, caught


def _pushed_by_edu(*periods: str) -> Where:
    in_time = within("pushed_at", *periods)
    return lambda rows: rows["directory_id"].str.startswith("dir-edu-") & in_time(rows)


def _forget_department(inbox: Inbox) -> None:
    for dataset in (
        "official_documents", "investment_cases", "certificates", "trading_platform_scores",
        "internet_egress", "legal_supervision_records", "service_platform_results", "evidence",
        "base_library_uses", "joint_sanction_cases",
    ):  # fmt: skip
        drop(dataset, having(department_id="edu"))(inbox)


LOST = (
    caught(
        "一条链路丢失一天的探测记录", "A day of a link's probes is lost", "network_probes",
        drop("network_probes", within("probed_at", "2019-09-11", link_id="lk-edu-1")),
        "no_silent_period",
    ),
    caught(
        "全市丢失一天的信用记录", "A day of the whole city's credit records is lost",
        "credit_records", drop("credit_records", within("pushed_at", "2019-09-11")),
        "no_silent_period",
    ),
    caught(
        "一个部门整月没有信用记录", "A department pushes no credit record for a month",
        "credit_records", drop("credit_records", _pushed_by_edu("2019-09")), "no_silent_period",
    ),
    accepted(
        "一个部门丢失一天的信用记录", "A day of a department's credit records is lost",
        "credit_records", drop("credit_records", _pushed_by_edu("2019-09-11")),
        "按部门只看整月：部门一天行数不多，休息日和零星业务也会没有数据",
        "departments are looked at by month: a day of one is few rows, and rest days have none",
    ),
    accepted(
        "一个部门从未报送信用记录", "A department never pushed a credit record", "credit_records",
        drop("credit_records", _pushed_by_edu("20")),
        "没有先例可比，无从区分漏报与无此业务；依据它的评分项在得分表上列为缺报",
        "nothing tells it from one that has none to push; the parts are published as missing",
    ),
    caught(
        "一个部门的多个数据集全部缺失", "A department is missing from ten datasets",
        "official_documents", _forget_department, "mart_scorecard.total_moves_little",
    ),
    caught(
        "一个部门缺一个月的出口检测", "A department has no egress observation for a month",
        "internet_egress",
        drop("internet_egress", within("observed_on", "2019-09", department_id="edu")),
        "no_silent_period",
    ),
    caught(
        "中间一个月的文件未送达", "A month's file in the middle never came", "certificates",
        lose("certificates", -4), "no_silent_period",
    ),
    caught(
        "一个月的文件只有表头", "A month's file has a header alone", "certificates",
        empty("certificates", -4), "no_silent_period",
    ),
    caught(
        "一个月的考评文件只有表头", "A month's file of a dense dataset has a header alone",
        "trading_platform_scores", empty("trading_platform_scores", -4), "no_silent_period",
    ),
    caught(
        "一个数据集只有表头", "A dataset has a header alone", "certificate_types",
        empty("certificate_types", -1), "rows_delivered",
    ),
    caught(
        "一个季度的公文文件未送达，每日仅三件", "A quarter's file of three rows a day never came",
        "official_documents", lose("official_documents", -2), "no_silent_period",
    ),
    accepted(
        "中间一个月的链路中断登记未送达", "A month of outages in the middle never came",
        "network_outages", lose("network_outages", -4),
        "没有中断的月份本来就没有行，缺一个月的文件与无中断无从区分",
        "a month without outages has no rows, and nothing tells it from a file that never came",
    ),
    accepted(
        "中间一个季度的抽查结果未送达", "A quarter of inspections in the middle never came",
        "resource_inspections", lose("resource_inspections", -2),
        "每季二十行，分到部门和月份只有个位数，没有数据属正常",
        "twenty rows a quarter are a few of a department and month, and none is no surprise",
    ),
    caught(
        "最后一个月的文件未送达", "The last month's file never came", "network_probes",
        lose("network_probes", -1), "due_period_arrived", "no_silent_period",
    ),
    caught(
        "最后一个月的考评未送达", "The last month's scores never came", "trading_platform_scores",
        lose("trading_platform_scores", -1), "due_period_arrived", "no_silent_period",
    ),
    caught(
        "没有日期列的台账不再更新", "A register without dates is no longer delivered",
        "credit_check_matters", lose("credit_check_matters", -1), "due_period_arrived",
    ),
    caught(
        "整个数据集从未送达", "A whole dataset was never delivered", "service_platform_results",
        lose("service_platform_results"), "rows_delivered", "due_period_arrived",
    ),
    caught(
        "部门名录缺一个部门", "A department is missing from the register", "departments",
        drop("departments", having(department_id="edu")),
        "official_documents.references_known", "sections.references_known",
    ),
    caught(
        "一个部门没有内设科室", "A department has no section", "sections",
        drop("sections", having(department_id="edu")),
        "every_department_has_one", "responsibilities.references_known",
    ),
    caught(
        "缺一个科室", "A section is missing", "sections",
        drop("sections", having(department_id="edu", section_id="policy")),
        "responsibilities.references_known",
    ),
    caught(
        "一项指标没有牵头科室", "An indicator has no lead section", "responsibilities",
        drop(
            "responsibilities",
            having(department_id="edu", indicator_code="001", role="lead"),
        ),
        "exactly_one_lead",
    ),
    caught(
        "人口表只有 15 个市", "Fifteen cities instead of sixteen", "populations",
        drop("populations", having(city_code="340100")),
        "sixteen_cities", "certificate_volumes.references_known",
    ),
    caught(
        "一个部门没有信用归集任务数", "A department has no target for credit records",
        "credit_targets", drop("credit_targets", having(department_id="edu")),
        "every_collector_has_a_target",
    ),
    caught(
        "必填的部门编号为空", "A required department id is empty", "official_documents",
        put("official_documents", first(), NEWEST, department_id=None), "rows_keep_the_contract",
    ),
    caught(
        "入库后必填列出现空值", "A required column is empty past landing", "official_documents",
        "update profile.official_documents set missing_values = 1 where day = date '2019-12-31'",
        "values_present",
    ),
    caught(
        "已认可的材料没有审核日期", "An accepted document has no day of its verdict", "evidence",
        put("evidence", given("decided_on"), NEWEST, decided_on=None), "verdict_has_its_day",
    ),
    accepted(
        "随机丢失 5% 的行", "Five rows in a hundred are lost at random", "credit_records",
        drop("credit_records", share(5)),
        "与正常的业务波动无从区分", "nothing tells it from business as usual",
    ),
    caught(
        "一个月随机丢失 70% 的行", "Seventy rows in a hundred of a month are lost at random",
        "credit_records", drop("credit_records", share(70), -6), "no_silent_period",
    ),
    accepted(
        "一个月随机丢失 50% 的行", "Half the rows of a month are lost at random", "credit_records",
        drop("credit_records", share(50), -6),
        "春节所在的二月和暑期淡季也会少到一半，无从区分；全市一个月不足平常三分之一的才报",
        "a February with its holidays or a quiet summer has as few; told is a month of the city "
        "with less than a third of the usual",
    ),
    caught(
        "资源目录台账漏掉已挂接的目录", "An entry with mounts is missing from the catalogue",
        "catalogue_entries", drop("catalogue_entries", having(entry_id="cat-edu-0001")),
        "catalogue_mounts.references_known", "catalogue_updates.references_known",
    ),
)  # fmt: skip
