"""Pulls probes by a connector, and shows them as rows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from scorecard.clock import local_now
from scorecard.connectors.base import Connector, Tally, Task, Wanted

EVERYTHING = Wanted(("link_id", "probed_at", "is_up"), ("latency_ms",))
SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def probed(
    connector: Connector, since: str | None, until: str | None, tally: Tally | None = None
) -> list[dict[str, Any]]:
    """All rows of [since, until)."""
    task = Task("network_probes", since, until, Path("unused"), local_now(), deadline=30)
    batches = connector.batches(task, tally or Tally())
    return [row for batch in batches for row in batch.to_pylist()]


def mark(at: int) -> str:
    """Milliseconds as a task has them: local time without an offset."""
    return iso(at).removesuffix("+08:00")


def iso(at: int) -> str:
    """Milliseconds as a row has them."""
    moment = dt.datetime.fromtimestamp(at / 1000, SHANGHAI)
    return moment.isoformat(sep=" ", timespec="milliseconds")
