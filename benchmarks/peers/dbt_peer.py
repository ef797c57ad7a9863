"""The job in dbt with dbt-duckdb: `dbt run` as its users call it, then the answer is read.

What is measured is the whole of it, dbt's own start and parsing included.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import duckdb

from benchmarks.peers.job import KEYS, MEMORY_LIMIT, begin

PROJECT = Path(__file__).parent / "dbt"
CODES = Path(__file__).parents[2] / "sql" / "macros" / "codes.sql"


def main() -> None:
    """Does the job."""
    work = begin()
    environment = os.environ | {
        "BENCH_FOLDER": str(work.folder),
        "BENCH_INPUTS": str(work.inputs),
        "BENCH_THREADS": str(work.threads),
        "BENCH_MEMORY_LIMIT": MEMORY_LIMIT,
        "BENCH_CODES_SQL": CODES.read_text(encoding="utf-8"),
    }
    dbt = [str(Path(sys.executable).with_name("dbt")), "--quiet", "--log-path", str(work.folder)]
    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    with work.step("dbt run"):
        subprocess.run([*dbt, "run", *folders], check=True, env=environment)
    with duckdb.connect(work.folder / "peer.duckdb", read_only=True) as connection:
        rows = connection.execute("from answer").fetchall()
        kept = {
            name: connection.execute(f"select count(*) from stg_{name}").fetchall()[0][0]
            for name in KEYS
        }
    versions = {"dbt-core": version("dbt-core"), "dbt-duckdb": version("dbt-duckdb")}
    work.answer(rows, kept, versions | {"duckdb": duckdb.__version__})


if __name__ == "__main__":
    main()
