"""A night with little or nothing new does little, and says what a night that does all would say."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from assets.checks import check_key
from assets.models import model_key
from assets.publication import AT_PUBLISHING
from assets.pulls import PULLED_KEY
from assets.sources import raw_key
from expectations.gate import all_checks
from pipelines.instance import prepare_instance
from scorecard.night import choose_rulebooks, fingerprints, outdated_models
from scorecard.settings import Settings
from scorecard.workspace import Workspace
from tests.e2e.home import AS_OF, Home
from tests.e2e.test_pull import TOKEN, platforms

GX = "great_expectations"
PROJECTS = (
    "project_id,department_id,name,kind,year,government_funded,filed_at,"
    "analyses_internal_sharing,analyses_external_sharing,lists_fields,lists_format,lists_scope,"
    "lists_method,lists_frequency\n"
    "extra,edu,某项目,construction,2019,是,2019年3月5日,1,1,1,1,1,1,1\n"
)
JUDGED = "select * from fct_quality_check order by all"


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home that pulled a city, and then had a night in which its platforms had nothing new."""
    with platforms(tmp_path_factory.mktemp("served")) as served:
        home = served.bind(Home(tmp_path_factory.mktemp("idle") / "home"))
        for _ in range(2):
            home.run("nightly", "--as-of", AS_OF, DEMO_TOKEN=TOKEN)
        imported = home.imports("nightly", "--as-of", AS_OF, DEMO_TOKEN=TOKEN)
        (home.folder / "imports.txt").write_text(imported, encoding="utf-8")
        yield home


def forget_outcomes(home: Home) -> None:
    """Has the next night measure everything anew."""
    with duckdb.connect(home.folder / "warehouse" / "scorecard.duckdb") as warehouse:
        [(known,)] = warehouse.execute("select count(*) from ops.outcome").fetchall()
        assert known > 100
        warehouse.execute("delete from ops.outcome")


def last_runs(home: Home, count: int) -> list[tuple[set[str], int]]:
    """For each of the newest runs, oldest first: what it materialised, how many checks it told."""
    found = []
    with dg.DagsterInstance.from_config(
        str(prepare_instance(Settings(home=home.folder)))
    ) as instance:
        for run in instance.get_runs(limit=count):
            made = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
            told = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
            keys = {entry.dagster_event.asset_key.to_user_string() for entry in made}
            found.append((keys, len(told)))
    return found[::-1]


def test_a_night_whose_pulls_bring_nothing_does_not_load_great_expectations(idle: Home):
    assert GX not in (idle.folder / "imports.txt").read_text(encoding="utf-8")


def test_a_night_whose_pulls_bring_nothing_is_two_runs_that_make_only_what_a_pull_makes_newer(
    idle: Home,
):
    (pulled, told_at_pull), (made, told) = last_runs(idle, 2)
    assert (pulled, told_at_pull) == ({PULLED_KEY.to_user_string()}, 0)
    freshness = {model_key(n) for n in ("scores.source_freshness", "marts.fct_source_freshness")}
    assert made == {key.to_user_string() for key in freshness | {*AT_PUBLISHING}}
    assert 0 < told < 20


def test_a_night_whose_pulls_bring_nothing_publishes_the_newer_pulls(idle: Home, tmp_path: Path):
    with duckdb.connect(idle.folder / "warehouse" / "scorecard.duckdb", read_only=True) as books:
        [(newest,)] = books.execute(
            "select max(started_at) from ops.pull where dataset = 'departments'"
        ).fetchall()
        [(arrived,)] = books.execute(
            "select newest_in_window_at from scores.source_freshness where dataset = 'departments'"
        ).fetchall()
    assert arrived == newest
    assert idle.read("select count(*) from fct_source_freshness where dataset = 'departments'")


@pytest.mark.parametrize(("way", "day"), [("city", "2020-02-29"), ("idle", AS_OF)])
def test_verdicts_that_were_carried_over_are_those_of_a_judgement_of_everything(
    way: str, day: str, request: pytest.FixtureRequest, tmp_path: Path
):
    home: Home = request.getfixturevalue(way)
    told = {}
    for is_anew in (False, True):
        copy = home.copy(tmp_path / f"{way}-{is_anew}")
        (copy.folder / "sources.yaml").unlink(missing_ok=True)
        new = copy.folder / "inbox" / "it_projects" / "more_2020-02-01.csv"
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(PROJECTS, encoding="utf-8")
        if is_anew:
            forget_outcomes(copy)
        copy.run("nightly", "--as-of", day)
        told[is_anew] = [copy.read(JUDGED), examples(copy), pages(copy)]
    assert told[True][0] == told[False][0]
    assert told[True][1] == told[False][1]
    assert told[True][2] == told[False][2]
    assert len(told[True][2]) > 40


def examples(home: Home) -> list[dict]:
    state = json.loads((home.folder / "reports" / "quality.json").read_text(encoding="utf-8"))
    return state["verdicts"]


def pages(home: Home) -> dict[str, list[str]]:
    """Every page but for the moment of its judgement."""
    return {
        page.name: [
            line
            for line in page.read_text(encoding="utf-8").splitlines()
            if 'class="when"' not in line
        ]
        for page in (home.folder / "reports" / "quality").iterdir()
    }


def test_the_newest_verdict_of_every_check_in_dagster_is_the_published_one(
    city: Home, tmp_path: Path
):
    """Also of the checks of other datasets than the one that came, whose verdicts it changed."""
    home = city.copy(tmp_path / "home")
    new = home.folder / "inbox" / "departments" / "more_2020-02-01.csv"
    new.write_text(
        "department_id,name,short_name,city_code,active_from\nnew,新局,新局,340600,2019-01-01\n",
        encoding="utf-8",
    )
    home.run("nightly", "--as-of", AS_OF)
    settings = Settings(home=home.folder)
    keys = {
        check_key(check): (check.subject, check.name)
        for check in all_checks(Workspace.load(settings))
    }
    with dg.DagsterInstance.from_config(str(prepare_instance(settings))) as instance:
        records = instance.event_log_storage.get_latest_asset_check_execution_by_key([*keys])
    shown = {}
    for key, record in records.items():
        result = record.event.dagster_event.event_specific_data
        shown[keys[key]] = (result.passed, str(result.metadata["observed"].value))
    published = {
        (dataset, name): (passed, observed)
        for dataset, name, passed, observed in home.read(
            "select dataset, check_name, passed, observed from fct_quality_check"
        )
    }
    assert shown == published
    [(_, told)] = last_runs(home, 1)
    assert told < len(published)
    assert raw_key("departments").to_user_string() in last_runs(home, 1)[0][0]


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
