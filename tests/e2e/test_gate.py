"""The quality gate in a night: what is judged, what holds a version back, and how it is let out."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import dagster as dg
import duckdb
import pytest

from assets.checks import check_key
from assets.freshness import freshness_policy, source_key
from assets.models import model_key
from assets.publication import AT_PUBLISHING
from expectations.gate import all_checks
from pipelines.definitions import build_defs
from pipelines.instance import prepare_instance
from pipelines.schedules import NIGHTLY
from scorecard.settings import PROJECT, Settings
from scorecard.workspace import Workspace
from tests.e2e.home import AS_OF, EARLIER, Home

GX = "great_expectations"


@pytest.fixture(scope="module")
def workspace(city: Home) -> Workspace:
    return Workspace.load(Settings(home=city.folder))


@pytest.fixture
def instance(city: Home) -> Iterator[dg.DagsterInstance]:
    """Open no longer than a test: to copy a home breaks the locks that this process has on it."""
    with dg.DagsterInstance.from_config(str(prepare_instance(Settings(home=city.folder)))) as found:
        yield found


def corrupted(folder: Path, model: str, old: str, new: str) -> str:
    """A copy of the project's SQL in which one model is wrong; gives the folder."""
    shutil.copytree(PROJECT / "sql", folder)
    file = folder / model
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return str(folder)


def version(home: Home) -> str:
    return home.published.resolve().parent.name


def adjust(home: Home, name: str, **scores: str) -> None:
    """The bureau sets scores of the education bureau, by indicator."""
    folder = home.folder / "inbox" / "adjustments"
    with (folder / name).open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(
            ["adjustment_id", "department_id", "indicator_code", "year", "score", "reason",
             "decided_by", "decided_on"]
        )  # fmt: skip
        for code, score in scores.items():
            indicator = code.removeprefix("i")
            rows.writerow(
                [f"{name}-{indicator}", "edu", indicator, 2019, score, "复核", "市大数据局",
                 "2020-03-01"]
            )  # fmt: skip


def test_every_check_is_an_asset_check_with_its_why_in_both_languages(workspace: Workspace):
    graph = build_defs(workspace.settings, workspace=workspace).resolve_asset_graph()
    checks = all_checks(workspace)
    assert {check_key(check) for check in checks} == graph.asset_check_keys
    for check in checks:
        spec = graph.get_check_spec(check_key(check))
        assert check.why_zh in spec.description
        assert check.why_en in spec.description
        assert spec.blocking == (check.severity == "error")


def test_a_night_reports_each_check_with_what_was_observed_and_expected(
    workspace: Workspace, instance: dg.DagsterInstance, city: Home
):
    records = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        [check_key(check) for check in all_checks(workspace)]
    )
    published = {
        (dataset, name): (passed, severity, observed, expected)
        for dataset, name, passed, severity, observed, expected in city.read(
            "select dataset, check_name, passed, severity, observed, expected "
            "from fct_quality_check"
        )
    }
    assert len(records) == len(published) == len(all_checks(workspace))
    for key, record in records.items():
        result = record.event.dagster_event.event_specific_data
        passed, severity, observed, expected = published[key.asset_key.path[-1], key.name]
        assert (result.passed, result.severity.value.lower()) == (passed, severity)
        assert str(result.metadata["observed"].value) == observed
        assert result.metadata["expected"].value == expected
        assert Path(result.metadata["page"].value).exists()


def test_a_failing_check_shows_keys_that_fail(workspace: Workspace, instance: dg.DagsterInstance):
    key = dg.AssetCheckKey(dg.AssetKey(["raw", "it_projects"]), "rows_keep_the_contract")
    [record] = instance.event_log_storage.get_latest_asset_check_execution_by_key([key]).values()
    result = record.event.dagster_event.event_specific_data
    assert not result.passed
    assert "file=it_projects_2019-09-09.xlsx" in result.metadata["examples"].value


def test_bad_sources_warn_and_do_not_keep_a_version_back(city: Home):
    failed = city.read("select distinct severity from fct_quality_check where not passed")
    assert failed == [("warn",)]


@dataclass(frozen=True)
class Held:
    """A home after two nights whose totals were wrong; copy it before changing it."""

    home: Home
    sql: str
    nights: list[subprocess.CompletedProcess[str]]
    told: list[str]


@pytest.fixture(scope="module")
def held(city: Home, tmp_path_factory: pytest.TempPathFactory) -> Held:
    folder = tmp_path_factory.mktemp("held")
    home = city.copy(folder / "home")
    wrong = corrupted(
        folder / "sql", "scores/department_score.sql", "sum(score))) as total",
        "sum(score)) + 2000) as total",
    )  # fmt: skip
    with listening() as (address, told):
        settings = {"SCORECARD_SQL": wrong, "SCORECARD_ALERT_URLS": f"{address}/secret-path"}
        nights = [home.run("nightly", "--as-of", AS_OF, status=1, **settings) for _ in range(2)]
    return Held(home, wrong, nights, told)


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """Where alerts can be sent, and what was sent there."""
    told: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"json://127.0.0.1:{server.server_port}", told
        server.shutdown()


def test_a_corrupted_score_model_is_not_published_and_the_last_version_answers(
    city: Home, held: Held, tmp_path: Path
):
    scores = city.read("select * from mart_scorecard order by all")
    first, again = held.nights
    [line] = first.stderr.splitlines()
    assert "held back by" in line
    assert "mart_scorecard.total_adds_up" in line
    assert "the last published version stays" in line
    assert "held back by" in again.stderr, "a second night with nothing new is held back too"
    assert version(held.home) == version(city)
    assert held.home.read("select * from mart_scorecard order by all") == scores
    home = held.home.copy(tmp_path / "home")
    assert "held back by" in home.run("quality").stdout
    home.run("nightly", "--as-of", AS_OF)
    assert version(home) != version(city)
    assert home.read("select * from mart_scorecard order by all") == scores


def test_people_are_told_once_that_a_version_is_held_back(held: Held):
    [message] = held.told
    assert "total_adds_up" in message
    for night in held.nights:
        assert "secret-path" not in night.stdout + night.stderr


def test_publishing_alone_cannot_pass_the_gate(city: Home, held: Held, tmp_path: Path):
    home = held.home.copy(tmp_path / "home")
    settings = Settings(home=home.folder, sql=Path(held.sql))
    defs = build_defs(settings)
    published = {model_key("marts.fct_quality_check"), dg.AssetKey(["published", "warehouse"])}
    job = defs.resolve_job_def(NIGHTLY).get_subset(
        asset_selection=published, asset_check_selection=set()
    )
    with dg.DagsterInstance.from_config(str(prepare_instance(settings))) as found:
        result = job.execute_in_process(instance=found, raise_on_error=False)
    assert not result.success
    assert "held back by" in failure_of(result)
    assert version(home) == version(city)


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    """What the only step that failed says of its cause."""
    [failure] = [e.step_failure_data for e in result.all_events if e.is_step_failure]
    return failure.user_failure_data.description


@pytest.fixture(scope="module")
def moved(city: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    """A home whose night was held back, as a total moved; and what that night said."""
    home = city.copy(tmp_path_factory.mktemp("moved") / "home")
    best = home.read(
        "select indicator_code from fct_indicator_score where department_id = 'edu' "
        "and status = 'scored' order by score desc limit 4"
    )
    adjust(home, "复核_2020-03-02.csv", **{f"i{code}": "0" for (code,) in best})
    return home, home.run("nightly", "--as-of", AS_OF, status=1).stderr


def test_a_total_that_moves_too_far_waits_until_it_is_accepted_with_a_reason(
    city: Home, moved: tuple[Home, str], tmp_path: Path
):
    home, told = moved[0].copy(tmp_path / "home"), moved[1]
    [(total,)] = city.read("select total from mart_scorecard where department_id = 'edu'")
    assert "mart_scorecard.total_moves_little" in told
    assert f"edu {total}" in told
    assert home.read("select total from mart_scorecard where department_id = 'edu'") == [(total,)]
    assert "scorecard accept" in home.run("quality").stdout
    home.run("accept", "--reason", "", status=2)
    accepted = home.run("accept", "--reason", "复核后更正，见市大数据局函").stdout.splitlines()
    [(moved,)] = home.read("select total from mart_scorecard where department_id = 'edu'")
    assert total - moved > 10
    assert accepted[0] == f"accepted: edu {total} -> {moved}: 复核后更正，见市大数据局函"
    [(passed, observed)] = home.read(
        "select passed, observed from fct_quality_check where check_name = 'total_moves_little'"
    )
    assert passed
    assert "复核后更正，见市大数据局函" in observed
    refused = home.run("accept", "--reason", "再来一次", status=2)
    assert "no total is held back" in refused.stderr


def test_nothing_is_accepted_while_another_check_holds_the_version_back(
    city: Home, held: Held, tmp_path: Path
):
    home = held.home.copy(tmp_path / "home")
    assert "mart_scorecard.total_moves_little" in held.nights[0].stderr
    refused = home.run("accept", "--reason", "核实", status=2, SCORECARD_SQL=held.sql)
    [line] = refused.stderr.splitlines()
    assert "mend these first: " in line
    assert "mart_scorecard.total_adds_up" in line
    assert "total_moves_little" not in line
    with duckdb.connect(Settings(home=home.folder).warehouse, read_only=True) as warehouse:
        assert warehouse.execute("select count(*) from ops.acceptance").fetchone() == (0,)
    assert version(home) == version(city)


def test_a_held_move_does_not_slip_out_by_way_of_another_day(
    moved: tuple[Home, str], tmp_path: Path
):
    home = moved[0].copy(tmp_path / "home")
    home.run("nightly", "--as-of", "2020-02-20")  # 40 days away: there is nothing to compare with
    home.run("nightly", "--as-of", AS_OF, status=1)


def test_tables_of_several_days_are_not_published(city: Home, tmp_path: Path):
    home = city.copy(tmp_path / "home")
    before = version(home)
    settings = Settings(home=home.folder)
    workspace = Workspace.load(settings)
    job = build_defs(settings, workspace=workspace).resolve_job_def(NIGHTLY)
    some = job.get_subset(
        asset_selection={
            model_key("marts.dim_assessment"),
            model_key("marts.fct_score_history"),
            *AT_PUBLISHING,
        },
        asset_check_selection={check_key(check) for check in all_checks(workspace)},
    )
    with dg.DagsterInstance.from_config(str(prepare_instance(settings))) as found:
        result = some.execute_in_process(
            run_config={"resources": {"night": {"config": {"as_of": "2020-03-20"}}}},
            instance=found,
            raise_on_error=False,
        )
    assert "models were not built for 2020-03-20" in failure_of(result)
    assert version(home) == before


def test_verdicts_of_other_days_stay_beside_those_of_the_newest(twice: Home):
    days = twice.read("select as_of, count(*) from fct_quality_check group by all order by all")
    assert [str(day) for day, _ in days] == [EARLIER, AS_OF]
    assert len({count for _, count in days}) == 1


def test_a_night_with_nothing_new_judges_nothing_and_does_not_load_the_library(
    city: Home, tmp_path: Path
):
    home = city.copy(tmp_path / "home")
    for words in (["nightly", "--as-of", AS_OF], ["quality"], ["explain", "edu", "021"]):
        assert GX not in home.imports(*words), words


def test_loading_the_code_location_does_not_load_the_library(city: Home):
    assert GX not in city.imports("check")


def test_a_source_counts_as_materialised_only_when_rows_came(
    workspace: Workspace, instance: dg.DagsterInstance, city: Home
):
    with duckdb.connect(city.published, read_only=True) as published:
        came = {
            name
            for (name,) in published.execute(
                "select dataset from fct_source_freshness where rows_loaded > 0"
            ).fetchall()
        }
    assert came
    for name in workspace.contracts:
        event = instance.get_latest_materialization_event(source_key(name))
        assert (event is not None) == (name in came), name


def test_a_source_is_due_when_its_contract_says(workspace: Workspace):
    due = {name: freshness_policy(c) for name, c in workspace.contracts.items()}
    assert due["applicability"] is None
    assert due["network_probes"].deadline_cron == "0 6 * * *"
    assert due["credit_records"].deadline_cron == "0 0 * * *"
    assert due["internet_egress"].deadline_cron == "0 0 4 * *"
    assert due["evidence"].deadline_cron == "0 0 11 * *"
    assert due["populations"].deadline_cron == "0 0 31 1 *"
    for policy in due.values():
        assert policy is None or policy.timezone == "Asia/Shanghai"
