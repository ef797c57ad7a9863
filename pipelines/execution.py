"""One Dagster run in this process, on the instance in the home, over a night that is open."""

from __future__ import annotations

from collections.abc import Collection

import dagster as dg

from assets.night_run import NightRun, night_resource
from pipelines.definitions import build_defs
from pipelines.instance import prepare_instance
from pipelines.schedules import NIGHTLY
from scorecard.errors import ScorecardError
from scorecard.quality.release import held_back

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class NightFailedError(ScorecardError):
    """The run ended without doing what it was for."""


INTERRUPTED = "DagsterExecutionInterruptedError"


def run(
    night: NightRun,
    assets: Collection[dg.AssetKey],
    checks: Collection[dg.AssetCheckKey] = (),
    command: str = "nightly",
    mend: str = "the last published version stays; see: scorecard quality",
) -> None:
    """Runs these assets and checks of the nightly job; the run is seen in the Dagster UI.

    Raises:
        NightFailedError: If a step failed; it names the command and the mend.
        KeyboardInterrupt: If somebody stopped it.
    """
    workspace = night.workspace
    defs = build_defs(
        workspace.settings,
        workspace=workspace,
        resources={"night": night_resource(workspace, held=night)},
    )
    config = {"as_of": night.as_of.isoformat(), "assessment": night.assessment}
    folder = prepare_instance(workspace.settings)
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        job = defs.resolve_job_def(NIGHTLY).get_subset(
            asset_selection=set(assets), asset_check_selection=set(checks)
        )
        result = job.execute_in_process(
            run_config={**QUIET, "resources": {"night": {"config": config}}},
            instance=instance,
            raise_on_error=False,
        )
    failures = [
        event.step_failure_data.error for event in result.all_events if event.is_step_failure
    ]
    if any(error and error.cls_name == INTERRUPTED for error in failures):
        raise KeyboardInterrupt
    if not result.success:
        raise NightFailedError(_cause(result, night), command, mend)


def _cause(result: dg.ExecuteInProcessResult, night: NightRun) -> str:
    for event in result.all_events:
        if event.is_step_failure:
            failure = event.step_failure_data
            if failure.error and failure.error.cls_name == "DagsterAssetCheckFailedError":
                return held_back(night.connection) or failure.error.message.strip()
            if failure.user_failure_data and failure.user_failure_data.description:
                return failure.user_failure_data.description
            error = failure.error
            cause = error.cause or error if error else None
            return f"{event.step_key}: {cause.message.strip() if cause else 'unknown'}"
    return "the run failed before its first step"
