"""A night that asks the platforms: the same scores as from files, and nothing else is lost."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from assets.models import model_key
from assets.publication import AT_PUBLISHING
from assets.pulls import PULLED_KEY
from assets.sources import raw_key
from pipelines.definitions import build_defs
from pipelines.instance import prepare_instance
from scorecard.night import choose_rulebooks, fingerprints, outdated_models
from scorecard.settings import Settings
from scorecard.workspace import Workspace
from tests.e2e.home import AS_OF, SCORECARD, Home
from tests.e2e.judged import assert_carried_over_as_judged_anew, last_runs
from tests.servers import answers, free_port

TOKEN = "a-token-of-these-tests"


@dataclass(frozen=True)
class Platforms:
    """The demo city's platforms at work, and the sources.yaml that goes with them."""

    port: int
    sources: str

    def bind(self, home: Home) -> Home:
        home.folder.mkdir(parents=True, exist_ok=True)
        (home.folder / "sources.yaml").write_text(self.sources, encoding="utf-8")
        return home


@contextmanager
def platforms(folder: Path, *options: str) -> Iterator[Platforms]:
    port = free_port()
    home = folder / "serving"
    process = subprocess.Popen(
        [
            str(SCORECARD), "demo", "serve", "--home", str(home), "--port", str(port),
            "--scale", "0.0003", "--departments", "8", "--write-sources", *options,
        ],
        env=os.environ | {"DEMO_TOKEN": TOKEN},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until = time.monotonic() + 120
        while not (answers(port) and (home / "sources.yaml").exists()):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
        yield Platforms(port, (home / "sources.yaml").read_text(encoding="utf-8"))
    finally:
        process.kill()  # it has nothing to clear up, and may have been told to ignore SIGTERM
        process.wait(30)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platforms]:
    with platforms(tmp_path_factory.mktemp("served")) as at_work:
        yield at_work


@pytest.fixture(scope="module")
def pulled(served: Platforms, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home without an inbox after one night of pulling; copy it before changing it."""
    home = served.bind(Home(tmp_path_factory.mktemp("pulled") / "home"))
    home.run("nightly", "--as-of", AS_OF, DEMO_TOKEN=TOKEN)
    return home


@pytest.fixture(scope="module")
def idle(pulled: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home that pulled, after two nights in which its platforms had nothing new."""
    home = pulled.copy(tmp_path_factory.mktemp("idle") / "home")
    second = home.run("nightly", "--as-of", AS_OF, DEMO_TOKEN=TOKEN)
    (home.folder / "told.txt").write_text(second.stdout, encoding="utf-8")
    imported = home.imports("nightly", "--as-of", AS_OF, DEMO_TOKEN=TOKEN)
    (home.folder / "imports.txt").write_text(imported, encoding="utf-8")
    return home


def outcomes(home: Home) -> dict[str, str]:
    with duckdb.connect(home.folder / "warehouse" / "scorecard.duckdb", read_only=True) as books:
        return dict(
            books.execute("select dataset, outcome from ops.pull order by pull_id").fetchall()
        )


def test_every_dataset_of_the_city_is_pulled_in_one_night(pulled: Home):
    found = outcomes(pulled)
    assert len(found) == 34
    assert set(found.values()) <= {"landed", "unchanged"}


@pytest.mark.parametrize(
    "sql",
    [
        "select * exclude (stale) from fct_indicator_score order by all",
        "select * exclude (stale) from fct_part_score order by all",
        "select * exclude (indicators_stale) from mart_scorecard order by all",
        "select * from mart_scorecard_level order by all",
        "select * from mart_outage order by all",
        "select * from mart_section_task order by all",
        "select * from fct_score_history order by all",
        "select * from dim_department order by all",
        "select * from dim_section order by all",
    ],
)
def test_the_scores_are_those_of_the_same_city_delivered_as_files(
    city: Home, pulled: Home, sql: str
):
    """`stale` is left out: of a register it depends on the day of delivery, here today's."""
    rows = city.read(sql)
    assert len(rows) >= 8
    assert pulled.read(sql) == rows


def test_a_second_night_finds_all_as_it_was_and_keeps_nothing_twice(pulled: Home, idle: Home):
    assert "building metrics" not in (idle.folder / "told.txt").read_text(encoding="utf-8")
    assert set(outcomes(idle).values()) == {"unchanged"}
    assert raw_rows(idle) == raw_rows(pulled)
    sql = "select * from fct_indicator_score order by all"
    assert idle.read(sql) == pulled.read(sql)


def raw_rows(home: Home) -> list[tuple]:
    with duckdb.connect(home.folder / "warehouse" / "scorecard.duckdb", read_only=True) as raw:
        tables = raw.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw' order by all"
        ).fetchall()
        return [
            (name, raw.execute(f'select count(*) from raw."{name}"').fetchall()[0][0])
            for (name,) in tables
        ]


def test_a_night_whose_pulls_bring_nothing_does_not_load_great_expectations(idle: Home):
    assert "great_expectations" not in (idle.folder / "imports.txt").read_text(encoding="utf-8")


def test_a_night_whose_pulls_bring_nothing_is_two_runs_that_make_only_what_a_pull_makes_newer(
    idle: Home,
):
    (pulled, told_at_pull), (made, told) = last_runs(idle, 2)
    assert (pulled, told_at_pull) == ({PULLED_KEY.to_user_string()}, 0)
    freshness = {model_key(n) for n in ("scores.source_freshness", "marts.fct_source_freshness")}
    assert made == {key.to_user_string() for key in freshness | {*AT_PUBLISHING}}
    assert 0 < told < 20


def test_a_night_whose_pulls_bring_nothing_publishes_the_newer_pulls(idle: Home):
    with duckdb.connect(idle.folder / "warehouse" / "scorecard.duckdb", read_only=True) as books:
        [(newest,)] = books.execute(
            "select max(started_at) from ops.pull where dataset = 'departments'"
        ).fetchall()
        [(arrived,)] = books.execute(
            "select newest_in_window_at from scores.source_freshness where dataset = 'departments'"
        ).fetchall()
    assert arrived == newest
    assert idle.read("select count(*) from fct_source_freshness where dataset = 'departments'")


def test_verdicts_that_a_night_of_pulls_carried_over_are_those_of_a_judgement_of_everything(
    idle: Home, tmp_path: Path
):
    assert_carried_over_as_judged_anew(idle, AS_OF, tmp_path)


@pytest.mark.parametrize("was_in_time", [True, False])
def test_a_later_pull_scores_anew_only_where_a_source_was_late(
    was_in_time: bool, idle: Home, tmp_path: Path
):
    home = idle.copy(tmp_path / "home")
    workspace = Workspace.load(Settings(home=home.folder))
    day = dt.date.fromisoformat(AS_OF)
    rulebooks = choose_rulebooks(workspace, None, day)
    with workspace.warehouse() as connection:
        connection.execute(
            "update scores.source_freshness set is_timely_in_window = ? "
            "where dataset = 'departments'",
            [was_in_time],
        )
        connection.executemany(
            "insert or replace into ops.fingerprint values (?, ?)",
            list(fingerprints(workspace, connection, day, rulebooks).items()),
        )
        assert not outdated_models(workspace, connection, day, rulebooks)
        connection.execute(
            "insert into ops.pull select * replace (pull_id + 1000000 as pull_id, "
            "started_at + interval 1 day as started_at) from ops.pull "
            "where dataset = 'departments' order by pull_id desc limit 1"
        )
        outdated = outdated_models(workspace, connection, day, rulebooks)
    assert "marts.fct_source_freshness" in outdated
    assert ("scores.stale_metric" in outdated) is not was_in_time
    assert ("marts.mart_scorecard" in outdated) is not was_in_time


def test_dagster_shows_the_pull_before_the_landed_datasets(pulled: Home):
    settings = Settings(home=pulled.folder)
    graph = build_defs(settings).resolve_asset_graph()
    assert PULLED_KEY in graph.get(raw_key("credit_records")).parent_keys
    with dg.DagsterInstance.from_config(str(prepare_instance(settings))) as instance:
        event = instance.get_latest_materialization_event(PULLED_KEY)
        assert event is not None
        metadata = event.asset_materialization.metadata
        landed = instance.get_latest_materialization_event(raw_key("credit_records"))
    records = {record.data["dataset"]: record.data for record in metadata["answers"].value.records}
    assert len(records) == 34
    assert records["credit_records"]["loaded"] > 10_000
    rows = landed.asset_materialization.metadata
    assert rows["rows_loaded"].value == records["credit_records"]["loaded"]


def test_one_dataset_is_pulled_by_the_command_and_a_dry_run_keeps_nothing(
    served: Platforms, tmp_path: Path
):
    home = served.bind(Home(tmp_path / "home"))
    done = home.run("pull", "departments", "--dry-run", DEMO_TOKEN=TOKEN)
    assert re.search(r"pulled departments from city: \d+ rows", done.stdout)
    assert "nothing was kept" in done.stdout
    assert dict(raw_rows(home))["departments"] == 0
    home.run("pull", "departments", DEMO_TOKEN=TOKEN)
    rows = dict(raw_rows(home))["departments"]
    assert rows >= 8
    again = home.run("pull", "departments", "--since", "1", DEMO_TOKEN=TOKEN)
    assert f"{rows} rows, {rows} unchanged" in again.stdout
    assert dict(raw_rows(home))["departments"] == rows


def test_a_dataset_that_is_not_bound_is_told_so(served: Platforms, tmp_path: Path):
    home = Home(tmp_path / "home")
    done = home.run("pull", "departments", status=2)
    assert "departments is not bound to a platform, it comes by the inbox" in done.stderr


def test_a_pull_that_fails_ends_with_its_reason_and_status_1(tmp_path: Path):
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    (home.folder / "sources.yaml").write_text(
        f"""
sources:
  gone: {{kind: http, base_url: http://127.0.0.1:{free_port()}, retries: 0}}
datasets:
  departments: {{source: gone, path: /x}}
""",
        encoding="utf-8",
    )
    done = home.run("pull", "departments", status=1)
    assert "refused" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
