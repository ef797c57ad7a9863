"""Rows of two keyed datasets, and what became of them once landed."""

from __future__ import annotations

import datetime as dt

from tests.inboxes import csv_bytes, specimen

FIRST = dt.date(2019, 3, 1)
LONG = "record-of-the-city-0001"


def record(record_id, directory_id="d", day=0, **changes):
    pushed_at = f"{FIRST + dt.timedelta(day)} 10:00:00"
    return specimen(
        "credit_records",
        record_id=record_id, directory_id=directory_id, pushed_at=pushed_at, **changes,
    )  # fmt: skip


def probe(link_id, hour=0, latency="1", day=0):
    at = f"{FIRST + dt.timedelta(day)} {hour:02d}:00:00"
    return specimen("network_probes", link_id=link_id, probed_at=at, latency_ms=latency)


def take_records(inbox, name, *rows):
    return inbox.take("credit_records", f"{name}.csv", csv_bytes(*rows))


def records(inbox):
    return inbox.newest("credit_records", "record_id, directory_id")


def replaced(inbox, columns="_file_id, unpacked_text(record_id), directory_id"):
    return inbox.rows(f"select {columns} from replaced.credit_records order by all")


def repeated(inbox):
    return inbox.rows("select file_id, rows, keys from ops.repeated_key order by all")


def days(inbox, dataset="credit_records"):
    """The touched days of each file, as numbers from the first."""
    rows = inbox.rows(
        "select file_id, day from ops.touched_day where dataset = $1 order by all", dataset
    )
    return [(file_id, (day - FIRST).days) for file_id, day in rows]
