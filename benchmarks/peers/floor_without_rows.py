"""The other floor: the same by DuckDB straight from the Parquet files, keeping no rows.

The least that the answer costs once. A correction that comes tomorrow means reading the year again.
"""

from __future__ import annotations

import duckdb

from benchmarks.peers.floor import connect
from benchmarks.peers.floor_sql import ANSWER, COLUMNS, ROLLUPS, sound
from benchmarks.peers.job import KEYS, begin, files


def newest_rows(dataset: str, paths: list[str]) -> str:
    """The SELECT of the newest row of each key: only of keys that repeat is that looked for."""
    key = ", ".join(KEYS[dataset])
    select = COLUMNS[dataset]
    order = "file_index desc, file_row_number desc"
    return f"""
        with delivered as (
            select *, file_index from read_parquet({paths}, file_row_number = true)
            where {sound(dataset)}
        ),

        repeated as materialized (
            select hash({key}) as key_hash from delivered group by all having count(*) > 1
        )

        select {select} from delivered where hash({key}) not in (from repeated)
        union all
        select {select} from (
            from delivered where hash({key}) in (from repeated)
            qualify row_number() over (partition by {key} order by {order}) = 1
        )
    """


def main() -> None:
    """Does the job."""
    work = begin()
    with work.step("start"):
        connection = connect(work)
    for dataset, (name, sql) in zip(KEYS, ROLLUPS.items(), strict=True):
        with work.step(f"roll up {name}"):
            rows = newest_rows(dataset, files(work.inputs, dataset))
            connection.execute(f"create view {dataset} as {rows}")
            connection.execute(f"create table {name} as {sql}")
    with work.step("answer"):
        rows = connection.execute(ANSWER).fetchall()
    connection.close()
    work.answer(rows, {}, {"duckdb": duckdb.__version__})


if __name__ == "__main__":
    main()
