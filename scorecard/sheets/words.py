"""Every word of the sheets that is not data, in Chinese and English."""

from __future__ import annotations

from typing import Literal, NamedTuple

from scorecard import shades
from scorecard import words as shared

Language = Literal["zh", "en"]


class Words(NamedTuple):
    """The same in Chinese and English."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        """The words of one language."""
        return self.zh if language == "zh" else self.en


SCORE_SHEET = Words("得分表", ": score sheet")
RANKING_SHEET = Words("结果汇总表", ": ranking")
SCORE_TAB = Words("考核得分表", "Score sheet")
RANKING_TAB = Words("考核结果汇总", "Ranking")
MATRIX_TAB = Words("指标得分矩阵", "Indicator matrix")
MATRIX_TITLE = Words("各部门指标得分一览", "Scores of all departments by indicator")

LEVELS = (Words("一级指标", "Level 1"), Words("二级指标", "Level 2"), Words("三级指标", "Level 3"))
CODE = Words("编号", "Code")
INDICATOR = Words("评分指标", "Indicator")
FULL = Words("标准分值", "Full points")
POINTS = Words("适用分值", "Points that apply")
SCORE = Words("得分", "Score")
EXPLANATION = Words("评分说明", "How it was scored")
PROVIDER = Words("数据提供单位", "Data provider")
LEAD = Words("牵头科室", "Lead section")
SUPPORT = Words("配合科室", "Supporting sections")
REMARKS = Words("备注", "Remarks")
SUBTOTAL = Words("小计", "Subtotal")
TOTAL_LINE = Words("合计", "Total")
RATE_IN_LINE = Words("得分率", "Score rate")

DEPARTMENT = Words("被考核部门", "Department")
WINDOW = Words("考核期", "Period assessed")
AS_OF = Words("数据截至", "As of")
STATE = Words("考核阶段", "Stage")
TOTAL = Words("总得分", "Total score")
RATE = Words("得分率", "Score rate")
RANK = Words("排名", "Rank")
DEPARTMENTS = Words("参评部门数", "Departments")
VERSION = Words("发布版本", "Published version")
DIGEST = Words("办法摘要", "Rulebook digest")
MISSING = Words("缺报指标数", "Indicators missing")
STALE = Words("过期指标数", "Indicators stale")

STATES = {state: Words(*words) for state, words in shared.STATES.items()}
INTERIM = Words(f"{{}}（{shared.INTERIM[0]}）", f"{{}} ({shared.INTERIM[1]})")
TO = Words(" 至 ", " to ")
BETWEEN = Words("、", ", ")
SEMICOLON = Words("；", "; ")

STATUSES = {status: Words(*words) for status, words in shared.STATUSES.items()}
PARTS = Words("：{}", ": {}")
COMPUTED = Words("，计算得分 {}", "; computed score {}")
REMARK_STALE = Words(*shared.STALE)
REMARK_READING = Words("口径见附注", "Reading: see the notes")

NOTES = Words("附注：评分口径", "Notes: how the rules are read")
READING = Words("评分口径", "Reading")
NOTES_WHY = Words(
    "考核细则未尽明确之处，按以下口径评分。",
    "Where the rules leave something open, they are read as follows.",
)
FORM_NOTES = (
    Words(
        "分值单位为分。“标准分值”为考核细则所定分值，“适用分值”为扣除不适用项后的分值；"
        "得分率＝得分÷适用分值，排名按得分率。",
        "Full points are those of the rulebook; points that apply leave out what does not. "
        "The score rate is the score by the points that apply, and ranks go by it.",
    ),
    Words(
        "“缺报”指应有数据或材料而未报送，得 0 分；“数据过期”指所用数据未按时送达。",
        "Missing: data or evidence was due and did not come, 0 points. "
        "Stale: data that was used did not come in time.",
    ),
)
SIGNED_BY = Words("考核单位（盖章）", "Assessing bureau (seal)")
SIGNED_BY_DEPARTMENT = Words("被考核部门（盖章）", "Department assessed (seal)")
SIGNATURE = Words("负责人（签字）：", "Head (signature):")
MADE_BY = Words("经办人（签字）：", "Prepared by (signature):")
DATE = Words("日期：　　　　年　　月　　日", "Date:")
PAGE = Words("第 {} 页，共 {} 页", "Page {} of {}")

RANK_HEAD = Words("名次", "Rank")
DEPARTMENT_HEAD = Words("部门", "Department")
MATRIX_NOTE = Words(
    f"格内为得分；颜色越深，失分越多。“－”为不适用，“*”为缺报，“{shades.PART_MISSING_MARK}”为有缺报项。",
    "Cells show scores; the darker, the more is lost. '－': not applicable; '*': missing; "
    f"'{shades.PART_MISSING_MARK}': a part is missing.",
)
LEGEND = Words("得分率", "Score rate")
SHADES = {shade.key: Words(shade.zh, shade.en) for shade in shades.LEGEND}
