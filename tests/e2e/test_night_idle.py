"""A night with little new does little: readers notice nothing, and verdicts stay true."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest

from assets.checks import check_key
from assets.sources import raw_key
from expectations.gate import all_checks
from pipelines.instance import prepare_instance
from scorecard.settings import Settings
from scorecard.workspace import Workspace
from tests.e2e.home import AS_OF, EARLIER, Home
from tests.e2e.judged import assert_carried_over_as_judged_anew, last_runs

READER = """
import sys, time, duckdb
while True:
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        [(count,)] = connection.execute("select count(*) from fct_indicator_score").fetchall()
    print(count, flush=True)
    time.sleep(0.1)
"""


@pytest.fixture(scope="module")
def joined(city: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[int]]:
    """A home after the night to which a ninth department came, and what was read meanwhile."""
    home = city.copy(tmp_path_factory.mktemp("joined") / "home")
    new = home.folder / "inbox" / "departments" / "more_2020-02-01.csv"
    new.write_text(
        "department_id,name,short_name,city_code,active_from\nnew,新局,新局,340600,2019-01-01\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-c", READER, home.published]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        seen = [int(reader.stdout.readline())]
        try:
            home.run("nightly", "--as-of", AS_OF)
            assert reader.poll() is None, "it could read at any time"
        finally:
            reader.kill()  # it may have been told to ignore SIGTERM
        seen += [int(count) for count in reader.stdout]
    return home, seen


def test_a_reader_in_another_process_is_served_all_through_a_night(
    city: Home, joined: tuple[Home, list[int]]
):
    home, seen = joined
    assert len(seen) > 10
    assert seen[0] == 8 * 35
    assert all(earlier <= later for earlier, later in pairwise(seen))
    assert home.published.resolve().parent.name != city.published.resolve().parent.name
    assert home.read("select count(*) from fct_indicator_score") == [(9 * 35,)]


def test_verdicts_that_were_carried_over_to_another_day_are_those_of_a_judgement_of_everything(
    city: Home, tmp_path: Path
):
    assert_carried_over_as_judged_anew(city, EARLIER, tmp_path)


def test_the_newest_verdict_of_every_check_in_dagster_is_the_published_one(
    joined: tuple[Home, list[int]],
):
    """Also of the checks of other datasets than the one that came, whose verdicts it changed."""
    home, _ = joined
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
