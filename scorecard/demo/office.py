"""What the departments send themselves: evidence, projects and information systems.

The education bureau's rows are spelled out, so that its lost points can be explained in one
sentence each; the others follow their quality.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta

from scorecard.demo.departments import YEAR, YEAR_END, YEAR_START, Department, Town
from scorecard.demo.names import PROJECTS, SYSTEMS, TRAININGS
from scorecard.demo.tables import Row, Table

# indicator, part, how many are asked for, title
PARTS = (
    ("001", "meetings", 2, "电子政务工作会议材料"),
    ("001", "liaison", 2, "联络员工作报送"),
    ("002", "plan_and_completion", 1, "年度计划及完成情况"),
    ("002", "next_year_plan", 1, "下一年度工作计划"),
    ("003", "training", 2, "培训通知与签到"),
    ("005", "inventory", 1, "信息系统台账"),
    ("025", "regulation", 1, "系统整合制度"),
    ("025", "plan", 1, "系统整合方案"),
    ("025", "timetable", 1, "系统整合进度安排"),
    ("025", "progress", 1, "系统整合工作进展"),
    ("033", "data_grading", 1, "数据分级分类清单"),
    ("034", "security_regime", 1, "安全管理制度"),
    ("035", "plan", 1, "应急预案"),
    ("035", "drill", 1, "应急演练记录"),
)
# What became of the education bureau's evidence where it was not simply accepted.
EDU_OUTCOMES = {
    ("001", "liaison", 1): "pending",
    ("025", "timetable", 0): "rejected",
    ("034", "security_regime", 0): "pending",
}
COLUMNS = (
    "evidence_id", "department_id", "indicator_code", "part", "year", "title", "document_date",
    "file_name", "sha256", "submitted_at", "decision", "decided_by", "decided_on",
)  # fmt: skip


def office_tables(town: Town) -> list[Table]:
    """evidence, it_projects and information_systems."""
    return [_evidence(town), _projects(town), _systems(town)]


def _evidence(town: Town) -> Table:
    rows = [row for one in town.senders for row in _evidence_of(town, one)]
    return Table("evidence", COLUMNS, rows)


def _evidence_of(town: Town, one: Department) -> Iterator[Row]:
    # A dossier of several papers is complete as a whole as often as a single paper is in order.
    regime_is_whole = town.does(one, "regime")
    for code, part, wanted, title in PARTS:
        for number in range(wanted):
            outcome = _outcome(town, one, code, part, number, regime_is_whole)
            if outcome != "none":
                yield _paper(town, one, (code, part, number), title, outcome)


def _outcome(
    town: Town,
    one: Department,
    code: str,
    part: str,
    number: int,
    regime_is_whole: bool,
) -> str:
    if one is town.edu:
        return EDU_OUTCOMES.get((code, part, number), "accepted")
    if part in ("regulation", "plan", "timetable") and code == "025":
        return "accepted" if regime_is_whole or part == "regulation" else "none"
    if town.does(one, "evidence", code, part, number):
        return "accepted"
    return town.chance.pick(
        ("rejected", "pending", "none"),
        "outcome",
        one.department_id,
        code,
        part,
        number,
    )


def _paper(town: Town, one: Department, key: tuple[str, str, int], title: str, outcome: str) -> Row:
    code, part, number = key
    evidence_id = f"ev-{one.department_id}-{code}-{part}-{number + 1}"
    dated = town.chance.day(date(2019, 1, 8), date(2019, 12, 20), evidence_id)
    if key == ("035", "drill", 0) and one is town.edu:
        # A drill of the year before: accepted, but outside the window.
        dated = date(2018, 11, 22)
    late = part in ("next_year_plan", "plan_and_completion")
    submitted_on = date(2020, 1, 9) if late else max(dated, YEAR_START) + timedelta(days=9)
    decided_on = submitted_on + timedelta(days=town.chance.between(2, 25, "decided", evidence_id))
    decided = outcome != "pending"
    name = town.chance.pick(TRAININGS, "training", evidence_id) if part == "training" else title
    return (
        evidence_id, one.department_id, code, part, YEAR, f"{one.short_name}{name}", dated,
        f"{evidence_id}.pdf", hashlib.sha256(evidence_id.encode()).hexdigest(),
        town.chance.office_time(submitted_on, evidence_id), outcome,
        "市大数据资源局" if decided else None, decided_on if decided else None,
    )  # fmt: skip


def _projects(town: Town) -> Table:
    rows = [row for one in town.senders for row in _projects_of(town, one)]
    rows += [row for one in town.bystanders[:2] for row in _projects_of(town, one)]
    columns = (
        "project_id", "department_id", "name", "kind", "year", "government_funded", "filed_at",
        "analyses_internal_sharing", "analyses_external_sharing", "lists_fields", "lists_format",
        "lists_scope", "lists_method", "lists_frequency",
    )  # fmt: skip
    return Table("it_projects", columns, rows)


def _projects_of(town: Town, one: Department) -> Iterator[Row]:
    is_edu = one is town.edu
    # One in five has no project in the year: 004 and 030 do not apply to it.
    none = not is_edu and town.chance.hit(0.2, "no projects", one.department_id)
    count = 4 if is_edu else 0 if none else town.chance.between(1, 4, "projects", one.department_id)
    for number in range(count):
        project_id = f"prj-{one.department_id}-{number + 1:02d}"
        filed = number != 2 if is_edu else town.does(one, "filed", number)
        filed_on = town.chance.day(date(2019, 2, 1), YEAR_END, project_id)
        flags = [
            town.does(one, "project", number, flag)
            for flag in ("analysis", "fields", "format", "scope", "method", "frequency")
        ]
        yield (
            project_id, one.department_id,
            f"{one.short_name}{town.chance.pick(PROJECTS, 'project', project_id)}",
            "operation" if number == 1 else "construction", YEAR, True,
            filed_on if filed else None, flags[0], flags[0], *flags[1:],
        )  # fmt: skip
    if count:
        # Neither last year's project nor one paid by an enterprise counts.
        stem, rest = f"prj-{one.department_id}", (False,) * 7
        yield (
            f"{stem}-98",
            one.department_id,
            f"{one.short_name}上年度续建项目",
            "construction",
            YEAR - 1,
            True,
            date(2018, 6, 4),
            *rest,
        )
        yield (
            f"{stem}-99",
            one.department_id,
            f"{one.short_name}企业共建项目",
            "construction",
            YEAR,
            False,
            None,
            *rest,
        )


def _systems(town: Town) -> Table:
    rows = [row for one in town.senders for row in _systems_of(town, one)]
    columns = (
        "system_id", "department_id", "name", "self_built", "disposition", "disposed_at",
        "mlps_filed_at", "mlps_assessed_at", "mlps_rectified_at", "retired_at",
    )  # fmt: skip
    return Table("information_systems", columns, rows)


def _systems_of(town: Town, one: Department) -> Iterator[Row]:
    count = town.chance.between(3, len(SYSTEMS), "systems", one.department_id)
    for number in range(count):
        system_id = f"sys-{one.department_id}-{number + 1:02d}"
        disposition = ("keep", "clean_up", "integrate", "keep")[number % 4]
        disposed = disposition != "keep" and town.does(one, "disposed", number)
        disposed_on = town.chance.day(date(2019, 3, 1), YEAR_END, "disposed", system_id)
        filed_on = town.chance.day(date(2017, 1, 1), date(2018, 12, 31), "mlps", system_id)
        steps = [town.does(one, "mlps", number, step) for step in range(3)]
        dates = [
            filed_on + timedelta(days=120 * step) if done or (step == 0 and steps[1]) else None
            for step, done in enumerate(steps)
        ]
        retired = disposed_on if disposed and disposition == "clean_up" else None
        yield (
            system_id, one.department_id, f"{one.short_name}{SYSTEMS[number]}",
            not town.chance.hit(0.2, "province's", system_id), disposition,
            disposed_on if disposed else None, *dates, retired,
        )  # fmt: skip
