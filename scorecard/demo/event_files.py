"""The event datasets as files: which there are, the disk they take, writing them side by side.

A file is one query on one thread, so its bytes do not depend on how many are written at a time.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scorecard.demo.certificates import certificate_types
from scorecard.demo.deliveries import EVENTS, spans
from scorecard.demo.departments import Town
from scorecard.demo.heavy import EventMaker, Sources
from scorecard.demo.network import links, outages
from scorecard.demo.platforms import directories
from scorecard.shortage import ShortageError

CORRECTIONS = "credit_records_2020-01-10_更正.parquet"
# Every so many-th credit record comes a second time, mended.
_CORRECTED_EVERY = 997
# Each writer holds a row group, some 50 MB; more of them than this would gain little.
_MOST_WRITERS = 8
# What a row takes on disk, as files of scale 1 and 16 show, rounded up.
_ROW_BYTES = {
    "network_probes": 0.5,
    "credit_records": 24.0,
    "certificates": 12.0,
    "official_documents": 235.0,
    "investment_cases": 17.0,
    "certificate_uses": 68.0,
}


@dataclass(frozen=True, slots=True)
class EventFile:
    """One file to write; the arguments are those of `EventMaker.write`."""

    dataset: str
    path: Path
    first: date
    beyond: date
    ending: str
    labels: Sequence[tuple[str, str]] | None = None
    every: int = 1

    def write(self, maker: EventMaker) -> int:
        """Writes it; returns the number of its rows."""
        return maker.write(
            self.dataset,
            self.path,
            self.first,
            self.beyond,
            ending=self.ending,
            labels=self.labels,
            every=self.every,
        )


@contextmanager
def event_maker(
    *, seed: int = 2019, scale: float = 0.003, departments: int = 60
) -> Iterator[EventMaker]:
    """Opens what writes the events of a demo city, for spans of any length such as single days.

    The arguments are those of `write_demo`, and so are the rows: days that follow one another have
    together the rows of the city's own files, without the corrections.

    Raises:
        ConfigurationError: When a number is out of its range.
    """
    town = Town(seed, scale, departments)
    with maker_of(town, sources_of(town)) as maker:
        yield maker


def sources_of(town: Town) -> Sources:
    """The links, outages, directories and types of a town."""
    lines = links(town)
    return Sources(lines, outages(town, lines), directories(town), certificate_types(town))


@contextmanager
def maker_of(town: Town, sources: Sources) -> Iterator[EventMaker]:
    """Opens the maker of a town's events."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        closing(EventMaker(town, sources, Path(scratch))) as maker,
    ):
        yield maker


def event_files(inbox: Path, labels: Mapping[str, Mapping[str, str]]) -> list[EventFile]:
    """The files of the year; `labels` gives each dataset's Chinese headers by column."""
    files = [
        EventFile(
            dataset,
            inbox / dataset / f"{dataset}_{beyond.isoformat()}.{plan.ending}",
            first,
            beyond,
            plan.ending,
            list(labels[dataset].items()) if plan.labels else None,
        )
        for dataset, plan in EVENTS.items()
        for first, beyond in spans(plan.months)
    ]
    corrections = EventFile(
        "credit_records", inbox / "credit_records" / CORRECTIONS, date(2019, 1, 1),
        date(2020, 1, 1), "parquet", every=_CORRECTED_EVERY,
    )  # fmt: skip
    place = max(i for i, file in enumerate(files) if file.dataset == "credit_records")
    return [*files[: place + 1], corrections, *files[place + 1 :]]


def check_room(inbox: Path, rows: Mapping[str, int], files: Sequence[EventFile]) -> None:
    """Checks that the disk takes a year of so many rows by dataset, before any is written.

    Raises:
        ShortageError: When it does not, even though files of the same names give up their room.
    """
    needed = sum(count * _ROW_BYTES[dataset] for dataset, count in rows.items())
    replaced = sum(file.path.stat().st_size for file in files if file.path.exists())
    folder = next(one for one in (inbox, *inbox.absolute().parents) if one.exists())
    free = shutil.disk_usage(folder).free + replaced
    if needed > free:
        raise ShortageError(
            f"the demo city needs about {_gigabytes(needed)} of disk, {_gigabytes(free)} are free",
            str(inbox),
            "free some of the disk, or give a smaller --scale",
        )


def write_event_files(
    maker: EventMaker,
    files: Sequence[EventFile],
    progress: Callable[[str], None] | None = None,
) -> dict[str, int]:
    """Writes the files, as many at a time as there are cores; returns the rows by dataset.

    Args:
        maker: Of the city.
        files: What to write; the folders are made.
        progress: Called with a line for each dataset, once its last file stands.
    """
    for folder in {file.path.parent for file in files}:
        folder.mkdir(parents=True, exist_ok=True)
    left = Counter(file.dataset for file in files)
    rows = dict.fromkeys(left, 0)
    with ThreadPoolExecutor(min(_MOST_WRITERS, _cores())) as pool:
        running = {pool.submit(file.write, maker): file.dataset for file in files}
        try:
            for done in as_completed(running):
                dataset = running[done]
                rows[dataset] += done.result()
                left[dataset] -= 1
                if progress and not left[dataset]:
                    progress(f"{dataset}: {rows[dataset]:,} rows")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            # One that is just about to start its query does not hear the first call.
            while any(future.running() for future in running):
                maker.interrupt()
                time.sleep(0.05)
            raise
    return rows


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:,.1f} GB"
