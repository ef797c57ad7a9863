"""parquet files: read by DuckDB with their own types; the row number counts from 1."""

from __future__ import annotations

import duckdb

from scorecard.contract import Contract
from scorecard.landing.inbox import InboxFile
from scorecard.landing.source import FileRejectedError, Header, Source, SourceColumn, match_header
from scorecard.landing.text import EMPTY

_SCALARS = (
    "VARCHAR", "BOOLEAN", "DATE", "FLOAT", "DOUBLE", "DECIMAL", "TINYINT", "SMALLINT", "INTEGER",
    "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "TIMESTAMP",
    "ENUM", "UUID", '"NULL"',
)  # fmt: skip
_LINE = "_line_of_file"
"""The row number's name while reading: a delivered column could well be called `_line`."""


def parquet_source(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile
) -> tuple[Header, Source]:
    """The file's schema as a header, and its rows as a relation of typed columns.

    Raises:
        FileRejectedError: If it is no parquet file, or a column of the contract is nested or binary.
    """
    if not file.path.stat().st_size:
        raise EMPTY
    try:
        described = connection.execute(
            "describe select * from read_parquet($1)", [str(file.path)]
        ).fetchall()
        [(rows,)] = connection.execute(
            "select count(*) from read_parquet($1)", [str(file.path)]
        ).fetchall()
    except duckdb.Error as error:
        raise FileRejectedError(
            "不是可读取的 parquet 文件，或文件不完整", "no readable parquet file, or it is cut off"
        ) from error
    header = match_header(contract, [row[0] for row in described])
    columns = {}
    for name, i in header.positions.items():
        quoted, sql_type = '"' + described[i][0].replace('"', '""') + '"', described[i][1]
        if not sql_type.startswith(_SCALARS) or sql_type.endswith("]"):
            kind = sql_type.split("(")[0]
            raise FileRejectedError(
                f"列 {name} 的类型 {kind} 不是单个值",
                f"column {name} is of type {kind}, which is no single value",
                name,
            )
        columns[name] = SourceColumn(quoted, sql_type)
    selected = ", ".join(column.sql for column in columns.values())
    return header, Source(
        f"(select file_row_number + 1 as _line, {selected} "
        "from read_parquet($p0, file_row_number = true))",
        columns,
        rows,
        [str(file.path)],
    )
