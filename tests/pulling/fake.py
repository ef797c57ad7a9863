"""A platform that does as a test wants it to: the binding's `path` says what, `params` how.

Child processes import it as a connector, since the tests' jobs name this module.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import itertools
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from scorecard.connectors.base import (
    PullFailedError,
    RemoteFile,
    SuspiciousAnswerError,
    Tally,
    Task,
    Wanted,
)
from scorecard.pulling.bindings import FilesBinding, HttpBinding
from scorecard.pulling.platforms import Source
from scorecard.pulling.secrets import Secrets

MODULE = __name__


class PanicError(BaseException):
    """As a library in Rust has it: no Exception."""


def connect(
    source: Source, binding: HttpBinding | FilesBinding, wanted: Wanted, secrets: Secrets
) -> Fake | FakeFolder:
    if isinstance(binding, FilesBinding):
        return FakeFolder(int(binding.pattern))
    return Fake(binding, wanted, secrets)


class FakeFolder:
    """A folder of so many files."""

    def __init__(self, number: int) -> None:
        self.number = number

    def files(
        self, task: Task, tally: Tally, known: frozenset[tuple[str, int, str, str | None]]
    ) -> Iterator[RemoteFile]:
        modified = dt.datetime(2019, 3, 5)
        for i in reversed(range(self.number)):
            path = task.folder / f"f{i}.csv"
            if (path.name, i, modified.isoformat(), None) not in known:
                path.write_text("entry_id,updated_at\n" + "e1,2019-03-05\n" * i)
                yield RemoteFile(path.name, path, i, modified)


class Fake:
    """A platform's rows lie as JSON in the file `rows`; each behaviour is a method."""

    def __init__(self, binding: HttpBinding, wanted: Wanted, secrets: Secrets) -> None:
        self.binding, self.wanted, self.secrets = binding, wanted, secrets
        self.params = binding.params

    def batches(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        yield from getattr(self, self.binding.path)(task, tally)

    def rows(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """Those of the span asked for, with a breath between the first and the rest."""
        given = json.loads(Path(self.params["rows"]).read_text())
        tally.columns = tuple(given[0]) if given else ()
        if self.binding.watermark is not None:
            column = self.binding.watermark.column
            first, last = task.since or "", task.until or "9"
            given = [row for row in given if first <= row[column] < last]
        tally.requests, tally.total = 1, len(given)
        if given:
            yield self.batch(given[:1])
            time.sleep(float(self.params.get("breath", 0)))
            yield self.batch(given[1:], given[0])

    def batch(
        self, rows: list[dict[str, str | None]], like: dict[str, str | None] | None = None
    ) -> pa.RecordBatch:
        names = [name for name in self.wanted.names if name in (like or rows[0])]
        return pa.RecordBatch.from_pydict(
            {name: pa.array([row[name] for row in rows], pa.string()) for name in names}
        )

    def wait_for_others(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """Goes on once so many of us are here at the same time."""
        meeting = Path(self.params["meeting"])
        (meeting / str(os.getpid())).touch()
        while len(list(meeting.iterdir())) < int(self.params["number"]):
            time.sleep(0.02)
        yield from self.rows(task, tally)

    def be_alone(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """Fails where another one is here."""
        here = Path(self.params["here"])
        here.mkdir()
        time.sleep(0.2)
        here.rmdir()
        yield from self.rows(task, tally)

    def hang(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """In C, deaf to SIGTERM, and with the lock that all threads need."""
        ctypes.CDLL(None).signal(signal.SIGTERM, ctypes.c_void_p(signal.SIG_IGN))
        yield self.batch([{"entry_id": "never", "updated_at": "2019-03-05 10:00:00"}])
        if "pids" in self.params:
            (Path(self.params["pids"]) / str(os.getpid())).touch()
        ctypes.PyDLL(None).sleep(600)

    def sleep(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        (Path(self.params["pids"]) / str(os.getpid())).touch()
        time.sleep(600)
        yield from ()

    def endless(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        for number in itertools.count():
            yield self.batch([{"entry_id": f"e{number}", "updated_at": "2019-03-05 10:00:00"}])

    def crash(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        os.kill(os.getpid(), signal.SIGKILL)
        yield from ()

    def crash_second(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """The second time, after half the answer."""
        tries = Path(self.params["tries"])
        with tries.open("a") as out:
            out.write("x")
        for batch in self.rows(task, tally):
            yield batch
            if tries.read_text() == "xx":
                os.kill(os.getpid(), signal.SIGKILL)

    def look_at_folder(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        Path(self.params["modes"]).write_text(oct(task.folder.stat().st_mode))
        yield from self.rows(task, tally)

    def shout(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """Says a lot, and a secret, wherever a library may say something."""
        text = self.secrets.read("env:FAKE_SECRET") + "\n{}\n" * 500_000
        for stream in (sys.stdout, sys.stderr):
            print(text, file=stream, flush=True)
        os.write(1, text.encode())
        os.write(2, text.encode())
        yield from self.rows(task, tally)

    def complain(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """Raises with a secret in the text."""
        text = f"cannot log in with {self.secrets.read('env:FAKE_SECRET')}"
        kinds = {"failed": PullFailedError, "panic": PanicError, "value": ValueError}
        kind = kinds[self.params["kind"]]
        raise kind(text, text, text) if kind is PullFailedError else kind(text)
        yield

    def change(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """Rows change so many times while they are read."""
        tries = Path(self.params["tries"])
        with tries.open("a") as out:
            out.write("x")
        (task.folder / "left.over").mkdir()
        if len(tries.read_text()) <= int(self.params["times"]):
            yield self.batch([{"entry_id": "not all", "updated_at": "2019-03-05 10:00:00"}])
            raise SuspiciousAnswerError("100 rows there, 99 given", again=True)
        yield from self.rows(task, tally)
