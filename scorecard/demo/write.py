"""Writes the demo city: tables, their deliveries, the troubles, and the event files.

`write_demo` is the whole of it. A run with the same seed, scale and departments writes the same
bytes; a run with others replaces the files, since their names do not depend on them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scorecard.demo.catalogue import catalogue_tables
from scorecard.demo.certificates import certificate_tables, certificate_types
from scorecard.demo.deliveries import EVENTS, PLAN, cut, spans
from scorecard.demo.departments import Town, reference_tables
from scorecard.demo.files import write_delivery
from scorecard.demo.heavy import EventMaker, Sources, event_counts
from scorecard.demo.network import links, network_tables, outages
from scorecard.demo.office import office_tables
from scorecard.demo.platforms import directories, platform_tables
from scorecard.demo.tables import Table
from scorecard.demo.troubles import Deliveries, Trouble, spoil_deliveries, spoil_files
from scorecard.settings import PROJECT

# Every so many-th credit record comes a second time, mended.
_CORRECTED_EVERY = 997


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
            get rarer with it, never rarer than every twelve hours (see `heavy`).
        departments: How many assessed departments there are, 1 to 300.
        progress: Called with a line for each dataset written.

    Raises:
        ConfigurationError: When a number is out of its range or a contract cannot be read.
    """
    from scorecard.contract import load_contracts

    town = Town(seed, scale, departments)
    contracts = load_contracts(PROJECT / "contracts")
    labels = {
        name: {column.name: column.label_zh for column in contract.columns}
        for name, contract in contracts.items()
    }
    tables, sources = _tell(town)
    found = Deliveries([delivery for table in tables for delivery in cut(table)])
    troubles = spoil_deliveries(found, town)
    rows = dict.fromkeys(contracts, 0)
    files = 0
    for delivery in found:
        folder = inbox / delivery.dataset
        folder.mkdir(parents=True, exist_ok=True)
        write_delivery(delivery, folder, labels[delivery.dataset])
        rows[delivery.dataset] += len(delivery.rows)
        files += 1
    broken = spoil_files(inbox)
    files += len(broken)
    if progress:
        progress(f"{len(PLAN)} small datasets: {files} files, {sum(rows.values()):,} rows")
    with tempfile.TemporaryDirectory() as scratch:
        files += _write_events(town, sources, Path(scratch), inbox, labels, rows, progress)
    troubles += [
        *broken,
        Trouble(
            "delivered twice",
            "credit_records",
            _CORRECTIONS,
            "mended records: the later win",
        ),
    ]
    return DemoSummary(
        inbox,
        seed,
        scale,
        departments,
        files,
        sum(rows.values()),
        rows,
        tuple(troubles),
    )


_CORRECTIONS = "credit_records_2020-01-10_更正.parquet"


def _tell(town: Town) -> tuple[list[Table], Sources]:
    lines = links(town)
    downs = outages(town, lines)
    sent, types, counts = (
        directories(town),
        certificate_types(town),
        event_counts(town.scale),
    )
    tables = [
        *reference_tables(town),
        *office_tables(town),
        *network_tables(town, lines, downs),
        *platform_tables(town, sent, counts["credit_records"]),
        *catalogue_tables(town),
        *certificate_tables(town, types, counts["certificates"]),
    ]
    return tables, Sources(lines, downs, sent, types)


def _write_events(
    town: Town,
    sources: Sources,
    scratch: Path,
    inbox: Path,
    labels: Mapping[str, Mapping[str, str]],
    rows: dict[str, int],
    progress: Callable[[str], None] | None,
) -> int:
    maker = EventMaker(town, sources, scratch)
    files = 0
    try:
        for dataset, plan in EVENTS.items():
            folder = inbox / dataset
            folder.mkdir(parents=True, exist_ok=True)
            header = list(labels[dataset].items()) if plan.labels else None
            for first, beyond in spans(plan.months):
                path = folder / f"{dataset}_{beyond.isoformat()}.{plan.ending}"
                rows[dataset] += maker.write(
                    dataset, path, first, beyond, ending=plan.ending, labels=header
                )
                files += 1
            if progress:
                progress(f"{dataset}: {rows[dataset]:,} rows")
        rows["credit_records"] += maker.write(
            "credit_records", inbox / "credit_records" / _CORRECTIONS, date(2019, 1, 1),
            date(2020, 1, 1), ending="parquet", every=_CORRECTED_EVERY,
        )  # fmt: skip
        return files + 1
    finally:
        maker.close()
