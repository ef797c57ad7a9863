"""The Dagster code location. Wiring only: the work stands in `assets/` and `scorecard/`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import dagster as dg

from assets.checks import gate_checks
from assets.freshness import external_sources
from assets.models import RULEBOOK_KEY, model_assets
from assets.night_run import night_resource
from assets.publication import publication_assets
from assets.pulls import pull_assets
from assets.reports import report_assets
from assets.sources import source_assets
from expectations.gate import all_checks, judge_past_day
from pipelines.schedules import nightly_job, nightly_schedule
from scorecard.settings import Settings
from scorecard.workspace import Workspace


def build_defs(
    settings: Settings,
    *,
    workspace: Workspace | None = None,
    resources: Mapping[str, object] | None = None,
) -> dg.Definitions:
    """Everything Dagster is to know of a workspace.

    Raises:
        ConfigurationError: If a contract, rulebook or model is wrong.
    """
    workspace = workspace or Workspace.load(settings)
    checks = all_checks(workspace)
    rulebook = dg.AssetSpec(
        RULEBOOK_KEY,
        group_name="rules",
        kinds={"yaml"},
        owners=["team:assessing-bureau"],
        description="考核细则 / The rulebooks: "
        + ", ".join(f"{r.assessment_id} ({r.name_zh})" for r in workspace.rulebooks),
    )
    return dg.Definitions(
        assets=[
            rulebook,
            *external_sources(workspace.contracts),
            *pull_assets(workspace.sources.datasets),
            *source_assets(workspace.contracts, workspace.sources.datasets),
            model_assets(
                workspace.models,
                workspace.contracts,
                workspace.published,
                partial(judge_past_day, workspace),
            ),
            publication_assets(workspace),
            report_assets(),
        ],
        asset_checks=[gate_checks(checks)],
        jobs=[nightly_job],
        schedules=[nightly_schedule(workspace, checks)],
        resources={"night": night_resource(workspace), **(resources or {})},
        executor=dg.in_process_executor,
    )
