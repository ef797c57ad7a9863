"""What the gate said of nights: in the published file, on its pages, and in Dagster's runs."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import duckdb

from pipelines.instance import prepare_instance
from scorecard.settings import Settings
from tests.e2e.home import ONE_PROJECT, Home

JUDGED = "select * from fct_quality_check order by all"


def assert_carried_over_as_judged_anew(home: Home, day: str, folder: Path) -> None:
    """A night with one new file says the same whether or not earlier outcomes are known."""
    told = {}
    for is_anew in (False, True):
        copy = home.copy(folder / f"anew-{is_anew}")
        (copy.folder / "sources.yaml").unlink(missing_ok=True)
        new = copy.folder / "inbox" / "it_projects" / "more_2020-02-01.csv"
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(ONE_PROJECT, encoding="utf-8")
        if is_anew:
            _forget_outcomes(copy)
        copy.run("nightly", "--as-of", day)
        told[is_anew] = [copy.read(JUDGED), _examples(copy), _pages(copy)]
    assert told[True][0] == told[False][0]
    assert told[True][1] == told[False][1]
    assert told[True][2] == told[False][2]
    assert len(told[True][2]) > 40


def _forget_outcomes(home: Home) -> None:
    """Has the next night measure everything anew."""
    with duckdb.connect(home.folder / "warehouse" / "scorecard.duckdb") as warehouse:
        [(known,)] = warehouse.execute("select count(*) from ops.outcome").fetchall()
        assert known > 100
        warehouse.execute("delete from ops.outcome")


def _examples(home: Home) -> list[dict]:
    state = json.loads((home.folder / "reports" / "quality.json").read_text(encoding="utf-8"))
    return state["verdicts"]


def _pages(home: Home) -> dict[str, list[str]]:
    """Every page but for the moment of its judgement."""
    return {
        page.name: [
            line
            for line in page.read_text(encoding="utf-8").splitlines()
            if 'class="when"' not in line
        ]
        for page in (home.folder / "reports" / "quality").iterdir()
    }


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
