"""What Dagster knows of the workspace: the graph, the schedule, and the runs of the nights."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from assets.checks import check_key
from assets.models import model_key
from assets.publication import PUBLISHED_KEY
from assets.reports import SHEETS_KEY, SITE_KEY
from assets.sources import raw_key
from expectations.gate import all_checks
from pipelines.definitions import build_defs
from pipelines.instance import prepare_instance
from pipelines.schedules import NIGHTLY, changed_assets
from scorecard.contract import load_contracts
from scorecard.night import fingerprints, plan_night
from scorecard.settings import PROJECT, Settings
from scorecard.workspace import Workspace
from tests.e2e.home import ONE_PROJECT, Home

AS_OF = dt.date(2020, 3, 31)


@pytest.fixture(scope="module")
def workspace(city: Home) -> Workspace:
    return Workspace.load(Settings(home=city.folder))


@pytest.fixture(scope="module")
def defs(workspace: Workspace) -> dg.Definitions:
    return build_defs(workspace.settings, workspace=workspace)


@pytest.fixture(scope="module")
def graph(defs: dg.Definitions):
    return defs.resolve_asset_graph()


@pytest.fixture(scope="module")
def materialized(city: Home):
    """The newest materialization of each asset of the city's one night."""
    with dg.DagsterInstance.from_config(str(prepare_instance(Settings(home=city.folder)))) as found:
        yield found.get_latest_materialization_event


def test_every_dataset_and_every_model_is_an_asset(workspace: Workspace, graph):
    expected = {raw_key(name) for name in workspace.contracts}
    expected |= {model_key(name) for name in workspace.models}
    assert expected | {PUBLISHED_KEY, SITE_KEY, SHEETS_KEY} == graph.materializable_asset_keys
    assert len(expected) >= 110


def test_every_asset_has_a_description_a_group_kinds_and_an_owner(graph):
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.description, key
        assert node.group_name not in (None, "default"), key
        assert node.kinds & {"duckdb", "html", "excel"}, key
        assert node.owners, key


def test_the_graph_goes_from_raw_data_to_the_published_file(graph):
    assert (
        raw_key("catalogue_mounts") in graph.get(model_key("metrics.entries_mounted")).parent_keys
    )
    assert (
        model_key("scores.part_measure")
        in graph.get(model_key("metrics.entries_mounted")).child_keys
    )
    assert model_key("marts.mart_scorecard") in graph.get(PUBLISHED_KEY).parent_keys


def test_a_night_records_rows_columns_and_lineage_of_every_asset(graph, materialized):
    for key in graph.materializable_asset_keys - {PUBLISHED_KEY, SITE_KEY, SHEETS_KEY}:
        record = materialized(key)
        assert record is not None, key
        metadata = record.asset_materialization.metadata
        assert metadata["dagster/row_count"].value >= 0
        assert metadata["dagster/column_schema"].value.columns
        if key.path[0] != "raw":
            assert "dagster/column_lineage" in metadata, key


def test_column_lineage_leads_from_a_score_to_what_it_is_made_of(materialized):
    record = materialized(model_key("metrics.trading_platform_scores"))
    lineage = record.asset_materialization.metadata["dagster/column_lineage"].value
    upstream = {(dep.asset_key, dep.column_name) for dep in lineage.deps_by_column["value"]}
    assert (raw_key("trading_platform_scores"), "score") in upstream


def test_the_run_of_a_night_is_seen_on_the_homes_instance(city: Home):
    with dg.DagsterInstance.from_config(str(city.folder / "dagster")) as instance:
        [run] = instance.get_runs()
        assert run.job_name == "nightly"
        assert run.status == dg.DagsterRunStatus.SUCCESS


def test_a_second_night_materializes_only_what_changed(city: Home, tmp_path: Path):
    home = city.copy(tmp_path / "home")
    prepare_instance(Settings(home=home.folder))
    new = home.folder / "inbox" / "it_projects" / "more_2020-02-01.csv"
    new.write_text(ONE_PROJECT, encoding="utf-8")
    (home.folder / "dagster" / "dagster.yaml").unlink()  # it names the copied-from folder
    home.run("nightly", "--as-of", "2020-03-31")
    with dg.DagsterInstance.from_config(str(home.folder / "dagster")) as instance:
        run = instance.get_runs(limit=1)[0]
        made = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        chosen = {entry.dagster_event.asset_key for entry in made}
    assert raw_key("it_projects") in chosen
    assert model_key("metrics.filed_projects") in chosen
    assert model_key("marts.mart_scorecard") in chosen
    assert PUBLISHED_KEY in chosen
    assert raw_key("evidence") not in chosen
    assert model_key("metrics.entries_mounted") not in chosen
    assert model_key("rollups.probe_runs") not in chosen


def test_the_schedule_asks_at_two_for_what_changed_as_of_yesterday(city: Home, tmp_path: Path):
    home = city.copy(tmp_path / "home")
    defs = build_defs(Settings(home=home.folder))
    schedule = defs.resolve_schedule_def("nightly_at_two")
    assert schedule.cron_schedule == "0 2 * * *"
    assert schedule.execution_timezone == "Asia/Shanghai"
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    two = dt.datetime(2020, 3, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    data = schedule.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=two))
    [request] = data.run_requests
    assert request.run_config["resources"]["night"]["config"]["as_of"] == "2020-02-29"
    assert PUBLISHED_KEY in request.asset_selection
    assert raw_key("evidence") not in request.asset_selection, "nothing new came"
    assert model_key("scores.part_input") in request.asset_selection, "the day is another"


def test_a_model_that_fails_keeps_the_last_version_and_names_its_cause(city: Home, tmp_path: Path):
    home = city.copy(tmp_path / "home")
    (home.folder / "dagster" / "dagster.yaml").unlink()
    sql = tmp_path / "sql"
    subprocess.run(["cp", "-r", str(PROJECT / "sql"), str(sql)], check=True)
    model = sql / "scores" / "part_score.sql"
    model.write_text(model.read_text() + "\nwhere error('broken on purpose') is null\n")
    before = home.published.resolve()
    done = home.run("nightly", "--as-of", "2020-03-31", status=1, SCORECARD_SQL=str(sql))
    assert done.stderr.count("\n") == 1
    assert "scores.part_score" in done.stderr
    assert home.published.resolve() == before
    with dg.DagsterInstance.from_config(str(home.folder / "dagster")) as instance:
        assert instance.get_runs(limit=1)[0].status == dg.DagsterRunStatus.FAILURE
    home.run("nightly", "--as-of", "2020-03-31")


def test_the_code_location_loads_from_the_workspace_file(tmp_path: Path):
    done = subprocess.run(
        [
            Path(sys.executable).with_name("dagster"), "definitions", "validate",
            "-w", str(PROJECT / "workspace.yaml"),
        ],
        cwd=PROJECT,
        env={"SCORECARD_HOME": str(tmp_path), "DAGSTER_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Empty]:
    """A home of which the books say that every model stands, for deliveries that do not land."""
    workspace = Workspace.load(Settings(home=tmp_path_factory.mktemp("empty")))
    with workspace.warehouse() as connection:
        standing = fingerprints(workspace, connection, AS_OF, workspace.rulebooks)
        connection.executemany("insert into ops.fingerprint values (?, ?)", list(standing.items()))
        job = build_defs(workspace.settings, workspace=workspace).resolve_job_def(NIGHTLY)
        checks = {check_key(check) for check in all_checks(workspace)}
        yield Empty(workspace, connection, job, checks)


@dataclass(frozen=True)
class Empty:
    workspace: Workspace
    connection: duckdb.DuckDBPyConnection
    job: dg.JobDefinition
    checks: set[dg.AssetCheckKey]


@pytest.mark.parametrize("dataset", load_contracts(PROJECT / "contracts"))
def test_whatever_is_new_is_judged_in_one_step(dataset: str, empty: Empty):
    workspace = empty.workspace
    delivery = workspace.settings.inbox / dataset / "2020-01-02.csv"
    delivery.parent.mkdir(parents=True)
    delivery.write_text("junk", encoding="utf-8")
    try:
        plan = plan_night(workspace, empty.connection, AS_OF, workspace.rulebooks)
    finally:
        delivery.unlink()
    night = empty.job.get_subset(
        asset_selection=set(changed_assets(plan, workspace.settings)),
        asset_check_selection=empty.checks,
    )
    assert list(plan.files) == [dataset]
    assert [node.name for node in night.graph.nodes if node.name.startswith("judge")] == ["judge"]
