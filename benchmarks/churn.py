"""How the warehouse file grows over many nights, beside one built at once from the same files.

Each night brings one new day of every heavy dataset and corrections of old rows, a hundredth of a
day's rows spread over all days before, every other one moved to another day. It is landed, scored
and published by the functions that a night calls, or by the whole command (`--command`). Printed
after each night: the file, how much of it is free, rows that count, rows deleted and still held.

    python -m benchmarks.churn --nights 60 --scale 0.02
    python -m benchmarks.churn --compaction off     # what DuckDB reclaims by itself
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from scorecard.compaction import Waste, measure_waste
from scorecard.demo.write import write_demo
from scorecard.night import choose_rulebooks, land, plan_night, publish_night, score
from scorecard.quality.release import mark_judged
from scorecard.settings import Settings
from scorecard.workspace import Workspace

LAST_DAY = dt.date(2019, 12, 31)
EVENT = {
    "network_probes": "probed_at",
    "credit_records": "coalesce(pushed_at, due_at)",
    "certificates": "issued_at",
}
CORRECTED = {
    "network_probes": "not is_up as is_up, cast(null as decimal(18, 6)) as latency_ms",
    "credit_records": "pushed_at + {move} as pushed_at",
    "certificates": "issued_at + {move} as issued_at",
}
"""A probe's time is part of its key: it cannot move, and is corrected in what it says."""
MOVE = "to_days(cast(chance // 7 % 2 as integer) * (cast(chance // 14 % 5 as integer) - 2))"
DIGEST = "churn"


class Deliveries:
    """The demo city's heavy files, cut into what is there at first and what each night brings."""

    def __init__(self, folder: Path, first_day: dt.date, share: float) -> None:
        self.folder, self.first_day, self.share = folder, first_day, share
        self.connection = duckdb.connect(config={"memory_limit": "1GB"})
        self.connection.execute(f"set temp_directory = '{folder / 'spill'}'")
        for dataset in EVENT:
            files = folder / "events" / dataset / f"{dataset}_????-??-??.parquet"
            self.connection.execute(f"create view {dataset} as from '{files}'")

    def put_first(self, inbox: Path) -> None:
        """Everything before the first night's day, a file a dataset."""
        for dataset, event in EVENT.items():
            self._put(inbox, dataset, self.first_day, "", f"{event} < date '{self.first_day}'")

    def put_night(self, inbox: Path, day: dt.date) -> None:
        """That day's rows and the corrections of older ones, two files a dataset."""
        tomorrow = day + dt.timedelta(1)
        for dataset, event in EVENT.items():
            of_day = f"{event} >= date '{day}' and {event} < date '{tomorrow}'"
            rows = self._put(inbox, dataset, tomorrow, "", of_day)
            [(before,)] = self.connection.execute(
                f"select count(*) from {dataset} where {event} < date '{day}'"
            ).fetchall()
            old = (
                f"select t.*, hash(t, '{day}') as chance from {dataset} as t "
                f"where {event} < date '{day}'"
            )
            apart = max(1, round(before / max(1.0, rows * self.share)))
            changes = CORRECTED[dataset].format(move=MOVE)
            self.connection.execute(
                f"copy (select * exclude (chance) replace ({changes}) from ({old}) "
                f"where chance % {apart} = 0) "
                f"to '{self._path(inbox, dataset, tomorrow, '_corrections')}'"
            )

    def _put(self, inbox: Path, dataset: str, day: dt.date, ending: str, where: str) -> int:
        target = self._path(inbox, dataset, day, ending)
        target.parent.mkdir(parents=True, exist_ok=True)
        rows = f"select * from {dataset} where {where}"
        [(written,)] = self.connection.execute(f"copy ({rows}) to '{target}'").fetchall()
        return int(written)

    def _path(self, inbox: Path, dataset: str, day: dt.date, ending: str) -> Path:
        return inbox / dataset / f"{dataset}_{day}{ending}.parquet"


def main() -> None:
    """Does the nights and prints a line for each, then the file built at once."""
    parser = argparse.ArgumentParser(description="Shows how the warehouse grows over many nights.")
    parser.add_argument("--nights", type=int, default=60)
    parser.add_argument("--scale", type=float, default=0.02)
    parser.add_argument("--departments", type=int, default=60)
    parser.add_argument("--corrections", type=float, default=0.01, help="share of a day's rows")
    parser.add_argument("--compaction", choices=("on", "off"), default="on")
    parser.add_argument("--command", action="store_true", help="run `scorecard nightly` whole")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="churn-") as folder:
        simulate(Path(folder), options)


def simulate(folder: Path, options: argparse.Namespace) -> None:
    """The whole comparison in one folder."""
    first_day = LAST_DAY - dt.timedelta(options.nights - 1)
    home, inbox = folder / "home", folder / "home" / "inbox"
    write_demo(inbox, scale=options.scale, departments=options.departments)
    for dataset in EVENT:
        shutil.move(inbox / dataset, folder / "events" / dataset)
    deliveries = Deliveries(folder, first_day, options.corrections)
    deliveries.put_first(inbox)
    print("   night   file MB   free MB       live rows    deleted held   wasted  seconds")
    compacts = options.compaction == "on"
    show("first", home, do_night(home, first_day - dt.timedelta(1), compacts, options.command))
    for number in range(options.nights):
        day = first_day + dt.timedelta(number)
        deliveries.put_night(inbox, day)
        show(str(number + 1), home, do_night(home, day, compacts, options.command))
    fresh = folder / "fresh"
    fresh.mkdir()
    shutil.move(inbox, fresh / "inbox")
    grown = Settings(home=home).warehouse.stat().st_size
    show("at once", fresh, do_night(fresh, LAST_DAY, False, options.command))
    built = Settings(home=fresh).warehouse.stat().st_size
    print(f"after {options.nights} nights the file is {grown / built:.2f} times one built at once")


def do_night(home: Path, day: dt.date, compacts: bool, command: bool) -> float:
    """Seconds of one night."""
    began = time.perf_counter()
    if command:
        environment = os.environ | ({} if compacts else {"SCORECARD_COMPACT_ABOVE": "1"})
        scorecard = Path(sys.executable).with_name("scorecard")
        words = [scorecard, "nightly", "--home", home, "--as-of", str(day)]
        run = subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, check=False)
        if run.returncode not in (0, 1):  # totals that move too far are held back: status 1
            raise SystemExit(f"the night of {day} ended with status {run.returncode}")
    else:
        _do_night_here(home, day, compacts)
    return time.perf_counter() - began


def _do_night_here(home: Path, day: dt.date, compacts: bool) -> None:
    workspace = Workspace.load(Settings(home=home))
    rulebooks = choose_rulebooks(workspace, None, day)
    with workspace.warehouse(told=print if compacts else None) as connection:
        plan = plan_night(workspace, connection, day, rulebooks)
        for dataset, files in plan.files.items():
            land(workspace, connection, dataset, files)
        score(workspace, connection, day, rulebooks, plan.models)
        mark_judged(connection, day, DIGEST)  # the checks would say what they say of every demo
        publish_night(workspace, connection, DIGEST, dt.datetime.now(dt.UTC))


def show(night: str, home: Path, seconds: float) -> None:
    """A line about the warehouse of a home."""
    file = Settings(home=home).warehouse
    with duckdb.connect(file, read_only=True) as connection:
        waste: Waste = measure_waste(connection, file.stem)
    print(
        f"{night:>8} {waste.file_bytes / 1e6:9.1f} {waste.free_bytes / 1e6:9.1f} "
        f"{waste.live_rows:15,} {waste.deleted_rows:15,} {waste.share:8.0%} {seconds:8.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
