"""The event datasets, which DuckDB makes from `range()`: nothing here loops over rows in Python.

`scale` thins them evenly. Probes are thinned by the interval between two rounds: a minute at scale
1, 333 minutes at 0.003, never more than twelve hours, so every link has probes every day. In
addition a link reports the moment it goes down and the moment it is up again, as monitoring agents
do, so that an outage keeps its exact length at every scale.

A row's share of the departments is dealt out in turn by weight (`slot`), its luck drawn from a hash
of its number. Rows come in order of time, a file on one thread, so the bytes are the same on every
run; memory stays bounded because each query streams into its file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Lock

import duckdb

from scorecard.demo.certificates import CertificateType, types_used
from scorecard.demo.chance import SQL_MACROS
from scorecard.demo.departments import CITY, YEAR_END, YEAR_START, Town
from scorecard.demo.event_sql import DRAWN, EVENTS, MACROS, PROBES, QUERIES
from scorecard.demo.network import Down, Link
from scorecard.demo.platforms import Directory
from scorecard.demo.pool import Pool, fill_table
from scorecard.quoting import literal

DAY_SECONDS = 86_400
YEAR_SECONDS = 365 * DAY_SECONDS
FULL_YEAR = {
    "credit_records": 50_000_000,
    "certificates": 10_000_000,
    "official_documents": 1_000_000,
    "investment_cases": 1_000_000,
    "certificate_uses": 1_000_000,
}
LONGEST_INTERVAL = 43_200
_ROW_GROUP = 122_880
_MEMORY_LIMIT = "1GB"


@dataclass(frozen=True, slots=True)
class Sources:
    """The small tables that the events are dealt out over."""

    links: list[Link]
    downs: list[Down]
    directories: list[Directory]
    types: list[CertificateType]


class EventMaker:
    """Writes the event datasets' files, a query each; hold it open while writing.

    Files may be written side by side, each from a thread of its own.

    Args:
        town: Whose events they are.
        sources: Links, outages, directories and types.
        scratch: A folder for what does not fit in memory.
    """

    def __init__(self, town: Town, sources: Sources, scratch: Path) -> None:
        self._town = town
        self.counts = event_counts(town.scale)
        self.interval = probe_interval(town.scale)
        # One thread and kept order are what makes the bytes the same on every run; a query runs on
        # the thread that asks, so several still run side by side.
        self._connection = duckdb.connect(
            config={
                "threads": 1,
                "preserve_insertion_order": True,
                "memory_limit": _MEMORY_LIMIT,
                "temp_directory": str(scratch),
            }
        )
        self._connection.execute(SQL_MACROS)
        self._connection.execute(MACROS)
        self._running: set[duckdb.DuckDBPyConnection] = set()
        self._lock = Lock()
        self._slot_counts: dict[str, int] = {}
        self._pool = Pool(self._connection, town.chance, town.scale)
        if not self._pool.is_small:
            # A table of pieces may be larger than a day's events: these stay the side that streams,
            # in their order. Small cities keep the plans, hence the bytes, that they have had.
            self._connection.execute(
                "set global disabled_optimizers = 'join_order,build_side_probe_side'"
            )
        self._fill_probes(sources)
        self._fill_slots(sources)

    @property
    def rows_a_year(self) -> dict[str, int]:
        """About how many rows each event dataset gets."""
        return {"network_probes": self._links * YEAR_SECONDS // self.interval, **self.counts}

    def close(self) -> None:
        """Ends the session; the maker is of no use afterwards."""
        self._connection.close()

    def interrupt(self) -> None:
        """Ends what other threads are writing: there `write` raises `duckdb.InterruptException`."""
        with self._lock:
            for cursor in self._running:
                cursor.interrupt()

    def _table(self, name: str, /, **columns: Sequence[object]) -> None:
        fill_table(self._connection, name, **columns)

    def _fill_probes(self, sources: Sources) -> None:
        places = {link.link_id: place for place, link in enumerate(sources.links)}
        self._links = len(places)
        year_end = YEAR_END + timedelta(days=1)
        self._table(
            "links",
            place=list(places.values()),
            link_id=list(places),
            in_service_from=[_second(max(one.connected_on, YEAR_START)) for one in sources.links],
            in_service_until=[_second(one.disconnected_on or year_end) for one in sources.links],
        )
        pieces = [piece for down in sources.downs for piece in _days_of(down)]
        self._table(
            "downs",
            place=[places[link_id] for link_id, _, _ in pieces],
            day=[start // DAY_SECONDS for _, start, _ in pieces],
            down_from=[start for _, start, _ in pieces],
            down_until=[end for _, _, end in pieces],
        )
        changes = sorted(
            [(_second(one.started_at), one.link_id, False) for one in sources.downs]
            + [(_second(one.ended_at), one.link_id, True) for one in sources.downs]
        )
        self._table(
            "changes",
            tick=[tick for tick, _, _ in changes],
            link_id=[link_id for _, link_id, _ in changes],
            is_up=[is_up for _, _, is_up in changes],
        )

    def _fill_slots(self, sources: Sources) -> None:
        town = self._town
        credit = [one for one in sources.directories for _ in range(one.weight)]
        self._slots(
            "credit_records",
            quality=[one.department.quality for one in credit],
            directory_id=[one.directory_id for one in credit],
        )
        made = [one for one in sources.types for _ in range(one.weight)]
        self._slots(
            "certificates",
            type_code=[one.type_code for one in made],
            department_id=[one.department.department_id for one in made],
        )
        used = types_used(town, sources.types)
        self._slots(
            "certificate_uses",
            type_code=[code for _, code in used],
            department_id=[one.department_id for one, _ in used],
        )
        self._slots(
            "official_documents",
            quality=[one.quality for one in town.senders],
            department_id=[one.department_id for one in town.senders],
        )
        # Four in ten departments have nothing to do with investment projects.
        investing = [
            one
            for one in town.senders
            if one is town.edu or town.chance.hit(0.6, "invests", one.department_id)
        ]
        self._slots(
            "investment_cases",
            quality=[one.quality for one in investing],
            department_id=[one.department_id for one in investing],
        )

    def _slots(self, dataset: str, **columns: Sequence[object]) -> None:
        length = len(next(iter(columns.values())))
        self._slot_counts[dataset] = length
        self._table(f"{dataset}_slots", slot=list(range(length)), **columns)

    def query(self, dataset: str, *, every: int = 1) -> str:
        """The SELECT of that dataset's rows between the two bounds that `write` sets."""
        salt, count = self._town.chance.salt(dataset), self.counts.get(dataset, 0)
        words = {
            "salt": salt,
            "city": CITY,
            "year": YEAR_SECONDS,
            "links": self._links,
            "subjects": self._pool.size,
            "sound": self._pool.sound,
            "slots": f"{dataset}_slots",
            "slot_count": self._slot_counts.get(dataset, 0),
            "count": count,
        }
        if dataset == "network_probes":
            return PROBES.format(**words)
        # An event falls anywhere between its own second and the next event's.
        spread = YEAR_SECONDS // count
        words["jitter"] = f"mix(n, {salt}) % {spread}" if spread > 1 else "0"
        chosen = f"where n % {every} = 0" if every > 1 else ""
        # Earlier is faster, but would put the few rows of a small city into another order.
        words["chosen_early"] = "" if self._pool.is_small else chosen
        words["chosen_late"] = chosen
        parts = [EVENTS.format(**words)]
        if dataset in DRAWN:
            dealt = f"events join {words['slots']} using (slot)"
            drawn = DRAWN[dataset].format(**words)
            parts.append(self._pool.told(dealt, drawn, names=dataset == "credit_records"))
        return f"with {', '.join(parts)} {QUERIES[dataset].format(**words)}"

    def write(
        self,
        dataset: str,
        path: Path,
        first: date,
        beyond: date,
        *,
        ending: str,
        labels: Sequence[tuple[str, str]] | None = None,
        every: int = 1,
    ) -> int:
        """Writes the rows from `first` up to, but not including, `beyond`; returns their number.

        Spans that follow one another have the rows of the whole, each row once.

        `ending` is parquet, csv, csv.gz or jsonl; `labels` gives (column, header) for Chinese
        headers; `every` above 1 takes each so many-th event only, with its core information
        filled in.
        """
        shown = (
            "*" if labels is None else ", ".join(f'"{name}" as "{label}"' for name, label in labels)
        )
        rows = f"select {shown} from ({self.query(dataset, every=every)})"
        with self._connection.cursor() as cursor:
            with self._lock:
                self._running.add(cursor)
            try:
                self._bound(cursor, dataset, _second(first), _second(beyond), corrected=every > 1)
                target = literal(str(path))
                result = cursor.execute(f"copy ({rows}) to {target} ({_OPTIONS[ending]})")
                return int((result.fetchone() or (0,))[0])
            finally:
                with self._lock:
                    self._running.discard(cursor)

    def _bound(
        self,
        cursor: duckdb.DuckDBPyConnection,
        dataset: str,
        first: int,
        beyond: int,
        *,
        corrected: bool,
    ) -> None:
        per_year = self.counts.get(dataset)
        if per_year is None:
            bounds = [-(-second // self.interval) for second in (first, beyond)]
        else:
            bounds = [-(-second * per_year // YEAR_SECONDS) for second in (first, beyond)]
        settings = {
            "first_event": bounds[0],
            "beyond_event": bounds[1],
            "first_second": first,
            "beyond_second": beyond,
            "interval": self.interval,
            "corrected": corrected,
        }
        for name, value in settings.items():
            cursor.execute(f"set variable {name} = $1", [value])


_OPTIONS = {
    "parquet": f"format parquet, compression zstd, row_group_size {_ROW_GROUP}",
    "csv": "format csv, header",
    "csv.gz": "format csv, header, compression gzip",
    "jsonl": "format json",
}


def event_counts(scale: float) -> dict[str, int]:
    """Rows a year of each event dataset but the probes; never fewer than three a day."""
    return {name: max(3 * 365, round(full * scale)) for name, full in FULL_YEAR.items()}


def probe_interval(scale: float) -> int:
    """Seconds between two probes of a link."""
    return min(LONGEST_INTERVAL, max(1, round(60 / scale)))


def _second(moment: date) -> int:
    """Seconds since the start of the year, negative before it."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    return int((moment - datetime(2019, 1, 1)).total_seconds())


def _days_of(down: Down) -> list[tuple[str, int, int]]:
    """An outage cut at midnight: (link, first second, second after the last)."""
    start, end = _second(down.started_at), _second(down.ended_at)
    midnight = (start // DAY_SECONDS + 1) * DAY_SECONDS
    if end <= midnight:
        return [(down.link_id, start, end)]
    return [(down.link_id, start, midnight), (down.link_id, midnight, end)]
