"""`scorecard pull`: one dataset from its platform, as a run of its own.

Its scores follow with the next night. A dry run lands in a transaction that is rolled back, and is
no run in Dagster.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from assets.night_run import NightRun, PullRequest
from assets.pulls import PULLED_KEY
from assets.sources import raw_key
from pipelines.console import Console
from pipelines.execution import NightJob
from scorecard.errors import ConfigurationError, ScorecardError
from scorecard.night import choose_day
from scorecard.pulling.books import Pulled
from scorecard.pulling.pull import check_request
from scorecard.settings import Settings
from scorecard.workspace import Workspace


class PullNotTakenError(ScorecardError):
    """The platform did not answer, or its answer was not believed."""


def run_pull(settings: Settings, dataset: str, request: PullRequest, *, dry_run: bool) -> None:
    """Pulls one dataset and prints what came.

    Raises:
        ConfigurationError: If `sources.yaml` does not bind the dataset, or a mark is none.
        ScorecardError: If nothing could be taken, or another run holds the warehouse.
    """
    workspace = Workspace.load(settings)
    _check_bound(workspace, dataset)
    console = Console()
    with workspace.warehouse() as connection:
        night = NightRun(
            workspace,
            connection,
            choose_day(None, dt.datetime.now(dt.UTC)),
            workspace.rulebooks,
            console.progress,
            request=request,
        )
        check_request(workspace, connection, (dataset,), request.since, request.until)
        if dry_run:
            pulled = night.pull(dry_run=True)
        else:
            assets, mend = [PULLED_KEY, raw_key(dataset)], "what was taken before stays"
            with NightJob(night) as job:
                job.run(assets, command=f"pull {dataset}", mend=mend)
            pulled = night.pulled or []
    console.print_result(each.line for each in pulled if not each.is_trouble)
    _raise_troubles(dataset, pulled)
    console.print_lines(
        ["nothing was kept: a dry run"] if dry_run else ["next: scorecard nightly scores it"]
    )


def _check_bound(workspace: Workspace, dataset: str) -> None:
    bound = workspace.sources.datasets
    if dataset not in bound:
        known = dataset in workspace.contracts
        raise ConfigurationError(
            f"{dataset} is not bound to a platform" + (", it comes by the inbox" if known else ""),
            str(workspace.settings.sources),
            f"bound are: {', '.join(sorted(bound)) or 'none'}",
        )


def _raise_troubles(dataset: str, pulled: Sequence[Pulled]) -> None:
    for each in pulled:
        if each.is_trouble:
            raise PullNotTakenError(f"{each.outcome}: {each.note}", f"pull {dataset}")
