"""What readers get after a year of nights: the file's size, publishing it, queries on it, explain.

Builds a home of the demo city whose event datasets came as a file a day, scores and judges it,
fills the history with a year of days, publishes, and prints: the file's size by table, the seconds
of publishing, a BI tool's queries in a process of their own that opens the file read-only, and
`scorecard explain` as a whole command. With `--home` a home that an earlier run built is used
again; `--scored-history` really scores each past day, otherwise the history is the last day's
scores varied by SQL. Verdicts and quarantined rows of the earlier days are always made by SQL.

    python -m benchmarks.published --home /tmp/published-home
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import duckdb

from benchmarks.published_queries import DEPARTMENT, QUERIES
from expectations.gate import all_checks, checks_digest, judge_night, judge_past_day
from scorecard.clock import local_now
from scorecard.contract import load_contracts
from scorecard.demo import write_demo
from scorecard.demo.certificates import certificate_types
from scorecard.demo.deliveries import EVENTS
from scorecard.demo.departments import YEAR_END, YEAR_START, Town
from scorecard.demo.heavy import EventMaker, Sources
from scorecard.demo.network import links, outages
from scorecard.demo.platforms import directories
from scorecard.landing.inbox import InboxFile
from scorecard.landing.load import Landing
from scorecard.night import choose_rulebooks, plan_night, publish_night, score, score_history
from scorecard.scoring import run_models
from scorecard.settings import PROJECT, Settings
from scorecard.workspace import Workspace

SIZE_GOAL, QUERY_GOAL, EXPLAIN_GOAL = 50_000_000, 0.020, 1.5
DAYS = [YEAR_START + dt.timedelta(n) for n in range(365)]
GROWING = ("marts.fct_score_history", "marts.fct_part_source", "marts.fct_quarantine")
EXPLAINED = ("007", "013", "021", "027")
ROUNDS = 21
COMMAND = Path(sys.executable).with_name("scorecard")

PAST_SCORES = """
delete from ops.score_history;
insert into ops.score_history
select
    score.assessment_id,
    cast(day as date),
    score.department_id,
    score.indicator_code,
    cast(floor(
        score.score * least(1, 0.4 + 0.6 * dayofyear(day) / 365
        + hash(score.department_id, score.indicator_code, week(day)) % 100 / 1000.0) * 100
    ) / 100 as decimal(6, 2)),
    score.points,
    score.status
from scores.indicator_score as score
cross join (
    select unnest(generate_series($first::date, $last::date - 1, interval 1 day)) as day
)
order by day
"""
"""A year in which scores grow, with the points and statuses of its end: 36% of them move from one
day to the next, so it packs worse than a real one (of 40 demo days really scored, 3% moved)."""
PAST_VERDICTS = """
insert into ops.check_result
select
    cast(day as date),
    result.* exclude (as_of) replace (
        regexp_replace(observed, '[0-9]+', cast(dayofyear(day) * 31 as varchar)) as observed
    )
from ops.check_result as result
cross join (
    select unnest(generate_series($first::date, $last::date - 1, interval 1 day)) as day
)
"""
"""What a gate finds every night: other numbers, the same checks."""
PAST_REJECTED = """
insert into ops.quarantine
select
    file.file_id,
    file.dataset,
    file.file_name,
    number,
    rejected.* exclude (file_id, dataset, file_name, line, first_seen_at, place),
    file.loaded_at
from ops.file as file
cross join range(2, 7) as lines (number)
inner join (
    select *, row_number() over (order by rowid) - 1 as place
    from ops.quarantine where column_name is not null
) as rejected
    on (file.file_id + number) % (
        select count(*) from ops.quarantine where column_name is not null
    ) = rejected.place
where file.dataset in (select unnest($datasets))
"""
"""Five rows a file of those that come every day."""
Result = TypeVar("Result")


def main() -> None:
    """Builds or reuses the home, then prints what readers get."""
    parser = argparse.ArgumentParser(description="Measures the published file and its readers.")
    parser.add_argument("--home", type=Path, help="Kept, and used again. [default: temporary]")
    parser.add_argument("--scale", type=float, default=0.003)
    parser.add_argument("--departments", type=int, default=60)
    parser.add_argument(
        "--scored-history", action="store_true", help="Some 11 minutes more, 1.8 s a day."
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        workspace = Workspace.load(Settings(home=home))
        if not workspace.settings.inbox.exists():
            write_year(workspace.settings.inbox, options.scale, options.departments)
        if not workspace.settings.published_file.exists():
            build(workspace, really_scored=options.scored_history)
        publish(workspace)
        file = workspace.settings.published_file
        show_sizes(file)
        show_queries(file)
        show_explanations(home)


def timed(title: str, work: Callable[[], Result]) -> Result:
    """Does the work and prints its seconds."""
    began = time.perf_counter()
    result = work()
    print(f"{title}: {time.perf_counter() - began:.2f} s", flush=True)
    return result


def write_year(inbox: Path, scale: float, departments: int) -> None:
    """The demo city's inputs, its event datasets as a file a day instead of a month."""
    write_demo(inbox, scale=scale, departments=departments)
    town = Town(2019, scale, departments)
    lines = links(town)
    sources = Sources(lines, outages(town, lines), directories(town), certificate_types(town))
    labels = {
        name: [(column.name, column.label_zh) for column in contract.columns]
        for name, contract in load_contracts(PROJECT / "contracts").items()
    }
    with tempfile.TemporaryDirectory() as scratch:
        maker = EventMaker(town, sources, Path(scratch))
        for dataset, plan in EVENTS.items():
            header = labels[dataset] if plan.labels else None
            for path in (inbox / dataset).glob(f"{dataset}_????-??-01.{plan.ending}"):
                path.unlink()
            for first in DAYS:
                day = first + dt.timedelta(1)
                path = inbox / dataset / f"{dataset}_{day}.{plan.ending}"
                maker.write(dataset, path, first, day, ending=plan.ending, labels=header)
        maker.close()


def build(workspace: Workspace, *, really_scored: bool) -> None:
    """Lands, scores and judges the year, and gives it the days before its last."""
    rulebooks = choose_rulebooks(workspace, None, YEAR_END)
    with workspace.warehouse() as connection:
        plan = plan_night(workspace, connection, YEAR_END, rulebooks, asks_platforms=False)
        timed(
            f"landing {sum(map(len, plan.files.values()))} files",
            lambda: land_all(workspace, connection, plan.files),
        )
        span = {"first": YEAR_START, "last": YEAR_END}
        if really_scored:
            timed(
                f"scoring {len(DAYS) - 1} past days",
                lambda: score_history(
                    workspace, connection, DAYS[:-1], None,
                    lambda opened: judge_past_day(workspace, opened), lambda line: None,
                ),
            )  # fmt: skip
        timed("scoring", lambda: score(workspace, connection, YEAR_END, rulebooks))
        if not really_scored:
            connection.execute(PAST_SCORES, span)
        connection.execute(PAST_REJECTED, {"datasets": list(EVENTS)})
        # What SQL added to the books above, the tables have only now.
        timed("scoring again", lambda: score(workspace, connection, YEAR_END, rulebooks))
        timed("judging", lambda: judge_night(workspace, connection, all_checks(workspace), utc()))
        connection.execute(PAST_VERDICTS, span)


def land_all(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[str, Sequence[InboxFile]],
) -> None:
    """Takes all files, each in a transaction of its own as every night does."""
    settings = workspace.settings
    landing = Landing(connection, settings.read_hash_key(), settings.scratch, local_now())
    for dataset, delivered in files.items():
        landing.land_files(workspace.contracts[dataset], delivered)


def utc() -> dt.datetime:
    """Now."""
    return dt.datetime.now(dt.UTC)


def publish(workspace: Workspace) -> None:
    """Publishes three times, as three nights would; before that, what a night builds of history."""
    digest = checks_digest(all_checks(workspace))
    for _ in range(3):
        with workspace.warehouse() as connection:
            build = partial(run_models, connection, workspace.models, GROWING)
            timed("building the tables that grow by the night", build)
            timed("publishing", partial(publish_night, workspace, connection, digest, utc()))


def show_sizes(file: Path) -> None:
    """The file by table: rows, and the compressed blocks that only its columns are in."""
    size = file.stat().st_size
    print(f"\n{size / 1e6:.1f} MB (goal: under {SIZE_GOAL / 1e6:.0f} MB), {file}")
    with duckdb.connect(file, read_only=True) as published:
        names = [name for (name,) in published.execute("show tables").fetchall()]
        for name in names:
            [(rows,)] = published.execute(f"select count(*) from {name}").fetchall()
            [(blocks,)] = published.execute(
                f"select count(distinct block_id) from pragma_storage_info('{name}') "
                "where persistent and block_id >= 0"
            ).fetchall()
            print(f"  {name:<22}{rows:>9,} rows  {blocks * 0.262144:>6.2f} MB of blocks")


def show_queries(file: Path) -> None:
    """Milliseconds of each query: the first time, and the median of the warm ones."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.published_queries", str(file), str(ROUNDS)],
        capture_output=True, text=True, check=True, cwd=PROJECT,
    )  # fmt: skip
    opened, found = json.loads(told.stdout)
    print(f"\nopening the file: {opened * 1000:.1f} ms")
    for name, (rows, first, *warm) in zip(QUERIES, found, strict=True):
        median = statistics.median(warm)
        print(
            f"  {name:<46}{rows:>6} rows  first {first * 1000:>6.1f} ms, "
            f"warm {median * 1000:>6.1f} ms" + ("  OVER THE GOAL" if median > QUERY_GOAL else "")
        )


def show_explanations(home: Path) -> None:
    """Wall seconds of the whole command, best and worst of a few."""
    print(f"\nscorecard explain {DEPARTMENT}, the whole command (goal: under {EXPLAIN_GOAL} s)")
    for code in EXPLAINED:
        for words in ([code], [code, "--files"]):
            seconds, lines = [], 0
            for _ in range(5):
                began = time.perf_counter()
                lines = explain(home, [DEPARTMENT, *words]).count("\n")
                seconds.append(time.perf_counter() - began)
            label = " ".join(words)
            print(f"  {label:<12} {min(seconds):.2f} to {max(seconds):.2f} s, {lines} lines")


def explain(home: Path, words: Sequence[str]) -> str:
    """What the command prints."""
    command = [str(COMMAND), "explain", "--home", str(home), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main()
