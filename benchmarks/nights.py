"""What a night costs over a year of history and over a tenth of it, by whole commands.

In each home: the first night, and then in turn a night with nothing new and one with a new day,
whose files are the same in both: some 260,000 rows of the six largest datasets.

    .venv-bench/bin/python -m benchmarks.nights --scales 0.1 1
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

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


def nights(
    inputs: Path, home: Path, days_from: Path, rounds: int
) -> Iterator[tuple[str, Measured]]:
    """The nights of one home, each with what it is."""
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(inputs / "city", home / "inbox", copy_function=os.link)
    yield "the first", night(home)
    for number in range(1, rounds + 1):
        yield "nothing new", night(home)
        rows = one_day(days_from / "city", home / "inbox", number)
        yield f"one new day, {rows:,} rows", night(home)


def main() -> None:
    """Makes the inputs where they are missing, does the nights and prints them."""
    parser = argparse.ArgumentParser(description="Nights over a year and over a tenth of it.")
    parser.add_argument("--scales", nargs="+", type=float, default=[0.1, 1])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scratch", type=Path, default=ROOT / "var" / "benchmarks")
    options = parser.parse_args()
    folders = [options.scratch.absolute() / f"scale-{scale:g}" for scale in options.scales]
    for scale, folder in zip(options.scales, folders, strict=True):
        prepare = [PRODUCT_PYTHON, "-m", "benchmarks.peers.prepare", "--scale", str(scale)]
        subprocess.run([*prepare, "--folder", folder], cwd=ROOT, check=True)
    lines, told = [], []
    for scale, folder in zip(options.scales, folders, strict=True):
        home = folder.parent / f"nights-{scale:g}"
        for what, took in nights(folder, home, folders[-1], options.rounds):
            lines.append([f"{scale:g}", what, f"{took.seconds:.1f}", f"{took.cpu_seconds:.1f}",
                          f"{took.peak_bytes / 1e9:.2f}"])  # fmt: skip
            told.append({"scale": scale, "night": what, "seconds": took.seconds})
            print(*lines[-1], sep="  ", flush=True)
        shutil.rmtree(home)
    print("\n" + table(("scale", "night", "seconds", "CPU seconds", "peak GB"), lines))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
