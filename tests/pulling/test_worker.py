"""The child process: what it makes of a job, and what it never tells."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest
from pydantic import TypeAdapter

from scorecard.connectors.base import Answer, PullFailedError, SuspiciousAnswerError
from scorecard.pulling.bindings import Binding
from scorecard.pulling.job import Job, Result, Told, read_result, result_line
from scorecard.pulling.platforms import Source
from tests.inboxes import ROOT
from tests.pulling.jobs import ROWS, Jobs, gone, wait_for

SECRET = "p@ss/wörd \"42'"
SOURCES = [
    {"kind": "http", "base_url": "https://h/", "timeout": {"connect": "5s"},
     "auth": {"basic": {"user": "u", "password": "env:P"}}, "expect": {"$.code": ["0", "200"]}},
    {"kind": "sql", "url": "postgresql://a@b/c", "password": "file:/s", "tls": {"ca": "/ca.pem"},
     "statement_timeout": "10m", "time_zone": "UTC"},
    {"kind": "files", "url": "sftp://a/b", "known_hosts": "/x", "user": "u"},
    {"kind": "prometheus", "base_url": "https://p"},
    {"kind": "zabbix", "base_url": "https://z", "token": "env:Z", "requests_per_second": "2.5"},
]  # fmt: skip
BINDINGS = [
    {"kind": "http", "source": "a", "path": "/x", "paging": {"cursor": {"path": "$.next"}},
     "fields": {"a": "b", "c": {"from": "d", "values": {"1": "x"}}, "e": {"constant": "市"}},
     "watermark": {"column": "u", "parameter": "s", "window": "31d", "first": "2019-01-01"}},
    {"kind": "sql", "source": "b", "table": "t", "deadline": "30m", "at_least": "0.9"},
    {"kind": "files", "source": "c", "folder": "f", "may_be_empty": True},
    {"kind": "prometheus", "source": "d", "up": "probe_success", "link": {"label": "instance"}},
    {"kind": "zabbix", "source": "e", "group": "links"},
]  # fmt: skip


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path)


class Worker:
    """A child as the pool has it, but with its stdout and stderr kept."""

    def __init__(self, home: Path, secret: str = SECRET) -> None:
        self.said = home / "said"
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "scorecard.pulling.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                env={**os.environ, "PYTHONPATH": str(ROOT), "FAKE_SECRET": secret},
            )
        assert self.process.stdin
        assert self.process.stdout
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self.lines: list[bytes] = []

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *raised: object) -> None:
        self.process.kill()
        self.process.wait()
        self.stdin.close()
        self.stdout.close()

    def give(self, job: Job) -> None:
        self.stdin.write(job.line())
        self.stdin.flush()

    def take(self) -> Result:
        self.lines.append(self.stdout.readline())
        return read_result(self.lines[-1])

    def do(self, job: Job) -> Result:
        self.give(job)
        return self.take()

    def fail(self, job: Job) -> PullFailedError:
        failed = self.do(job)
        assert isinstance(failed, PullFailedError)
        return failed


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    with Worker(tmp_path_factory.mktemp("worker")) as worker:
        yield worker


def texts(answer: Result) -> list[dict[str, str | None]]:
    assert isinstance(answer, Answer)
    assert answer.rows is not None
    rows: list[dict[str, str | None]] = pq.read_table(
        answer.rows, columns=list(ROWS[0])
    ).to_pylist()
    return rows


def forms(secret: str) -> list[str]:
    return [secret, quote(secret, safe=""), b64encode(secret.encode()).decode(), repr(secret)[1:-1]]


@pytest.mark.parametrize("number", range(len(SOURCES)))
def test_a_job_is_the_same_after_its_journey(jobs: Jobs, number: int):
    job = replace(
        jobs.files(0, known=["f7.csv"]),
        source=TypeAdapter(Source).validate_python(SOURCES[number]),
        binding=TypeAdapter(Binding).validate_python(BINDINGS[number]),
    )
    assert job.line().count(b"\n") == 1
    assert Job.read(job.line()) == job


def test_a_result_is_the_same_after_its_journey(jobs: Jobs):
    answer = Answer(jobs.home, None, (), 3, "2019-03-05 10:00:00", ("编号",), 2, 3)
    assert read_result(result_line(answer)) == answer
    for error in (PullFailedError("a\nb", "c", "d"), SuspiciousAnswerError("页")):
        told = read_result(result_line(Told.of(error)))
        assert type(told) is type(error)
        assert (told.what, told.where, told.mend) == (error.what, error.where, error.mend)


def test_rows_come_as_a_file_in_the_folder_of_the_task(jobs: Jobs, worker: Worker):
    job = jobs.make()
    answer = worker.do(job)
    assert texts(answer) == ROWS
    assert isinstance(answer, Answer)
    assert answer.rows is not None
    assert answer.rows.parent == job.task.folder
    assert (answer.answered, answer.requests, answer.total) == (3, 1, 3)
    assert answer.columns == ("entry_id", "updated_at")


def test_files_come_in_the_order_of_their_names_without_the_known_ones(jobs: Jobs, worker: Worker):
    answer = worker.do(jobs.files(4, known=["f2.csv"]))
    assert isinstance(answer, Answer)
    assert [file.name for file in answer.files] == ["f0.csv", "f1.csv", "f3.csv"]
    assert all(file.path.is_file() for file in answer.files)


def test_whatever_a_library_says_on_stdout_does_not_mix_with_the_results(
    jobs: Jobs, worker: Worker
):
    assert texts(worker.do(jobs.make("shout"))) == ROWS
    assert worker.said.stat().st_size > 5_000_000


def test_a_child_goes_on_after_an_error(jobs: Jobs, worker: Worker):
    for kind in ("failed", "value", "panic"):
        worker.fail(jobs.make("complain", kind=kind))
    assert texts(worker.do(jobs.make())) == ROWS


@pytest.mark.parametrize("kind", ["failed", "value", "panic"])
def test_no_error_tells_a_secret(jobs: Jobs, worker: Worker, kind: str):
    before = worker.said.stat().st_size
    failed = worker.fail(jobs.make("complain", kind=kind))
    told = worker.lines[-1].decode() + str(failed)
    assert not [form for form in forms(SECRET) if form in told]
    assert worker.said.stat().st_size == before


def test_an_expected_error_says_what_where_and_mend(jobs: Jobs, worker: Worker):
    failed = worker.fail(jobs.make("complain", kind="failed"))
    assert {failed.what, failed.where, failed.mend} == {"cannot log in with ***"}


@pytest.mark.parametrize(("kind", "name"), [("value", "ValueError"), ("panic", "PanicError")])
def test_an_unexpected_error_tells_its_kind_and_place_alone(
    jobs: Jobs, worker: Worker, kind: str, name: str
):
    failed = worker.fail(jobs.make("complain", kind=kind))
    assert failed.what.startswith(f"unexpected {name} at tests.pulling.fake:")
    assert "log in" not in str(failed)


def test_a_secret_that_is_not_there_is_told_by_its_name(jobs: Jobs):
    with Worker(jobs.home, secret="") as worker:
        assert "the secret env:FAKE_SECRET is not there" in str(worker.fail(jobs.make("shout")))


def test_an_answer_that_changed_meanwhile_is_fetched_once_more_from_the_start(
    jobs: Jobs, worker: Worker
):
    tries = jobs.home / "tries"
    assert texts(worker.do(jobs.make("change", tries=tries, times=1))) == ROWS
    assert tries.read_text() == "xx"


def test_an_answer_that_changes_again_is_not_believed(jobs: Jobs, worker: Worker):
    tries = jobs.home / "tries"
    failed = worker.do(jobs.make("change", tries=tries, times=2))
    assert isinstance(failed, SuspiciousAnswerError)
    assert "99 given" in str(failed)
    assert tries.read_text() == "xx"


def test_a_child_ends_with_its_stdin_in_the_middle_of_a_job(jobs: Jobs):
    with Worker(jobs.home) as worker:
        worker.give(jobs.make("sleep", pids=jobs.folder("pids")))
        wait_for(1, jobs.folder("pids"))
        worker.stdin.close()
        assert worker.process.wait(2) == 0


def test_a_child_that_hangs_with_pythons_lock_ends_with_its_parent(jobs: Jobs):
    """Its stdin stays open, so that it can only learn of it from the system."""
    job = jobs.make("hang", pids=jobs.folder("pids"))
    reading, writing = os.pipe()
    parent = subprocess.Popen(
        ["/bin/sh", "-c", f"{sys.executable} -P -m scorecard.pulling.worker; true"],
        stdin=reading,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    os.close(reading)
    try:
        os.write(writing, job.line())
        pids = wait_for(1, jobs.folder("pids"))
        parent.send_signal(signal.SIGKILL)
        assert gone(pids, seconds=2)
    finally:
        parent.kill()
        parent.wait()
        os.close(writing)
