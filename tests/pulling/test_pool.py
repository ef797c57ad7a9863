"""The pool: jobs side by side, each with its deadline, and no child that outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from scorecard.connectors.base import Answer, PullFailedError
from scorecard.pulling import pool as pool_module
from scorecard.pulling.job import Job, Result
from scorecard.pulling.pool import LatePullError, Pool
from tests.inboxes import ROOT
from tests.pulling.jobs import Jobs, gone, wait_for, wait_until

PARENT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
from pathlib import Path
from scorecard.pulling.job import Job
from scorecard.pulling.pool import Pool

jobs = [Job.read(line) for line in Path(sys.argv[1]).read_bytes().splitlines()]
with Pool(len(jobs)) as pool:
    for job, result in pool.run(jobs):
        print(result)
"""


@pytest.fixture(autouse=True)
def ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children find the fake platform, and nobody waits long for what is late."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("FAKE_SECRET", "a secret")
    monkeypatch.setattr(pool_module, "GRACE", 0.5)


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path)


def results(size: int, *jobs: Job) -> list[Result]:
    """The results in the order of the jobs."""
    with Pool(size) as pool:
        found = {job.task.folder: result for job, result in pool.run(jobs)}
    return [found[job.task.folder] for job in jobs]


def brought(result: Result) -> int:
    assert isinstance(result, Answer), result
    return result.answered


def test_four_are_at_work_at_the_same_time(jobs: Jobs):
    meeting = jobs.folder("meeting")
    given = results(4, *(jobs.make("wait_for_others", meeting=meeting, number=4) for _ in range(4)))
    assert [brought(result) for result in given] == [3] * 4


def test_children_are_used_again(jobs: Jobs):
    meeting = jobs.folder("meeting")
    given = results(1, *(jobs.make("wait_for_others", meeting=meeting, number=1) for _ in range(3)))
    assert [brought(result) for result in given] == [3] * 3
    assert len(os.listdir(meeting)) == 1


def test_a_source_with_a_rate_is_asked_by_one_at_a_time(jobs: Jobs):
    here = jobs.home / "here"
    given = results(2, *(jobs.make("be_alone", here=here, rate=100) for _ in range(2)))
    assert [brought(result) for result in given] == [3] * 2


def test_other_sources_do_not_wait_for_one_with_a_rate(jobs: Jobs):
    meeting = jobs.folder("meeting")
    given = results(
        2,
        jobs.make("wait_for_others", rate=1, meeting=meeting, number=2),
        jobs.make("be_alone", rate=1, here=jobs.home / "here"),
        jobs.make("wait_for_others", source="other", rate=1, meeting=meeting, number=2),
    )
    assert [brought(result) for result in given] == [3] * 3


def test_a_job_that_hangs_is_ended_at_its_deadline_and_the_others_go_on(jobs: Jobs):
    pids = jobs.folder("pids")
    hung = jobs.make("hang", deadline=2, pids=pids)
    late, *others = results(2, hung, jobs.make(), jobs.make(), jobs.make())
    assert isinstance(late, LatePullError)
    assert str(late).startswith("gave no whole answer within 2s")
    assert [brought(result) for result in others] == [3] * 3
    assert gone([int(name) for name in os.listdir(pids)], seconds=0)


def test_a_child_that_never_comes_up_is_ended_too(jobs: Jobs, monkeypatch: pytest.MonkeyPatch):
    """It does not even read its job, which is more than a pipe holds."""
    monkeypatch.setattr(pool_module, "COMMAND", ("sleep", "60"))
    (late,) = results(1, jobs.files(1, known=[f"f{i}.csv" for i in range(3000)], deadline=0.1))
    assert isinstance(late, LatePullError)


def test_a_new_child_takes_over_from_one_that_was_ended_or_died(jobs: Jobs):
    late, died, other = results(
        1, jobs.make("endless", deadline=1), jobs.make("crash"), jobs.make()
    )
    assert isinstance(late, LatePullError)
    assert isinstance(died, PullFailedError)
    assert "ended by signal 9" in died.what
    assert "memory" in str(died)
    assert brought(other) == 3


def test_a_child_that_dies_between_two_jobs_harms_neither(jobs: Jobs):
    meeting = jobs.folder("meeting")
    job = jobs.make("wait_for_others", meeting=meeting, number=1)
    with Pool(1) as pool:
        seen = []
        for _, result in pool.run([job]):
            seen.append(brought(result))
            if len(seen) == 1:
                (pid,) = wait_for(1, meeting)
                os.kill(pid, signal.SIGKILL)
                os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
                pool.submit(jobs.make())
    assert seen == [3, 3]


def test_jobs_may_be_added_while_results_come(jobs: Jobs):
    with Pool(2) as pool:
        seen = []
        for job, _ in pool.run([jobs.make()]):
            seen.append(job)
            if len(seen) < 4:
                pool.submit(jobs.make())
    assert len(seen) == 4


def test_a_job_says_when_it_began_not_when_it_was_made(jobs: Jobs):
    first, second = jobs.make(breath=0.5), jobs.make()
    with Pool(1) as pool:
        began = {job.task.folder: job.task.started for job, _ in pool.run([first, second])}
    gap = began[second.task.folder] - began[first.task.folder]
    assert gap.total_seconds() >= 0.5


def test_long_jobs_and_long_answers_come_through_the_pipes(jobs: Jobs):
    known = [f"f{i}.csv" for i in range(3000)]
    job, wide = jobs.files(3001, known=known), jobs.files(2000)
    assert len(job.line()) > 100_000
    given = results(2, job, wide)
    assert [brought(result) for result in given] == [1, 2000]


def test_an_answer_that_was_there_in_time_counts_however_late_it_is_read(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
):
    """A long one, of which a part still waits in the child while the consumer is away."""
    away = [0.0]
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + away[0])
    monkeypatch.setattr(pool_module, "time", clock)
    monkeypatch.setattr(pool_module, "GRACE", 10)
    wide = jobs.files(2000)
    with Pool(1) as pool:
        kinds = []
        for _, result in pool.run([jobs.make(), wide]):
            kinds.append(type(result))
            if not away[0]:
                wait_until(lambda: len(os.listdir(wide.task.folder)) == 2000)
                time.sleep(1)  # until it has said all that the pipe takes
                away[0] = 1000.0
    assert kinds == [Answer, Answer]


def test_an_error_of_the_consumer_ends_all_children(jobs: Jobs):
    pids = jobs.folder("pids")

    def consume() -> None:
        with Pool(2) as pool:
            for _ in pool.run([jobs.make("hang", pids=pids), jobs.make()]):
                wait_for(1, pids)
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        consume()
    assert gone(wait_for(1, pids), seconds=0)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_no_child_outlives_the_parent(jobs: Jobs, ending: signal.Signals):
    pids = jobs.folder("pids")
    lines = [jobs.make(kind, pids=pids).line() for kind in ("hang", "sleep")]
    (jobs.home / "jobs").write_bytes(b"".join(lines))
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(jobs.home / "jobs")], stderr=subprocess.DEVNULL
    )
    try:
        children = wait_for(2, pids)
        parent.send_signal(ending)
        parent.wait(10)
        assert gone(children, seconds=2)
    finally:
        parent.kill()
        parent.wait()
