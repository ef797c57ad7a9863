"""How fast credit records (the heaviest dataset) come from PostgreSQL and from MariaDB.

Starts each server, fills it, and pulls all rows in a process of their own, as the night does:
connector, mapping, Parquet. Prints rows a second, the process' CPU seconds and its largest memory,
imports included. The aim is 250,000 rows a second from PostgreSQL in 400 MB, with nothing else
running; where the machine is shared, the CPU seconds are the steady figure.

    python -m benchmarks.pulling_sql --rows 1000000
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.landing import ROWS
from tests.memory import peak_mebibytes
from tests.servers.mariadb import PASSWORD as MARIADB_PASSWORD
from tests.servers.mariadb import Mariadb, mariadb
from tests.servers.postgres import PASSWORD as POSTGRES_PASSWORD
from tests.servers.postgres import Postgres, postgres

TABLE = """
create table {table} (
    record_id varchar(20), directory_id varchar(20), subject_kind varchar(20),
    subject_name varchar(100), subject_code_kind varchar(20), subject_code varchar(30),
    core_information varchar(100), due_at {time}, pushed_at {time}
);
"""
POSTGRES = TABLE.format(table="gx.credit", time="timestamp")
MARIADB = TABLE.format(table="credit", time="datetime")


def main() -> None:
    """Fills both servers, pulls from each, and prints a line each."""
    parser = argparse.ArgumentParser(description="Times pulls from databases.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pull", nargs=2, metavar=("URL", "TABLE"), help="be the one that pulls")
    options = parser.parse_args()
    if options.pull:
        print(pull(*options.pull))
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.csv"
        duckdb.execute(f"copy ({ROWS.format(rows=options.rows)}) to '{rows}' (header false)")
        with postgres() as server:
            fill_postgres(server, rows)
            print("PostgreSQL:", timed(server.url(), POSTGRES_PASSWORD, "gx.credit"))
        with mariadb() as other:
            fill_mariadb(other, rows)
            print("MariaDB:", timed(other.url(), MARIADB_PASSWORD, "credit"))


def fill_postgres(server: Postgres, rows: Path) -> None:
    """Makes the table of a csv file."""
    server.run(f"{POSTGRES}\n\\copy gx.credit from '{rows}' with (format csv)\nanalyze gx.credit;")


def fill_mariadb(server: Mariadb, rows: Path) -> None:
    """Makes the table of a csv file."""
    server.run(
        f"{MARIADB} load data local infile '{rows}' into table credit character set utf8mb4 "
        "fields terminated by ',' optionally enclosed by '\"';"
    )


def timed(url: str, password: str, table: str) -> str:
    """What a process that pulls says."""
    command = [sys.executable, "-m", "benchmarks.pulling_sql", "--pull", url, table]
    began = time.perf_counter()
    done = subprocess.run(
        command, env={**os.environ, "PASSWORD": password}, text=True, check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    seconds, said = time.perf_counter() - began, json.loads(done.stdout)
    return (
        f"{said['rows']:,} rows in {seconds:.1f} s, {said['rows'] / seconds:,.0f} rows/s; "
        f"CPU {said['cpu']:.1f} s, peak {said['peak']:.0f} MiB"
    )


def pull(url: str, table: str) -> str:
    """Pulls a table as the worker does; how many rows that were, and what it took."""
    from scorecard.connectors.base import Tally, Task
    from scorecard.connectors.sql import connect
    from scorecard.contract import load_contracts
    from scorecard.pulling.bindings import SqlBinding
    from scorecard.pulling.mapping import wanted
    from scorecard.pulling.platforms import SqlSource
    from scorecard.pulling.secrets import Secrets
    from scorecard.pulling.spool import spool
    from scorecard.settings import PROJECT

    source = SqlSource.model_validate({"kind": "sql", "url": url, "password": "env:PASSWORD"})
    binding = SqlBinding.model_validate(
        {"kind": "sql", "source": "x", "table": table, "watermark": {"column": "pushed_at"}}
    )
    contract, tally = load_contracts(PROJECT / "contracts")["credit_records"], Tally()
    with tempfile.TemporaryDirectory() as folder:
        task = Task("credit_records", None, None, Path(folder), dt.datetime.now(), 900)
        made = connect(source, binding, wanted(contract, binding), Secrets())
        rows = made.batches(task, tally)
        answer = spool(rows, contract, binding, source.time_zone, task, tally)
    cpu = sum(os.times()[:2])
    return json.dumps({"rows": answer.answered, "cpu": cpu, "peak": peak_mebibytes()})


if __name__ == "__main__":
    main()
