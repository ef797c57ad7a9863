"""Writes the demo city: tables, their deliveries, the troubles, and the event files.

`write_demo` is the whole of it. A run with the same seed, scale and departments writes the same
bytes; a run with others replaces the files, since their names do not depend on them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scorecard.demo.catalogue import catalogue_tables
from scorecard.demo.certificates import certificate_tables
from scorecard.demo.deliveries import PLAN, cut
from scorecard.demo.departments import Town, reference_tables
from scorecard.demo.event_files import (
    CORRECTIONS,
    check_room,
    event_files,
    maker_of,
    sources_of,
    write_event_files,
)
from scorecard.demo.files import write_delivery
from scorecard.demo.heavy import Sources, event_counts
from scorecard.demo.network import network_tables
from scorecard.demo.office import office_tables
from scorecard.demo.platforms import platform_tables
from scorecard.demo.tables import Table
from scorecard.demo.troubles import Deliveries, Trouble, spoil_deliveries, spoil_files
from scorecard.settings import PROJECT
from scorecard.shortage import naming_shortage


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was written; `rows` counts those of `datasets`, broken ones and repeats included."""

    inbox: Path
    seed: int
    scale: float
    departments: int
    files: int
    rows: int
    datasets: Mapping[str, int]
    troubles: tuple[Trouble, ...]


def write_demo(
    inbox: Path,
    *,
    seed: int = 2019,
    scale: float = 0.003,
    departments: int = 60,
    progress: Callable[[str], None] | None = None,
) -> DemoSummary:
    """Writes a synthetic city's inputs for 2019, all datasets, into `inbox/<dataset>/`.

    Args:
        inbox: Where the folders go; made if it is not there.
        seed: What all variety is drawn from.
        scale: Size of the event datasets: 1 is about 95 million rows, a real city's year. Probes
            get rarer with it, never rarer than every twelve hours (see `heavy`), and above 0.003
            the pool of subjects grows with it (see `pool`).
        departments: How many assessed departments there are, 1 to 300.
        progress: Called with a line for each dataset written, as its last file stands.

    Raises:
        ConfigurationError: When a number is out of its range or a contract cannot be read.
        ShortageError: When the disk has not the room; mostly told before anything is written.
    """
    from scorecard.contract import load_contracts

    town = Town(seed, scale, departments)
    contracts = load_contracts(PROJECT / "contracts")
    labels = {
        name: {column.name: column.label_zh for column in contract.columns}
        for name, contract in contracts.items()
    }
    sources = sources_of(town)
    files = event_files(inbox, labels)
    with maker_of(town, sources) as maker, naming_shortage(str(inbox)):
        check_room(inbox, maker.rows_a_year, files)
        found = Deliveries([one for table in _tables(town, sources) for one in cut(table)])
        troubles = spoil_deliveries(found, town)
        rows = _write_deliveries(found, inbox, labels)
        broken = spoil_files(inbox)
        small = len(list(found)) + len(broken)
        if progress:
            progress(f"{len(PLAN)} small datasets: {small} files, {sum(rows.values()):,} rows")
        for dataset, count in write_event_files(maker, files, progress).items():
            rows[dataset] += count
    troubles += [
        *broken,
        Trouble("delivered twice", "credit_records", CORRECTIONS, "mended records: the later win"),
    ]
    return DemoSummary(
        inbox,
        seed,
        scale,
        departments,
        small + len(files),
        sum(rows.values()),
        rows,
        tuple(troubles),
    )


def _write_deliveries(
    found: Deliveries, inbox: Path, labels: Mapping[str, Mapping[str, str]]
) -> dict[str, int]:
    rows = dict.fromkeys(labels, 0)
    for delivery in found:
        folder = inbox / delivery.dataset
        folder.mkdir(parents=True, exist_ok=True)
        write_delivery(delivery, folder, labels[delivery.dataset])
        rows[delivery.dataset] += len(delivery.rows)
    return rows


def _tables(town: Town, sources: Sources) -> list[Table]:
    counts = event_counts(town.scale)
    return [
        *reference_tables(town),
        *office_tables(town),
        *network_tables(town, sources.links, sources.downs),
        *platform_tables(town, sources.directories, counts["credit_records"]),
        *catalogue_tables(town),
        *certificate_tables(town, sources.types, counts["certificates"]),
    ]
