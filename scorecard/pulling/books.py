"""The books of pulling: what was asked of a platform, what came of it, where the next pull begins.

`ops.pull` has a line for every pull, `ops.watermark` how far a dataset has come by the binding that
it has now. A mark is kept as text and compared by its kind; times are in the platform's zone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from scorecard.connectors.base import Answer, Task
from scorecard.contract import Contract
from scorecard.errors import ConfigurationError
from scorecard.pulling.bindings import Binding, HttpBinding, Watermark
from scorecard.pulling.marks import (
    first_given,
    less,
    mark_from,
    read_until,
    text_of,
    watermark_of,
)
from scorecard.pulling.platforms import Source

_TUNING = {"deadline", "at_least", "may_be_empty", "paging", "versions", "watermark"}


@dataclass(frozen=True, slots=True)
class Pulled:
    """What became of one pull; answered = loaded + quarantined + unchanged.

    `outcome` is landed, unchanged, suspicious, failed or late; `mark` is how far the dataset has
    come now.
    """

    dataset: str
    source: str
    outcome: str
    rows_answered: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    rows_unchanged: int = 0
    mark: str | None = None
    seconds: float = 0.0
    note: str | None = None

    @property
    def is_trouble(self) -> bool:
        """Whether somebody has to look at it."""
        return self.outcome not in ("landed", "unchanged")

    @property
    def trouble(self) -> str:
        """What is wrong with it; the same words each night, or an alert would tell it anew."""
        return f"pulled {self.dataset} from {self.source}: {self.outcome}, {self.note}"

    @property
    def line(self) -> str:
        """What a reader is told of it."""
        if self.is_trouble:
            return f"{self.trouble} ({self.seconds:.1f} s)"
        parts = [f"{self.rows_answered:,} row{'' if self.rows_answered == 1 else 's'}"]
        parts += [f"{self.rows_unchanged:,} unchanged"] if self.rows_unchanged else []
        parts += [f"{self.rows_quarantined:,} quarantined"] if self.rows_quarantined else []
        parts += [f"up to {self.mark}"] if self.mark else []
        told = ", ".join(parts)
        return f"pulled {self.dataset} from {self.source}: {told} ({self.seconds:.1f} s)"


def next_task(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    binding: Binding,
    contract: Contract,
    folder: Path,
    now: dt.datetime,
    since: str | None = None,
    until: str | None = None,
) -> Task:
    """What the next pull of a dataset is to fetch: from its mark less the overlap.

    Where the binding has a window and all of that can be read by now, it ends the task: ask again
    once it has landed, until a task comes that has no end (or the one asked for).

    Raises:
        ConfigurationError: If `since` or `until` is nothing that the watermark can be, or the
            platform cannot be asked for an end.
    """
    seconds = binding.deadline.total_seconds()
    watermark = watermark_of(binding)
    if watermark is None:
        if since or until:
            raise ConfigurationError(
                f"{contract.name} has no watermark", "sources.yaml", "pull it without a span"
            )
        return Task(contract.name, None, None, folder, now, seconds)
    if until is not None and isinstance(binding, HttpBinding) and not _carries_end(binding):
        raise ConfigurationError(
            f"{contract.name} cannot be asked up to a mark",
            "sources.yaml",
            "give its watermark an until_parameter, or leave --until out",
        )
    kind, zone = watermark.kind, source.time_zone
    base = first_given(kind, zone, since, mark_of(connection, source, binding, contract.name))
    begin = base if since or base is None else less(base, watermark.overlap)
    if base is None and watermark.first is not None:
        base = begin = mark_from(kind, watermark.first, zone)
    end = None if until is None else mark_from(kind, until, zone)
    if watermark.window is not None and isinstance(base, dt.datetime):
        closed = base + watermark.window
        is_over = closed <= read_until(binding, now, zone)
        if is_over and (not isinstance(end, dt.datetime) or closed < end):
            end = closed
    return Task(contract.name, text_of(begin), text_of(end), folder, now, seconds)


def _carries_end(binding: HttpBinding) -> bool:
    has_parameter = binding.watermark is not None and binding.watermark.until_parameter is not None
    return has_parameter or any("{until}" in value for value in binding.params.values())


def refuse_no_span(source: Source, binding: Binding, task: Task) -> None:
    """Refuses a task that ends where it begins, or before.

    Raises:
        ConfigurationError: If it does.
    """
    watermark = watermark_of(binding)
    if watermark is None or task.since is None or task.until is None:
        return
    begin, end = (
        mark_from(watermark.kind, text, source.time_zone) for text in (task.since, task.until)
    )
    if begin >= end:
        raise ConfigurationError(
            f"nothing lies from {begin} to before {end}", "watermark", "begin before the end"
        )


def record(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    binding: Binding,
    task: Task,
    pulled: Pulled,
    now: dt.datetime,
    answer: Answer | None = None,
    file_id: int | None = None,
) -> None:
    """Writes down what became of a pull; its mark moves only with what lands, see `move_mark`."""
    connection.execute(
        "insert into ops.pull select coalesce(max(pull_id), 0) + 1, "
        "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? from ops.pull",
        [
            task.dataset, binding.source, binding.kind, digest_of(source, binding), task.started,
            now, pulled.outcome, task.since, task.until, pulled.mark, pulled.rows_answered,
            pulled.rows_loaded, pulled.rows_quarantined, pulled.rows_unchanged,
            0 if answer is None else answer.requests, file_id,
            None if answer is None else list(answer.columns), pulled.note, task.asked,
        ],
    )  # fmt: skip


def move_mark(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    binding: Binding,
    task: Task,
    answer: Answer,
) -> str | None:
    """Writes down how far the dataset has come with an answer; gives that.

    The mark does not go back, and not on where the pull began behind it: what lies between was not
    asked for. Only one that somebody asked and vouched for puts it back, to where that pull ended.
    A span that is over was read to its end, whatever was in it.
    """
    watermark = watermark_of(binding)
    before = mark_of(connection, source, binding, task.dataset)
    after = before
    if watermark is not None and _joins(source, watermark, task, before):
        kind, zone = watermark.kind, source.time_zone
        texts = (task.since if task.asked and task.accept else before, answer.mark)
        marks = [mark_from(kind, text, zone) for text in texts if text is not None]
        if kind == "time" and task.until is not None:
            ended = mark_from(kind, task.until, zone)
            marks += [ended] if ended <= read_until(binding, task.started, zone) else []
        after = text_of(max(marks)) if marks else None
    connection.execute(
        "insert or replace into ops.watermark values (?, ?, ?)",
        [task.dataset, digest_of(source, binding), after],
    )
    return after


def mark_of(
    connection: duckdb.DuckDBPyConnection, source: Source, binding: Binding, dataset: str
) -> str | None:
    """How far a dataset has come by this binding; None where it never was pulled by it."""
    rows = _line(connection, source, binding, dataset)
    return rows[0][0] if rows else None


def is_begun(
    connection: duckdb.DuckDBPyConnection, source: Source, binding: Binding, dataset: str
) -> bool:
    """Whether anything landed by this binding."""
    return bool(_line(connection, source, binding, dataset))


def _line(
    connection: duckdb.DuckDBPyConnection, source: Source, binding: Binding, dataset: str
) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select mark from ops.watermark where dataset = ? and binding = ?",
        [dataset, digest_of(source, binding)],
    ).fetchall()


def known_files(
    connection: duckdb.DuckDBPyConnection, dataset: str, source: str
) -> frozenset[tuple[str, int, str, str | None]]:
    """The remote files that came already, as a folder's connector knows them."""
    rows = connection.execute(
        "select name, bytes, modified, etag from ops.remote_file where dataset = ? and source = ?",
        [dataset, source],
    ).fetchall()
    return frozenset((name, size, modified, etag) for name, size, modified, etag in rows)


def digest_of(source: Source, binding: Binding) -> str:
    """Changes with what is pulled and how it is read: then the dataset is pulled anew."""
    watermark = watermark_of(binding)
    grows = f"{watermark.column} {watermark.kind}" if watermark else ""
    said = binding.model_dump_json(exclude=_TUNING, exclude_defaults=True)
    return hashlib.sha256(f"{said}\0{grows}\0{source.time_zone}".encode()).hexdigest()[:16]


def _joins(source: Source, watermark: Watermark, task: Task, before: str | None) -> bool:
    """Whether a pull began where what is there already ends, or before."""
    if task.since is None:
        return True
    reached = first_given(watermark.kind, source.time_zone, before, watermark.first)
    since = mark_from(watermark.kind, task.since, source.time_zone)
    return reached is not None and since <= reached
