"""The product against its peers: the same job, each in a process of its own, the same numbers.

    .venv-bench/bin/python -m benchmarks --scale 0.01
    .venv-bench/bin/python -m benchmarks --scale 1 --keep               # all contenders
    .venv-bench/bin/python -m benchmarks --scale 1 --only product floor dbt_peer --keep

`--keep` replaces the kept runs of those who ran, and leaves those of the others with the session
that they are of. At scale 1 the product also does scale 0.1, to see how its load grows.

Ends with status 1 when somebody gives other numbers than the product, or fails. Out of memory or
out of time is a result, told in the table.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet as pq

from benchmarks.peers import report
from benchmarks.peers.compare import BRIEF, Answer, Numbers, Run, best_of
from benchmarks.peers.contenders import (
    CONTENDERS,
    FULL_SCALE,
    NIGHT,
    PRODUCT_PYTHON,
    ROOT,
    SMALL_SCALE,
    Contender,
)
from benchmarks.peers.job import KEYS
from benchmarks.peers.measure import Measured, measure

DOCS = ROOT / "docs" / "benchmarks"
RESERVE = 2 << 30
"""Bytes that stay free for the machine itself, whatever a contender asks for."""
NIGHT_DAY = "2020-03-31"


class Bench:
    """One scale: its inputs, its limits, and the runs so far."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.scratch: Path = options.scratch.absolute()
        self.inputs = self.scratch / f"scale-{options.scale:g}"
        self.session = f"{dt.datetime.now():%Y-%m-%d %H:%M}"
        self.numbers = Numbers()
        self.problems = self.numbers.problems
        self.versions: dict[str, str] = {}

    def prepare(self, scale: float) -> Path:
        """Makes a scale's inputs unless they are there, and reads them once, as disks are slow."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        inputs = self.scratch / f"scale-{scale:g}"
        subprocess.run(
            [PRODUCT_PYTHON, "-m", "benchmarks.peers.prepare", "--scale", str(scale), "--folder",
             inputs],
            cwd=ROOT, check=True,
        )  # fmt: skip
        for path in inputs.rglob("*.parquet"):
            with path.open("rb") as file:
                while file.read(1 << 24):
                    pass
        return inputs

    def measure(self, name: str, command: list[str], folder: Path) -> Measured:
        """Runs one command in that folder's care."""
        return measure(
            command,
            folder / "log.txt",
            memory=psutil.virtual_memory().available - RESERVE,
            seconds=self.options.seconds,
            environment=os.environ | {"PYTHONPATH": str(ROOT)},
        )

    def run(self, contender: Contender, inputs: Path) -> tuple[Run, Answer]:
        """One contender once, and its answer."""
        folder = self._new_folder(contender.name)
        threads = self.options.threads
        command = contender.command(inputs / "job", folder, threads)
        measured = self.measure(contender.name, command, folder)
        run, answer = {**asdict(measured), "session": self.session}, []
        if measured.outcome == "done":
            told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
            run["steps"] = {step: round(took, 3) for step, took in told["seconds"].items()}
            for library, found in told["versions"].items():  # two environments may differ
                known = self.versions.setdefault(library, found)
                if known != found:
                    self.versions[f"{library} of {contender.title}"] = found
            with (folder / "answer.csv").open(encoding="utf-8", newline="") as file:
                answer = list(csv.reader(file))
        elif measured.outcome == "failed":
            tail = (folder / "log.txt").read_text(encoding="utf-8", errors="replace")[-2000:]
            self.problems.append(f"{contender.name} failed:\n{tail}")
        shutil.rmtree(folder)
        return run, answer

    def night(self) -> Run:
        """`scorecard nightly` on the whole demo city, as a command."""
        folder = self._new_folder(NIGHT)
        home = folder / "home"
        shutil.copytree(self.inputs / "city", home / "inbox", copy_function=os.link)
        scorecard = str(PRODUCT_PYTHON.with_name("scorecard"))
        command = [scorecard, "nightly", "--as-of", NIGHT_DAY, "--home", str(home)]
        measured = self.measure(NIGHT, command, folder)
        if measured.outcome == "failed":
            tail = (folder / "log.txt").read_text(encoding="utf-8", errors="replace")[-2000:]
            self.problems.append(f"scorecard nightly failed:\n{tail}")
        shutil.rmtree(folder)
        return {**asdict(measured), "session": self.session}

    def _new_folder(self, name: str) -> Path:
        folder = self.scratch / f"run-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def all(self) -> Mapping[str, Any]:
        """Every contender in turn, held against the first one's numbers."""
        self.prepare(self.options.scale)
        runs: dict[str, Run] = {}
        for contender in (CONTENDERS[name] for name in self.options.only):
            if contender.lacks:
                print(f"LEFT OUT: {contender.title}, as there is no {contender.lacks} here")
                self.problems += [f"{contender.name} was left out"] if self.options.strict else []
                continue
            once = partial(self.run, contender, self.inputs)
            runs[contender.name] = best_of(
                once, self.options.rounds, partial(self.numbers.hold, contender.name)
            )
            self._tell(contender.title, runs[contender.name])
        if self.options.night:
            runs[NIGHT] = self.night()
            self._tell("scorecard nightly", runs[NIGHT])
        session = {
            "rounds": f"Best of {self.options.rounds}, of one where that takes over {BRIEF:g} s",
            "machine": report.machine(),
            "versions": self.versions,
        }
        return {
            "scale": self.options.scale,
            **_size(self.inputs),
            "sessions": {self.session: session},
            "small": self.small() if "product" in runs else None,
            "runs": runs,
        }

    def small(self) -> Run | None:
        """At full scale: what the product takes for a tenth, on the same day."""
        if self.options.scale != FULL_SCALE:
            return None
        inputs = self.prepare(SMALL_SCALE)
        run, _ = self.run(CONTENDERS["product"], inputs)
        self._tell(f"egov-scorecard at scale {SMALL_SCALE:g}", run)
        return {**_size(inputs), "run": run}

    @staticmethod
    def _tell(title: str, run: Run) -> None:
        peak = run["peak_bytes"] / 1e9
        print(
            f"{title}: {run['outcome']}, {run['seconds']:.1f} s, {run['cpu_seconds']:.1f} CPU s, "
            f"{peak:.2f} GB",
            flush=True,
        )


def _size(inputs: Path) -> Run:
    heavy = [p for name in KEYS for p in (inputs / "job" / name).glob("*.parquet")]
    return {
        "rows": sum(pq.read_metadata(path).num_rows for path in heavy),
        "megabytes": sum(path.stat().st_size for path in heavy) / 1e6,
    }


def main() -> int:
    """Runs it all and prints and keeps the tables."""
    parser = argparse.ArgumentParser(description="The product against its peers.")
    parser.add_argument("--scale", type=float, default=0.01)
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS))
    parser.add_argument("--rounds", type=int, default=2, help="of who takes little, the best")
    parser.add_argument("--seconds", type=float, default=600, help="the most for each run")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--scratch", type=Path, default=ROOT / "var" / "benchmarks")
    parser.add_argument("--no-night", dest="night", action="store_false")
    parser.add_argument("--strict", action="store_true", help="leaving somebody out is a failure")
    parser.add_argument("--keep", action="store_true", help="write into docs/benchmarks")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what runs is ended, too
    bench = Bench(options)
    result = bench.all()
    print("\n" + report.runs_table(result) + "\n\n" + report.goals_table(result))
    for problem in bench.problems:
        print(f"\nWRONG: {problem}", file=sys.stderr)
    if bench.problems:
        return 1
    if options.keep:
        result = report.with_kept(result, DOCS)
    report.write(result, DOCS if options.keep else bench.scratch / "report")
    return 0


if __name__ == "__main__":
    sys.exit(main())
