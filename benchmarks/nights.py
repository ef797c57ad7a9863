"""What a night costs over a year of history and over a tenth of it, by whole commands.

In each home: the first night, and then in turn a night with nothing new and one with a new day,
whose files are the same in both: some 260,000 rows of the six largest datasets.

    .venv-bench/bin/python -m benchmarks.nights --scales 0.1 1
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.peers.contenders import PRODUCT_PYTHON, ROOT
from benchmarks.peers.measure import Measured, measure
from benchmarks.peers.report import table

AS_OF = "2020-03-31"
DAY = "2019-12-31"
DATASETS = {  # the reader, the file of the year's last month or quarter, the key and the time
    "network_probes": ("read_parquet", "*_2020-01-01.parquet", "link_id", "probed_at"),
    "credit_records": ("read_parquet", "*_2020-01-01.parquet", "record_id", "pushed_at"),
    "certificates": ("read_parquet", "*_2020-01-01.parquet", "certificate_id", "issued_at"),
    "official_documents": ("read_json", "*_2020-01-01.jsonl", "document_id", "received_at"),
    "investment_cases": ("read_csv", "*_2020-01-01.csv.gz", "办件编号", "接收时间"),
    "certificate_uses": ("read_csv", "*_2020-01-01.csv", "使用编号", "使用时间"),
}


Night = tuple[float, str, Measured]
"""The scale, what kind of night it is, and what it took."""


def one_day(city: Path, inbox: Path, number: int) -> int:
    """Delivers the rows of the year's last day under new keys; gives their number."""
    rows = 0
    with duckdb.connect() as connection:
        for dataset, (reader, pattern, key, time) in DATASETS.items():
            moved = f"{key} || '-{number}' as {key}"
            if dataset == "network_probes":  # its key is the link and the time
                moved = f"{time} + interval {number} second as {time}"
            target = inbox / dataset / f"{dataset}_2020-01-0{number + 1}.parquet"
            [(count,)] = connection.execute(
                f"copy (select * replace ({moved}) from {reader}('{city / dataset / pattern}') "
                f"where cast({time} as timestamp) >= date '{DAY}' "
                f"and cast({time} as timestamp) < date '{DAY}' + 1) to '{target}'"
            ).fetchall()
            rows += count
    return rows


def night(home: Path) -> Measured:
    """`scorecard nightly`, start to end."""
    scorecard = str(PRODUCT_PYTHON.with_name("scorecard"))
    command = [scorecard, "nightly", "--as-of", AS_OF, "--home", str(home)]
    measured = measure(command, home / "log.txt", memory=1 << 40, seconds=3600)
    if measured.outcome != "done":
        raise SystemExit((home / "log.txt").read_text(encoding="utf-8")[-2000:])
    return measured


def begin(inputs: Path, home: Path) -> Measured:
    """Makes a home of a city's inbox and does its first night."""
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(inputs / "city", home / "inbox", copy_function=os.link)
    return night(home)


def nights(scales: Sequence[float], scratch: Path, rounds: int) -> Iterator[Night]:
    """All nights. The homes take turns, as a machine's speed drifts; the last has the new days."""
    inputs = {scale: scratch / f"scale-{scale:g}" for scale in scales}
    homes = {scale: scratch / f"nights-{scale:g}" for scale in scales}
    for scale, folder in inputs.items():
        prepare = [PRODUCT_PYTHON, "-m", "benchmarks.peers.prepare", "--scale", str(scale)]
        subprocess.run([*prepare, "--folder", folder], cwd=ROOT, check=True)
        yield scale, "the first", begin(folder, homes[scale])
    for number in range(1, rounds + 1):
        for scale, home in homes.items():
            rows = one_day(inputs[scales[-1]] / "city", home / "inbox", number)
            yield scale, f"one new day, {rows:,} rows", night(home)
            yield scale, "nothing new", night(home)
    for home in homes.values():
        shutil.rmtree(home)


def main() -> None:
    """Does the nights and prints each, then their medians."""
    parser = argparse.ArgumentParser(description="Nights over a year and over a tenth of it.")
    parser.add_argument("--scales", nargs="+", type=float, default=[0.1, 1])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scratch", type=Path, default=ROOT / "var" / "benchmarks")
    options = parser.parse_args()
    runs: dict[tuple[float, str], list[Measured]] = {}
    for scale, what, took in nights(options.scales, options.scratch.absolute(), options.rounds):
        runs.setdefault((scale, what), []).append(took)
        print(f"{scale:g}, {what}: {took.seconds:.1f} s", flush=True)
    lines = [
        [f"{scale:g}", what, *(f"{figure:.1f}" for figure in medians(many))]
        for (scale, what), many in sorted(runs.items(), key=lambda run: run[0][::-1])
    ]
    print("\n" + table(("scale", "night", "seconds", "CPU seconds", "peak GB"), lines))


def medians(runs: Sequence[Measured]) -> tuple[float, float, float]:
    """Seconds, CPU seconds and GB of the middle run, each for itself."""
    return (
        median(run.seconds for run in runs),
        median(run.cpu_seconds for run in runs),
        median(run.peak_bytes for run in runs) / 1e9,
    )


if __name__ == "__main__":
    main()
