"""Telling people how a night ended: once published, or when any of its steps failed.

It happens in the step that knows, so that runs from the command line, from the schedule and from
the Dagster UI all tell. Whom to tell, and what, stands in `scorecard.alerts`.
"""

import dagster as dg

from assets.night_run import NightRun
from scorecard.alerts import alert
from scorecard.errors import ScorecardError
from scorecard.quality.release import held_back, judged_day
from scorecard.quality.verdict import Verdict, read_verdicts


def tell(night: NightRun, failure: str | None) -> None:
    """Sends the alert that the state of the warehouse calls for; tells what could not be sent."""
    workspace = night.workspace
    labels = {
        table.name: (table.label_zh, table.label_en)
        for table in (*workspace.contracts.values(), *workspace.published.values())
    }
    try:
        lines = alert(workspace.settings, night.connection, _verdicts(night), failure, labels)
    except Exception as error:  # whatever it is, it is told, and must not fail what was published
        lines = [f"the alert could not be made: {type(error).__name__}"]
    night.troubles += lines
    for line in lines:
        night.progress(line)


def _verdicts(night: NightRun) -> tuple[Verdict, ...]:
    try:
        return read_verdicts(night.connection, judged_day(night.connection))
    except ScorecardError:  # nothing was scored yet, which is itself what there is to tell
        return ()


@dg.failure_hook(required_resource_keys={"night"})
def alert_on_failure(context: dg.HookContext) -> None:
    """Tells that a step failed, and so nothing was published."""
    night: NightRun = context.resources.night
    error = context.op_exception
    described = error.description if isinstance(error, dg.Failure) else None
    reason = held_back(night.connection) if context.op.name == "judge" else None
    tell(night, reason or described or f"{context.op.name}: {type(error).__name__}")
