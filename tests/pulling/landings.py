"""Pulls without a platform: rows given by hand go through spooling and landing as any answer's."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import TypeAdapter

from scorecard.connectors.base import Answer, Tally, Task
from scorecard.landing.load import Landing
from scorecard.pulling.bindings import Binding
from scorecard.pulling.books import Pulled, next_task, record
from scorecard.pulling.land import land_answer
from scorecard.pulling.platforms import Source
from scorecard.pulling.spool import spool
from scorecard.pulling.suspicion import suspicion
from tests.inboxes import NOW, Inbox, contracts

BINDING: TypeAdapter[Binding] = TypeAdapter(Binding)
SOURCE: TypeAdapter[Source] = TypeAdapter(Source)


def bound(**said: Any) -> Binding:
    return BINDING.validate_python({"kind": "sql", "source": "city", "table": "t", **said})


def platform(time_zone: str = "Asia/Shanghai") -> Source:
    return SOURCE.validate_python(
        {"kind": "sql", "url": "postgresql://db/city", "time_zone": time_zone}
    )


def batch(rows: Sequence[dict[str, str | None]], names: Sequence[str] = ()) -> pa.RecordBatch:
    names = names or list(dict.fromkeys(name for row in rows for name in row))
    return pa.RecordBatch.from_pydict(
        {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    )


def emptied(inbox: Inbox) -> Inbox:
    """The inbox with nothing landed, and no books: a new one takes half a second."""
    tables = inbox.rows(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where schema_name in ('raw', 'replaced', 'ops', 'profile') and estimated_size > 0"
    )
    for (table,) in tables:
        inbox.connection.execute(f"delete from {table}")
    return inbox


def everything(inbox: Inbox, dataset: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the books and of a dataset, by table."""
    tables = inbox.rows(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where schema_name = 'ops' or schema_name = 'raw' and table_name = $1 order by all",
        dataset,
    )
    return {table: inbox.rows(f"from {table} order by all") for (table,) in tables}


class Pulls:
    """A dataset that is pulled into a warehouse; `rows` of an answer are the platform's."""

    def __init__(
        self, inbox: Inbox, dataset: str, binding: Binding, time_zone: str = "Asia/Shanghai"
    ) -> None:
        self.inbox, self.contract, self.binding = inbox, contracts()[dataset], binding
        self.source = platform(time_zone)
        self.now = NOW

    def task(self, since: str | None = None, until: str | None = None) -> Task:
        folder = Path(tempfile.mkdtemp(dir=self.inbox.home))
        return next_task(
            self.inbox.connection, self.source, self.binding, self.contract, folder, self.now,
            since, until,
        )  # fmt: skip

    def answer(self, task: Task, rows: Sequence[dict[str, str | None]], **tally: Any) -> Answer:
        batches = [batch(rows)] if rows else []
        return spool(
            batches, self.contract, self.binding, self.source.time_zone, task, Tally(**tally)
        )

    def land(self, task: Task, answer: Answer, dry_run: bool = False) -> Pulled:
        now = self.now + dt.timedelta(seconds=2)
        landing = Landing(self.inbox.connection, self.inbox.key, self.inbox.home / "scratch", now)
        pulled = land_answer(
            landing, self.contract, self.source, self.binding, task, answer, now, dry_run
        )
        if answer.rows is not None:
            assert pulled.rows_answered == (
                pulled.rows_loaded + pulled.rows_quarantined + pulled.rows_unchanged
            )
        return pulled

    def pull(
        self,
        *rows: dict[str, str | None],
        since: str | None = None,
        until: str | None = None,
        dry_run: bool = False,
    ) -> Pulled:
        """One pull, whatever is thought of its answer; the next one is a night later."""
        task = self.task(since, until)
        pulled = self.land(task, self.answer(task, rows), dry_run)
        self.now += dt.timedelta(days=1)
        return pulled

    def doubt(self, *rows: dict[str, str | None], **tally: Any) -> str | None:
        """What is suspicious of an answer; it is not landed."""
        task = self.task()
        return suspicion(
            self.inbox.connection, self.source, self.binding, self.answer(task, rows, **tally), task
        )

    def pulled_before(self, rows: int, since: str | None = None, outcome: str = "landed") -> None:
        """Writes an earlier pull into the books."""
        task = Task(self.contract.name, since, None, Path(), self.now, 60)
        pulled = Pulled(self.contract.name, self.binding.source, outcome, rows, rows)
        record(self.inbox.connection, self.source, self.binding, task, pulled, self.now)
        self.now += dt.timedelta(days=1)

    def quarantined(self) -> list[tuple[Any, ...]]:
        return self.inbox.rows(
            "select file_name, line, column_name, value_masked from ops.quarantine "
            "order by file_id, line"
        )
