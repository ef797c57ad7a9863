"""What no delivery can do and a faulty model might: scores that are wrong once they are made."""

from __future__ import annotations

from tests.mutations.edits import all_of, having, put
from tests.mutations.mutation import accepted, caught

ONE = "where department_id = 'edu' and indicator_code = '008'"
EDU = "where department_id = 'edu'"
INDICATOR, PART, CARD = "fct_indicator_score", "fct_part_score", "mart_scorecard"
LEVEL, HISTORY, RULEBOOK = "mart_scorecard_level", "fct_score_history", "dim_indicator"
TASK, OUTAGE, SOURCE = "mart_section_task", "mart_outage", "fct_part_source"
DEPARTMENT = "dim_department"

SCORES = (
    caught(
        "指标得分高于分值", "An indicator scores above its points", INDICATOR,
        f"update marts.{INDICATOR} set score = points + 1 {ONE}", "score_within_points",
    ),
    caught(
        "指标得分为负", "An indicator scores below 0", INDICATOR,
        f"update marts.{INDICATOR} set score = -1 {ONE}", "score_within_points",
    ),
    caught(
        "指标得分为空", "An indicator's score is empty", INDICATOR,
        f"update marts.{INDICATOR} set score = null {ONE}", "values_present",
    ),
    caught(
        "指标得分差 0.01", "An indicator's score is off by 0.01", INDICATOR,
        f"update marts.{INDICATOR} set score = score - 0.01, computed_score = computed_score - "
        f"0.01, lost = lost + 0.01 {ONE}",
        "score_adds_up", "mart_scorecard.total_adds_up", "mart_scorecard_level.levels_add_up",
    ),
    caught(
        "缺一行指标得分", "An indicator's row is missing", INDICATOR,
        f"delete from marts.{INDICATOR} {ONE}", "rows_present", "every_indicator_once",
    ),
    caught(
        "指标得分行重复", "An indicator's row is doubled", INDICATOR,
        f"insert into marts.{INDICATOR} select * from marts.{INDICATOR} {ONE}",
        "keys_unique", "every_indicator_once",
    ),
    caught(
        "状态未定义", "A status that is not known", INDICATOR,
        f"update marts.{INDICATOR} set status = 'unknown' {ONE}", "status_known",
    ),
    caught(
        "已计分误作缺报", "A scored indicator is called missing", INDICATOR,
        f"update marts.{INDICATOR} set status = 'missing' {ONE}",
        "status_follows_parts", "mart_scorecard.counts_agree",
    ),
    caught(
        "数据过期标记颠倒", "Stale and timely are mistaken for each other", INDICATOR,
        f"update marts.{INDICATOR} set stale = not stale", "status_follows_parts",
    ),
    caught(
        "两个部门的得分互换", "Two departments' scores are swapped", INDICATOR,
        f"update marts.{INDICATOR} set department_id = if(department_id = 'edu', 'ndrc', 'edu') "
        "where department_id in ('edu', 'ndrc')",
        "score_adds_up", "mart_scorecard.total_adds_up",
    ),
    caught(
        "缺一行评分项得分", "A part's row is missing", PART,
        f"delete from marts.{PART} {ONE}", "rows_present", "every_part_once",
    ),
    caught(
        "评分项得分高于分值", "A part scores above its points", PART,
        f"update marts.{PART} set score = points + 1 {ONE}", "score_within_points",
    ),
    caught(
        "评分项分值与细则不符", "A part has other points than in the rulebook", PART,
        f"update marts.{PART} set points = points * 2 {ONE}", "points_follow_the_rulebook",
    ),
    caught(
        "评分项得分全为 0", "All parts score 0", PART,
        f"update marts.{PART} set score = 0", "fct_indicator_score.score_adds_up",
    ),
    accepted(
        "评分项的取值差一千倍而得分未变", "A part's value is off, its score is not", PART,
        f"update marts.{PART} set value = value * 1000 {ONE}",
        "取值怎样换算为得分，由手工核算的测试证明，不在每晚重算",
        "how a value becomes a score is shown by tests worked out by hand, not again every night",
    ),
    caught(
        "总分差 0.01", "A total is off by 0.01", CARD,
        f"update marts.{CARD} set total = total + 0.01 {EDU}", "total_adds_up",
    ),
    caught(
        "得分率差 0.01", "A rate is off by 0.01", CARD,
        f"update marts.{CARD} set score_rate = score_rate + 0.01 {EDU}", "rate_is_exact",
    ),
    caught(
        "位次整体后移一位", "All ranks are shifted by one", CARD,
        f"update marts.{CARD} set rank = rank + 1", "rank_follows_rate",
    ),
    caught(
        "得分率不同而并列", "A tie where rates differ", CARD,
        f"update marts.{CARD} set rank = 1 where rank = 2", "rank_follows_rate",
    ),
    caught(
        "缺一个部门", "A department is missing", CARD,
        f"delete from marts.{CARD} {EDU}", "rows_present", "every_department_once",
    ),
    caught(
        "多出其他城市的部门", "A department of another city", CARD,
        f"update marts.{CARD} set department_id = 'hefei-data' {EDU}", "every_department_once",
    ),
    caught(
        "缺报指标数为 0", "No indicator is said to be missing", CARD,
        f"update marts.{CARD} set indicators_missing = 0", "counts_agree",
    ),
    caught(
        "得分表为空", "The scorecard is empty", CARD,
        f"delete from marts.{CARD}", "rows_present", "every_department_once",
    ),
    caught(
        "总分较上一版本少 10.01 分", "A total moves by 10.01 points", CARD,
        f"update marts.{CARD} set total = total - 10.01 {EDU}", "total_moves_little",
    ),
    caught(
        "人工调整把两项指标改为 0 分", "Adjustments take two indicators to 0", "adjustments",
        all_of(
            put("adjustments", having(adjustment_id="adj-2019-01"), score="0"),
            put("adjustments", having(adjustment_id="adj-2019-02"), department_id="science",
                indicator_code="013", score="0"),
        ),
        "mart_scorecard.total_moves_little",
    ),
    caught(
        "一级指标得分差 0.01", "A first level's score is off by 0.01", LEVEL,
        f"update marts.{LEVEL} set score = score + 0.01 {EDU}", "levels_add_up",
    ),
    caught(
        "缺一个部门的一级指标", "A department's first levels are missing", LEVEL,
        f"delete from marts.{LEVEL} {EDU}", "rows_present", "every_level_once",
    ),
    caught(
        "历史得分行重复", "A row of the history is doubled", HISTORY,
        f"insert into marts.{HISTORY} select * from marts.{HISTORY} {ONE}",
        "keys_unique", "days_as_scored",
    ),
    caught(
        "历史得分丢失一行", "A row of the history is lost", HISTORY,
        f"delete from marts.{HISTORY} {ONE}", "rows_present", "days_as_scored",
    ),
    caught(
        "历史得分被改", "A score of the history is changed", HISTORY,
        f"update marts.{HISTORY} set score = 0 {ONE}", "days_as_scored",
    ),
    caught(
        "指标表分值与细则不符", "An indicator has other points than in the rulebook", RULEBOOK,
        f"update marts.{RULEBOOK} set points = points + 1 where indicator_code = '008'",
        "points_follow_the_rulebook",
    ),
    caught(
        "指标表缺一项指标", "An indicator is missing from the list", RULEBOOK,
        f"delete from marts.{RULEBOOK} where indicator_code = '008'", "every_indicator_once",
    ),
    caught(
        "辅助发布表为空", "A published table beside the scores is empty", TASK,
        f"delete from marts.{TASK}", "rows_present",
    ),
    caught(
        "部门表缺一个部门", "A department is missing from the list", DEPARTMENT,
        f"delete from marts.{DEPARTMENT} {EDU}", "rows_present",
    ),
    caught(
        "辅助发布表的必填列为空", "A required column beside the scores is empty", DEPARTMENT,
        f"update marts.{DEPARTMENT} set short_name = null {EDU}", "values_present",
    ),
    caught(
        "来源文件行重复", "A source file of a part stands twice", SOURCE,
        f"insert into marts.{SOURCE} select * from marts.{SOURCE} limit 1", "keys_unique",
    ),
    caught(
        "中断记录重复，该表没有主键", "An outage stands twice in a table without a key", OUTAGE,
        f"insert into marts.{OUTAGE} select * from marts.{OUTAGE} limit 1", "keys_unique",
    ),
    accepted(
        "科室任务的失分差 1 分", "What a section is told to have lost is off by a point", TASK,
        f"update marts.{TASK} set lost = lost + 1 {ONE}",
        "数值取自已受检的指标得分，不参与计分；照抄是否正确由测试证明，不在每晚重算",
        "taken from indicator scores that are judged, it scores nothing; that it is taken rightly "
        "is shown by tests, not again every night",
    ),
)  # fmt: skip
