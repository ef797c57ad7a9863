"""A night from the command line: the day, the plan, the runs, and what is printed of it.

The warehouse is opened once, and the Dagster runs work on that same connection; a second night
meanwhile is told so and ends. Where platforms are asked, that is a run of its own before the plan:
then only what came is landed, scored and judged. A night of 34 pulls without news took 20 s as one
run that selects what might come, and 40 % of that this way (demo city, 2 cores, side by side).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb

from assets.night_run import NightRun
from assets.pulls import PULLED_KEY
from expectations.gate import all_checks
from expectations.moves import held_moves
from pipelines.console import Console
from pipelines.execution import NightJob
from pipelines.schedules import changed_assets, due_checks
from scorecard.clock import local_now
from scorecard.errors import ConfigurationError
from scorecard.night import backfill_days, choose_day, choose_rulebooks, last_night
from scorecard.quality.release import accept_moves, judged_assessments, judged_day
from scorecard.quality.state import MOVED
from scorecard.quality.verdict import read_verdicts
from scorecard.settings import Settings
from scorecard.summary import summary_lines
from scorecard.workspace import Workspace


def run_nightly(settings: Settings, as_of: dt.date | None, assessment: str | None) -> None:
    """Does one night and prints what came of it.

    Raises:
        ScorecardError: If it could not be published, or another run holds the warehouse.
    """
    workspace = Workspace.load(settings)
    day = choose_day(as_of, dt.datetime.now(dt.UTC))
    choose_rulebooks(workspace, assessment, day)  # a wrong day or name is told before any work
    _run(workspace, day, assessment, ())


def run_backfill(
    settings: Settings, first: dt.date, last: dt.date, every: str, assessment: str | None
) -> None:
    """Scores past days into the history and publishes once.

    Raises:
        ScorecardError: If it could not be published, or another run holds the warehouse.
    """
    workspace = Workspace.load(settings)
    days = backfill_days(first, last, every)
    now = dt.datetime.now(dt.UTC)
    for day in (days[0], days[-1]):
        choose_rulebooks(workspace, assessment, choose_day(day, now))
    _run(workspace, None, assessment, days)


def run_accepted(settings: Settings, assessment: str | None, reason: str) -> None:
    """Accepts what `total_moves_little` holds back, and does that night again.

    Raises:
        ConfigurationError: If the reason is empty, another check holds the version back, too, or
            that one holds nothing back.
        ScorecardError: If it still could not be published, or another run holds the warehouse.
    """
    workspace = Workspace.load(settings)
    if not reason.strip():
        raise ConfigurationError("the reason is empty", "--reason", "say why the totals are right")
    named = {r.assessment_id for r in workspace.named_rulebooks(assessment)}
    with workspace.warehouse() as connection:
        standing = judged_assessments(connection)
        _refuse_other_failures(connection)
        moves = [move for move in held_moves(connection) if move.assessment_id in named]
        if not moves:
            raise ConfigurationError(
                "no total is held back for moving", "accept", "see: scorecard quality"
            )
        accept_moves(connection, [move.acceptance for move in moves], reason.strip(), local_now())
        day = last_night(connection)
    Console().print_lines(f"accepted: {move}: {reason.strip()}" for move in moves)
    only = standing[0] if len(standing) == 1 else None
    _run(workspace, day, only, (), asks_platforms=False)  # what is accepted must not move again


def _refuse_nothing(night: NightRun) -> None:
    """A home that never had data is another folder than was meant."""
    came = night.connection.execute("select 1 from ops.file limit 1").fetchall()
    if not (came or night.plan.files or night.plan.pulls or night.plan.unreadable):
        raise ConfigurationError(
            "there is nothing to score: no file in the inbox, and no sources.yaml",
            str(night.workspace.settings.home),
            "is --home right? `scorecard demo` writes a city",
        )


def _refuse_other_failures(connection: duckdb.DuckDBPyConnection) -> None:
    """Nobody is to accept totals that another check says are wrong."""
    failed = [v for v in read_verdicts(connection, judged_day(connection)) if v.blocks]
    others = [f"{v.dataset}.{v.check_name}" for v in failed if v.check_name != MOVED]
    if others:
        raise ConfigurationError(
            f"mend these first: {', '.join(others)}; an acceptance is only for totals that moved",
            "accept",
            "see: scorecard quality; once mended: scorecard nightly",
        )


def _run(
    workspace: Workspace,
    day: dt.date | None,
    assessment: str | None,
    history: Sequence[dt.date],
    *,
    asks_platforms: bool = True,
) -> None:
    console = Console()
    checks = all_checks(workspace)
    with workspace.warehouse(told=lambda line: console.print_lines([line])) as connection:
        as_of = day or last_night(connection) or history[-1]
        rulebooks = choose_rulebooks(workspace, assessment, as_of)
        night = NightRun(
            workspace,
            connection,
            as_of,
            rulebooks,
            console.progress,
            assessment=assessment,
            history_days=tuple(history),
            asks_platforms=asks_platforms,
        )
        _refuse_nothing(night)
        with NightJob(night) as job:
            if night.plan.pulls:
                job.run([PULLED_KEY])
                night.plan_what_came()
            job.run(
                changed_assets(night.plan, workspace.settings),
                due_checks(night.plan, connection, checks),
            )
        console.print_lines(
            summary_lines(night.plan, night.troubles, workspace.settings, len(history))
        )
