"""The words of an alert: what broke, the worst first, in as many lines as a message takes.

Everything comes from the verdicts and the warehouse; nothing is sent from here. A state is which
checks fail, which indicators are stale and why nothing was published. Its fingerprint is free of
figures, or every night would have something new to tell. What lies in the inbox is no part of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

import duckdb

from scorecard.alerts.facts import LATE, Facts, Lateness, Stake, read_facts
from scorecard.alerts.inbox import cut, section
from scorecard.quality.verdict import Verdict

MESSAGE_BYTES = 2000
"""Of title and text together: a WeCom robot takes 2048."""
_FIGURE = re.compile(r"(?<![\w.-])[+-]?\d[\d.:-]*(?![\w.]| \d)")
"""A number, day or time that stands alone; where another follows it is a name, as in `101 9.5`."""


@dataclass(frozen=True, slots=True)
class State:
    """What there is to tell; `fingerprint` is empty when all is well, and free of figures."""

    fingerprint: str
    title: str
    body: str
    is_well: bool = False


@dataclass(frozen=True, slots=True)
class _Broken:
    """A dataset or score table with the checks that failed on it."""

    name: str
    label: str
    checks: Sequence[Verdict]
    is_reference: bool
    stake: Stake | None
    lateness: Lateness | None

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
        if self.lateness and LATE in names:
            late_zh, late_en = self.lateness.words()
            zh, en = f"{zh}，{late_zh}", f"{en}, {late_en}"
        if any_live and self.stake and not self.stake.is_live:
            zh, en = f"{zh}（考核已结束）", f"{en} (closed)"
        return cut(f"• {self.label} {self.name}：{zh} / {en} [{', '.join(names[:3])}{more}]", 400)

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
    inbox: Sequence[str] = (),
    was_held: bool = False,
) -> State:
    """The state after a night in words, the worst first.

    The first arguments are those of `alert`; `inbox` are lines about it, and `was_held` says that
    who is told heard last that nothing was published.
    """
    failed = sorted((v for v in verdicts if not v.passed), key=lambda v: (v.dataset, v.check_name))
    is_again = was_held and held_back is None
    again_zh, again_en = ("得分恢复发布，", "scores published again, ") if is_again else ("", "")
    is_well = not failed and held_back is None
    if is_well and not inbox:
        return State(
            "",
            f"政务考核：{again_zh}已恢复正常 / scorecard: {again_en}all well again",
            "此前告警的问题均已消除，得分已发布。\n"
            "What was alerted before is mended, and the scores are published.",
            is_well=True,
        )
    groups = {name: list(checks) for name, checks in groupby(failed, lambda v: v.dataset)}
    facts = read_facts(connection, groups)
    broken = [
        _Broken(
            name,
            labels[name][0],
            checks,
            name in facts.references,
            facts.stakes.get(name),
            facts.late.get(name),
        )
        for name, checks in groups.items()
    ]
    zh, en = [], []
    if broken:
        zh.append(f"{len(broken)} 张数据表未通过检查")
        en.append(f"tables failing: {len(broken)}")
    if held_back is not None:
        zh.append("得分未发布")
        en.append("scores not published")
    if is_well:
        zh.append(f"收件问题 {len(inbox)} 项")
        en.append(f"inbox troubles: {len(inbox)}")
    title = f"政务考核告警：{again_zh}{'，'.join(zh)} / scorecard: {again_en}{', '.join(en)}"
    rows = [item.line(facts.any_live) for item in sorted(broken, key=lambda item: item.rank)]
    head = (
        ["检查均通过，得分已发布 all checks pass, the scores are published"]
        if is_well
        else list(_head(held_back, facts))
    )
    body = _fit(title, head, rows, list(section(inbox)))
    return State("" if is_well else _fingerprint(failed, facts, held_back), title, body)


def _fingerprint(failed: Sequence[Verdict], facts: Facts, held_back: str | None) -> str:
    """Of what people are told once. Of a reason only the words count, in whatever order."""
    checks = [(v.dataset, v.check_name, v.severity) for v in failed]
    words = None if held_back is None else sorted(set(_FIGURE.sub("", held_back).split()))
    return hashlib.sha256(repr((checks, facts.stale, words)).encode()).hexdigest()


def _head(held_back: str | None, facts: Facts) -> Iterator[str]:
    if held_back is not None:
        reason = cut(" ".join(held_back.split()), 240)
        yield f"未发布，保留上一版本 not published, the last version stays: {reason}"
    live = ", ".join(f"{name} {until}" for name, until, is_live in facts.deadlines if is_live)
    if live:
        yield cut(f"可整改至 mending helps until: {live}", 240)
    elif facts.deadlines:
        yield (
            "考核均已结束，所列分值属已结束的考核 "
            "all assessments are closed, the points are those of a closed one"
        )
    if facts.stale:
        stale = "; ".join(f"{name} {', '.join(codes)}" for name, codes in facts.stale)
        yield cut(f"数据过期的指标 stale indicators: {stale}", 240)


def _fit(title: str, head: Sequence[str], rows: Sequence[str], tail: Sequence[str]) -> str:
    """As many rows as the message takes, how many are left out, and the tail."""
    text, shown = "\n".join(head), 0
    end = "".join(f"\n{line}" for line in tail)
    left = MESSAGE_BYTES - len(f"{title}\r\n{text}{end}".encode()) - 80  # the last line's room
    for row in rows:
        left -= len(f"\n{row}".encode())
        if left < 0:
            break
        text, shown = f"{text}\n{row}", shown + 1
    more = (
        f"另有 {len(rows) - shown} 张 and {len(rows) - shown} more: " if shown < len(rows) else ""
    )
    return f"{text}{end}\n{more or '详情 details: '}scorecard quality".lstrip("\n")
