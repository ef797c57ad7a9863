"""Child processes that pull side by side, each of which can be ended at its deadline.

A thread that hangs in a database's library, or in a header that comes a byte a minute, cannot be
ended; a process can. Children are used again from job to job and die with their parent. A pool is
used by one thread from beginning to end: on Linux a child dies with the thread that started it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import inf
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from types import TracebackType
from typing import IO

from scorecard.clock import local_now
from scorecard.connectors.base import PullFailedError
from scorecard.pulling.job import Job, Result, read_result

GRACE = 5.0  # s: after its deadline a child may still tell itself what was slow
COMMAND = (sys.executable, "-P", "-m", "scorecard.pulling.worker")
"""Without the working folder on the path (-P): its `secrets.py` would be taken for the library."""


class LatePullError(PullFailedError):
    """A pull that was given up at its deadline."""


@dataclass(slots=True, eq=False)
class _Child:
    """A process and the job that it is at; `until` is when it is killed (monotonic)."""

    process: subprocess.Popen[bytes]
    job: Job
    until: float = inf
    unsent: bytes = b""
    told: bytearray = field(default_factory=bytearray)

    @property
    def stdin(self) -> IO[bytes]:
        assert self.process.stdin is not None
        return self.process.stdin

    @property
    def stdout(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout


class Pool:
    """Up to `size` children at work; a context manager, at whose end none is left."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._waiting: deque[Job] = deque()
        self._idle: list[subprocess.Popen[bytes]] = []
        self._busy: list[_Child] = []
        self._ready: deque[tuple[Job, Result]] = deque()
        self._selector = DefaultSelector()

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in (*self._idle, *(child.process for child in self._busy)):
            _end(process)
        self._idle, self._busy = [], []
        self._selector.close()

    def submit(self, job: Job) -> None:
        """Adds a job, also while `run` gives results."""
        self._waiting.append(job)

    def run(self, jobs: Iterable[Job] = ()) -> Iterator[tuple[Job, Result]]:
        """Gives each job's result as it ends, until no job is left.

        A job given back says when it really began. Between two results nobody looks after the
        children: one that ends meanwhile waits, and one that is late is ended when we are back.
        """
        self._waiting.extend(jobs)
        while self._waiting or self._busy or self._ready:
            self._begin_jobs()  # before a result is given, so that nobody idles meanwhile
            if self._ready:
                yield self._ready.popleft()
            else:
                self._listen()

    def _begin_jobs(self) -> None:
        while len(self._busy) < self._size and (job := self._next()) is not None:
            job = replace(job, task=replace(job.task, started=local_now()))
            until = time.monotonic() + job.task.deadline + GRACE
            child = _Child(self._process(), job, until, job.line())
            self._busy.append(child)
            self._selector.register(child.stdout, EVENT_READ, child)
            self._selector.register(child.stdin, EVENT_WRITE, child)
            self._send(child)  # at once: the consumer may be away for long

    def _process(self) -> subprocess.Popen[bytes]:
        while self._idle:
            process = self._idle.pop()
            if process.poll() is None:
                return process
            _end(process)
        return _spawn()

    def _next(self) -> Job | None:
        """Takes the first job out of the queue whose lane is free."""
        taken = {child.job.lane for child in self._busy} - {None}
        for job in self._waiting:
            if job.lane not in taken:
                self._waiting.remove(job)
                return job
        return None

    def _listen(self) -> None:
        """Waits until a child says something or is late; sends what is to be sent."""
        rest = min(child.until for child in self._busy) - time.monotonic()
        for key, events in self._selector.select(max(rest, 0)):
            if key.data not in self._busy:  # it died in this very round
                continue
            if events & EVENT_WRITE:
                self._send(key.data)
            else:
                self._hear(key.data)
        for child in [c for c in self._busy if c.until <= time.monotonic()]:
            self._settle(child, _late(child.job))
            _end(child.process)

    def _send(self, child: _Child) -> None:
        try:
            sent = os.write(child.stdin.fileno(), child.unsent)
        except BrokenPipeError:  # it died; its stdout says so
            sent = len(child.unsent)
        child.unsent = child.unsent[sent:]
        if not child.unsent:
            self._selector.unregister(child.stdin)

    def _hear(self, child: _Child) -> None:
        piece = os.read(child.stdout.fileno(), 1 << 20)
        child.told += piece
        if not piece:
            status = _status(child.process)
            self._settle(child, _died(status))
            _end(child.process)
        elif piece.endswith(b"\n"):
            self._settle(child, read_result(bytes(child.told)))
            self._idle.append(child.process)
        else:  # a long answer is on its way: it was there in time
            child.until = max(child.until, time.monotonic() + GRACE)

    def _settle(self, child: _Child, result: Result) -> None:
        self._busy.remove(child)
        self._selector.unregister(child.stdout)
        if child.unsent:
            self._selector.unregister(child.stdin)
        self._ready.append((child.job, result))


def _spawn() -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a library's trace may hold anything
        bufsize=0,
        start_new_session=True,  # Ctrl-C comes to us alone, who then end them all
    )
    assert process.stdin is not None
    os.set_blocking(process.stdin.fileno(), False)
    return process


def _status(process: subprocess.Popen[bytes]) -> int | None:
    """The exit status of a child that closed its stdout; None if it lives all the same."""
    with suppress(subprocess.TimeoutExpired):
        return process.wait(GRACE)
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a child for good; only what the kernel itself holds (a dead NFS) stays behind."""
    process.kill()
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _late(job: Job) -> LatePullError:
    seconds = job.task.deadline
    span = f"{seconds / 60:g}m" if seconds >= 60 else f"{seconds:g}s"
    return LatePullError(
        f"gave no whole answer within {span}",
        mend="see how the platform is; give the dataset a longer deadline or a shorter window",
    )


def _died(status: int | None) -> PullFailedError:
    how = f"with status {status}"
    if status is not None and status < 0:
        how = f"by signal {-status} ({signal.strsignal(-status)})"
    return PullFailedError(
        f"the process that pulled was ended {how}",
        mend="the system may have run out of memory: see its log, lower `parallel` in sources.yaml",
    )
