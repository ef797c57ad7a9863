"""Every label of the report in both languages. What the published file says is not here."""

from __future__ import annotations

from scorecard import shades
from scorecard.words import PART_MISSING, STALE, STATES, STATUSES, Pair

WORDS: dict[str, Pair] = {
    # around every page
    "product": ("电子政务考核", "E-government scorecard"),
    "skip": ("跳到正文", "Skip to content"),
    "menu": ("主要页面", "Main pages"),
    "on_page": ("本页内容", "On this page"),
    "trail": ("所在位置", "Where you are"),
    "city": ("全市", "City"),
    "indicators": ("指标", "Indicators"),
    "departments": ("部门", "Departments"),
    "sections": ("科室", "Sections"),
    "data": ("数据质量", "Data"),
    "as_of": ("计算日", "As of"),
    "digest": ("办法摘要", "Rulebook digest"),
    "version": ("发布版本", "Published version"),
    "window": ("考核期", "Window"),
    "decisions_until": ("认定截止", "Decisions until"),
    "assessments": ("考核", "Assessments"),
    "choose": ("选择一次考核", "Choose an assessment"),
    "older": (
        "这一版发布文件中没有此表：它由较早的程序生成。重新运行一次考核即可看到。",
        "This published version has no such table: an older program wrote it. "
        "It is there after the next night.",
    ),
    "as_table": ("以表格查看", "As a table"),
    "only_day": (
        "历史中只有一天，还画不出走势。",
        "The history holds one day only: no trend yet.",
    ),
    "none": ("无", "None"),
    "all": ("全部", "All"),
    "clear": ("清除筛选", "Clear"),
    "filter_text": ("按文字筛选", "Filter by text"),
    # measures
    "rank": ("位次", "Rank"),
    "change": ("变化", "Change"),
    "department": ("部门", "Department"),
    "section": ("科室", "Section"),
    "indicator": ("指标", "Indicator"),
    "code": ("编号", "Code"),
    "name": ("名称", "Name"),
    "level1": ("一级指标", "Block"),
    "score": ("得分", "Score"),
    "total": ("总分", "Total"),
    "points": ("分值", "Points"),
    "full": ("满分", "Full marks"),
    "rate": ("得分率", "Rate"),
    "lost": ("失分", "Lost"),
    "lost_share": ("占部门失分", "Share of loss"),
    "status": ("状态", "Status"),
    "missing": STATUSES["missing"],
    "part_missing": PART_MISSING,
    "stale": STALE,
    "mean": ("全市平均", "City mean"),
    "best": ("全市最好", "City best"),
    "lowest": ("全市最低", "City lowest"),
    "own": ("本部门", "This department"),
    "day": ("日期", "Day"),
    "explanation": ("如何得出", "How it came about"),
    "responsible": ("责任科室", "Sections"),
    "role": ("角色", "Role"),
    "lead": ("牵头", "Leads"),
    "support": ("配合", "Supports"),
    "computed": ("调整前", "Before adjustment"),
    # city
    "ranking": ("部门排名", "Ranking"),
    "ranking_note": (
        "按得分率排列；变化与{day}相比。",
        "By rate; the change is against {day}.",
    ),
    "no_earlier": ("历史中没有一个月以前的数据。", "The history holds nothing a month back."),
    "blocks": ("各板块得分率", "Rates by block"),
    "blocks_note": (
        "每个点是一个部门；竖线为全市平均。平均为各部门得分率的平均。",
        "A dot is a department, the bar is the city's mean: the mean of the departments' rates.",
    ),
    "highlight": ("突出显示", "Highlight"),
    "trend": ("走势", "Trend"),
    "heat": ("部门 × 指标", "Departments × indicators"),
    "heat_note": (
        f"格内为得分，底色越重失分越多；“{shades.PART_MISSING_MARK}”为有缺报项。"
        "点编号看指标，点分数看该部门的说明。",
        "Scores; the stronger the colour, the more is lost; "
        f"“{shades.PART_MISSING_MARK}”: a part is missing. A code leads to the indicator, a score "
        "to how it came about.",
    ),
    "tonight": ("当前要注意的", "What needs attention"),
    "stale_now": ("数据过期的指标", "Indicators that rest on late data"),
    "late_beside": (
        "逾期的来源 {n} 个，含只缺考核期以后数据的",
        "Sources that are late: {n}, with those that lack data after the window only",
    ),
    "missing_all": ("缺报（部门 × 指标）", "Missing (departments × indicators)"),
    "led_by": ("牵头科室", "Led by"),
    "missing_now": ("缺报最多的部门", "Departments that miss most"),
    "failed_now": ("未通过的检查", "Checks that failed"),
    "quarantined_now": ("隔离的行和文件", "Rows and files set aside"),
    "where_lost": ("失分在哪里", "Where points are lost"),
    "where_lost_note": (
        "失分合计为各部门失分之和。",
        "The loss is the sum over all departments.",
    ),
    "losing": ("失分部门", "Losing"),
    "mean_rate": ("平均得分率", "Mean rate"),
    "more": ("更多", "More"),
    "legend": ("图例", "Key"),
    # department
    "composition": ("分值的构成", "Where the points are"),
    "composition_note": (
        "由内向外：板块、二级指标、指标；最外圈为失去的分。",
        "From the centre: block, level 2, indicator; the outermost arcs are what is lost.",
    ),
    "waterfall": ("从满分到得分", "From full marks to the score"),
    "not_applied": ("不适用", "Not applicable"),
    "others": ("其余 {n} 项", "{n} more"),
    "best_departments": ("最好的部门", "Best departments"),
    "and_more": ("等，另 {n} 个", "and {n} more"),
    "axis_from": ("坐标从 {n} 分起，不从 0 分起", "The axis starts at {n} points, not at 0"),
    "against": ("各板块与全市相比", "Blocks against the city"),
    "gains": ("怎样把分拿回来", "What would win points back"),
    "gains:deciding": ("经更正或认定可拿回的分", "What corrections and decisions can win back"),
    "gains:closed": ("本可得分", "What could have been won"),
    "gains_sum": (
        "失分 {lost} 分：下列各项都照所写做到，至少拿回 {within} 分；"
        "其余 {rest} 分难以达到，或无法预计。",
        "Of {lost} points lost, the changes below win at least {within} if all are done as they "
        "are worded; the other {rest} are out of reach or cannot be promised.",
    ),
    "how_to_read": ("怎样看这张表", "How to read this table"),
    "gains_sum:deciding": (
        "失分 {lost} 分：下列各项中，靠认定可拿回 {decided} 分；另 {corrected} 分靠更正或补报，"
        "限于考核期内确已发生而漏报、错报的事项；其余 {rest} 分难以达到，或无法预计。",
        "Of {lost} points lost, decisions can win back {decided}; corrections and late deliveries "
        "another {corrected}, but only of what did happen in the window and was reported wrongly "
        "or not at all; the other {rest} are out of reach or cannot be promised.",
    ),
    "gains_note": (
        "“最小的改变”是能得分的最少一步，“得满分”是补回全部失分所需；“可得”为其中做得到的最多分数，"
        "由计分程序自身算出。逾期、退回等已无法改正的，只能靠新增来冲抵；"
        "新增的事项往往计入几个评分项，照所写样样合格，别处的分才不会降。"
        "需新增超过现有基数 {reach} 倍才得满分的，视为难以达到，"
        "不列数量（准确数在发布表 mart_gain）。"
        "“如何得出”里的“还差”只数现有事项，不算冲抵，也不算得分的四舍五入，因此与这里的数量不同；"
        "失分由人工调整决定的，各评分项失分之和可能不等于指标失分。",
        "“Smallest change” is the least that earns anything, “Full points” what wins back all "
        "that is lost; the gain is the most within reach, worked out by the scoring itself. "
        "What came late or was returned cannot be mended, only outweighed by new items. Those "
        "often count in other parts, too: as good as they are worded, they cost none there. Where "
        "full points take more new items than {reach} times the present base, they are out of "
        "reach and no amount is told (the published table mart_gain has it). "
        "“Short of” under “How it came about” counts among the items there are and to the last "
        "fraction, before rounding, so it differs from the amounts here; where a decision set the "
        "score, the losses of the parts need not add up to the indicator's.",
    ),
    "still_counts": (
        "考核期已于 {end} 结束，此后发生的事项不计分；"
        "期内事项的更正、补报，以及不晚于 {until} 的认定仍然计分，靠认定的逐项标明。",
        "The window ended on {end}, and nothing that happens later counts; corrections and "
        "late deliveries of what happened in it, and decisions until {until}, still do. What goes "
        "by a decision is marked.",
    ),
    "nothing_moves": (
        "考核已结束，得分不再变动。下面是当时还欠缺什么。",
        "The assessment is closed and no score moves any more. This is what was lacking.",
    ),
    "gain": ("可得", "Gain"),
    "step": ("最小的改变", "Smallest change"),
    "full_step": ("得满分", "Full points"),
    "same": ("同左", "the same"),
    "by_decision": ("靠认定", "by a decision"),
    "beyond": ("难以达到", "out of reach"),
    "part": ("评分项", "Part"),
    "nothing_lost": ("没有失分。", "Nothing is lost."),
    "no_way_back": (
        "所失的分不能靠改变数据拿回来。",
        "What is lost cannot be won back by a change of inputs.",
    ),
    "table": ("全部指标", "All indicators"),
    "only_lost": ("只看失分", "Only what is lost"),
    "led_lost": ("牵头失分", "Lost, led"),
    "supported_lost": ("配合失分", "Lost, supported"),
    "led": ("牵头", "Led"),
    "supported": ("配合", "Supported"),
    "outages": ("网络中断", "Network outages"),
    "link": ("链路", "Link"),
    "started": ("开始", "Began"),
    "ended": ("结束", "Ended"),
    "open": ("未恢复", "still open"),
    "hours": ("时长（时:分）", "Duration (h:mm)"),
    "planned": ("计划内", "Planned"),
    "major": ("重大", "Major"),
    "history": ("历次得分", "History"),
    # section
    "tasks": ("任务", "Tasks"),
    "task_led": ("牵头的任务", "Tasks led"),
    "task_supported": ("配合的任务", "Tasks supported"),
    "at_stake": ("牵头分值", "Points led"),
    "lacking": ("欠缺与补救", "Lacking, and the way back"),
    "lacking:closed": ("当时欠缺", "What was lacking"),
    "facts_until": ("事实计至", "Facts count until"),
    "facts_until:closed": ("事实计至", "Facts counted until"),
    "decisions_until:closed": ("认定计至", "Decisions counted until"),
    "until": ("截止", "Counts until"),
    "until:closed": ("计至", "Counted until"),
    "facts": ("事实", "facts"),
    "decisions": ("认定", "decisions"),
    "due": ("最新一批数据应到", "Newest delivery was due"),
    "tasks_note": (
        "补救：先列最小的改变，再列得满分所需（“难以达到”的含义见部门页）。"
        "截止：此日之后的事实或认定不再计分，此前事实的更正、补报仍可计分。"
        "最新一批数据应到：对数据提供单位而言，不是科室的期限。",
        "The way back: the smallest change, then what full points take (what is out of reach, the "
        "department's page says). Counts until: later facts or decisions win no points, "
        "corrections of earlier facts still do. Newest delivery was due: of the data's provider, "
        "no deadline of the section.",
    ),
    "tasks_note:closed": (
        "考核已结束，得分不再变动。计至：此日之后的事实或认定没有计分。"
        "最新一批数据应到：数据提供单位最近一批数据的应到时间，不是科室的期限。",
        "The assessment is closed and no score moves any more. Counted until: later facts or "
        "decisions won no points. Newest delivery was due: when the data provider's latest data "
        "should have come, which is no deadline of the section.",
    ),
    # indicator
    "rule": ("规则", "The rule"),
    "reading": ("规则解读", "The reading chosen"),
    "inputs": ("数据与来源", "Inputs and source"),
    "inputs_note": (
        "按评分项列出：各评分项可能查看同一批行，各自计入其中一部分，因此不能相加。",
        "By part: parts may read the same rows, and each counts its own of them, so the rows of "
        "parts do not add up.",
    ),
    "provider": ("数据提供", "Data provider"),
    "by_departments": ("由各部门报送", "Delivered by the departments"),
    "method": ("计分方法", "Method"),
    "metric": ("度量", "Metric"),
    "dataset": ("数据集", "Dataset"),
    "files": ("文件", "Files"),
    "rows_read": ("查看行数", "Rows read"),
    "rows_counted": ("计入行数", "Rows counted"),
    "newest": ("最新周期", "Newest period"),
    "checks_failed": ("未过检查", "Checks failed"),
    "each_department": ("各部门", "Every department"),
    "value": ("量值", "Value"),
    "distribution": ("各部门得分率", "Rates of the departments"),
    "no_source": ("没有收到过数据。", "Nothing was ever delivered."),
    "previous": ("上一项", "Previous"),
    "next": ("下一项", "Next"),
    # data
    "freshness": ("数据时效", "Freshness by source"),
    "freshness_note": (
        "滞后为最新周期结束至计算日终了的时长。",
        "The lag runs from the end of the newest period to the end of the as-of date.",
    ),
    "checks": ("质量检查", "Checks"),
    "quarantine": ("隔离", "Quarantine"),
    "quarantine_note": (
        "请提供单位更正后以原文件名重新报送。每种原因最多列出 10 行。",
        "To be corrected by the provider and delivered again under the same file name. "
        "At most 10 rows of a reason are listed.",
    ),
    "call": ("联系", "Call"),
    "source": ("来源", "Source"),
    "due_at": ("应到时间", "Due"),
    "lag": ("滞后（天）", "Lag (days)"),
    "timely": ("及时", "In time"),
    "late": ("逾期", "Late"),
    "late_sources": ("逾期的来源", "Sources that are late"),
    "late_note": (
        "逾期：到计算日应到的最新一期没有到，考核期以后的也算。影响得分的只是考核期内的数据，见",
        "Late: the newest period due by the as-of date has not come, also one after the window. "
        "Only data of the window bears on scores, see",
    ),
    "yes": ("是", "Yes"),
    "no": ("否", "No"),
    "last_loaded": ("最近入库", "Last loaded"),
    "rows_loaded": ("入库行数", "Rows loaded"),
    "rows_quarantined": ("隔离行数", "Set aside"),
    "used_by": ("用于指标", "Feeds"),
    "check": ("检查", "Check"),
    "kind": ("类别", "Kind"),
    "result": ("结果", "Result"),
    "passed": ("通过", "Passed"),
    "failed": ("未通过", "Failed"),
    "observed": ("实际", "Observed"),
    "expected": ("应为", "Expected"),
    "why": ("为什么检查", "Why"),
    "reason": ("原因", "Reason"),
    "rejected": ("行数", "Rows"),
    "file": ("文件", "File"),
    "line": ("行", "Line"),
    "whole_file": ("整个文件", "whole file"),
}

CODES: dict[str, dict[str, Pair]] = {
    "state": STATES,
    "status": STATUSES,
    "role": {"lead": ("牵头", "Leads"), "support": ("配合", "Supports")},
    "kind": {
        "completeness": ("完整性", "Completeness"),
        "timeliness": ("及时性", "Timeliness"),
        "validity": ("有效性", "Validity"),
    },
    "severity": {"warn": ("警告", "Warning"), "error": ("错误", "Error")},
    "method": {
        "ratio": ("按比例：分值 × 数值 ÷ 基数", "Ratio: points × value ÷ base"),
        "per_unit": (
            "按件：每件计固定分值，不超过满分",
            "Per unit: so much for each, up to full marks",
        ),
        "flag": (
            "达标：达到要求得满分，否则不得分",
            "All or nothing: full marks once the requirement is met",
        ),
        "levels": ("按等级给分", "Levels: each level has its points"),
        "limit": (
            "限量：不超过上限得满分，否则不得分",
            "Limit: full marks within the limit, else none",
        ),
        "rank_bands": (
            "按位次：数值 ÷ 基数的名次决定得分",
            "Rank: points by the rank of value ÷ base",
        ),
        "scaled": (
            "折算：由来源单位的评分按比例折算",
            "Scaled from the score that another body gave",
        ),
    },
    "shade": {shade.key: (shade.zh, shade.en) for shade in shades.LEGEND},
}

FILTERED: dict[str, Pair] = {**STATUSES, "part": PART_MISSING, "stale": STALE}
"""The choices of a filter by status, by the words that a row bears."""


def by_state(key: str, state: str) -> str:
    """The key of a label in the wording of a state of the assessment, where it has one."""
    own = f"{key}:{state}"
    return own if own in WORDS else key


def both(key: str) -> dict[str, str]:
    """A label as a node of a chart: the script takes the reader's language."""
    zh, en = WORDS[key]
    return {"zh": zh, "en": en}
