"""How a score came about, told from the published file alone, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from scorecard.errors import ConfigurationError
from scorecard.published import Published, Row, open_published
from scorecard.words import STALE, STATES, STATUSES

RULES = {
    "ratio": ("分值 × 数值 ÷ 基数", "points x value / base"),
    "per_unit": ("每项计固定分值，不超过满分", "so much for each unit, up to the points"),
    "flag": ("达到要求得满分，否则不得分", "all points when reached, else none"),
    "levels": ("按等级给分", "points by level"),
    "limit": ("不超过上限得满分，否则不得分", "all points within the limit, else none"),
    "rank_bands": ("按数值 ÷ 基数的名次给分", "points by the rank of value / base"),
    "scaled": ("按来源单位评分折算", "scaled from the score another body gave"),
}

LISTED, ENDS = 6, 2
"""So many files of a dataset are told each; of more, as many as these at either end. A dataset that
comes every night has 365 a year: of 007 that were 408 lines, now 49."""


def explain(
    file: Path,
    department: str,
    code: str,
    assessment: str | None = None,
    *,
    every_file: bool = False,
) -> Iterator[str]:
    """The lines of the explanation, an assessment after the other.

    Args:
        file: The published file.
        department: Its id, name or short name.
        code: The indicator's code; leading zeros may be left out.
        assessment: The one assessment; None for all.
        every_file: Tells each source file, however many there are.

    Raises:
        ScorecardError: If nothing has been published yet.
        ConfigurationError: If department, indicator or assessment is unknown; names the known.
    """
    with open_published(file) as published:
        department = _department(published, department)
        code = code.zfill(3)
        _check_known(published, "indicator", "indicator_code", code)
        if assessment is not None:
            _check_known(published, "assessment", "assessment_id", assessment)
        found = published.rows(
            INDICATOR, department=department, indicator=code, assessment=assessment
        )
        if not found:
            raise ConfigurationError(
                f"{department} has no score for {code}", str(file), "is it in that assessment?"
            )
        for i, row in enumerate(found):
            if i:
                yield ""
            yield from _indicator(published, row, every_file)


def _department(published: Published, named: str) -> str:
    """The id of a department that is named by its id, its name or its short name."""
    known = published.rows(
        "select department_id, name, short_name from dim_department order by department_id"
    )
    found = [row["department_id"] for row in known if named in row.values()]
    if len(found) == 1:
        return str(found[0])
    listed = ", ".join(f"{row['department_id']} {row['short_name']}" for row in known)
    many = "several departments are" if found else "no department is"
    raise ConfigurationError(f"{many} called '{named}'", None, f"known: {listed}")


def _check_known(published: Published, name: str, column: str, value: str) -> None:
    known = [
        row[column]
        for row in published.rows(f"select distinct {column} from dim_{name} order by {column}")
    ]
    if value not in known:
        raise ConfigurationError(
            f"no {name} is called '{value}'", None, f"known: {', '.join(known)}"
        )


def _indicator(published: Published, row: Row, every_file: bool) -> Iterator[str]:
    yield (
        f"{row['department']} ({row['department_id']})  "
        f"{row['indicator_code']} {row['name_zh']} / {row['name_en']}"
    )
    yield f"{row['level1']} > {row['level2']} > {row['level3']}"
    state = f"{STATES[row['state']][0]} {row['state']}"
    yield f"{row['assessment']} ({row['assessment_id']})  截至 as of {row['as_of']}, {state}"
    yield ""
    yield (
        f"得分 score {row['score']} / {row['points']}   状态 status: {_status(row)}"
        + (f"   计算得分 computed {row['computed_score']}" if row["status"] == "adjusted" else "")
        + (f"   {STALE[0]} stale" if row["stale"] else "")
    )
    yield f"  {row['explanation_zh']}"
    yield f"  {row['explanation_en']}"
    if row["reading_zh"]:
        yield ""
        yield f"口径 reading: {row['reading_zh']}"
        yield f"  {row['reading_en']}"
    if row["data_provider"]:
        yield f"数据提供 provided by: {row['data_provider']}"
    for part in published.rows(PARTS, **_of(row)):
        yield ""
        yield from _part(part, row["explanation_zh"])
        yield from _sources(published, part, every_file)
    yield from _checks(published, row)


def _part(part: Row, told: str) -> Iterator[str]:
    zh, en = RULES[part["method"]]
    name = f"{part['name_zh']} / {part['name_en']}"
    yield f"[{part['part']}] {name}  ({part['dim_points']} 分 points)"
    yield f"  规则 rule: {part['method']}: {zh} / {en}"
    facts = [
        f"{label} {_plain(part[name])}"
        for name, label in (
            ("value", "数值 value"), ("base", "基数 base"), ("level", "等级 level"),
            ("rank", "名次 rank"),
        )
        if part[name] is not None
    ]  # fmt: skip
    if facts:
        yield f"  输入 inputs: {', '.join(facts)}"
    yield f"  得分 score: {part['score']} / {part['points']}  ({_status(part)})"
    if part["explanation_zh"] != told:  # an only part is told as its indicator is
        yield f"  {part['explanation_zh']}"
        yield f"  {part['explanation_en']}"


def _sources(published: Published, part: Row, every_file: bool) -> Iterator[str]:
    found = published.rows(
        SOURCES, **_of(part), part=part["part"], every_file=every_file, listed=LISTED, ends=ENDS
    )
    for source in found:
        many = source["files"] > LISTED
        if many and source["place"] == 1:
            yield (
                f"  来源 source: {source['dataset']}: {source['files']} 个文件 files, "
                f"读取 read {source['all_read']}, 计入 counted {source['all_counted']}"
            )
        left_out = source["place"] - source["before"] - 1
        if left_out:
            yield f"    …… 另有 {left_out} 个，用 --files 列出 / {left_out} more, listed by --files"
        yield (
            f"  {'  ' if many else '来源 source: '}{source['dataset']}/{source['file_name']}  "
            f"读取 read {source['rows_read']}, 计入 counted {source['rows_counted']}"
        )


def _checks(published: Published, row: Row) -> Iterator[str]:
    checks = published.rows(CHECKS, **_of(row))
    if checks:
        yield ""
        yield "数据检查（全市范围） checks on the sources, of the whole city:"
    for dataset, found in groupby(checks, key=lambda check: check["dataset"]):
        verdicts = list(found)
        passed = [check["check_name"] for check in verdicts if check["passed"]]
        yield f"  {dataset}: {len(passed)} 项通过 passed" + (
            f" ({', '.join(passed)})" if passed else ""
        )
        for check in verdicts:
            if not check["passed"]:
                yield from _failed(check)


def _failed(check: Row) -> Iterator[str]:
    yield (
        f"  {check['dataset']}.{check['check_name']}: 未通过 FAILED ({check['severity']}), "
        f"观测 observed {check['observed']}, 应为 expected {check['expected']}"
    )
    yield f"    {check['why_zh']} / {check['why_en']}"


def _status(row: Row) -> str:
    return f"{STATUSES[row['status']][0]} {row['status']}"


def _plain(value: Any) -> str:
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _of(row: Row) -> dict[str, str]:
    """The indicator of a department that a row is about, as the queries name it."""
    return {
        "assessment": row["assessment_id"],
        "department": row["department_id"],
        "indicator": row["indicator_code"],
    }


INDICATOR = """
select s.*, d.name as department, a.name_zh as assessment, a.as_of, a.state,
    i.level1, i.level2, i.level3, i.name_zh, i.name_en, i.data_provider, i.reading_zh, i.reading_en
from fct_indicator_score as s
inner join dim_assessment as a using (assessment_id)
inner join dim_department as d using (department_id)
inner join dim_indicator as i using (assessment_id, indicator_code)
where s.department_id = $department and s.indicator_code = $indicator
    and ($assessment is null or s.assessment_id = $assessment)
order by s.assessment_id
"""
PARTS = """
select s.*, p.name_zh, p.name_en, p.method, p.points as dim_points
from fct_part_score as s
inner join dim_part as p using (assessment_id, indicator_code, part)
where s.assessment_id = $assessment and s.department_id = $department
    and s.indicator_code = $indicator
order by s.part
"""
SOURCES = """
with files as (
    select
        dataset, file_name, rows_read, rows_counted,
        count(*) over whole as files,
        sum(rows_read) over whole as all_read,
        sum(rows_counted) over whole as all_counted,
        row_number() over (whole order by file_name) as place
    from fct_part_source
    where assessment_id = $assessment and department_id = $department
        and indicator_code = $indicator and part = $part
    window whole as (partition by dataset)
),
told as (
    select * from files
    where $every_file or files <= $listed or place <= $ends or place > files - $ends
)
select *, lag(place, 1, 0) over (partition by dataset order by place) as before
from told
order by dataset, place
"""
CHECKS = """
select dataset, check_name, passed, severity, observed, expected, why_zh, why_en
from fct_quality_check
where as_of = (select max(as_of) from dim_assessment) and dataset in (
    select dataset from fct_part_source
    where assessment_id = $assessment and department_id = $department
        and indicator_code = $indicator
)
order by dataset, check_name
"""
