"""Compaction: the warehouse written anew once most of its file is waste.

DuckDB uses free blocks again and merges row groups that lost a third of their rows, so the file
stops growing by itself; but it never gets smaller, whatever a large delivery left behind. The new
file is written beside the old one and renamed into its place, so a kill leaves one of them whole.
Who calls holds the lock of `Workspace.warehouse` and has closed the warehouse. See ADR 7.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scorecard.quoting import literal
from scorecard.settings import Settings

OLD = "old"
LOGS = (".wal", ".wal.checkpoint", ".wal.recovery")
"""How DuckDB 2.0 calls what lies beside a file that is not yet all in it."""
_ROOM = 1.1
"""Of the bytes in use: what a copy of them takes at most, by a little."""
_CATALOG = """
select 'schema', schema_name, '', sql, comment
from duckdb_schemas() where database_name = $1 and not internal
union all select 'table', schema_name, table_name, sql, comment
from duckdb_tables() where database_name = $1 and not internal
union all select 'column', schema_name, table_name || '.' || column_name, data_type, comment
from duckdb_columns() where database_name = $1 and not internal
union all select 'view', schema_name, view_name, sql, comment
from duckdb_views() where database_name = $1 and not internal
union all select function_type, schema_name, function_name,
    concat_ws(' ', cast(parameters as varchar), macro_definition), comment
from duckdb_functions() where database_name = $1 and not internal
union all select 'sequence', schema_name, sequence_name,
    concat_ws(' ', sql, last_value), comment
from duckdb_sequences() where database_name = $1
union all select 'index', schema_name, index_name, sql, comment
from duckdb_indexes() where database_name = $1
union all select 'type', schema_name, type_name, logical_type, comment
from duckdb_types() where database_name = $1 and not internal
order by all
"""
"""Everything a database declares; keys, checks and defaults stand in the tables' SQL."""


@dataclass(frozen=True, slots=True)
class Waste:
    """What a DuckDB file holds for nothing, in bytes, and its rows.

    `free_bytes` are blocks that nothing uses; `deleted_bytes` what the blocks of tables hold of
    rows that were deleted and not yet merged away.
    """

    file_bytes: int
    free_bytes: int
    deleted_bytes: int
    live_rows: int
    deleted_rows: int

    @property
    def share(self) -> float:
        """Of the file, 0 to 1."""
        return (self.free_bytes + self.deleted_bytes) / self.file_bytes if self.file_bytes else 0.0

    @property
    def used_bytes(self) -> int:
        """What a copy takes, if it is stored as the original is."""
        return self.file_bytes - self.free_bytes - self.deleted_bytes


def measure_waste(connection: duckdb.DuckDBPyConnection, database: str) -> Waste:
    """What an attached database holds for nothing; reads its metadata and no row."""
    [(size, total, free)] = connection.execute(
        "select block_size, total_blocks, free_blocks from pragma_database_size() "
        "where database_name = ?",
        [database],
    ).fetchall()
    held = connection.execute(
        "select schema_name, table_name, estimated_size from duckdb_tables() "
        "where database_name = ? and not internal",
        [database],
    ).fetchall()
    live = _row_counts(connection, database)
    deleted = {(schema, name): rows - live[schema, name] for schema, name, rows in held}
    deleted_bytes = sum(
        size * _blocks(connection, database, schema, name) * deleted[schema, name] // rows
        for schema, name, rows in held
        if deleted[schema, name]
    )
    return Waste(
        size * total, size * free, deleted_bytes, sum(live.values()), sum(deleted.values())
    )


def compact(settings: Settings) -> str | None:
    """Compacts the warehouse if that pays; gives a line about it, or about why it could not.

    It pays once the file is no smaller than `compact_from` and more than `compact_above` of it is
    waste: what it costs then is less than what was written since the last time. It changes nothing
    that the warehouse says, so that it fails is told and nothing else: the old file stays.
    """
    file = settings.warehouse
    if file.stat().st_size < settings.compact_from:
        return None
    if _has_log(file):
        return f"the warehouse was not compacted: changes to it lie in {file.name}.wal"
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": settings.memory_limit,
        "temp_directory": str(settings.scratch),
    }
    try:
        with duckdb.connect(config=config) as connection:
            connection.execute(f"attach {literal(str(file))} as {OLD} (read_only)")
            waste = measure_waste(connection, OLD)
            if waste.share <= settings.compact_above:
                return None
            if shutil.disk_usage(file.parent).free < waste.used_bytes * _ROOM:
                return _kept(waste, f"{_size(waste.used_bytes * _ROOM)} of free disk are needed")
            if settings.scratch.stat().st_dev != file.stat().st_dev:
                return _kept(waste, f"{settings.scratch} is on another disk")
            draft = settings.scratch / file.name
            if not _copy(connection, file.stem, draft):
                return _kept(waste, "the copy is not the same")
            # The old file is held until it is replaced: nobody can have begun to write into it.
            _replace(file, draft)
    except (duckdb.Error, OSError) as error:  # its message may quote what is in a row
        return f"the warehouse was not compacted and stays as it is: {type(error).__name__}"
    return f"compacted the warehouse: {_size(waste.file_bytes)} to {_size(file.stat().st_size)}"


def _has_log(file: Path) -> bool:
    """Whether changes lie beside the file, which are not to be left behind or taken for others."""
    return any(file.with_name(file.name + ending).exists() for ending in LOGS)


def _copy(connection: duckdb.DuckDBPyConnection, name: str, draft: Path) -> bool:
    """Writes the copy to its end; whether it declares and counts the same as the old one.

    What it is called counts: views and macros may name their own database.
    """
    connection.execute(f'attach {literal(str(draft))} as "{name}"')
    connection.execute(f'copy from database {OLD} to "{name}"')
    same = all(of(connection, OLD) == of(connection, name) for of in (_declarations, _row_counts))
    connection.execute(f'detach "{name}"')
    return same and not _has_log(draft)


def _declarations(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, ...]]:
    return connection.execute(_CATALOG, [database]).fetchall()


def _row_counts(connection: duckdb.DuckDBPyConnection, database: str) -> dict[tuple[str, str], int]:
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = ? and not internal",
        [database],
    ).fetchall()
    if not tables:
        return {}
    counts = " union all ".join(
        f'select {literal(schema)}, {literal(name)}, count(*) from "{database}"."{schema}"."{name}"'
        for schema, name in tables
    )
    rows = connection.execute(counts).fetchall()
    return {(schema, name): count for schema, name, count in rows}


def _blocks(connection: duckdb.DuckDBPyConnection, database: str, schema: str, name: str) -> int:
    """The blocks that hold a table; one that it shares with others counts as its own."""
    table = literal(f'"{database}"."{schema}"."{name}"')
    [(blocks,)] = connection.execute(
        f"select count(distinct block_id) from pragma_storage_info({table}) where block_id >= 0"
    ).fetchall()
    return int(blocks)


def _replace(file: Path, draft: Path) -> None:
    """Puts the copy in the file's place, for good once this returns."""
    shutil.copymode(file, draft)
    _sync(draft)
    os.replace(draft, file)
    _sync(file.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _kept(waste: Waste, why: str) -> str:
    return (
        f"the warehouse holds {_size(waste.free_bytes + waste.deleted_bytes)} for nothing, "
        f"but was not compacted: {why}"
    )


def _size(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
