"""Pulls from databases, for their tests: in this process, or in one that is measured or killed."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from scorecard.connectors.base import Tally, Task, Wanted
from scorecard.connectors.sql import connect
from scorecard.pulling.bindings import SqlBinding
from scorecard.pulling.platforms import SqlSource
from scorecard.pulling.secrets import Secrets
from scorecard.settings import PROJECT
from tests.memory import peak_mebibytes

Row = dict[str, str | None]


def batches(
    url: str,
    password: str,
    table: str | None = None,
    query: str | None = None,
    names: tuple[str, ...] = ("id",),
    *,
    watermark: dict[str, str] | None = None,
    since: str | None = None,
    until: str | None = None,
    deadline: float = 60,
    tally: Tally | None = None,
    **settings: Any,
) -> Iterator[pa.RecordBatch]:
    """What the connector gives; `settings` are those of the source."""
    source = SqlSource.model_validate(
        {"kind": "sql", "url": url, "password": "env:PASSWORD", **settings}
    )
    origin = {"query": query} if table is None else {"table": table}
    binding = SqlBinding.model_validate(
        {"kind": "sql", "source": "city", **origin, "watermark": watermark}
    )
    task = Task("d", since, until, Path(), dt.datetime(2019, 3, 5), deadline)
    made = connect(source, binding, Wanted(names), Secrets({"PASSWORD": password}))
    return made.batches(task, tally or Tally())


def rows(*given: Any, **settings: Any) -> list[Row]:
    """The rows of `batches`, one dictionary each."""
    return [row for batch in batches(*given, **settings) for row in batch.to_pylist()]


def child(
    url: str,
    password: str,
    hold: bool = False,
    environment: dict[str, str] | None = None,
    **how: Any,
) -> subprocess.Popen[str]:
    """A process that pulls and prints `begun`, then rows and peak memory; `hold` has it wait."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.connectors.pulls", json.dumps({"url": url, **how})],
        env={**os.environ, **(environment or {}), "PASSWORD": password, "HOLD": str(int(hold))},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT,
    )  # fmt: skip


def _main() -> None:
    how = json.loads(sys.argv[1])
    names, count = tuple(how.pop("names")), 0
    for batch in batches(password=os.environ["PASSWORD"], names=names, **how):
        if not count:
            print("begun", flush=True)
            if os.environ["HOLD"] == "1":
                sys.stdin.read()
        count += batch.num_rows
    print(count, round(peak_mebibytes()))


if __name__ == "__main__":
    _main()
