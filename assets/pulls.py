"""The pull: every bound dataset is fetched from its platform and landed, in one step of its own.

The platforms are asked side by side by processes that can be ended, so one that hangs or fails
costs its own data only; the step always yields and never raises over a platform. What came stands
in its metadata, and on `raw/<dataset>`, which is downstream of it.
"""

from collections.abc import Collection, Iterator, Sequence

import dagster as dg

from assets.freshness import source_key
from assets.night_run import NightRun
from scorecard.pulling.books import Pulled

PULLED_KEY = dg.AssetKey(["pulled", "answers"])
COLUMNS = {
    "dataset": "string", "outcome": "string", "loaded": "int", "unchanged": "int",
    "quarantined": "int", "answered": "int", "up_to": "string", "seconds": "float",
    "source": "string",
}  # fmt: skip


def pull_assets(datasets: Collection[str]) -> list[dg.AssetsDefinition]:
    """The asset of the pull; none where every dataset comes by the inbox."""
    if not datasets:
        return []

    @dg.multi_asset(
        name="pull",
        specs=[
            dg.AssetSpec(
                PULLED_KEY,
                deps=[source_key(dataset) for dataset in sorted(datasets)],
                description=(
                    "向各平台取数：sources.yaml 所列的数据集，增量获取，整批入库。\n\n"
                    "What the platforms answered: the datasets that sources.yaml binds, only what "
                    "is new since the last mark, each taken as a whole or not at all."
                ),
                group_name="pulled",
                kinds={"duckdb"},
                owners=["team:scorecard"],
            )
        ],
        required_resource_keys={"night"},
    )
    def pull_answers(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        night: NightRun = context.resources.night
        pulled = night.pull()
        for each in pulled:
            if each.is_trouble:
                context.log.error(each.trouble)
        yield dg.MaterializeResult(asset_key=PULLED_KEY, metadata=_metadata(pulled))

    return [pull_answers]


def _metadata(pulled: Sequence[Pulled]) -> dict[str, dg.MetadataValue]:
    troubles = [each for each in pulled if each.is_trouble]
    metadata: dict[str, dg.MetadataValue] = {
        "rows_loaded": dg.MetadataValue.int(sum(each.rows_loaded for each in pulled)),
        "rows_answered": dg.MetadataValue.int(sum(each.rows_answered for each in pulled)),
        "failed": dg.MetadataValue.int(len(troubles)),
    }
    if troubles:
        metadata["troubles"] = dg.MetadataValue.md("\n".join(f"- {t.trouble}" for t in troubles))
    ordered = sorted(pulled, key=lambda each: (not each.is_trouble, each.dataset))
    return metadata | {
        "answers": dg.MetadataValue.table(
            [dg.TableRecord(_record(each)) for each in ordered],
            dg.TableSchema([dg.TableColumn(name, kind) for name, kind in COLUMNS.items()]),
        )
    }


def _record(pulled: Pulled) -> dict[str, str | int | float]:
    return {
        "dataset": pulled.dataset, "outcome": pulled.outcome, "loaded": pulled.rows_loaded,
        "unchanged": pulled.rows_unchanged, "quarantined": pulled.rows_quarantined,
        "answered": pulled.rows_answered, "up_to": pulled.mark or "",
        "seconds": round(pulled.seconds, 1), "source": pulled.source,
    }  # fmt: skip
