"""The Dagster code location. Wiring only: the work stands in `assets/` and `scorecard/`."""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from assets.models import RULEBOOK_KEY, model_assets, upstream_keys
from assets.night_run import night_resource
from assets.publication import publication_asset
from assets.sources import source_assets
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
    keys = upstream_keys(workspace.models, workspace.contracts)
    marts = [keys[f"marts.{name}"] for name in workspace.published]
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
            *source_assets(workspace.contracts),
            model_assets(workspace.models, workspace.contracts, workspace.published),
            publication_asset(marts),
        ],
        jobs=[nightly_job],
        schedules=[nightly_schedule(workspace)],
        resources={"night": night_resource(workspace), **(resources or {})},
        executor=dg.in_process_executor,
    )
