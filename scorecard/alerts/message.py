"""The words of an alert: what broke, the worst first, in as many lines as a message takes.

Everything comes from the verdicts and the warehouse; nothing is sent from here. A state is which
checks fail, which indicators are stale and why nothing was published. Its fingerprint is free of
figures, or every night would have something new to tell.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

import duckdb

from scorecard.quality.verdict import Verdict

MESSAGE_BYTES = 2000
"""Of title and text together: a WeCom robot takes 2048."""
LATE = "due_period_arrived"
"""The check whose failure leaves scores on old data; any other means wrong or missing data."""

_FIGURE = re.compile(r"(?<![\w.-])[+-]?\d[\d.:-]*(?![\w.]| \d)")
"""A number, day or time that stands alone; where another follows it is a name, as in `101 9.5`."""

_STAKES = """
with failing as (select unnest(?) as dataset, unnest(?) as is_only_late),

per_department as (
    select
        failing.dataset,
        score.assessment_id,
        assessment.state <> 'closed' as is_live,
        score.department_id,
        department.short_name,
        sum(score.points) as points
    from failing
    inner join rules.metric_dataset as feeding on failing.dataset = feeding.dataset
    inner join rules.part as part on feeding.metric = part.metric
    inner join marts.fct_part_score as score
        on part.assessment_id = score.assessment_id
        and part.indicator_code = score.indicator_code
        and part.part = score.part
        and score.status <> 'not_applicable'
    inner join scores.source_freshness as freshness
        on failing.dataset = freshness.dataset
        and part.assessment_id = freshness.assessment_id
        and not (failing.is_only_late and freshness.is_timely_in_window)
    inner join marts.dim_assessment as assessment
        on score.assessment_id = assessment.assessment_id
    inner join marts.dim_department as department
        on score.department_id = department.department_id
    group by all
)

select
    dataset,
    is_live,
    max(points) as points,
    count(*) as departments,
    list(short_name order by short_name)[:3] as names
from per_department
group by dataset, assessment_id, is_live
qualify row_number() over (
    partition by dataset order by is_live desc, max(points) desc, assessment_id
) = 1
"""
"""For each failing dataset the assessment that mending helps most, else the closed one."""


@dataclass(frozen=True, slots=True)
class State:
    """What there is to tell; `fingerprint` is empty when all is well, and free of figures."""

    fingerprint: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class _Stake:
    """What rests on a dataset: points at most for one department, and for how many of them."""

    is_live: bool
    points: Decimal
    departments: int
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the warehouse knows beside the verdicts; nothing on the first night until it scored.

    Attributes:
        deadlines: Each assessment with its deadline and whether it is still open.
        stakes: What rests on each failing dataset.
        references: The reference datasets.
        stale: Each assessment that has stale indicators, with their codes.
    """

    deadlines: Sequence[tuple[str, str, bool]] = ()
    stakes: Mapping[str, _Stake] = field(default_factory=dict)
    references: Sequence[str] = ()
    stale: Sequence[tuple[str, Sequence[str]]] = ()

    @property
    def any_live(self) -> bool:
        """Whether mending can still move a score."""
        return any(is_live for _, _, is_live in self.deadlines)


@dataclass(frozen=True, slots=True)
class _Broken:
    """A dataset or score table with the checks that failed on it."""

    name: str
    label: str
    checks: Sequence[Verdict]
    is_reference: bool
    stake: _Stake | None

    @property
    def rank(self) -> tuple[bool, Decimal, int, str]:
        """Sorts the worst first."""
        blocks = any(check.blocks for check in self.checks)
        if self.stake is None:
            return not blocks, Decimal(0), 0, self.name
        return not blocks, -self.stake.points, -self.stake.departments, self.name

    def line(self, any_live: bool) -> str:
        """One line; that an assessment is closed is said only where another one is not."""
        names = [check.check_name for check in self.checks]
        more = f" +{len(names) - 3}" if len(names) > 3 else ""
        zh, en = self._at_stake()
        if self.stake and LATE in names:
            zh, en = f"{zh}，按过期数据计分", f"{en}, scored on old data"
        if any_live and self.stake and not self.stake.is_live:
            zh, en = f"{zh}（考核已截止）", f"{en} (closed)"
        return _cut(f"• {self.label} {self.name}：{zh} / {en} [{', '.join(names[:3])}{more}]", 400)

    def _at_stake(self) -> tuple[str, str]:
        if any(check.blocks for check in self.checks):
            return "得分不可信", "scores not to be trusted"
        if self.is_reference:
            return "基础数据，所涉分值无法估计", "reference data, points cannot be told"
        if self.stake is None:
            return "目前不涉及分值", "no points rest on it now"
        count, points = self.stake.departments, f"{self.stake.points.normalize():f}"
        zh, en = f"{count} 个部门", f"{count} departments"
        if count <= len(self.stake.names):
            zh, en = "、".join(self.stake.names), ", ".join(self.stake.names)
        each_zh, each_en = ("各", "each of ") if count > 1 else ("", "")
        return f"{zh}{each_zh}至多 {points} 分", f"up to {points} points for {each_en}{en}"


def problems(
    connection: duckdb.DuckDBPyConnection,
    verdicts: Sequence[Verdict],
    held_back: str | None,
    labels: Mapping[str, tuple[str, str]],
) -> State:
    """The state after a night in words, the worst first; the arguments are those of `alert`."""
    failed = sorted((v for v in verdicts if not v.passed), key=lambda v: (v.dataset, v.check_name))
    if not failed and held_back is None:
        return State(
            "",
            "政务考核：已恢复正常 / scorecard: all well again",
            "此前告警的问题均已消除，得分已发布。\n"
            "What was alerted before is mended, and the scores are published.",
        )
    groups = {name: list(checks) for name, checks in groupby(failed, lambda v: v.dataset)}
    facts = _read(connection, groups)
    broken = [
        _Broken(name, labels[name][0], checks, name in facts.references, facts.stakes.get(name))
        for name, checks in groups.items()
    ]
    zh, en = [], []
    if broken:
        zh.append(f"{len(broken)} 张数据表未通过检查")
        en.append(f"tables failing: {len(broken)}")
    if held_back is not None:
        zh.append("得分未发布")
        en.append("scores not published")
    title = f"政务考核告警：{'，'.join(zh)} / scorecard: {', '.join(en)}"
    rows = [item.line(facts.any_live) for item in sorted(broken, key=lambda item: item.rank)]
    body = _fit(title, list(_head(held_back, facts)), rows)
    return State(_fingerprint(failed, facts, held_back), title, body)


def _fingerprint(failed: Sequence[Verdict], facts: _Facts, held_back: str | None) -> str:
    """Of what people are told once. Of a reason only the words count, in whatever order."""
    checks = [(v.dataset, v.check_name, v.severity) for v in failed]
    words = None if held_back is None else sorted(set(_FIGURE.sub("", held_back).split()))
    return hashlib.sha256(repr((checks, facts.stale, words)).encode()).hexdigest()


def _read(connection: duckdb.DuckDBPyConnection, groups: Mapping[str, Sequence[Verdict]]) -> _Facts:
    if not connection.execute(
        "select 1 from duckdb_tables() "
        "where schema_name = 'marts' and table_name = 'fct_part_score'"
    ).fetchall():
        return _Facts()
    only_late = [all(check.check_name == LATE for check in checks) for checks in groups.values()]
    stakes = connection.execute(_STAKES, [list(groups), only_late]).fetchall()
    references = connection.execute(
        "select dataset from ops.schedule where is_reference"
    ).fetchall()
    return _Facts(
        deadlines=connection.execute(
            "select assessment_id, decisions_until::varchar, state <> 'closed' "
            "from marts.dim_assessment order by all"
        ).fetchall(),
        stakes={name: _Stake(*values) for name, *values in stakes},
        references=[name for (name,) in references],
        stale=connection.execute(
            "select assessment_id, list(distinct indicator_code order by indicator_code) "
            "from marts.fct_indicator_score where stale group by assessment_id order by all"
        ).fetchall(),
    )


def _head(held_back: str | None, facts: _Facts) -> Iterator[str]:
    if held_back is not None:
        reason = _cut(" ".join(held_back.split()), 240)
        yield f"未发布，保留上一版本 not published, the last version stays: {reason}"
    live = ", ".join(f"{name} {until}" for name, until, is_live in facts.deadlines if is_live)
    if live:
        yield _cut(f"可整改至 mending helps until: {live}", 240)
    elif facts.deadlines:
        yield "考核均已截止，整改不再影响得分 all assessments are closed, mending moves no score"
    if facts.stale:
        stale = "; ".join(f"{name} {', '.join(codes)}" for name, codes in facts.stale)
        yield _cut(f"数据过期的指标 stale indicators: {stale}", 240)


def _fit(title: str, head: Sequence[str], rows: Sequence[str]) -> str:
    """As many rows as the message takes, and how many are left out."""
    text, shown = "\n".join(head), 0
    left = MESSAGE_BYTES - len(f"{title}\r\n{text}".encode()) - 80  # the last line's room
    for row in rows:
        left -= len(f"\n{row}".encode())
        if left < 0:
            break
        text, shown = f"{text}\n{row}", shown + 1
    more = (
        f"另有 {len(rows) - shown} 张 and {len(rows) - shown} more: " if shown < len(rows) else ""
    )
    return f"{text}\n{more or '详情 details: '}scorecard quality".lstrip("\n")


def _cut(text: str, size: int) -> str:
    """The text, or what of it goes into that many bytes."""
    given = text.encode()
    return text if len(given) <= size else given[: size - 3].decode(errors="ignore") + "…"
