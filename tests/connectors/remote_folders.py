"""What the tests of remote folders share: a pull, and what of it one looks at."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Thread

from scorecard.connectors.base import FolderConnector, RemoteFile, Tally, Task, Wanted
from scorecard.connectors.remote import connect
from scorecard.pulling.bindings import FilesBinding
from scorecard.pulling.platforms import FilesSource
from scorecard.pulling.secrets import Secrets
from scorecard.settings import PROJECT

BIG = 30 << 20

CHILD = """
import sys
from pathlib import Path
from scorecard.connectors.base import Tally
from scorecard.pulling.platforms import FilesSource
from tests.connectors.remote_folders import connector, task
from tests.memory import peak_mebibytes

far = connector(FilesSource.model_validate_json(sys.argv[1]), "weights")
for file in far.files(task(Path(sys.argv[2])), Tally(), frozenset()):
    print(file.bytes, int(peak_mebibytes()))
"""


def connector(source: FilesSource, folder: str = "", pattern: str = "*") -> FolderConnector:
    binding = FilesBinding(kind="files", source="far", folder=folder, pattern=pattern)
    return connect(source, binding, Wanted(()), Secrets())


def task(folder: Path, deadline: float = 60) -> Task:
    folder.mkdir(parents=True, exist_ok=True)
    return Task("certificates", None, None, folder, dt.datetime(2019, 3, 5, 2), deadline)


def known(files: Iterable[RemoteFile]) -> frozenset[tuple[str, int, str, str | None]]:
    """What the books remember of files, and so what the next pull is given."""
    return frozenset((f.name, f.bytes, f.modified.isoformat(), f.etag) for f in files)


def pulled(
    far: FolderConnector, folder: Path, before: Iterable[RemoteFile] = ()
) -> list[RemoteFile]:
    """The files of one pull into a new folder."""
    return list(far.files(task(folder), Tally(), known(before)))


def contents(files: Iterable[RemoteFile]) -> dict[str, bytes]:
    """Name and content, in the order in which they came."""
    return {file.name: file.path.read_bytes() for file in files}


def pulled_while(
    far: FolderConnector, folder: Path, second_changes: Callable[[], None]
) -> list[str]:
    """The names that come if the second file changes in the middle of being fetched.

    It is fetched into a pipe, which holds the connector up until the change is made.
    """
    files = far.files(task(folder), Tally(), frozenset())
    names = [next(files).name]
    pipe = folder / "000001.csv"
    os.mkfifo(pipe)

    def take() -> None:
        with pipe.open("rb") as stream:
            stream.read(1)
            second_changes()
            while stream.read(1 << 16):
                pass

    taking = Thread(target=take, daemon=True)
    taking.start()
    names += [file.name for file in files]
    taking.join(20)
    return names


def peaks(source: FilesSource, folder: Path) -> list[tuple[int, int]]:
    """Bytes of each file and the memory (MB) that a process of its own has needed so far."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, source.model_dump_json(), folder],
        cwd=PROJECT, env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [(int(a), int(b)) for a, b in (line.split() for line in done.stdout.splitlines())]
