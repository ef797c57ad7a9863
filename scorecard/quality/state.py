"""The newest judgement as one file, `reports/quality.json`, and how the command line tells it.

Whoever asks reads this file alone: a run may hold the warehouse, and the answer is to come at once,
so nothing is imported here that takes time. The same verdicts with their history are published as
`fct_quality_check`.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from scorecard.clock import TIME_ZONE
from scorecard.errors import ConfigurationError, ScorecardError
from scorecard.quality.verdict import Verdict
from scorecard.text_width import padded, width

FORMAT = 1
"""Goes up when an older program could misread the file, or this one an older file."""
KINDS = {
    "completeness": "完整性 complete", "timeliness": "及时性 timely", "validity": "有效性 valid",
}  # fmt: skip
SEVERITIES = {"warn": "提示 warn", "error": "错误 error"}
MOVED = "total_moves_little"
"""The one check whose failure a person may overrule."""


@dataclass(frozen=True, slots=True)
class _State:
    as_of: str
    judged_at: dt.datetime
    held_back: str | None
    labels: Mapping[str, tuple[str, ...]]
    subjects: Mapping[str, Sequence[Verdict]]
    """The verdicts by dataset or score table, each with the worst first."""

    def title(self, subject: str) -> str:
        return f"{self.labels[subject][0]} {subject}"


def write_state(
    file: Path,
    *,
    as_of: dt.date,
    judged_at: dt.datetime,
    verdicts: Sequence[Verdict],
    held_back: str | None,
    labels: Mapping[str, tuple[str, str]],
) -> None:
    """Replaces the file as a whole; a reader sees the old judgement or the new one.

    Args:
        file: The home's `reports/quality.json`.
        as_of: The day that the judged scores are about.
        judged_at: The moment, in UTC.
        verdicts: All of the judgement.
        held_back: Why the scores must not go out, None where they may.
        labels: Chinese and English label by dataset or score table.
    """
    state = {
        "format": FORMAT,
        "as_of": as_of.isoformat(),
        "judged_at": judged_at.isoformat(timespec="seconds"),
        "held_back": held_back,
        "labels": {name: list(labels[name]) for name in {v.dataset for v in verdicts}},
        "verdicts": [
            asdict(v) for v in sorted(verdicts, key=lambda v: (v.dataset, v.kind, v.check_name))
        ],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.tmp")
    draft.write_text(
        json.dumps(state, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    os.replace(draft, file)


def state_lines(file: Path, published_file: Path | None = None) -> Iterator[str]:
    """A line for each dataset and each score table, those that fail first.

    Args:
        file: The home's `reports/quality.json`.
        published_file: What readers open, to name the version that they see.

    Raises:
        ScorecardError: If nothing was judged yet, or the file cannot be understood.
    """
    state = _read(file)
    yield from _head(state)
    if published_file is not None and published_file.exists():
        yield f"读者所见版本 readers see version: {published_file.resolve().parent.name}"
    groups: dict[bool, list[str]] = {False: [], True: []}
    for subject, verdicts in state.subjects.items():
        groups[_is_score(verdicts)].append(subject)
    columns = max((width(state.title(subject)) for subject in state.subjects), default=0) + 2
    for is_score, subjects in groups.items():
        if subjects:
            yield ""
            title = "得分 scores" if is_score else "数据集 datasets"
            kinds = "".join(padded(kind, 17) for kind in KINDS.values())
            yield f"{padded(title, columns)}{kinds}最严重的未通过项 worst failing check"
            yield from (
                _line(state, subject, columns) for subject in _failing_first(state, subjects)
            )
    yield ""
    yield from _foot(state)


def dataset_lines(file: Path, subject: str) -> Iterator[str]:
    """One dataset's or score table's checks: the failing ones in full, then what passed.

    Raises:
        ScorecardError: If nothing was judged yet, or the file cannot be understood.
        ConfigurationError: If nothing of that name was judged; names what was.
    """
    state = _read(file)
    if subject not in state.subjects:
        raise ConfigurationError(
            f"no dataset or score table is called '{subject}'",
            None,
            f"known: {', '.join(state.subjects)}",
        )
    verdicts = state.subjects[subject]
    failed, passed = _failed(verdicts), [v for v in verdicts if v.passed]
    label = f"{state.title(subject)} / {state.labels[subject][1]}"
    yield f"{label}  未通过 failed {len(failed)}, 通过 passed {len(passed)}"
    yield from _head(state)
    for verdict in failed:
        yield ""
        yield from _failure(verdict)
    if passed:
        yield ""
        yield "通过 passed:"
        columns = max(len(v.check_name) for v in passed) + 2
        for v in passed:
            kind = padded(KINDS[v.kind], 17)
            yield f"  {v.check_name:<{columns}}{kind}{_found(v)}"


def _read(file: Path) -> _State:
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
        if given["format"] != FORMAT:
            raise ValueError(f"format {given['format']}")
        rows = [Verdict(**{**row, "examples": tuple(row["examples"])}) for row in given["verdicts"]]
        subjects = {
            subject: sorted(verdicts, key=_badness)
            for subject, verdicts in groupby(rows, key=lambda v: v.dataset)
        }
        judged_at = dt.datetime.fromisoformat(given["judged_at"])
        labels = {subject: (*given["labels"][subject],) for subject in subjects}
        return _State(given["as_of"], judged_at, given["held_back"], labels, subjects)
    except FileNotFoundError:
        raise ScorecardError(
            "nothing was judged yet", str(file), "run: scorecard nightly"
        ) from None
    except (ValueError, TypeError, KeyError) as error:
        raise ScorecardError(
            "the last judgement is damaged, or another version of scorecard wrote it",
            str(file),
            "remove the file, then run: scorecard nightly",
        ) from error


def _head(state: _State) -> Iterator[str]:
    judged = state.judged_at.astimezone(TIME_ZONE)
    yield f"数据截至 as of {state.as_of}"
    yield f"检查时间 judged at {judged:%Y-%m-%d %H:%M:%S} (北京时间 UTC+8)"
    if state.held_back:
        yield "未予发布，保留上一版本 not published, the last version stays:"
        yield f"  {_plain(state.held_back)}"


def _line(state: _State, subject: str, columns: int) -> str:
    verdicts = state.subjects[subject]
    counts = "".join(padded(_count(verdicts, kind), 17) for kind in KINDS)
    failed = _failed(verdicts)
    worst = "全部通过 all passed"
    if failed:
        more = f"  (+{len(failed) - 1})" if len(failed) > 1 else ""
        worst = f"{failed[0].check_name}: {_found(failed[0])}{more}"
    return padded(state.title(subject), columns) + counts + worst


def _count(verdicts: Sequence[Verdict], kind: str) -> str:
    """As `7/8`, the passed of all; with the mark of a failure where there is one."""
    own = [v for v in verdicts if v.kind == kind]
    passed = sum(v.passed for v in own)
    return f"{passed}/{len(own)}{' !' if passed < len(own) else ''}" if own else "-"


def _failing_first(state: _State, subjects: Sequence[str]) -> list[str]:
    return sorted(subjects, key=lambda name: not _failed(state.subjects[name]))


def _failed(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [v for v in verdicts if not v.passed]


def _is_score(verdicts: Sequence[Verdict]) -> bool:
    """Checks of scores block, those of datasets never do."""
    return any(v.severity == "error" for v in verdicts)


def _badness(verdict: Verdict) -> tuple[bool, bool, float, str]:
    """Sorts what failed first: what blocks, what is missing altogether, then by the count found."""
    # What is no count is such as a day that was not reached.
    count = int(verdict.observed) if verdict.observed.isdecimal() else 0
    return verdict.passed, not verdict.blocks, -(count or float("inf")), verdict.check_name


def _found(verdict: Verdict) -> str:
    return f"观测 observed {_plain(verdict.observed)}, 应为 expected {_plain(verdict.expected)}"


def _failure(verdict: Verdict) -> Iterator[str]:
    yield (
        f"未通过 FAILED {verdict.check_name}  "
        f"[{KINDS[verdict.kind]}, {SEVERITIES[verdict.severity]}]"
    )
    yield f"  {verdict.why_zh}"
    yield f"  {verdict.why_en}"
    yield f"  {_found(verdict)}"
    if verdict.examples:
        yield f"  实例 examples ({len(verdict.examples)}):"
        yield from (f"    {_plain(example)}" for example in verdict.examples)


def _foot(state: _State) -> Iterator[str]:
    failed = [v for verdicts in state.subjects.values() for v in _failed(verdicts)]
    yield "每类检查为 通过/全部 of each kind passed/all"
    yield "下一步 next:"
    yield "  scorecard quality DATASET      每项检查及实例 each check, with examples"
    if any(not v.blocks for v in failed):
        yield "  scorecard quarantine export    导出待更正的数据 what providers have to correct"
    if {v.check_name for v in failed if v.blocks} == {MOVED}:
        yield "  scorecard accept --reason …    确认总分变动并发布 accept the moved totals, publish"


def _plain(text: str) -> str:
    """Delivered text in one line, and without what a terminal would act on."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
