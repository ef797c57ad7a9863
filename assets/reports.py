"""What people look at after a night: the pages and the sheets, from the published file alone."""

from collections.abc import Iterator

import dagster as dg

from assets.alerting import tell
from assets.night_run import NightRun
from assets.publication import PUBLISHED_KEY
from scorecard.errors import ScorecardError
from scorecard.reports import Reports

REPORT = "report"
"""The step."""
SITE_KEY = dg.AssetKey(["reports", "site"])
SHEETS_KEY = dg.AssetKey(["reports", "sheets"])


def report_assets() -> dg.AssetsDefinition:
    """The pages and the sheets as one step, downstream of the published file."""

    @dg.multi_asset(
        name=REPORT,
        specs=[
            _spec(
                SITE_KEY,
                "html",
                "网页：排名、热力图、部门、科室、指标与数据，可离线打开。\n\n"
                "The pages: ranking, heat map, departments, sections, indicators and data. They "
                "open from the folder, without a server.",
            ),
            _spec(
                SHEETS_KEY,
                "excel",
                "考核得分表：全市及各部门，Excel 与 PDF，供核对与盖章。\n\n"
                "The official sheets of the city and each department, as Excel and PDF.",
            ),
        ],
        can_subset=True,
        required_resource_keys={"night"},
    )
    def report(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        night: NightRun = context.resources.night
        settings = night.workspace.settings
        reports = Reports(settings, settings.published_file, night.workspace.labels)
        makers = {SITE_KEY: _site, SHEETS_KEY: _sheets}
        for key, make in makers.items():
            if key not in context.selected_asset_keys:
                continue
            try:
                metadata = make(reports, night)
            except ScorecardError as error:  # the scores are out already, whatever comes now
                night.troubles.append(str(error))
                night.progress(str(error))
                tell(night, None)
            else:
                if metadata:
                    yield dg.MaterializeResult(asset_key=key, metadata=metadata)

    return report


def _site(reports: Reports, night: NightRun) -> dict[str, dg.MetadataValue] | None:
    """What was written, or None where the pages show all that there is."""
    if reports.site_is_current:
        return None
    return {"index": dg.MetadataValue.path(reports.write_site(night.progress))}


def _sheets(reports: Reports, night: NightRun) -> dict[str, dg.MetadataValue] | None:
    if reports.sheets_are_current:
        return None
    night.progress("writing the sheets")
    sheets = reports.write_sheets()
    folder = night.workspace.settings.sheets
    return {"folder": dg.MetadataValue.path(folder), "files": dg.MetadataValue.int(len(sheets))}


def _spec(key: dg.AssetKey, kind: str, description: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        deps=[PUBLISHED_KEY],
        group_name="reports",
        skippable=True,
        kinds={kind},
        owners=["team:scorecard"],
        description=description,
    )
