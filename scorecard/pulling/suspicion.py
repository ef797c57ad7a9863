"""Answers that are whole but cannot be the truth: none where thousands came, half of them.

They are held against the earlier nights' pulls of the same binding. What is suspicious is not taken
until somebody has looked at the platform.
"""

from __future__ import annotations

import datetime as dt
import statistics
from typing import Any, TypeAlias

import duckdb

from scorecard.connectors.base import Answer, Task
from scorecard.pulling.bindings import Binding, FilesBinding
from scorecard.pulling.books import digest_of, mark_of
from scorecard.pulling.marks import in_zone, watermark_of
from scorecard.pulling.platforms import Source

NOT_EMPTY_ROWS = 1000
"""Pulls that bring so many rows, by median, do not come to none overnight."""
LIKE_PULLS = 7
_Earlier: TypeAlias = tuple[Any, ...]
"""Since, until, start, rows answered and mark of a good pull that the books began."""


def suspicion(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    binding: Binding,
    answer: Answer,
    task: Task,
) -> str | None:
    """Why an answer cannot be the truth; None where nothing speaks against it."""
    if task.accept or isinstance(binding, FilesBinding):
        return None
    rows = answer.answered
    if answer.total is not None and answer.total != rows:
        return f"the platform says that there are {answer.total:,} rows, but {rows:,} came"
    earlier = connection.execute(
        "select since, until, started_at, rows_answered, mark from ops.pull "
        "where dataset = ? and binding = ? and outcome in ('landed', 'unchanged') and not asked "
        "order by pull_id desc limit 100",
        [task.dataset, digest_of(source, binding)],
    ).fetchall()
    if task.since is None and task.until is None:
        full = [n for since, until, _, n, _ in earlier if since is None and until is None]
        return _too_few(binding, rows, full)
    if rows or binding.may_be_empty:
        return None
    return _lost_mark(connection, source, binding, task, earlier) or _none_of_many(
        source, binding, task, earlier
    )


def _too_few(binding: Binding, rows: int, earlier: list[int]) -> str | None:
    """What is wrong with the number of rows of a full answer."""
    if not rows:
        return None if binding.may_be_empty else "no rows at all"
    if earlier and rows < binding.at_least * earlier[0]:
        return f"{rows:,} rows, where the last good answer had {earlier[0]:,}"
    return None


def _lost_mark(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    binding: Binding,
    task: Task,
    earlier: list[_Earlier],
) -> str | None:
    """What is wrong where nothing came, though the row that the mark came from should have again.

    The mark of times may be a window's end instead, with no row there.
    """
    watermark = watermark_of(binding)
    if watermark is None or watermark.kind == "time" or task.asked or task.until is not None:
        return None
    mark = mark_of(connection, source, binding, task.dataset)
    if not any(rows and came_to == mark for *_, rows, came_to in earlier):
        return None
    return (
        "no rows, not even the one that the mark came from; if that one is gone rightly, put the "
        f"mark back: scorecard pull {task.dataset} --since MARK --accept"
    )


def _none_of_many(
    source: Source, binding: Binding, task: Task, earlier: list[_Earlier]
) -> str | None:
    """What is wrong where nothing came, though spans not much longer typically had many rows.

    The span grows with every night that is not believed, so a longer one is no excuse. A window
    that is over may have been quiet, and must not keep the later ones back.
    """
    if task.until is not None:
        return None
    length = _length(source, binding, task.since, task.until, task.started)
    usual = [
        rows
        for since, *end, rows, _ in earlier
        if rows and since and _fits(_length(source, binding, since, *end), length)
    ][:LIKE_PULLS]
    if usual and (median := statistics.median(usual)) >= NOT_EMPTY_ROWS:
        return f"no rows, where the last {len(usual)} pulls had {median:,.0f} (median)"
    return None


def _length(
    source: Source, binding: Binding, since: str | None, until: str | None, started: dt.datetime
) -> dt.timedelta | None:
    """How long a span is; None where marks are no times, or it has no beginning."""
    watermark = watermark_of(binding)
    if watermark is None or watermark.kind != "time" or since is None:
        return None
    end = dt.datetime.fromisoformat(until) if until else in_zone(started, source.time_zone)
    return end - dt.datetime.fromisoformat(since)


def _fits(length: dt.timedelta | None, other: dt.timedelta | None) -> bool:
    """Whether a span is no longer than the other; nights differ by some hours."""
    if length is None or other is None:
        return length is other
    return length <= other * 2
