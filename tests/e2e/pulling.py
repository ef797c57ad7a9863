"""Pulls by the real connectors that are killed at a chosen moment, and what then stands in a home.

A gate before the platform holds its answer back after so many bytes, and a parent can kill itself
before its n-th statement: so a kill hits what it is meant to hit, however slow the machine is.
Parents are forked from a server that has imported everything and opened nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import duckdb

from scorecard.pulling.books import Pulled
from scorecard.pulling.config import load_sources
from scorecard.pulling.pull import pull
from scorecard.settings import Settings
from scorecard.workspace import Workspace
from tests.pulling.disturbed import Killed
from tests.pulling.jobs import gone, wait_until
from tests.servers.gate import Gate

NEVER = 1_000_000
SOON = 5
"""Seconds; Dagster's own helpers look every second whether their parent is there."""


@cache
def _declared() -> Workspace:
    return Workspace.load(Settings())


@dataclass
class Pulling:
    """A home that pulls one dataset; `until` is where a pull by windows ends."""

    folder: Path
    dataset: str
    until: str | None = None

    def bind(self, sources: str) -> Pulling:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "sources.yaml").write_text(sources, encoding="utf-8")
        return self

    @property
    def workspace(self) -> Workspace:
        settings = Settings(home=self.folder)
        sources = load_sources(settings.sources, _declared().contracts)
        return replace(_declared(), settings=settings, sources=sources)

    @property
    def scratch(self) -> Path:
        return self.folder / "warehouse" / "scratch"

    def pull(self, **options: Any) -> list[Pulled]:
        """One call to its end, in this process."""
        return self.pull_counting(**options)[0]

    def pull_counting(self, **options: Any) -> tuple[list[Pulled], int]:
        """What came, and how many statements that took."""
        options = {"until": self.until, **options}
        workspace = self.workspace
        with workspace.warehouse() as connection:
            counting: Any = Killed(connection, NEVER)
            pulled = pull(workspace, counting, [self.dataset], **options)
            return pulled, NEVER - counting._after

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        warehouse = self.folder / "warehouse" / "scorecard.duckdb"
        with duckdb.connect(warehouse, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that must not depend on kills; `_file_id` and the place in an answer may."""
        return {
            "rows": self.rows(
                f'select * exclude (_file_id, _line) from raw."{self.dataset}" order by all'
            ),
            "quarantine": self.rows(
                "select column_name, value_masked, reason_zh, reason_en from ops.quarantine "
                "order by all"
            ),
            "marks": self.rows("from ops.watermark"),
            "files": self.rows(
                "select source, name, bytes, etag from ops.remote_file order by all"
            ),
        }

    def torn(self) -> list[tuple[Any, ...]]:
        """Lines of the books without what they speak of, and what stands in no line."""
        return self.rows(
            "with landed as ("
            f'select _file_id as file_id, count(*) as n from raw."{self.dataset}" group by all'
            "), bad as (select file_id from ops.quarantine) "
            "select 'file', file_id from ops.file full join landed using (file_id) "
            "where rows_loaded is distinct from coalesce(n, 0) "
            "union all select 'quarantine', file_id from bad anti join ops.file using (file_id) "
            "union all select 'pull', file_id from ops.pull anti join ops.file using (file_id) "
            "where file_id is not null"
        )


def _work(
    workspace: Workspace, home: Pulling, statement: int, environment: Mapping[str, str]
) -> None:
    os.setsid()
    os.environ.update(environment)
    with workspace.warehouse() as connection:
        killed: Any = Killed(connection, statement)
        pull(workspace, killed, [home.dataset], until=home.until)


@cache
def _forking() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", __name__])
    return context


def start(home: Pulling, statement: int = NEVER) -> BaseProcess:
    """A pull in a process and a session of its own, which may kill itself before a statement."""
    arguments = (home.workspace, home, statement, dict(os.environ))
    process: BaseProcess = _forking().Process(target=_work, args=arguments)
    process.start()
    return process


def children_of(pid: int) -> list[int]:
    """The ids of a process's children, whichever of its threads started them."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for each in lists for child in each.read_text().split()]


def kill(parent: int, whom: str) -> list[int]:
    """Kills the parent, its worker, or both with their sessions; gives all children."""
    children = children_of(parent)
    workers = [child for child in children if os.getsid(child) == child]
    assert workers
    if whom == "parent":
        os.kill(parent, signal.SIGKILL)
        return children
    for session in [*workers, *([parent] if whom == "both" else [])]:
        os.killpg(session, signal.SIGKILL)
    return children


def kill_held(home: Pulling, way: Gate, after: float, whom: str) -> None:
    """A pull of which someone is killed as the platform has given so many bytes."""
    way.set(after)
    process = start(home)
    try:
        wait_until(lambda: way.held.is_set() or not process.is_alive())
        assert way.held.is_set(), "it ended before so many bytes"
        children = kill(process.pid or 0, whom)
        process.join(20)
        assert process.exitcode == (0 if whom == "worker" else -signal.SIGKILL)
        assert gone(children, seconds=SOON)
    finally:
        process.kill()
        process.join()
        way.set()


def kill_in_landing(home: Pulling, statement: int) -> None:
    """A pull whose parent is killed before one of its statements."""
    process = start(home, statement)
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
