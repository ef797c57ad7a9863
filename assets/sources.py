"""The landed datasets: an asset each, `raw/<dataset>`, and a step a platform.

A dataset is added by adding its contract. A step always yields and never raises over data: one
platform's trouble must not keep the others from being scored.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby

import dagster as dg
import duckdb

from assets.freshness import source_key
from assets.metadata import code_reference, column_schema
from assets.night_run import NightRun
from assets.pulls import PULLED_KEY
from scorecard.contract import Contract
from scorecard.errors import ScorecardError
from scorecard.landing.load import Landed
from scorecard.night import land
from scorecard.pulling.books import Pulled

TROUBLES = (ScorecardError, duckdb.Error, OSError)


def raw_key(dataset: str) -> dg.AssetKey:
    """The asset of a landed dataset."""
    return dg.AssetKey(["raw", dataset])


def source_assets(
    contracts: Mapping[str, Contract], bound: Collection[str] = ()
) -> list[dg.AssetsDefinition]:
    """One multi-asset a platform, each of its datasets an asset that can run alone.

    Those that are `bound` to a platform come after the pull.
    """
    ordered = sorted(contracts.values(), key=lambda contract: (contract.platform, contract.name))
    return [
        _platform_assets(platform, list(datasets), bound)
        for platform, datasets in groupby(ordered, key=lambda contract: contract.platform)
    ]


def _spec(contract: Contract, is_bound: bool) -> dg.AssetSpec:
    due = {"none": "whenever it changes"}.get(
        contract.frequency,
        f"{contract.frequency}, within {contract.lateness_hours} h of the period's end",
    )
    return dg.AssetSpec(
        raw_key(contract.name),
        deps=[source_key(contract.name), *([PULLED_KEY] if is_bound else [])],
        description=(
            f"**{contract.label_zh}**  {contract.description_zh}\n\n"
            f"**{contract.label_en}**  {contract.description_en}\n\n"
            f"{contract.provider_zh} / {contract.provider_en}; due {due}."
        ),
        group_name=contract.platform,
        kinds={"duckdb", "table"},
        owners=[f"team:{contract.platform}"],
        skippable=True,
        metadata={"dagster/code_references": code_reference(contract.path, "contract")},
    )


def _platform_assets(
    platform: str, contracts: list[Contract], bound: Collection[str]
) -> dg.AssetsDefinition:
    by_key = {raw_key(contract.name): contract for contract in contracts}

    @dg.multi_asset(
        name=f"land_{platform}",
        specs=[_spec(contract, contract.name in bound) for contract in contracts],
        can_subset=True,
        required_resource_keys={"night"},
    )
    def land_platform(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        night: NightRun = context.resources.night
        for key in sorted(context.selected_asset_keys):
            contract = by_key[key]
            yield dg.MaterializeResult(asset_key=key, metadata=_take(context, night, contract))

    return land_platform


def _take(
    context: dg.AssetExecutionContext, night: NightRun, contract: Contract
) -> dict[str, dg.MetadataValue]:
    trouble = None
    landed: list[Landed] = []
    try:
        landed = land(
            night.workspace,
            night.connection,
            contract.name,
            night.plan.files.get(contract.name, ()),
        )
    except TROUBLES as error:
        trouble = str(error) if isinstance(error, ScorecardError) else type(error).__name__
        context.log.error(f"{contract.name} could not be landed: {trouble}")
        night.troubles.append(f"could not be taken: {contract.name}: {trouble}")
    for file in landed:
        night.progress(
            f"landed {file.dataset}/{file.file_name}: {file.rows_loaded} rows"
            + (f", {file.rows_quarantined} quarantined" if file.rows_quarantined else "")
        )
    pulled = [each for each in night.pulled or () if each.dataset == contract.name]
    if rows := sum(each.rows_loaded for each in (*landed, *pulled)):
        context.log_event(
            dg.AssetMaterialization(source_key(contract.name), metadata={"rows": rows})
        )
    return _metadata(night, contract, landed, pulled, trouble)


def _metadata(
    night: NightRun,
    contract: Contract,
    landed: list[Landed],
    pulled: list[Pulled],
    trouble: str | None,
) -> dict[str, dg.MetadataValue]:
    rows = night.connection.execute(f'select count(*) from raw."{contract.name}"').fetchall()[0][0]
    columns = {column.name: column.sql_type for column in contract.stored_columns}
    came = (*landed, *pulled)
    metadata: dict[str, dg.MetadataValue] = {
        "dagster/row_count": dg.MetadataValue.int(rows),
        "dagster/column_schema": dg.MetadataValue.table_schema(column_schema(columns, contract)),
        "rows_read": dg.MetadataValue.int(
            sum(file.rows_read for file in landed) + sum(each.rows_answered for each in pulled)
        ),
        "rows_loaded": dg.MetadataValue.int(sum(each.rows_loaded for each in came)),
        "rows_quarantined": dg.MetadataValue.int(sum(each.rows_quarantined for each in came)),
        "new_files": dg.MetadataValue.int(len(landed)),
    }
    if trouble:
        metadata["trouble"] = dg.MetadataValue.text(trouble)
    return metadata
