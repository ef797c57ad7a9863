"""The child process that pulls: jobs come in on stdin, results go out, a line of JSON each.

`python -m scorecard.pulling.worker` works off one job after the other until stdin is closed. It
may be killed at any moment. Libraries write what they like to stdout and stderr: results go by a
file of their own. Coming up takes 0.4 s of CPU and 80 MB; a connector's libraries are imported
with its first job (dlt 0.5 s and 60 MB more, s3fs and ADBC 0.2 s, paramiko 0.1 s).
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from scorecard.connectors.base import Answer, SuspiciousAnswerError, Tally
from scorecard.connectors.factory import connector
from scorecard.contract import Contract, load_contracts
from scorecard.errors import ScorecardError
from scorecard.pulling.job import Job, Told, result_line
from scorecard.pulling.mapping import wanted
from scorecard.pulling.secrets import Secrets
from scorecard.pulling.spool import spool

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Does what stdin asks for, until it is closed or the parent is gone."""
    _end_with_parent()
    os.umask(0o077)  # what is fetched has personal data in it until it is landed
    secrets = Secrets()  # of all jobs: what one of them read, no later one may tell
    with os.fdopen(os.dup(1), "wb") as results:
        os.dup2(2, 1)
        jobs: SimpleQueue[bytes] = SimpleQueue()
        Thread(target=_listen, args=(sys.stdin.buffer, jobs), daemon=True).start()
        while True:
            results.write(fulfil(jobs.get(), secrets))
            results.flush()


def _end_with_parent() -> None:
    """Has Linux kill us when the parent dies, for a library that hangs and holds the GIL."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _listen(stdin: Iterable[bytes], jobs: SimpleQueue[bytes]) -> None:
    """Takes in jobs; ends the process with stdin, whatever it is doing and whoever hangs."""
    for line in stdin:
        jobs.put(line)
    os._exit(0)


def fulfil(line: bytes, secrets: Secrets) -> bytes:
    """Does one job; whatever is raised is a result, without any secret."""
    try:
        return result_line(_answer(Job.read(line), secrets))
    except ScorecardError as error:
        told = Told.of(error)
    except BaseException as error:  # also a panic of a Rust library, which is no Exception
        told = Told(_unexpected(error), None, "please report this", "failed")
    return result_line(
        replace(
            told,
            what=secrets.clean(told.what),
            where=told.where and secrets.clean(told.where),
            mend=told.mend and secrets.clean(told.mend),
        )
    )


def _answer(job: Job, secrets: Secrets) -> Answer:
    """The answer; where rows changed while they were paged through, that of a second try."""
    began = time.monotonic()
    try:
        return _fetched(job, secrets)
    except SuspiciousAnswerError as error:
        if not error.again:
            raise
    _clear(job.task.folder)
    rest = job.task.deadline - (time.monotonic() - began)
    return _fetched(replace(job, task=replace(job.task, deadline=rest)), secrets)


def _fetched(job: Job, secrets: Secrets) -> Answer:
    contract = _contracts(job.contract.parent)[job.task.dataset]
    tally = Tally()
    names = wanted(contract, job.binding)
    platform = connector(job.module, job.source, job.binding, names, secrets)
    if hasattr(platform, "files"):
        files = tuple(sorted(platform.files(job.task, tally, job.known), key=lambda f: f.name))
        return Answer(None, None, files, len(files), None, (), tally.requests, tally.total)
    rows = platform.batches(job.task, tally)
    return spool(rows, contract, job.binding, job.source.time_zone, job.task, tally)


@cache
def _contracts(folder: Path) -> dict[str, Contract]:
    """All of them, since what a column refers to says what it is; 40 ms, once a child."""
    return load_contracts(folder)


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _unexpected(error: BaseException) -> str:
    """Kind and place of an error; not its text, which may hold what a row holds."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "nowhere"
    return f"unexpected {type(error).__name__} at {place}"


if __name__ == "__main__":
    main()
