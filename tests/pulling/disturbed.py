"""A pull that is killed before each of its statements in turn, and what the next one makes of it.

`python -m tests.pulling.disturbed FOLDER` prints lines of JSON: the number of each statement, and
for each state that a kill left how many pulls were in the books then, and all that stands there
after the next pull. Processes are forked, which DuckDB does not outlive once a database is open:
this one never opens any.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scorecard.connectors.base import Answer, Task
from scorecard.warehouse import connect
from tests.inboxes import KEY, NOW, Inbox, entry
from tests.pulling.landings import Pulls, bound, everything

OLD, NEW = "2019-03-01 10:00:00", "2019-03-20 10:00:00"
NIGHTS = [
    [("a", OLD, {}), ("b", OLD, {"share_type": "secret"}), ("c", OLD, {})],
    [("a", OLD, {}), ("b", NEW, {}), ("c", NEW, {"title": "改"}), ("d", OLD, {"due_at": "x"})],
]


class Reopened(Inbox):
    """A warehouse that has all its tables."""

    def __init__(self, home: Path) -> None:
        self.home, self.key = home, KEY
        self.connection = connect(home / "scorecard.duckdb")


class Killed:
    """A connection whose process is killed before its n-th statement."""

    def __init__(self, connection: Any, after: int) -> None:
        self._connection, self._after = connection, after

    def __getattr__(self, name: str) -> Any:
        if name in ("execute", "begin", "commit"):
            self._after -= 1
            if self._after == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return getattr(self._connection, name)


def entries(inbox: Inbox, night: int) -> Pulls:
    pulls = Pulls(
        inbox, "catalogue_entries", bound(watermark={"column": "updated", "overlap": "3d"})
    )
    pulls.now = NOW.replace(day=1 + night)
    return pulls


def fetched(pulls: Pulls, night: int) -> tuple[Task, Answer]:
    rows = [{**entry(name, **more), "updated": moment} for name, moment, more in NIGHTS[night]]
    task = pulls.task()
    return task, pulls.answer(task, rows)


def prepare(home: Path) -> None:
    """Lands the first night, and keeps the second one's answer beside it."""
    inbox = Inbox(home, in_file=True)
    pulls = entries(inbox, 0)
    pulls.land(*fetched(pulls, 0))
    (home.parent / "fetched").write_bytes(pickle.dumps(fetched(entries(inbox, 1), 1)))
    inbox.connection.close()


def land(home: Path, after: int) -> None:
    inbox = Reopened(home)
    inbox.connection = Killed(inbox.connection, after)  # type: ignore[assignment]
    entries(inbox, 1).land(*pickle.loads((home.parent / "fetched").read_bytes()))


def tell(home: Path) -> None:
    inbox = Reopened(home)
    [(before,)] = inbox.rows("select count(*) from ops.pull")
    if before == 1:  # the killed pull is not in: the next one asks for the same
        entries(inbox, 1).land(*pickle.loads((home.parent / "fetched").read_bytes()))
    told = before, everything(inbox, "catalogue_entries")
    print(json.dumps(told, default=str), flush=True)


def forked(work: Callable[[Path], None] | Callable[[Path, int], None], *arguments: Any) -> int:
    """The exit status of a child that does it."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        work(*arguments)
        os._exit(0)
    finally:
        os._exit(1)


def main(folder: Path) -> None:
    (folder / "0").mkdir()
    assert forked(prepare, folder / "0") == 0
    after, status, seen = 0, int(signal.SIGKILL), set()
    while status == signal.SIGKILL:
        after += 1
        home = shutil.copytree(folder / "0", folder / str(after))
        status = forked(land, home, after)
        left = b"".join(path.read_bytes() for path in sorted(home.glob("scorecard.duckdb*")))
        if left not in seen:  # what the next pull makes of the same bytes was told already
            seen.add(left)
            assert forked(tell, home) == 0
        print(after, flush=True)
        shutil.rmtree(home)
    assert status == 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
