"""Publishing as an asset: `published/warehouse`, the file that readers open."""

import datetime as dt
from collections.abc import Iterable

import dagster as dg

from assets.night_run import NightRun
from scorecard.errors import ScorecardError
from scorecard.night import publish_night

PUBLISHED_KEY = dg.AssetKey(["published", "warehouse"])


def publication_asset(marts: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """The published file, downstream of every mart."""

    @dg.asset(
        key=PUBLISHED_KEY,
        deps=list(marts),
        group_name="published",
        kinds={"duckdb"},
        owners=["team:scorecard"],
        description=(
            "发布的数据库文件：新版本写入独立目录后切换 current 链接，读者不受影响。\n\n"
            "The published DuckDB file: a new version in its own folder, then the link `current` "
            "is swapped. BI tools open it read-only; the last 14 versions are kept."
        ),
        required_resource_keys={"night"},
    )
    def warehouse(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        night: NightRun = context.resources.night
        try:
            version = publish_night(night.workspace, night.connection, dt.datetime.now(dt.UTC))
        except ScorecardError as error:
            raise dg.Failure(str(error)) from error
        night.progress(f"published {version}")
        return dg.MaterializeResult(
            metadata={
                "version": version,
                "file": dg.MetadataValue.path(night.workspace.settings.published_file),
                "ranking": dg.MetadataValue.md(_ranking(night)),
            }
        )

    return warehouse


def _ranking(night: NightRun) -> str:
    rows = night.connection.execute(
        "select rank, department, total, points, score_rate from marts.mart_scorecard "
        "order by assessment_id, rank nulls last, department_id limit 20"
    ).fetchall()
    lines = [f"| {' | '.join('' if v is None else str(v) for v in row)} |" for row in rows]
    return "\n".join(["| 名次 | 部门 | 得分 | 满分 | 得分率 % |", "|---|---|---|---|---|", *lines])
