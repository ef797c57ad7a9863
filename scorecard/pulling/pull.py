"""Pulling: what the platforms have since the last time is fetched side by side and landed.

Children fetch (`pool.py`); this process alone writes to the warehouse, an answer at a time, each in
a transaction of its own. What goes wrong with one dataset costs its own data only; it is written
down and told, and the next pull begins where the last good one ended.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp

import duckdb

from scorecard.clock import local_now
from scorecard.connectors.base import Answer, PullFailedError, SuspiciousAnswerError, Task
from scorecard.connectors.factory import MODULES
from scorecard.errors import ConfigurationError, ScorecardError
from scorecard.landing.load import Landing
from scorecard.pulling.books import (
    Pulled,
    known_files,
    mark_of,
    next_task,
    record,
    refuse_no_span,
)
from scorecard.pulling.job import Job, Result
from scorecard.pulling.land import land_answer
from scorecard.pulling.model import Sources
from scorecard.pulling.pool import LatePullError, Pool
from scorecard.pulling.suspicion import suspicion
from scorecard.workspace import Workspace


def pull(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    datasets: Collection[str] | None = None,
    *,
    since: str | None = None,
    until: str | None = None,
    dry_run: bool = False,
    accept: bool = False,
    progress: Callable[[str], None] = lambda line: None,
) -> list[Pulled]:
    """Pulls datasets (default all that are bound) and lands what comes; gives every pull.

    A dataset with a window is pulled in several, until now or `until`.

    Args:
        workspace: The workspace with its sources.
        connection: The warehouse, open for writing.
        datasets: Those to pull.
        since: The mark to begin at, instead of the last one; with `accept`, the last one goes back.
        until: The mark to end before.
        dry_run: Whether to fetch and to count, and to keep nothing.
        accept: Whether to take answers that look wrong.
        progress: Gets a line for every pull, and one for every source that is not verified.

    Raises:
        ConfigurationError: If a dataset is not bound, a mark is none, or `until` is not
            after `since`. Nothing was pulled then.
    """
    chosen = _chosen(workspace.sources, datasets)
    pulls = _Pulls(workspace, connection, since, until, dry_run, accept)
    first = [pulls.first(dataset) for dataset in chosen]
    for line in workspace.sources.warnings:
        progress(line)
    pulled = []
    with Pool(workspace.sources.parallel) as pool:
        for job, result in pool.run(first):
            pulled.append(pulls.settle(job, result))
            progress(pulled[-1].line)
            if not pulled[-1].is_trouble and (following := pulls.following(job)) is not None:
                pool.submit(following)
    return pulled


def check_request(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    datasets: Collection[str] | None,
    since: str | None,
    until: str | None,
) -> None:
    """Refuses what `pull` would refuse, for who has work to do before it.

    Raises:
        ConfigurationError: As `pull` does.
    """
    pulls = _Pulls(workspace, connection, since, until, dry_run=True, accept=False)
    for dataset in _chosen(workspace.sources, datasets):
        pulls.first_task(dataset)


def _chosen(sources: Sources, datasets: Collection[str] | None) -> list[str]:
    chosen = list(sources.datasets) if datasets is None else list(dict.fromkeys(datasets))
    for dataset in chosen:
        if dataset not in sources.datasets:
            bound = ", ".join(sorted(sources.datasets)) or "none"
            raise ConfigurationError(
                f"'{dataset}' is bound to no platform", "sources.yaml", f"bound are: {bound}"
            )
    return chosen


@dataclass(frozen=True, slots=True)
class _Pulls:
    """What all pulls of one call have in common."""

    workspace: Workspace
    connection: duckdb.DuckDBPyConnection
    since: str | None
    until: str | None
    dry_run: bool
    accept: bool

    def first(self, dataset: str) -> Job:
        """The pull of a dataset from where the books, or the caller, say."""
        return self._job(dataset, self.first_task(dataset))

    def first_task(self, dataset: str) -> Task:
        """What that pull is to fetch; refused where nothing lies between its ends."""
        task = self._task(dataset, self.since)
        binding = self.workspace.sources.datasets[dataset]
        refuse_no_span(self.workspace.sources.sources[binding.source], binding, task)
        return task

    def following(self, job: Job) -> Job | None:
        """The pull of the next window; None where that was the last one."""
        dataset, until = job.task.dataset, job.task.until
        if until is None:
            return None
        task = self._task(dataset, until)
        return self._job(dataset, task) if task.until != until else None

    def _task(self, dataset: str, since: str | None) -> Task:
        binding = self.workspace.sources.datasets[dataset]
        return next_task(
            self.connection,
            self.workspace.sources.sources[binding.source],
            binding,
            self.workspace.contracts[dataset],
            self.workspace.settings.scratch,
            local_now(),
            since,
            self.until,
        )

    def _job(self, dataset: str, task: Task) -> Job:
        """A task with a folder for us alone; what a killed run leaves goes with the scratch."""
        binding = self.workspace.sources.datasets[dataset]
        source = self.workspace.sources.sources[binding.source]
        task.folder.mkdir(parents=True, exist_ok=True)
        folder = Path(mkdtemp(prefix=f"pull-{dataset}-", dir=task.folder))
        return Job(
            source,
            binding,
            self.workspace.contracts[dataset].path,
            replace(task, folder=folder, accept=self.accept, asked=self.since is not None),
            MODULES[source.kind],
            known_files(self.connection, dataset, binding.source),
        )

    def settle(self, job: Job, result: Result) -> Pulled:
        """Lands an answer, or writes down why there is none; nothing that was fetched stays."""
        try:
            if isinstance(result, PullFailedError):
                return self._failed(job, _outcome(result), str(result))
            doubt = suspicion(self.connection, job.source, job.binding, result, job.task)
            if doubt is not None:
                vouch = f"scorecard pull {job.task.dataset} --accept"
                mend = "" if vouch[-8:] in doubt else f"; if the platform is right: {vouch}"
                return self._failed(job, "suspicious", doubt + mend, result)
            return self._land(job, result)
        except (duckdb.Error, OSError) as error:  # their texts may hold what a row holds
            return self._failed(job, "failed", f"could not be landed: {type(error).__name__}")
        except ScorecardError as error:
            return self._failed(job, "failed", str(error))
        finally:
            shutil.rmtree(job.task.folder, ignore_errors=True)

    def _land(self, job: Job, answer: Answer) -> Pulled:
        settings, now = self.workspace.settings, local_now()
        landing = Landing(self.connection, settings.read_hash_key(), settings.scratch, now)
        contract = self.workspace.contracts[job.task.dataset]
        return land_answer(
            landing, contract, job.source, job.binding, job.task, answer, now,
            dry_run=self.dry_run,
        )  # fmt: skip

    def _failed(self, job: Job, outcome: str, note: str, answer: Answer | None = None) -> Pulled:
        now, dataset = local_now(), job.task.dataset
        pulled = Pulled(
            dataset,
            job.binding.source,
            outcome,
            rows_answered=answer.answered if answer else 0,
            mark=mark_of(self.connection, job.source, job.binding, dataset),
            seconds=(now - job.task.started).total_seconds(),
            note=note,
        )
        if not self.dry_run:
            record(self.connection, job.source, job.binding, job.task, pulled, now, answer)
        return pulled


def _outcome(error: PullFailedError) -> str:
    if isinstance(error, LatePullError):
        return "late"
    return "suspicious" if isinstance(error, SuspiciousAnswerError) else "failed"
