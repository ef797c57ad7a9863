"""parquet files: read by DuckDB with their own types; the row number counts from 1."""

from __future__ import annotations

import duckdb

from scorecard.contract import Contract
from scorecard.landing.inbox import InboxFile
from scorecard.landing.source import (
    FileRejectedError,
    Header,
    Source,
    SourceColumn,
    is_about_content,
    match_header,
)
from scorecard.landing.text import EMPTY

_SCALARS = (
    "VARCHAR", "BOOLEAN", "DATE", "FLOAT", "DOUBLE", "DECIMAL", "TINYINT", "SMALLINT", "INTEGER",
    "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "TIMESTAMP",
    "ENUM", "UUID", '"NULL"',
)  # fmt: skip
NO_PARQUET = FileRejectedError(
    "不是可读取的 parquet 文件，或文件不完整", "no readable parquet file, or it is cut off"
)


def parquet_source(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile
) -> tuple[Header, Source]:
    """The file's schema as a header, and its rows as a relation of typed columns.

    Raises:
        FileRejectedError: If it is no parquet file, or a column is nested or binary.
    """
    if not file.path.stat().st_size:
        raise EMPTY
    path = file.sql_path
    try:
        described = connection.execute("describe select * from read_parquet($1)", [path]).fetchall()
        names = _names(connection, path)
        [(rows,)] = connection.execute("select count(*) from read_parquet($1)", [path]).fetchall()
    except duckdb.Error as error:
        if is_about_content(error):
            raise NO_PARQUET from error
        raise
    header = match_header(contract, names)
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
    # the option gives numbers while reading in parallel, but not beside a column of that name
    is_taken = any(name.lower() == "file_row_number" for name in names)
    numbered = "row_number() over ()" if is_taken else "file_row_number + 1"
    option = "" if is_taken else ", file_row_number = true"
    return header, Source(
        f"(select {numbered} as _line, {selected} from read_parquet($p0{option}))",
        columns,
        rows,
        [path],
    )


def _names(connection: duckdb.DuckDBPyConnection, path: str) -> list[str]:
    """The columns' own names: what `describe` gives would hide that one stands there twice."""
    elements = connection.execute(
        "select name, coalesce(num_children, 0) from parquet_schema($1)", [path]
    ).fetchall()
    names, inner = [], 0
    for name, children in elements[1:]:
        if inner == 0:
            names.append(name)
        inner += children - (inner > 0)
    return names
