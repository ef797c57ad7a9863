"""How much longer landing takes than the same cast done by one bare statement of DuckDB.

Writes credit records (the heaviest dataset, with personal columns) once as parquet and csv, lands
them into an empty warehouse and prints the seconds beside those of one `create table as select`
with the same columns, casts and row number: with the check of key information that landing makes
of the personal columns, and without. Best of the rounds, since other work disturbs single ones.

    python -m benchmarks.landing --rows 10000000
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from scorecard.contract import Contract, load_contracts
from scorecard.landing.inbox import InboxFile
from scorecard.landing.load import Landing
from scorecard.settings import PROJECT
from scorecard.warehouse import connect, prepare

GOAL = 1.3
ROWS = """
select
    'r' || lpad(cast(i as varchar), 9, '0') as record_id,
    'd' || i % 300 as directory_id,
    case when i % 3 = 0 then 'organization' else 'person' end as subject_kind,
    case
        when i % 3 = 0 then '淮北市第' || i % 5000 || '有限责任公司' else '张三' || i % 100
    end as subject_name,
    case when i % 3 = 0 then 'uscc' else 'identity' end as subject_code_kind,
    case
        when i % 3 = 0 then '91340600MA' || lpad(cast(i % 10000000 as varchar), 7, '0') || 'X'
        else '3406021990010' || lpad(cast(i % 100000 as varchar), 5, '0')
    end as subject_code,
    '行政许可决定书文号' || i % 1000 as core_information,
    timestamp '2019-01-01' + to_seconds(i * 3) as due_at,
    timestamp '2019-01-01' + to_seconds(i * 3 - i % 1000 * 100) as pushed_at
from range({rows}) as numbers (i)
"""
BARE = """
create table bare as
select
    record_id, directory_id, subject_kind, subject_code_kind, cast(due_at as timestamp) as due_at,
    cast(pushed_at as timestamp) as pushed_at, {check} as has_key_information,
    cast(1 as integer) as _file_id, {line} as _line
from {source}
"""
CHECK = (
    "complete_key_information("
    "subject_kind, subject_name, subject_code_kind, subject_code, core_information)"
)
SOURCES = {
    "parquet": ("file_row_number + 1", "read_parquet('{path}', file_row_number = true)"),
    "csv": ("row_number() over () + 1", "read_csv('{path}', header = true, all_varchar = true)"),
}


def main() -> None:
    """Runs the rounds and prints a line a format."""
    parser = argparse.ArgumentParser(description="Compares landing with one bare statement.")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    contract = load_contracts(PROJECT / "contracts")["credit_records"]
    print(f"{options.rows} credit records, DuckDB {duckdb.__version__}, best of {options.rounds}")
    for ending in SOURCES:
        path = options.folder / f"credit-records-{options.rows}.{ending}"
        if not path.exists():
            kind = "parquet" if ending == "parquet" else "csv, header"
            duckdb.execute(f"copy ({ROWS.format(rows=options.rows)}) to '{path}' (format {kind})")
        landing, checked, cast = (
            min(measure(contract, path, work) for _ in range(options.rounds))
            for work in (land, bare_with_check, bare_without_check)
        )
        print(
            f"{ending}: landing {landing:.1f} s, bare with the check {checked:.1f} s "
            f"(x {landing / checked:.2f}, goal {GOAL}), "
            f"without {cast:.1f} s (x {landing / cast:.2f})"
        )


def measure(contract: Contract, path: Path, work: Callable[..., None]) -> float:
    """Seconds of the work on a new warehouse."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        connection = connect(
            Path(folder, "scorecard.duckdb"), memory_limit="4GB", spill=Path(folder, "spill")
        )
        prepare(connection, [contract], PROJECT / "sql" / "macros")
        began = time.perf_counter()
        work(connection, contract, path)
        seconds = time.perf_counter() - began
        connection.close()
    return seconds


def land(connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path) -> None:
    """Landing, from the file's hash to the commit."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        landing = Landing(connection, "k" * 32, Path(folder), dt.datetime(2020, 1, 1))
        file = InboxFile(contract.name, path.name, path, path.suffix[1:])
        landing.land_files(contract, [file])


def bare_with_check(connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path) -> None:
    """The same columns by one statement."""
    _bare(connection, path, CHECK)


def bare_without_check(
    connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path
) -> None:
    """The same without looking at the personal columns."""
    _bare(connection, path, "true")


def _bare(connection: duckdb.DuckDBPyConnection, path: Path, check: str) -> None:
    line, source = SOURCES[path.suffix[1:]]
    connection.execute(BARE.format(check=check, line=line, source=source.format(path=path)))


if __name__ == "__main__":
    main()
