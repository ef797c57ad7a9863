"""What a pull read again: rows that stand already, and quarantined rows that came once more.

An overlap, or a platform that always gives everything, brings the same rows every night. They must
neither let the warehouse grow nor look like news.
"""

from __future__ import annotations

import glob

import duckdb

from scorecard.connectors.base import Task
from scorecard.contract import Contract
from scorecard.landing.casts import value_of
from scorecard.landing.inbox import InboxFile
from scorecard.landing.source import SourceColumn
from scorecard.pulling.bindings import Binding
from scorecard.pulling.books import is_begun
from scorecard.pulling.marks import watermark_of
from scorecard.pulling.platforms import Source
from scorecard.quoting import literal

_TYPES = {"time": "timestamp", "integer": "bigint", "text": "varchar"}


def drop_unchanged(connection: duckdb.DuckDBPyConnection, contract: Contract, file_id: int) -> int:
    """Deletes a file's rows of every key whose last row in it is the newest one already there.

    The last row counts: an answer A', A over a stored A ends as A. Gives the number of rows.
    """
    table = f'raw."{contract.name}"'
    key = ", ".join(f'"{name}"' for name in contract.key)
    same = " and ".join(
        f'fresh."{c.name}" is not distinct from older."{c.name}"'
        for c in contract.stored_columns
        if c.name not in contract.key
    )
    newest = (
        f"qualify row_number() over (partition by {key} order by _file_id desc, _line desc) = 1"
    )
    fresh = f"select * from {table} where _file_id = {file_id}"
    older = (
        f"select o.* from (select * from {table} where _file_id < {file_id}) as o "
        f"semi join ({fresh}) as f using ({key})"
    )
    connection.execute(
        f"create or replace temp table pull_same as select {key} from ({fresh} {newest}) as fresh "
        f"inner join ({older}) as older using ({key}) where {same or 'true'}"
    )
    on = " and ".join(f'r."{name}" = s."{name}"' for name in contract.key)
    [(dropped,)] = connection.execute(
        f"delete from {table} as r using temp.pull_same as s where r._file_id = {file_id} and {on}"
    ).fetchall()
    connection.execute("drop table temp.pull_same")
    return int(dropped)


def settle_quarantine(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    source: Source,
    binding: Binding,
    task: Task,
    file: InboxFile,
    file_id: int,
) -> tuple[int, int]:
    """Holds the quarantined rows of a pull against those of earlier ones.

    An earlier row goes if its key came again or its mark lies in the span that was read again; all
    go with the first pull of another binding. One that came again with the same fault stays as it
    is, and takes the place of the new one. Gives how many are new and how many went for good.
    """
    rows = f"read_parquet({literal(glob.escape(str(file.path)))}, file_row_number = true)"
    key = _key(contract)
    connection.execute(
        f"insert into ops.pulled_bad select dataset, file_id, line, {key}, cast(_mark as varchar) "
        f"from ops.quarantine as q inner join {rows} as r on r.file_row_number + 1 = q.line "
        "where q.file_id = $file_id",
        {"file_id": file_id},
    )
    [(any_bad,)] = connection.execute(
        "select count(*) from ops.pulled_bad where dataset = ?", [contract.name]
    ).fetchall()
    if not any_bad:
        return 0, 0
    if not is_begun(connection, source, binding, contract.name):
        read_again = "true"
    else:
        read_again = (
            f"({_in_span(binding, task)}) or "
            f"b.key in (select {key} as key from {rows} as r where key is not null)"
        )
    connection.execute(
        "create or replace temp table pull_bad as "
        "select file_id, line, count(*) over (partition by key, mark, column_name, value_masked, "
        "reason_en, n) as times from (select q.file_id, q.line, b.key, b.mark, q.column_name, "
        "q.value_masked, q.reason_en, row_number() over (partition by q.file_id = $file_id, b.key, "
        "b.mark, q.column_name, q.value_masked, q.reason_en order by q.file_id, q.line) as n "
        "from ops.pulled_bad as b inner join ops.quarantine as q using (file_id, line) "
        f"where b.dataset = $dataset and (q.file_id = $file_id or {read_again}))",
        {"file_id": file_id, "dataset": contract.name},
    )
    return _clear(connection, file_id)


def _key(contract: Contract) -> str:
    """SQL of what stands for a row's key in the books: a keyed hash, null of a broken key."""
    values = (value_of(contract.column(n), SourceColumn(f'r."{n}"')) for n in contract.key)
    texts = (f"cast({value} as varchar)" for value in values)
    return f"left(sha256(getvariable('hash_key') || {' || chr(31) || '.join(texts)}), 32)"


def _in_span(binding: Binding, task: Task) -> str:
    """SQL that is true of an earlier row's mark if the task asked for it; null has no place."""
    watermark = watermark_of(binding)
    kind = _TYPES[watermark.kind if watermark else "text"]
    mark = f"try_cast(b.mark as {kind})"
    tests = []
    if task.since is not None:
        tests.append(f"{mark} >= cast({literal(task.since)} as {kind})")
    if task.until is not None:
        tests.append(f"{mark} < cast({literal(task.until)} as {kind})")
    return " and ".join(tests) or "true"


def _clear(connection: duckdb.DuckDBPyConnection, file_id: int) -> tuple[int, int]:
    """Takes out of two that are the same the new one, and what did not come again."""
    removed = connection.execute(
        "delete from ops.quarantine as q using temp.pull_bad as b where q.file_id = b.file_id "
        "and q.line = b.line and (b.times = 2) = (b.file_id = ?) returning q.file_id",
        [file_id],
    ).fetchall()
    connection.execute(
        "delete from ops.pulled_bad as b where not exists (select 1 from ops.quarantine as q "
        "where q.file_id = b.file_id and q.line = b.line)"
    )
    connection.execute("drop table temp.pull_bad")
    [(fresh,)] = connection.execute(
        "select count(*) from ops.quarantine where file_id = ?", [file_id]
    ).fetchall()
    return fresh, sum(each != file_id for (each,) in removed)
