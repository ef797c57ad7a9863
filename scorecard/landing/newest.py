"""Keeps `raw.<dataset>` at the newest row of each key, file by file.

What a file's rows replace is moved out in the file's own transaction: an older row of the same key
goes to `replaced.<dataset>`, where the profile finds what to take off its counts; of rows that the
file itself repeats only the last stays. So every reader takes `raw` as it is, without comparing a
year of rows, and the warehouse holds none that does not count. It takes no index: a file is held
against the stored rows within its own range of keys, which are none where keys grow with time.
"""

from __future__ import annotations

import duckdb

from scorecard.contract import Contract
from scorecard.quoting import literal, quoted_names, told

MANY_ROWS = 100_000
"""Of a file with more rows, the keys are looked through for repeats before rows are compared."""
SHOWN_KEYS = 20


def keep_newest(connection: duckdb.DuckDBPyConnection, contract: Contract, file_id: int) -> None:
    """Moves out what the rows of a file replace; to be called in the file's transaction.

    Fills `ops.repeated_key` (how many rows of the file came after the first of their key) and, for
    a heavy dataset, `ops.touched_day` (days of which rows came or went).
    """
    table = f'raw."{contract.name}"'
    fresh = f"from {table} where _file_id = {file_id}"
    if contract.is_heavy:
        _touch_days(connection, contract, file_id, fresh)
    if not _find_replaced(connection, contract, file_id):
        return
    gone = f"from {table} where rowid in (select row from temp.landing_replaced)"
    older = f"{gone} and _file_id < {file_id}"
    if contract.is_heavy:
        _touch_days(connection, contract, file_id, older)
    _note_repeats(connection, contract, file_id, f"{gone} and _file_id = {file_id}")
    connection.execute(f'insert into replaced."{contract.name}" by name select * {older}')
    connection.execute(f"delete {gone}")


def _touch_days(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file_id: int, rows: str
) -> None:
    if event := contract.event_column:
        connection.execute(
            f"insert into ops.touched_day select distinct {literal(contract.name)}, {file_id}, "
            f'cast("{event}" as date) {rows} except select * from ops.touched_day'
        )


def _find_replaced(connection: duckdb.DuckDBPyConnection, contract: Contract, file_id: int) -> bool:
    """Makes `landing_replaced` of the rows that are the newest of their key no more."""
    key, table = quoted_names(contract.key), f'raw."{contract.name}"'
    fresh = f"from {table} where _file_id = {file_id}"
    ends = ", ".join(f'min("{name}"), max("{name}")' for name in contract.key)
    [(rows, *bounds)] = connection.execute(f"select count(*), {ends} {fresh}").fetchall()
    selects = []
    if rows > MANY_ROWS and _has_repeats(connection, contract, fresh):
        repeated = f"{fresh} and hash({key}) in (select hash from temp.landing_repeat)"
    else:
        repeated = fresh if 1 < rows <= MANY_ROWS else ""
    if repeated:
        selects.append(
            f"select rowid as row {repeated} qualify "
            f"row_number() over (partition by {key} order by _line desc) > 1"
        )
    within = " and ".join(
        f'"{name}" between ${2 * i + 1}::{kind} and ${2 * i + 2}::{kind}'
        for i, (name, kind) in enumerate((c.name, c.raw_type) for c in contract.columns if c.is_key)
    )
    older = f"from {table} where _file_id < {file_id} and {within}"
    if rows and connection.execute(f"select 1 {older} limit 1", bounds).fetchall():
        # as a table of its own, their number is known, and so what to build the filter from
        connection.execute(f"create or replace temp table landing_fresh as select {key} {fresh}")
        selects.append(
            f"select older.row from (select rowid as row, {key} {older}) as older "
            f"semi join temp.landing_fresh using ({key})"
        )
    if not selects:
        return False
    [(found,)] = connection.execute(
        f"create or replace temp table landing_replaced as {' union all '.join(selects)}",
        bounds if len(selects) == 2 or not repeated else None,
    ).fetchall()
    return bool(found)


def _has_repeats(connection: duckdb.DuckDBPyConnection, contract: Contract, fresh: str) -> bool:
    """Makes `landing_repeat` of the hashes of keys that stand more than once in a file.

    There are hardly any. Rows in the order of a key that grows, as platforms number them, cannot
    repeat one: to see that takes a twentieth of the time.
    """
    key = quoted_names(contract.key)
    if len(contract.key) == 1:
        [(in_order,)] = connection.execute(
            f"select coalesce(bool_and(key > before), true) from (select {key} as key, "
            f"lag({key}) over () as before {fresh}) where before is not null"
        ).fetchall()
        if in_order:
            return False
    [(found,)] = connection.execute(
        f"create or replace temp table landing_repeat as select hash({key}) as hash "
        f"{fresh} group by all having count(*) > 1"
    ).fetchall()
    return bool(found)


def _note_repeats(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file_id: int, repeated: str
) -> None:
    key, dataset = quoted_names(contract.key), literal(contract.name)
    connection.execute(
        f"insert into ops.repeated_key select {dataset}, {file_id}, count(*), "
        f"(select list(text) from (select {told(contract.key)} as text from (select distinct "
        f"{_shown_key(contract)} {repeated}) order by {key} limit {SHOWN_KEYS})) "
        f"{repeated} having count(*) > 0"
    )


def _shown_key(contract: Contract) -> str:
    """The key columns with their texts."""
    return ", ".join(
        f'unpacked_text("{c.name}") as "{c.name}"' if c.kept == "packed" else f'"{c.name}"'
        for c in (contract.column(name) for name in contract.key)
    )
