"""The product by its library: lands the files, brings profiles up to date, runs the models.

Into a warehouse file with the default settings. It does more than the job asks: see README.md.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from contextlib import ExitStack

import duckdb

from benchmarks.peers.job import KEYS, LAST_DAY, begin
from scorecard.night import choose_rulebooks, land, plan_night, score, upstream
from scorecard.settings import Settings
from scorecard.workspace import Workspace

METRICS = {
    "major_outages_and_incidents": ("007",),
    "credit_directories_supplied": ("012",),
    "credit_volume": ("013",),
    "credit_records_in_order": ("014", "015"),
    "certificate_types_made": ("027",),
    "certificate_volume_rank": ("028",),
}


def main() -> None:
    """Does the job in `folder/home`."""
    work = begin()
    home = work.folder / "home"
    with work.step("inbox"):
        shutil.copytree(work.inputs, home / "inbox", copy_function=os.link)
    with work.step("start"):
        workspace = Workspace.load(Settings(home=home))
    with ExitStack() as end:
        connection = end.enter_context(workspace.warehouse())
        connection.execute("set threads = $1", [work.threads])
        day = dt.date.fromisoformat(LAST_DAY)
        rulebooks = choose_rulebooks(workspace, None, day)
        with work.step("plan"):
            plan = plan_night(workspace, connection, day, rulebooks)
        for dataset, new in plan.files.items():
            with work.step(f"land {dataset}" if dataset in KEYS else "land the small ones"):
                land(workspace, connection, dataset, new)
        with work.step("score"):
            wanted = upstream(workspace, [f"metrics.{name}" for name in METRICS])
            score(workspace, connection, day, rulebooks, wanted)
        rows = [row for metric in METRICS for row in read(connection, metric)]
        kept = {
            name: connection.execute(f"select count(*) from staging.{name}").fetchall()[0][0]
            for name in KEYS
        }
        with work.step("close"):
            end.close()
    work.answer(rows, kept, {"duckdb": duckdb.__version__})


def read(
    connection: duckdb.DuckDBPyConnection, metric: str
) -> list[tuple[str, str, int, int | None]]:
    """A metric's values, whole numbers all of them."""
    return connection.execute(
        "select department_id, indicator_code, cast(value as bigint), "
        f"cast(base / base_divisor as bigint) from metrics.{metric} where value is not null"
    ).fetchall()


if __name__ == "__main__":
    main()
