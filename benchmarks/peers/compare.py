"""Whether the contenders gave the same answer, in every one of their rounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Rows = Sequence[Sequence[str]]
Answer = list[list[str]]
Run = dict[str, Any]
BRIEF = 30.0
"""Who takes longer, in seconds, has one round."""


def differences(one: str, ones: Rows, other: str, others: Rows) -> list[str]:
    """What two answers do not agree on; how many rows count is asked of those who keep them."""
    kept = [{row[1] for row in rows if row[0] == "(all)"} for rows in (ones, others)]
    asked = kept[0] & kept[1]
    left, right = (
        sorted(tuple(row) for row in rows if row[0] != "(all)" or row[1] in asked)
        for rows in (ones, others)
    )
    if left == right:
        return []
    odd = sorted({*left} ^ {*right}) or left
    shown = "\n".join(f"  {one if row in left else other}: {', '.join(row)}" for row in odd[:10])
    return [f"{other} gives other numbers than {one}, {len(odd)} lines, such as\n{shown}"]


class Numbers:
    """The first answer, and in what others do not agree with it."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._first: tuple[str, Answer] | None = None

    def hold(self, name: str, answer: Answer) -> None:
        """Compares one more answer."""
        self._first = self._first or (name, answer)
        self.problems += differences(*self._first, name, answer)


def best_of(
    once: Callable[[], tuple[Run, Answer]], rounds: int, hold: Callable[[Answer], None]
) -> Run:
    """The fastest round; the answer of each is held. One that does not end well is told instead."""
    done: list[Run] = []
    while len(done) < rounds:
        run, answer = once()
        if run["outcome"] != "done":
            return run
        hold(answer)
        done.append(run)
        if run["seconds"] > BRIEF:
            break
    return min(done, key=lambda one: one["seconds"])
