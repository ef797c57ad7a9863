"""Publishing: what the gate said becomes a table, then all marts the file that readers open.

One step for both, after the checks of the scores: `marts/fct_quality_check` holds their verdicts.
"""

import base64
import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

import dagster as dg

from assets.alerting import tell, telling_failures
from assets.models import model_key, model_results, model_spec
from assets.night_run import NightRun
from expectations.gate import all_checks, checks_digest
from scorecard.night import MADE_AT_PUBLISHING, publish_night
from scorecard.report.picture import heat_map
from scorecard.shades import shade_of
from scorecard.workspace import Workspace

PUBLISHED_KEY = dg.AssetKey(["published", "warehouse"])
HEAT_MAP_LEGEND = (
    "行：部门，按名次；列：指标，按编号。浅灰为满分，颜色越深，失分越多；灰黑为缺报，白为不适用。\n\n"
    "Rows: departments by rank. Columns: indicators by code. Pale grey is full marks; the darker, "
    "the more is lost; slate is missing, white does not apply."
)
RANKING_HEAD = "| 名次 Rank | 部门 Department | 得分 Score | 满分 Points | 得分率 Rate % |"
AT_PUBLISHING = [*(model_key(name) for name in MADE_AT_PUBLISHING), PUBLISHED_KEY]


def publication_assets(workspace: Workspace) -> dg.AssetsDefinition:
    """The table of verdicts, downstream of all that is judged, and the published file."""
    marts = [model_key(f"marts.{name}") for name in workspace.published]
    published = dg.AssetSpec(
        PUBLISHED_KEY,
        deps=marts,
        group_name="published",
        kinds={"duckdb"},
        owners=["team:scorecard"],
        description=(
            "发布的数据库文件：新版本写入独立目录后切换 current 链接，读者不受影响。\n\n"
            "The published DuckDB file: a new version in its own folder, then the link `current` "
            "is swapped. BI tools open it read-only; the last 14 versions are kept."
        ),
    )

    @dg.multi_asset(
        name="publish",
        specs=[*_verdict_specs(workspace), published],
        required_resource_keys={"night"},
    )
    def publish(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        night: NightRun = context.resources.night
        with telling_failures(night):
            digest = checks_digest(all_checks(night.workspace))
            now = dt.datetime.now(dt.UTC)
            version = publish_night(night.workspace, night.connection, digest, now)
        night.progress(f"published {version}")
        tell(night, None)
        built = [workspace.models[name] for name in MADE_AT_PUBLISHING]
        marts = {f"marts.{name}": contract for name, contract in workspace.published.items()}
        keys = {model.table: model_key(model.table) for model in built}
        yield from model_results(night, built, keys, marts)
        yield dg.MaterializeResult(
            asset_key=PUBLISHED_KEY,
            metadata={
                "version": version,
                "file": dg.MetadataValue.path(night.workspace.settings.published_file),
                "ranking": dg.MetadataValue.md(_ranking(night)),
                "heat_map": dg.MetadataValue.md(_heat_maps(night)),
            },
        )

    return publish


def _verdict_specs(workspace: Workspace) -> Iterator[dg.AssetSpec]:
    judged = [
        model_key(f"marts.{name}")
        for name in workspace.published
        if f"marts.{name}" not in MADE_AT_PUBLISHING
    ]
    for name in MADE_AT_PUBLISHING:
        contract = workspace.published[name.removeprefix("marts.")]
        yield model_spec(
            workspace.models[name], {name: model_key(name)}, contract
        ).merge_attributes(deps=judged)


def _ranking(night: NightRun) -> str:
    """A table an assessment, of all departments."""
    rows = night.connection.execute(
        "select assessment_id, rank, department, total, points, score_rate "
        "from marts.mart_scorecard order by assessment_id, rank nulls last, department_id"
    ).fetchall()
    parts = []
    for assessment, ranked in groupby(rows, key=itemgetter(0)):
        lines = [f"| {' | '.join(_cell(value) for value in row[1:])} |" for row in ranked]
        parts.append("\n".join([f"**{assessment}**", "", RANKING_HEAD, f"|{'---|' * 5}", *lines]))
    return "\n\n".join(parts)


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|")


def _heat_maps(night: NightRun) -> str:
    """A picture an assessment: departments by rank from the top, indicators by code."""
    rows = night.connection.execute(
        "select s.assessment_id, s.department_id, s.indicator_code, s.score, s.points, s.status "
        "from marts.fct_indicator_score as s inner join marts.mart_scorecard as m "
        "using (assessment_id, department_id) "
        "order by s.assessment_id, m.rank nulls last, s.department_id, s.indicator_code"
    ).fetchall()
    lines = [HEAT_MAP_LEGEND]
    for assessment, scores in groupby(rows, key=itemgetter(0)):
        shades = {
            department: {code: shade_of(*score) for _, _, code, *score in own}
            for department, own in groupby(scores, key=itemgetter(1))
        }
        codes = sorted({code for own in shades.values() for code in own})
        named = [(department, list(own.values())) for department, own in shades.items()]
        picture = base64.b64encode(heat_map(codes, named)).decode()
        lines.append(f"**{assessment}**\n\n![{assessment}](data:image/png;base64,{picture})")
    return "\n\n".join(lines)
