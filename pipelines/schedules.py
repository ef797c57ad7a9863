"""When the work runs: the job `nightly` and its schedule, 02:00 in Asia/Shanghai."""

import datetime as dt
from collections.abc import Sequence

import dagster as dg
import duckdb

from assets.checks import check_key
from assets.models import model_key
from assets.publication import AT_PUBLISHING
from assets.pulls import PULLED_KEY
from assets.reports import SHEETS_KEY, SITE_KEY
from assets.sources import raw_key
from expectations.check import Check
from expectations.gate import checks_digest
from scorecard.assessment import window
from scorecard.night import Plan, choose_day, choose_rulebooks, plan_night
from scorecard.quality.release import is_judged, judged_day
from scorecard.settings import Settings
from scorecard.warehouse import WarehouseBusyError
from scorecard.workspace import Workspace

NIGHTLY = "nightly"
REPORTS = {"all": (SITE_KEY, SHEETS_KEY), "site": (SITE_KEY,), "none": ()}
"""By what the setting asks for."""

nightly_job = dg.define_asset_job(
    NIGHTLY,
    selection=dg.AssetSelection.all(),
    description=(
        "每晚：接收新数据、评分、发布。"
        "Every night: take what is new, score what changed for it, publish."
    ),
    executor_def=dg.in_process_executor,
)


def changed_assets(plan: Plan, settings: Settings) -> list[dg.AssetKey]:
    """What a night has to materialise: new data, the models that it touches, the publication.

    And the reports, which are written where they show something else.
    """
    return [
        *(raw_key(dataset) for dataset in sorted({*plan.files, *plan.pulls})),
        *(model_key(name) for name in plan.models),
        *AT_PUBLISHING,
        *REPORTS[settings.nightly_reports],
    ]


def due_checks(
    plan: Plan, connection: duckdb.DuckDBPyConnection, checks: Sequence[Check]
) -> list[dg.AssetCheckKey]:
    """The checks of what changes, which the run reports whatever comes of them.

    None where nothing is new and what stands was judged by the same checks; all where it was not,
    or is of another day. The others are judged along, and reported where they say something else.
    """
    if not is_judged(connection, checks_digest(checks)) or _is_of_another_day(plan, connection):
        return [check_key(check) for check in checks]
    touched = {*plan.files, *plan.pulls, *(model.partition(".")[2] for model in plan.models)}
    due = [check for check in checks if check.subject in touched]
    return [check_key(check) for check in due or (checks if plan.models else ())]


def _is_of_another_day(plan: Plan, connection: duckdb.DuckDBPyConnection) -> bool:
    return judged_day(connection) != max(window(r, plan.as_of).as_of for r in plan.rulebooks)


def nightly_schedule(workspace: Workspace, checks: Sequence[Check]) -> dg.ScheduleDefinition:
    """The schedule, which asks for nothing but what changed.

    It asks for one run before it is known what comes, so a night that pulls selects all that might
    change; what did not is not built, judged or landed again. That costs the daemon some seconds,
    a second request and what watches for it would be one more thing to fail.
    """

    @dg.schedule(
        name="nightly_at_two",
        job_name=NIGHTLY,
        cron_schedule="0 2 * * *",
        execution_timezone="Asia/Shanghai",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="02:00 Asia/Shanghai, for the day before.",
    )
    def nightly_at_two(
        context: dg.ScheduleEvaluationContext,
    ) -> dg.RunRequest | dg.SkipReason:
        as_of = choose_day(None, context.scheduled_execution_time.astimezone(dt.UTC))
        rulebooks = choose_rulebooks(workspace, None, as_of)
        try:
            with workspace.warehouse() as connection:
                plan = plan_night(workspace, connection, as_of, rulebooks)
                due = due_checks(plan, connection, checks)
        except WarehouseBusyError as error:
            return dg.SkipReason(str(error))
        return dg.RunRequest(
            run_key=f"nightly-{as_of}",
            run_config={"resources": {"night": {"config": {"as_of": as_of.isoformat()}}}},
            asset_selection=[
                *([PULLED_KEY] if plan.pulls else []),
                *changed_assets(plan, workspace.settings),
            ],
            asset_check_keys=due,
        )

    return nightly_at_two
