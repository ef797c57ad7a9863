"""The floor: one DuckDB script by hand that keeps the rows in a database file.

File by file, as a next night would do: the file's rows in, then older rows of the same keys out.
What a skilled hand would do to be quick is done here, too: ids are kept as packed numbers, keys in
growing order are seen to repeat nothing, and older rows are looked for only within the file's range
of keys. So what the product takes longer than this is the price of its books.
"""

from __future__ import annotations

from typing import Any

import duckdb

from benchmarks.peers.floor_sql import ANSWER, KEPT_COLUMNS, ROLLUPS, sound, span
from benchmarks.peers.job import KEYS, MEMORY_LIMIT, SMALL, Work, begin, files
from scorecard.settings import PROJECT


def connect(work: Work) -> duckdb.DuckDBPyConnection:
    """A new database file with the check of codes and the small tables in it."""
    connection = duckdb.connect(
        work.folder / "floor.duckdb",
        config={
            "memory_limit": MEMORY_LIMIT,
            "threads": work.threads,
            "temp_directory": str(work.folder / "spill"),
        },
    )
    for name in ("codes", "landing"):
        macros = PROJECT / "sql" / "macros" / f"{name}.sql"
        connection.execute(macros.read_text(encoding="utf-8"))
    connection.execute("set variable hash_key = 'a key that only the benchmark has'")
    for name in SMALL:
        path = files(work.inputs, name)[0]
        connection.execute(f"create table {name} as from read_parquet($1)", [path])
    return connection


def load(connection: duckdb.DuckDBPyConnection, dataset: str, paths: list[str]) -> None:
    """Takes the files one by one; afterwards the table holds the newest row of each key."""
    select = KEPT_COLUMNS[dataset]
    connection.execute(
        f"create table {dataset} as "
        f"select {select}, 0 as file_number from read_parquet($1) limit 0",
        [paths[0]],
    )
    for number, path in enumerate(paths):
        connection.execute("begin")
        connection.execute(
            f"insert into {dataset} select {select}, {number} from read_parquet($1) "
            f"where {sound(dataset)}",
            [path],
        )
        fresh = f"from {dataset} where file_number = {number}"
        [(first, last, grows)] = connection.execute(span(dataset, fresh)).fetchall()
        if not grows:
            drop_repeats_within(connection, dataset, number, path)
        drop_older(connection, dataset, number, (first, last))
        connection.execute("commit")


def drop_repeats_within(
    connection: duckdb.DuckDBPyConnection, dataset: str, number: int, path: str
) -> None:
    """Takes a file again without the earlier of its rows of one key, if there are any."""
    key = ", ".join(KEYS[dataset])
    fresh = f"from {dataset} where file_number = {number}"
    [(repeats,)] = connection.execute(
        f"select count(*) - count(distinct hash({key})) {fresh}"
    ).fetchall()
    if repeats:
        connection.execute(f"delete {fresh}")
        connection.execute(
            f"insert into {dataset} select {KEPT_COLUMNS[dataset]}, {number} "
            f"from read_parquet($1, file_row_number = true) where {sound(dataset)} "
            f"qualify row_number() over (partition by {key} order by file_row_number desc) = 1",
            [path],
        )


def drop_older(
    connection: duckdb.DuckDBPyConnection, dataset: str, number: int, keys: tuple[Any, Any]
) -> None:
    """Deletes older rows of the file's keys, if there are any between its first and last key."""
    key, last = ", ".join(KEYS[dataset]), KEYS[dataset][-1]
    kind = "timestamp" if last.endswith("_at") else "uhugeint"
    within = f"{last} between $1::{kind} and $2::{kind}"
    older = f"from {dataset} where file_number < {number} and {within}"
    if connection.execute(f"select 1 {older} limit 1", keys).fetchall():
        fresh = f"select ({key}) from {dataset} where file_number = {number}"
        connection.execute(f"delete {older} and ({key}) in ({fresh})", keys)


def main() -> None:
    """Does the job."""
    work = begin()
    with work.step("start"):
        connection = connect(work)
    for dataset in KEYS:
        with work.step(f"load {dataset}"):
            load(connection, dataset, files(work.inputs, dataset))
    for name, sql in ROLLUPS.items():
        with work.step(f"roll up {name}"):
            connection.execute(f"create table {name} as {sql}")
    with work.step("answer"):
        rows = connection.execute(ANSWER).fetchall()
        kept = {
            name: connection.execute(f"select count(*) from {name}").fetchall()[0][0]
            for name in KEYS
        }
    with work.step("close"):
        connection.close()
    work.answer(rows, kept, {"duckdb": duckdb.__version__})


if __name__ == "__main__":
    main()
