"""parquet files: read by DuckDB with their own types; the row number counts from 1."""

from __future__ import annotations

import duckdb

from scorecard.contract import Contract
from scorecard.landing.inbox import InboxFile
from scorecard.landing.source import FileRejected, Header, Source, SourceColumn, match_header

_SCALARS = (
    "VARCHAR", "BOOLEAN", "DATE", "FLOAT", "DOUBLE", "DECIMAL", "TINYINT", "SMALLINT", "INTEGER",
    "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "TIMESTAMP",
    "ENUM", '"NULL"',
)  # fmt: skip


def parquet_source(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile
) -> tuple[Header, Source]:
    """The file's schema as a header, and its rows as a relation of typed columns.

    Raises:
        FileRejected: If it is no parquet file, or a column of the contract is nested or binary.
    """
    if not file.path.stat().st_size:
        raise FileRejected("文件没有任何内容", "the file has no byte in it")
    try:
        described = connection.execute(
            "describe select * from read_parquet(?)", [str(file.path)]
        ).fetchall()
        rows = connection.execute(
            "select count(*) from read_parquet(?)", [str(file.path)]
        ).fetchall()[0][0]
    except (duckdb.InvalidInputException, duckdb.IOException) as error:
        raise FileRejected(
            "不是可读取的 parquet 文件，或文件不完整", "no readable parquet file, or it is cut off"
        ) from error
    header = match_header(contract, [row[0] for row in described])
    columns = {}
    for name, i in header.positions.items():
        quoted, sql_type = '"' + described[i][0].replace('"', '""') + '"', described[i][1]
        if not sql_type.startswith(_SCALARS) or sql_type.endswith("]"):
            raise FileRejected(
                f"列 {name} 的类型 {sql_type} 不是单个值",
                f"column {name} is of type {sql_type}, which is no single value",
                name,
            )
        columns[name] = SourceColumn(quoted, sql_type)
    return header, Source(
        "(select file_row_number + 1 as _line, * from read_parquet($p0, file_row_number = true))",
        columns,
        [str(file.path)],
        rows=rows,
    )
