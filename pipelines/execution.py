"""Dagster runs in this process, on the instance in the home, over a night that is open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import dagster as dg

from assets.night_run import NightRun, night_resource
from assets.reports import REPORT
from pipelines.definitions import build_defs
from pipelines.instance import prepare_instance
from pipelines.schedules import NIGHTLY
from scorecard.errors import ScorecardError
from scorecard.quality.release import held_back

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class NightFailedError(ScorecardError):
    """The run ended without doing what it was for."""


INTERRUPTED = "DagsterExecutionInterruptedError"


class NightJob:
    """The nightly job over one open night, for some runs; a context manager."""

    def __init__(self, night: NightRun) -> None:
        self._night = night
        defs = build_defs(
            night.workspace.settings,
            workspace=night.workspace,
            resources={"night": night_resource(night.workspace, held=night)},
        )
        self._job = defs.resolve_job_def(NIGHTLY)
        folder = prepare_instance(night.workspace.settings)
        self._instance = dg.DagsterInstance.from_config(str(folder))

    def __enter__(self) -> NightJob:
        self._instance.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._instance.__exit__(*raised)

    def run(
        self,
        assets: Collection[dg.AssetKey],
        checks: Collection[dg.AssetCheckKey] = (),
        command: str = "nightly",
        mend: str = "the last published version stays; see: scorecard quality",
    ) -> None:
        """Runs these assets and checks.

        Raises:
            NightFailedError: If a step failed; it names the command and the mend.
            KeyboardInterrupt: If somebody stopped it.
        """
        night = self._night
        config = {"as_of": night.as_of.isoformat(), "assessment": night.assessment}
        job = self._job.get_subset(asset_selection=set(assets), asset_check_selection=set(checks))
        result = job.execute_in_process(
            run_config={**QUIET, "resources": {"night": {"config": config}}},
            instance=self._instance,
            raise_on_error=False,
        )
        failures = [event for event in result.all_events if event.is_step_failure]
        errors = [event.step_failure_data.error for event in failures]
        if any(error and error.cls_name == INTERRUPTED for error in errors):
            raise KeyboardInterrupt
        if not result.success:
            if any(event.step_key == REPORT for event in failures):
                mend = "the scores are published; see the run in the UI, then: scorecard report"
            raise NightFailedError(_cause(failures, night), command, mend)


def _cause(failures: Sequence[dg.DagsterEvent], night: NightRun) -> str:
    """What the first failure says."""
    if not failures:
        return "the run failed before its first step"
    failure = failures[0].step_failure_data
    if failure.error and failure.error.cls_name == "DagsterAssetCheckFailedError":
        return held_back(night.connection) or failure.error.message.strip()
    if failure.user_failure_data and failure.user_failure_data.description:
        return failure.user_failure_data.description
    error = failure.error
    cause = error.cause or error if error else None
    return f"{failures[0].step_key}: {cause.message.strip() if cause else 'unknown'}"
