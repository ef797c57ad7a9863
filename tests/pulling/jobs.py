"""Jobs of the fake platform, for tests of the processes that pull."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import mkdtemp

from scorecard.connectors.base import Task
from scorecard.pulling.bindings import FilesBinding, HttpBinding
from scorecard.pulling.job import Job
from scorecard.pulling.platforms import FilesSource, HttpSource
from tests.inboxes import ROOT
from tests.pulling.fake import MODULE

CONTRACT = ROOT / "contracts" / "catalogue_updates.yaml"
ROWS = [{"entry_id": f"e{i}", "updated_at": f"2019-03-0{i} 10:00:00"} for i in (1, 2, 3)]


class Jobs:
    """Makes jobs whose folders lie in one folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.rows_file = home / "rows.json"
        self.rows_file.write_text(json.dumps(ROWS))

    def folder(self, name: str) -> Path:
        """A folder that the fake platform may use."""
        path = self.home / name
        path.mkdir(exist_ok=True)
        return path

    def make(
        self,
        behaviour: str = "rows",
        *,
        deadline: float = 60,
        source: str = "fake",
        rate: float | None = None,
        **params: object,
    ) -> Job:
        limits = {} if rate is None else {"requests_per_second": rate}
        return Job(
            HttpSource(kind="http", base_url="http://127.0.0.1:1/", **limits),
            HttpBinding(
                kind="http",
                source=source,
                path=behaviour,
                params={
                    "rows": str(self.rows_file),
                    **{name: str(value) for name, value in params.items()},
                },
            ),
            CONTRACT,
            self.task(deadline),
            MODULE,
        )

    def files(self, number: int, *, known: Iterable[str] = (), deadline: float = 60) -> Job:
        """A folder of so many files; `known` ones landed already."""
        return Job(
            FilesSource(kind="files", url="file:///nowhere"),
            FilesBinding(kind="files", source="office", pattern=str(number)),
            CONTRACT,
            self.task(deadline),
            MODULE,
            frozenset((name, int(name[1:-4]), "2019-03-05T00:00:00", None) for name in known),
        )

    def task(self, deadline: float) -> Task:
        folder = Path(mkdtemp(dir=self.home))
        return Task("catalogue_updates", None, None, folder, dt.datetime.now(), deadline)


def wait_until(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.02)


def wait_for(number: int, folder: Path) -> list[int]:
    """The ids of so many processes, once they say in the folder that they are there."""
    wait_until(lambda: len(os.listdir(folder)) >= number)
    return [int(name) for name in os.listdir(folder)]


def gone(pids: Iterable[int], seconds: float) -> bool:
    """Whether the processes end in so many seconds."""
    until = time.monotonic() + seconds
    while any(map(_lives, pids)):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _lives(pid: int) -> bool:
    """Whether it is there, and not only as an entry that nobody has collected yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
