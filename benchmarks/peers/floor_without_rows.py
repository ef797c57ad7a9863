"""The other floor: the same by DuckDB straight from the Parquet files, keeping no rows.

The least that the answer costs once; a correction that comes tomorrow means reading the year again.
To group a year's keys would spill at 2 GB. So, as by the floor, each file's keys are looked through
first: in growing order, and in a range that no later file touches, nothing replaces them. What is
left to compare are files that overlap earlier ones, such as one of corrections.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.peers.floor import connect
from benchmarks.peers.floor_sql import ANSWER, COLUMNS, ROLLUPS, sound, span
from benchmarks.peers.job import KEYS, begin, files


def newest_rows(connection: duckdb.DuckDBPyConnection, dataset: str, paths: list[str]) -> str:
    """The SELECT of the newest row of each key; files that are to be read alike in one scan."""
    spans = [
        connection.execute(span(dataset, _delivered(dataset, [path]))).fetchall()[0]
        for path in paths
    ]
    alike: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for number, (path, (first, last, grows)) in enumerate(zip(paths, spans, strict=True)):
        if first is None:  # no sound row
            continue
        later_files = zip(paths[number + 1 :], spans[number + 1 :], strict=True)
        later = tuple(
            path
            for path, (its_first, its_last, _) in later_files
            if its_first is not None and its_first <= last and its_last >= first
        )
        repeats = not grows and _has_repeats(connection, dataset, path)
        alike.setdefault((later, path if repeats else ""), []).append(path)
    selects = [
        _rows_of(connection, dataset, files, later, repeats=bool(path))
        for (later, path), files in alike.items()
    ]
    return " union all ".join(selects)


def _delivered(dataset: str, paths: Sequence[str]) -> str:
    return f"from read_parquet({[*paths]}, file_row_number = true) where {sound(dataset)}"


def _rows_of(
    connection: duckdb.DuckDBPyConnection,
    dataset: str,
    paths: list[str],
    later: Sequence[str],
    *,
    repeats: bool,
) -> str:
    """Files' rows without those whose key comes again in a later file, or in their own."""
    key = ", ".join(KEYS[dataset])
    select = f"select {COLUMNS[dataset]} {_delivered(dataset, paths)}"
    if later:  # as a table their number is known, so the join builds of them and not of a year
        table = f"later_than_{Path(paths[0]).stem}"
        connection.execute(
            f'create temp table "{table}" as select {key} {_delivered(dataset, later)}'
        )
        select += f' and ({key}) not in (select ({key}) from "{table}")'
    if repeats:
        select += (
            f" qualify row_number() over (partition by {key} order by file_row_number desc) = 1"
        )
    return f"({select})"


def _has_repeats(connection: duckdb.DuckDBPyConnection, dataset: str, path: str) -> bool:
    key, rows = ", ".join(KEYS[dataset]), _delivered(dataset, [path])
    [(repeats,)] = connection.execute(
        f"select count(*) - count(distinct hash({key})) {rows}"
    ).fetchall()
    return bool(repeats)


def main() -> None:
    """Does the job."""
    work = begin()
    with work.step("start"):
        connection = connect(work)
    for dataset, (name, sql) in zip(KEYS, ROLLUPS.items(), strict=True):
        with work.step(f"roll up {name}"):
            rows = newest_rows(connection, dataset, files(work.inputs, dataset))
            connection.execute(f"create view {dataset} as {rows}")
            connection.execute(f"create table {name} as {sql}")
    with work.step("answer"):
        rows = connection.execute(ANSWER).fetchall()
    connection.close()
    work.answer(rows, {}, {"duckdb": duckdb.__version__})


if __name__ == "__main__":
    main()
