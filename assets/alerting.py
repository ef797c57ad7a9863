"""Telling people how a night ended: once published, or when any of its steps failed.

It happens in the step that knows, so that runs from the command line, from the schedule and from
the Dagster UI all tell; a hook of the job would be lost where a run selects assets. Whom to tell,
and what, stands in `scorecard.alerts`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from assets.night_run import NightRun
from assets.sources import TROUBLES
from scorecard.alerts import alert
from scorecard.errors import ScorecardError
from scorecard.quality.release import judged_day
from scorecard.quality.verdict import Verdict, read_verdicts
from scorecard.summary import unopened


def tell(night: NightRun, failure: str | None) -> None:
    """Sends the alert that the state of the warehouse calls for; tells what could not be sent."""
    workspace = night.workspace
    try:
        lines = alert(
            workspace.settings,
            night.connection,
            _verdicts(night),
            failure,
            workspace.labels,
            _troubles(night),
        )
    except Exception as error:  # whatever it is, it is told, and must not fail what was published
        lines = [f"the alert could not be made: {type(error).__name__}"]
    night.troubles += lines
    for line in lines:
        night.progress(line)


def _troubles(night: NightRun) -> list[str]:
    """What this night could not open or take. A run without new files looks only now."""
    try:
        return [*unopened(night.plan), *night.troubles]
    except TROUBLES:  # an inbox or warehouse that is away must not cost the alert
        return night.troubles


def _verdicts(night: NightRun) -> tuple[Verdict, ...]:
    try:
        return read_verdicts(night.connection, judged_day(night.connection))
    except ScorecardError:  # nothing was scored yet, which is itself what there is to tell
        return ()


@contextmanager
def telling_failures(night: NightRun) -> Iterator[None]:
    """Tells that a step failed, and so nothing is published, and lets it fail.

    Raises:
        Failure: For what its reader can mend, with the one line that says so.
    """
    try:
        yield
    except ScorecardError as error:
        tell(night, error.what)
        raise dg.Failure(str(error)) from error
    except BaseException as error:
        tell(night, type(error).__name__)
        raise
