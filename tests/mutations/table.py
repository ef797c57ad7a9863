"""What the gate catches, as a table: `python -m tests.mutations.table` writes the page.

Only the layout of `docs/quality-mutations.md` lives here; what it says is found by breaking the
sound city. A test fails when the page is out of date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from scorecard.settings import PROJECT
from tests.mutations.files import FILES
from tests.mutations.gate import Gate
from tests.mutations.keys import KEYS
from tests.mutations.lost import LOST
from tests.mutations.mutation import Mutation
from tests.mutations.scores import SCORES
from tests.mutations.times import TIMES
from tests.mutations.values import UNITS, VALUES

PAGE = PROJECT / "docs" / "quality-mutations.md"
SECTIONS: Mapping[str, Sequence[Mutation]] = {
    "缺失 / What does not come": LOST,
    "主键、引用和归属 / Keys, references, owners": KEYS,
    "日期和时间 / Dates and times": TIMES,
    "计量单位和数量级 / Units and magnitudes": UNITS,
    "取值 / Values": VALUES,
    "文件 / Files": FILES,
    "得分 / Scores": SCORES,
}
MUTATIONS = tuple(mutation for each in SECTIONS.values() for mutation in each)
SHOWN_SUBJECTS = 3

HEAD = """\
# 质量闸门能发现什么 / What the quality gate catches

由 `tests/mutations/` 生成，请勿手改：`python -m tests.mutations.table`。
Made by `tests/mutations/`, not to be edited by hand: `python -m tests.mutations.table`.

一座数据完好的演示城市全部检查通过，然后逐项破坏：改动真实文件后重新入库、计分、评判；得分一节直接改动已算出的得分。
“发现”列出因此未通过的检查；“接受”说明为何不必发现；“缺口”是应当发现而尚未发现的。
A demo city of sound data passes every check and is then broken, one way at a time: real files are
changed, landed, scored and judged; under Scores, what was scored is changed itself. "Caught by"
lists the checks that fail for it; "accepted" says why none need fail; a "gap" ought to be caught
and is not yet.
"""


def mutation_page(found: Mapping[str, Sequence[str]]) -> str:
    """The page as Markdown.

    Args:
        found: The failing checks of every mutation, by its English name.
    """
    lines = [HEAD, *_summary(), ""]
    number = 0
    for title, mutations in SECTIONS.items():
        lines += [f"## {title}", ""]
        lines += ["| | 破坏 / Mutation | 数据集或表 / Dataset or table | 结果 / Outcome |"]
        lines += ["|---|---|---|---|"]
        for mutation in mutations:
            number += 1
            outcome = _outcome(mutation, found[mutation.name])
            lines.append(
                f"| {number} | {mutation.name_zh}<br>{mutation.name} | `{mutation.subject}` "
                f"| {outcome} |"
            )
        lines.append("")
    return "\n".join(lines)


def _summary() -> Iterator[str]:
    caught = sum(bool(mutation.caught_by) for mutation in MUTATIONS)
    gaps = sum(mutation.is_gap for mutation in MUTATIONS)
    yield "| 破坏 / Mutations | 发现 / Caught | 接受 / Accepted | 缺口 / Gaps |"
    yield "|---|---|---|---|"
    yield f"| {len(MUTATIONS)} | {caught} | {len(MUTATIONS) - caught - gaps} | {gaps} |"


def _outcome(mutation: Mutation, found: Sequence[str]) -> str:
    if found:
        return f"发现 / Caught by: {', '.join(_by_check(mutation, found))}"
    kind = "缺口 / Gap" if mutation.is_gap else "接受 / Accepted"
    return f"**{kind}**: {mutation.why_zh}<br>{mutation.why_en}"


def _by_check(mutation: Mutation, found: Sequence[str]) -> Iterator[str]:
    """The subject's own checks by their name, then the others', many of one kind as a number."""
    failing = [name.split(".") for name in found]
    yield from (f"`{check}`" for subject, check in failing if subject == mutation.subject)
    others: dict[str, list[str]] = {}
    for subject, check in failing:
        if subject != mutation.subject:
            others.setdefault(check, []).append(subject)
    for check, subjects in others.items():
        if len(subjects) > SHOWN_SUBJECTS:
            yield f"`{check}` ({len(subjects)} 个数据集 / {len(subjects)} datasets)"
        else:
            yield from (f"`{subject}.{check}`" for subject in subjects)


def found_by(gate: Gate) -> dict[str, Sequence[str]]:
    """What fails after every mutation, by its English name."""
    gate.prepare(MUTATIONS)
    return {mutation.name: gate.failing(mutation) for mutation in MUTATIONS}


def main() -> None:
    """Writes the page."""
    with TemporaryDirectory() as home:
        gate = Gate(Path(home))
        try:
            PAGE.write_text(mutation_page(found_by(gate)), encoding="utf-8")
        finally:
            gate.close()


if __name__ == "__main__":
    main()
