"""The statements that take a file's rows: in with what is plainly sound, then a look at the rest.

Few files have a row that breaks the contract or in which an identity number may stand, and it takes
a long statement to tell what is wrong; so what remains is kept in a table until it is told.
"""

from __future__ import annotations

from scorecard.contract import Column, Contract
from scorecard.landing.casts import (
    is_sound,
    may_name_somebody,
    naming_column,
    offences,
    value_of,
)
from scorecard.landing.source import Source

MANY_ROWS = 100_000
"""Of so many rows, to be sure at once of those that may name somebody costs less than a second
reading of the file; of fewer, the longer statement costs more (2 ms)."""


def load_plain_rows(contract: Contract, source: Source) -> str:
    """An INSERT of the rows that are sound and name nobody, at first sight; takes `$file_id`."""
    return _load(contract, _values(contract, source), _is_plain(contract, source))


def set_aside_rest(contract: Contract, source: Source) -> str:
    """Makes `landing_rest` of all other rows, with the column that names somebody as `_named`."""
    return (
        "create or replace temp table landing_rest as "
        f"select *, {naming_column(contract, source)} as _named "
        f"from ({_values(contract, source)}) where not ({_is_plain(contract, source)})"
    )


def load_rest(contract: Contract, source: Source) -> str:
    """An INSERT of those of the rest that are sound after all; takes `$file_id`."""
    return _load(contract, "from landing_rest", _is_kept(contract, source))


def quarantine_rest(contract: Contract, source: Source) -> str:
    """An INSERT of the others with the reason; takes the file's id, dataset, name, and the time."""
    return (
        "insert into ops.quarantine "
        "select $file_id, $dataset, $name, _line, offence.column_name, offence.value, "
        "offence.reason_zh, offence.reason_en, $now from ("
        f"select _line, {offences(contract, source)} as offence "
        f"from landing_rest where not ({_is_kept(contract, source)}))"
    )


def _load(contract: Contract, rows: str, test: str) -> str:
    # named, as a column that the contract gained stands behind the others
    names = ", ".join(f'"{column.name}"' for column in contract.stored_columns)
    stored = ", ".join(_stored(column) for column in contract.stored_columns)
    given = ", ".join(f'"v_{c.name}" as "{c.name}"' for c in contract.read_columns)
    return (
        f'insert into raw."{contract.name}" ({names}, _file_id, _line) '
        f"select {stored}, cast($file_id as integer), _line from ("
        f"select _line, {given} from ({rows}) where {test})"
    )


def _is_plain(contract: Contract, source: Source) -> str:
    names = may_name_somebody(contract, source)
    if source.rows >= MANY_ROWS:
        names = f"case when {names} then {naming_column(contract, source)} is not null end"
    return f"{is_sound(contract, source)} and ({names}) is not true"


def _is_kept(contract: Contract, source: Source) -> str:
    return f"{is_sound(contract, source)} and _named is null"


def _values(contract: Contract, source: Source) -> str:
    """The file's columns beside the typed value of each column of the contract."""
    values = ", ".join(
        f'{value_of(column, source.columns[column.name])} as "v_{column.name}"'
        if column.name in source.columns
        else f'cast(null as {column.sql_type}) as "v_{column.name}"'
        for column in contract.read_columns
    )
    return f"select delivered.*, {values} from {source.relation} as delivered"


def _stored(column: Column) -> str:
    if column.logic:
        return column.logic
    if column.kept == "packed":
        return f'packed_text("{column.name}")'
    if column.personal == "hash":
        given = column.name.removesuffix("_hash")
        return f"left(sha256(getvariable('hash_key') || \"{given}\"), 32)"
    return f'"{column.name}"'
