"""What the quality gate costs beside the rest of a night, at a city's size.

Lands a year of credit records (the heaviest dataset, twelve files) into an empty warehouse and
scores it: once with the whole year new, once with one more day's file. Prints the seconds of each
step and the gate's share: the profiles, the frames and their judgement, against all of it. The
import of Great Expectations is a step of its own, and no part of the gate's.

    python -m benchmarks.quality --rows 50000000
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import duckdb

from benchmarks.landing import ROWS
from expectations.sources import source_checks
from pipelines.cli import RARE_COLLECTIONS
from scorecard.contract import load_contracts
from scorecard.landing.inbox import InboxFile
from scorecard.landing.load import Landing
from scorecard.models import load_models, metrics_of
from scorecard.quality.examples import failing_examples
from scorecard.quality.frame import SourceFrames
from scorecard.quality.profile import update_profiles
from scorecard.rulebook import load_rulebooks
from scorecard.scoring import prepare_rules, run_models
from scorecard.settings import PROJECT
from scorecard.warehouse import connect, prepare

if TYPE_CHECKING:
    from pandas import DataFrame

GOAL = 0.15
FILES = 12
DAY = dt.date(2019, 12, 31)
RECORDS = """
copy (
    select * exclude (moment)
        replace (moment + interval 1 day as due_at, moment as pushed_at)
    from (
        select *, timestamp '2019-01-01'
            + to_seconds(cast(substr(record_id, 2) as bigint) * 31449600 // {total}) as moment
        from ({rows})
    )
) to '{path}' (format parquet)
"""
DEPARTMENTS = """
copy (
    select 'dep' || i as department_id, '部门' || i as name, '部门' || i as short_name,
        '340600' as city_code, date '2010-01-01' as active_from
    from range(60) as numbers (i)
) to '{path}' (format parquet)
"""
DIRECTORIES = """
copy (
    select 'd' || i as directory_id, 'dep' || i % 60 as department_id, '目录' || i as name,
        'daily' as update_cycle, date '2018-01-01' as effective_from
    from range(300) as numbers (i)
) to '{path}' (format parquet)
"""
GATE = ("profiles", "frames", "judgement")
Result = TypeVar("Result")


class Night:
    """One warehouse, and the seconds of the steps on it."""

    def __init__(self, folder: Path, memory_limit: str) -> None:
        self.folder = folder
        self.contracts = load_contracts(PROJECT / "contracts")
        self.models = load_models(PROJECT / "sql")
        self.rulebooks = load_rulebooks(PROJECT / "rulebooks", metrics_of(self.models))
        self.connection = connect(
            folder / "scorecard.duckdb", memory_limit=memory_limit, spill=folder / "spill"
        )
        prepare(self.connection, self.contracts.values(), PROJECT / "sql" / "macros")

    def run(self, paths: Sequence[Path]) -> dict[str, float]:
        """Takes these files, named `<dataset>-<anything>`, scores and judges."""
        seconds: dict[str, float] = {}
        self._time(seconds, "landing", lambda: self._land(paths))
        self._time(seconds, "profiles", lambda: update_profiles(self.connection, self.contracts))
        self._time(seconds, "models", self._score)
        self._time(seconds, "import", lambda: import_module("great_expectations.expectations"))
        frames = self._time(seconds, "frames", self._frames)
        self._time(seconds, "judgement", lambda: self._judge(frames))
        return seconds

    @staticmethod
    def _time(seconds: dict[str, float], step: str, work: Callable[[], Result]) -> Result:
        began = time.perf_counter()
        result = work()
        seconds[step] = time.perf_counter() - began
        return result

    def _land(self, paths: Sequence[Path]) -> None:
        landing = Landing(self.connection, "k" * 32, self.folder, dt.datetime(2020, 1, 1))
        for path in paths:
            dataset = path.name.partition("-")[0]
            landing.land_files(
                self.contracts[dataset], [InboxFile(dataset, path.name, path, "parquet")]
            )

    def _score(self) -> None:
        prepare_rules(self.connection, self.contracts, self.models, self.rulebooks, DAY)
        made_before = [name for name in self.models if name != "marts.fct_quality_check"]
        run_models(self.connection, self.models, made_before)

    def _frames(self) -> dict[str, DataFrame]:
        frames = SourceFrames(self.connection, self.contracts.values())
        return {name: frames.of(contract) for name, contract in self.contracts.items()}

    def _judge(self, frames: Mapping[str, DataFrame]) -> None:
        from expectations.judge import judge

        checks = [check for c in self.contracts.values() for check in source_checks(c)]
        judge(
            frames,
            checks,
            lambda check: (
                failing_examples(self.connection, self.contracts[check.subject], check.measure)
                if check.measure
                else ()
            ),
        )


def main() -> None:
    """Runs both nights and prints a line a step."""
    parser = argparse.ArgumentParser(description="Times the quality gate within a night.")
    parser.add_argument("--rows", type=int, default=50_000_000)
    parser.add_argument("--memory-limit", default="2GB")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    gc.set_threshold(*RARE_COLLECTIONS)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        *year, day = write_files(Path(folder), options.rows)
        night = Night(Path(folder), options.memory_limit)
        print(f"{options.rows} credit records, DuckDB {duckdb.__version__}")
        show("a year at once", night.run(year))
        show(f"one more day, {options.rows // 365} records", night.run([day]))


def write_files(folder: Path, rows: int) -> list[Path]:
    """Departments, their directories, a year's records, and at last those of one more day."""
    ends = [rows * n // FILES for n in range(FILES + 1)] + [rows + rows // 365]
    paths = [folder / "departments-all.parquet", folder / "credit_directories-all.parquet"]
    for path, sql in zip(paths, (DEPARTMENTS, DIRECTORIES), strict=True):
        duckdb.execute(sql.format(path=path))
    for number, (first, end) in enumerate(pairwise(ends)):
        paths.append(folder / f"credit_records-{number:02}.parquet")
        slice_ = ROWS.format(rows=f"{first}, {end}")
        duckdb.execute(RECORDS.format(rows=slice_, total=rows, path=paths[-1]))
    return paths


def show(title: str, seconds: dict[str, float]) -> None:
    """Prints the steps and the gate's share of them."""
    gate, whole = sum(seconds[step] for step in GATE), sum(seconds.values())
    steps = ", ".join(f"{step} {taken:.2f}" for step, taken in seconds.items())
    print(
        f"{title}: {steps} s; the gate {gate:.2f} of {whole:.2f} s, {gate / whole:.0%} "
        f"(goal {GOAL:.0%})",
        flush=True,
    )


if __name__ == "__main__":
    main()
