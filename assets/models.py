"""The SQL models: an asset each, `<layer>/<name>`, all in one step.

A model is added by adding its file to `sql/`. One step, because a step costs more than most models.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import dagster as dg
import duckdb

from assets.alerting import telling_failures
from assets.metadata import code_reference, column_schema, lineage_metadata
from assets.night_run import NightRun
from assets.sources import raw_key
from scorecard.contract import Contract
from scorecard.lineage import table_columns, trace
from scorecard.models import Model
from scorecard.night import MADE_AT_PUBLISHING, score, score_history

RULEBOOK_KEY = dg.AssetKey(["rules", "rulebook"])


def model_assets(
    models: Mapping[str, Model],
    contracts: Mapping[str, Contract],
    published: Mapping[str, Contract],
    judge_past: Callable[[duckdb.DuckDBPyConnection], None],
) -> dg.AssetsDefinition:
    """All models but those made at publishing as one multi-asset, each of which can run alone.

    `judge_past` is called for every past day that goes into the history; it raises to refuse one.
    """
    keys = upstream_keys(models, contracts)
    names = {keys[name]: name for name in models}
    marts = {f"marts.{name}": contract for name, contract in published.items()}

    @dg.multi_asset(
        name="score",
        specs=[
            model_spec(model, keys, marts.get(model.table))
            for model in models.values()
            if model.table not in MADE_AT_PUBLISHING
        ],
        can_subset=True,
        required_resource_keys={"night"},
    )
    def run(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        night: NightRun = context.resources.night
        selected = {names[key] for key in context.selected_asset_keys}
        with telling_failures(night):
            score_history(
                night.workspace,
                night.connection,
                night.history_days,
                night.assessment,
                judge_past,
                night.progress,
            )
            score(
                night.workspace,
                night.connection,
                night.as_of,
                night.rulebooks,
                night.still_outdated(selected),
                night.progress,
            )
        ordered = [name for name in models if name in selected]
        yield from model_results(night, [models[name] for name in ordered], keys, marts)

    return run


def model_results(
    night: NightRun,
    built: Sequence[Model],
    keys: Mapping[str, dg.AssetKey],
    marts: Mapping[str, Contract],
) -> Iterator[dg.MaterializeResult]:
    """What Dagster is told of models that were built: rows, columns and where they come from."""
    columns = table_columns(night.connection)
    counts = _row_counts(night, [model.table for model in built])
    for model in built:
        name = model.table
        yield dg.MaterializeResult(
            asset_key=keys[name],
            metadata={
                "dagster/row_count": counts[name],
                "dagster/column_schema": column_schema(columns[name], marts.get(name)),
                "dagster/column_lineage": lineage_metadata(trace(model, columns), keys),
            },
        )


def model_key(table: str) -> dg.AssetKey:
    """The asset of a model, by its qualified table."""
    return dg.AssetKey(table.split("."))


def upstream_keys(
    models: Mapping[str, Model], contracts: Mapping[str, Contract]
) -> dict[str, dg.AssetKey]:
    """The asset of every table that models read, by qualified name; landed rows are `raw/...`."""
    keys = {name: model_key(name) for name in models}
    return keys | {f"staging.{name}": raw_key(name) for name in contracts}


def model_spec(
    model: Model, keys: Mapping[str, dg.AssetKey], mart: Contract | None
) -> dg.AssetSpec:
    """A model as an asset; a published one is named by its contract."""
    deps = {keys[read] for read in model.reads if read in keys}
    if any(read.startswith("rules.") for read in model.reads):
        deps.add(RULEBOOK_KEY)
    named = f"**{mart.label_zh}** / **{mart.label_en}**\n\n" if mart else ""
    return dg.AssetSpec(
        keys[model.table],
        deps=sorted(deps),
        description=named + model.description,
        group_name=model.layer,
        kinds={"duckdb", "sql"},
        owners=["team:scorecard"],
        skippable=True,
        metadata={
            "sql": dg.MetadataValue.md(f"```sql\n{model.sql}\n```"),
            "dagster/code_references": code_reference(model.path, "model"),
        },
    )


def _row_counts(night: NightRun, names: list[str]) -> dict[str, int]:
    if not names:
        return {}
    selects = " union all ".join(f"select '{name}', count(*) from {name}" for name in names)
    return dict(night.connection.execute(selects).fetchall())
