"""The suites of the published tables: what must be true of them before they may go out.

Every table is asked for its rows, its required values and its key, by its contract. What else must
hold of the scores is said here check by check; the counts they read are made in `score_frames`. All
of them block. A check is added with its count in the frame and a row that it rejects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from expectations.check import Check, Kind
from expectations.moves import BECAUSE
from scorecard.contract import Contract
from scorecard.night import MADE_AT_PUBLISHING

_INDICATOR = "fct_indicator_score"
_PART = "fct_part_score"
_CARD = "mart_scorecard"
_LEVEL = "mart_scorecard_level"
_HISTORY = "fct_score_history"
_RULEBOOK = "dim_indicator"
_GAIN = "mart_gain"

_GREATEST = "ExpectColumnMaxToBeBetween"
"""Of what every suite needs: the greatest of nothing is none and fails, a sum of nothing is 0."""


def judged_tables(published: Mapping[str, Contract]) -> dict[str, Contract]:
    """The published tables that are judged: all but what is made of the verdicts themselves."""
    return {
        name: table
        for name, table in published.items()
        if f"marts.{name}" not in MADE_AT_PUBLISHING
    }


def score_checks(tables: Mapping[str, Contract]) -> tuple[Check, ...]:
    """Every check of the tables, see `judged_tables`, table by table."""
    own = list(_own_checks())
    return tuple(
        check
        for subject, table in tables.items()
        for check in (*_common(table), *(c for c in own if c.subject == subject))
    )


def _common(table: Contract) -> Iterator[Check]:
    """The floor, the ceiling of nulls and the grain: what other checks pass over without them."""
    yield _none(
        table.name, "rows_present", "completeness", "rows_lacking",
        "行数不得少于应有的行数：缺一行，就有一个部门或一项内容未予考核或公布",
        "There are no fewer rows than there must be: where one lacks, somebody is not assessed or "
        "something not told",
        expectation=_GREATEST, observed_from="rows_found", expected_from="rows_expected",
    )  # fmt: skip
    yield _none(
        table.name, "values_present", "completeness", "missing_values",
        "必填列不得为空：空值会被汇总略过，结果因此偏低而无从察觉",
        "No required column is empty: sums pass over a null, and are too low unseen",
        expectation=_GREATEST,
    )  # fmt: skip
    if table.key:
        why_zh = "主键不得重复：重复的行会被汇总两次，使用方取到哪一行也无法确定"
        why_en = "No key stands twice: sums count such a row twice, and readers get either of them"
    else:
        why_zh = "本表没有主键，行数不得多于其来源的行数：多出的即为重复，会被汇总两次"
        why_en = (
            "Without a key, there are no more rows than the table is made of: what is beyond them "
            "stands twice, and sums count it twice"
        )
    yield _none(table.name, "keys_unique", "validity", "repeated", why_zh, why_en)


def _own_checks() -> Iterator[Check]:
    yield from _rulebook_checks()
    yield from _part_checks()
    yield from _indicator_checks()
    yield from _card_checks()
    yield from _level_and_history_checks()
    yield from _gain_checks()


def _rulebook_checks() -> Iterator[Check]:
    yield _none(
        _RULEBOOK, "every_indicator_once", "completeness", "not_once",
        "考核细则的每项指标须列出且只列一次，不得多出细则以外的指标",
        "Every indicator of the rulebook stands here exactly once, and no other does",
    )  # fmt: skip
    yield _none(
        _RULEBOOK, "points_follow_the_rulebook", "validity", "points_off",
        "各指标分值须与考核细则及其评分项之和一致，合计等于细则总分（2019 年为 100 分）",
        "Each indicator has the rulebook's points, those of its parts together; all of them make "
        "the rulebook's total (100 in 2019)",
        observed_from="points_found", expected_from="points_expected",
    )  # fmt: skip


def _part_checks() -> Iterator[Check]:
    yield _none(
        _PART, "every_part_once", "completeness", "not_once",
        "每个被考核部门的每个评分项须有且只有一行，不得多出其他部门或评分项",
        "Every part of every assessed department stands here exactly once, and no other does",
    )  # fmt: skip
    yield _none(
        _PART, "score_within_points", "validity", "beyond_points",
        "评分项得分须在 0 分与该项分值之间",
        "A part scores no less than 0 and no more than its points",
    )  # fmt: skip
    yield _none(
        _PART, "status_known", "validity", "status_unknown",
        "状态只能是已计分、缺报、不适用之一，否则无法判断该项应否计入",
        "The status is scored, missing or not_applicable, or nobody can tell what the part counts",
    )  # fmt: skip
    yield _none(
        _PART, "points_follow_the_rulebook", "validity", "points_off",
        "适用的评分项须按考核细则的分值计，不适用的计 0 分值；缺报和不适用的不得有得分",
        "A part that applies has the rulebook's points, one that does not has none; what is "
        "missing or does not apply scores nothing",
    )  # fmt: skip


def _indicator_checks() -> Iterator[Check]:
    yield _none(
        _INDICATOR, "every_indicator_once", "completeness", "not_once",
        "每个被考核部门的每项指标须有且只有一行，不得多出其他部门或指标",
        "Every indicator of every assessed department stands here exactly once, and no other does",
    )  # fmt: skip
    yield _none(
        _INDICATOR, "score_within_points", "validity", "beyond_points",
        "指标得分和调整前的计算得分均须在 0 分与该指标分值之间",
        "An indicator scores no less than 0 and no more than its points, before an adjustment, too",
    )  # fmt: skip
    yield _none(
        _INDICATOR, "status_known", "validity", "status_unknown",
        "状态只能是已计分、缺报、不适用、人工调整之一，否则无法判断该指标应否计入",
        "The status is scored, missing, not_applicable or adjusted, or nobody can tell what the "
        "indicator counts",
    )  # fmt: skip
    yield _none(
        _INDICATOR, "status_follows_parts", "validity", "status_off",
        "指标状态和是否过期须由其评分项及人工调整决定推出：全部不适用、已调整、全部缺报、已计分，"
        "按此顺序取最先符合的一项",
        "Status and staleness follow from the parts and the decisions: all not applicable, "
        "adjusted, all missing, scored, the first that fits; stale where a part that applies is",
    )  # fmt: skip
    yield _none(
        _INDICATOR, "points_add_up", "validity", "points_off",
        "指标分值须等于其适用评分项分值之和",
        "An indicator has the points of its parts that apply, added up",
    )  # fmt: skip
    yield _none(
        _INDICATOR, "score_adds_up", "validity", "score_off",
        "计算得分须等于评分项得分之和；得分须等于计算得分，有人工调整的等于调整分值；失分等于分值减得分",
        "The computed score is the sum of the parts' scores; the score is that, or what an "
        "adjustment decided; lost is points minus score",
    )  # fmt: skip


def _card_checks() -> Iterator[Check]:
    yield _none(
        _CARD, "every_department_once", "completeness", "not_once",
        "每个被考核部门须有且只有一行，不得多出其他部门",
        "Every assessed department stands here exactly once, and nobody else does",
    )  # fmt: skip
    yield _none(
        _CARD, "points_add_up", "validity", "points_off",
        "部门满分须等于其适用指标分值之和",
        "A department's points are those of the indicators that apply to it, added up",
    )  # fmt: skip
    yield _none(
        _CARD, "total_adds_up", "validity", "total_off",
        "部门总分须等于其各指标得分之和",
        "A department's total is the sum of its indicators' scores",
    )  # fmt: skip
    yield _none(
        _CARD, "rate_is_exact", "validity", "rate_off",
        "得分率须为总分除以满分的百分数，四舍五入到两位小数；满分为 0 的不计得分率",
        "The rate is the total in percent of the points, half up to two decimals; none without "
        "points",
    )  # fmt: skip
    yield _none(
        _CARD, "rank_follows_rate", "validity", "rank_off",
        "位次为得分率更高的部门数加 1：得分率相同的并列，其后跳号（1、2、2、4）；无得分率的不排名",
        "The rank is one more than the departments with a higher rate: equal rates share it and "
        "the next is skipped (1, 2, 2, 4); no rank without a rate",
    )  # fmt: skip
    yield _none(
        _CARD, "counts_agree", "validity", "counts_off",
        "缺报指标数和过期指标数须与指标得分表一致",
        "The numbers of missing and of stale indicators are those of the indicator scores",
    )  # fmt: skip
    yield _none(
        _CARD, "total_moves_little", "validity", "unaccepted",
        "与 7 日内发布的上一版本相比，部门总分变动超过 10 分的，或者部门不再列入考核的，"
        "须经确认并说明理由后方可发布，以防程序或数据差错造成的异常得分流出",
        "A total that moves by more than 10 points from the version published within 7 days, or a "
        "department of it that is no longer assessed, is published only once somebody has "
        "accepted it and said why: it is more often a fault than a deed",
        observed_from="moves_found", expected_from="moves_expected", tolerance_because=BECAUSE,
    )  # fmt: skip


def _level_and_history_checks() -> Iterator[Check]:
    yield _none(
        _LEVEL, "every_level_once", "completeness", "not_once",
        "每个被考核部门的每个一级指标须有且只有一行，不得多出其他部门或一级指标",
        "Every first level of every assessed department stands here exactly once, and no other",
    )  # fmt: skip
    yield _none(
        _LEVEL, "levels_add_up", "validity", "sums_off",
        "一级指标的得分、分值须等于其下各指标之和，得分率须由此算出；各一级指标合计即为部门总分",
        "A first level's score and points are the sums of the indicators under it, and its rate "
        "follows from them; so the levels add up to the department's total",
    )  # fmt: skip
    yield _none(
        _HISTORY, "score_within_points", "validity", "beyond_points",
        "历史得分须在 0 分与当时的分值之间",
        "A score of any day is no less than 0 and no more than its points of that day",
    )  # fmt: skip
    yield _none(
        _HISTORY, "days_as_scored", "validity", "day_off",
        "当日的历史须与本次指标得分一致，以往各日须与当时留存的得分一致，不得增减改动",
        "The day of now has the indicator scores as they stand, and every day before has the "
        "scores that were kept of it: nothing lost, added or changed",
    )  # fmt: skip


def _gain_checks() -> Iterator[Check]:
    yield _none(
        _GAIN, "every_lost_part_told", "completeness", "not_told",
        "每个失分的评分项须写明怎样补回或为何无法预计，未失分的不得列出",
        "Every part that lost points says what wins them back or why nothing can be promised, and "
        "no other part does",
    )  # fmt: skip
    yield _none(
        _GAIN, "gain_follows_score", "validity", "gain_off",
        "可得分数须为变化后得分减现得分，大于 0（无法预计的为 0），不得超过分值；第 2 步须得满分",
        "The gain is the score after the change minus the score now, above 0 (0 for none) and "
        "within the points; the second step makes them full",
    )  # fmt: skip


def _none(
    subject: str,
    name: str,
    kind: Kind,
    measure: str,
    why_zh: str,
    why_en: str,
    *,
    expectation: str = "ExpectColumnSumToBeBetween",
    observed_from: str | None = None,
    expected_from: str | None = None,
    tolerance_because: str | None = None,
) -> Check:
    """A check that a count of the frame is 0 altogether."""
    return Check(
        subject,
        name,
        kind,
        expectation,
        {"column": measure, "min_value": 0, "max_value": 0},
        why_zh,
        why_en,
        severity="error",
        measure=measure,
        observed_from=observed_from,
        expected_from=expected_from,
        tolerance_because=tolerance_because,
    )
