"""Probes of network links, as both monitoring platforms give them: rows, times and windows.

Times are milliseconds since the epoch inside of a connector. A row's time has its offset, so that
the hour that comes twice when clocks go back stays two hours.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pyarrow as pa

from scorecard.connectors.base import PullFailedError, Task, Wanted
from scorecard.pulling.marks import LATE

COLUMNS = ("link_id", "probed_at", "is_up", "latency_ms")
STATES = {"1": "true", "0": "false"}
LEAST = 1_000
"""The shortest window asked for."""
ROWS = 20_000
"""The most rows of a batch."""
FULL = 2.0
"""How full a part is of which only that is known: it was too much."""
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)

Probe = tuple[str, str, str, str | None]


@dataclass(frozen=True, slots=True)
class Part:
    """The probes of a window, and how full it is of what comes at once; none where above 1."""

    probes: list[Probe]
    fill: float


def link_of(label: str, values: Mapping[str, str] | None) -> str:
    """Our id of a link by its label's value.

    A value that nobody listed is passed on, so that it shows where references are checked.
    """
    return (values or {}).get(label, label)


def moment(at: int, zone: ZoneInfo) -> str:
    """A time as ISO, with its offset."""
    local = dt.datetime.fromtimestamp(at // 1000, zone).replace(microsecond=at % 1000 * 1000)
    return local.isoformat(sep=" ", timespec="milliseconds")


def span_of(task: Task, zone: ZoneInfo) -> tuple[int, int]:
    """The first millisecond that is asked for, and the first behind them."""
    settled = time.time_ns() // 1_000_000 - LATE // _MILLISECOND
    end = settled if task.until is None else min(_milliseconds(task.until, zone), settled)
    return (0 if task.since is None else _milliseconds(task.since, zone)), end


def _milliseconds(mark: str, zone: ZoneInfo) -> int:
    given = dt.datetime.fromisoformat(mark)
    known = given if given.tzinfo else given.replace(tzinfo=zone)
    return -((_EPOCH - known) // _MILLISECOND)  # upwards: none before the mark


def in_windows(
    begin: int, end: int, span: int, where: str, read: Callable[[int, int], Part]
) -> Iterator[list[Probe]]:
    """Reads a long span window by window, each [begin, end) as long as what comes at once allows.

    Raises:
        PullFailedError: If even the shortest window holds too much.
    """
    while begin < end:
        until = min(begin + span, end)
        part = read(begin, until)
        if part.fill > 1:
            if until - begin <= LEAST:
                raise PullFailedError(
                    "a single second holds more samples than the platform gives at once",
                    where,
                    "ask for fewer links, or raise the platform's limit",
                )
            span = max((until - begin) // 2, LEAST)
            continue
        yield part.probes
        begin = until
        if part.fill < 0.4:
            span *= 2


def record_batches(parts: Iterable[list[Probe]], wanted: Wanted) -> Iterator[pa.RecordBatch]:
    """The probes as batches of texts, of the wanted columns."""
    places = [place for place, name in enumerate(COLUMNS) if name in wanted.names]
    names = [COLUMNS[place] for place in places]
    for probes in parts:
        for first in range(0, len(probes), ROWS):
            columns = list(zip(*probes[first : first + ROWS], strict=True))
            yield pa.record_batch(
                [pa.array(columns[place], pa.string()) for place in places], names=names
            )
