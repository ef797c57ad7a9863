"""json and jsonl files: objects whose keys are column names or Chinese labels.

A jsonl row is known by its line, an element of a json array by its number, both from 1. Each object
is read by itself, so that a broken one costs one row; so does one that names a column twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from scorecard.contract import Contract
from scorecard.landing.inbox import InboxFile
from scorecard.landing.source import (
    FileRejectedError,
    Header,
    Source,
    SourceColumn,
    column_named,
    missing_columns,
    reject_missing,
)  # fmt: skip
from scorecard.landing.text import decoded, encoding_of, stage_lines
from scorecard.quoting import literal

NOT_AN_ARRAY = FileRejectedError(
    "不是 JSON 对象数组，或文件不完整", "no JSON array of objects, or the file is cut off"
)
NO_OBJECTS = FileRejectedError("没有一行是 JSON 对象", "no line is a JSON object")


NESTED = "a list or an object where one value is due"


def json_source(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile
) -> tuple[Header, Source]:
    """The file's keys as a header, and its objects as a relation of texts.

    Raises:
        FileRejectedError: If it is no text, no array (json), holds no object, or no object has a
            required key.
    """
    encoding = encoding_of(file)
    if file.format == "jsonl":
        stage_lines(connection, file, encoding, splits_returns=False)
        connection.execute("delete from landing_line where landed_text(text) is null")
    else:
        _stage_elements(connection, "".join(decoded(file, encoding)))
    connection.execute(LONG_NUMBERS)
    connection.execute(OBJECTS)
    keys = [key for (key,) in connection.execute(KEYS).fetchall()]
    lines, objects = connection.execute(
        "select count(*), count(object) from landing_object"
    ).fetchall()[0]
    if not lines:
        return Header({}), Source("(select 0 as _line limit 0)", {}, 0)
    if not objects:
        raise NO_OBJECTS
    spellings = _spellings(contract, keys)
    reject_missing(contract, list(spellings))
    rows = _stage_rows(connection, spellings)
    columns = {name: SourceColumn(f'"{name}"') for name in spellings}
    extras = tuple(key for key in keys if column_named(contract, key) is None)
    header = Header({}, extras)
    if _writes_nulls(connection):
        header = Header({}, extras, tuple(spellings), missing_columns(contract, spellings))
    return header, Source("landing_row", columns, rows, rejects="landing_reject")


def _writes_nulls(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a key stands there without a value; many programs leave such keys out."""
    return bool(
        connection.execute(
            "select 1 from landing_value where list_contains(types, 'NULL') limit 1"
        ).fetchall()
    )


def _stage_elements(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    # in a table, since of a parameter even what no case comes to would be worked out
    connection.execute("create or replace temp table landing_text as select $1 as text", [text])
    shape = connection.execute(
        "select case when json_valid(text) then json_type(text) end from landing_text"
    ).fetchall()[0][0]
    if shape != "ARRAY":
        raise NOT_AN_ARRAY
    connection.execute(
        "create or replace temp table landing_line as "
        "select generate_subscripts(elements, 1) as line, "
        "cast(unnest(elements) as varchar) as text "
        f"from (select from_json({_with_long_numbers('text')}, '[\"JSON\"]') as elements "
        "from landing_text)"
    )
    connection.execute("drop table landing_text")


def _spellings(contract: Contract, keys: Sequence[str]) -> dict[str, list[str]]:
    """By column of the contract the keys that stand for it: its name, its label, or both."""
    spellings: dict[str, list[str]] = {}
    for key in keys:
        name = column_named(contract, key)
        if name is not None:
            spellings.setdefault(name, []).append(key)
    return spellings


_LONG = r"[:,[]\s*-?[0-9][0-9.]{14}"
"""A number of 15 characters and more, by what stands before it; digits in quotes are no number."""


def _with_long_numbers(text: str) -> str:
    """SQL of a JSON text whose numbers of 16 characters and more stand as strings.

    The JSON functions keep numbers as doubles, which hold 15 digits; a decimal has up to 18.
    """
    tokens = rf"""regexp_extract_all({text}, '"(?:[^"\\]|\\.)*"|[-+.0-9eE]+|[^-"0-9]+')"""
    return (
        rf"case when regexp_matches({text}, '{_LONG}') then array_to_string("
        rf"list_transform({tokens}, lambda token: case "
        r"when strlen(token) > 15 and regexp_full_match(token, '-?\d+(\.\d+)?') "
        r"""then '"' || landed_digits(token) || '"' else token end), '') """
        rf"else {text} end"
    )


LONG_NUMBERS = f"""
update landing_line set text = {_with_long_numbers("text")}
where regexp_matches(text, '{_LONG}') and json_valid(text)
"""

OBJECTS = """
create or replace temp table landing_object as
select
    line,
    case when json_type(document) = 'OBJECT' then document end as object
from (select line, try_cast(text as json) as document from landing_line)
"""

KEYS = """
select key from (
    select distinct unnest(json_keys(object)) as key from landing_object where object is not null
) order by key
"""


def _stage_rows(
    connection: duckdb.DuckDBPyConnection, spellings: Mapping[str, Sequence[str]]
) -> int:
    """Makes `landing_row` and `landing_reject`; gives the number of rows.

    Each object is parsed once for all its texts and once for all their types. Only keys that
    matched a column come here, so a path needs no escapes.
    """
    keys = [key for spelled in spellings.values() for key in spelled]
    paths = ", ".join(literal(f'$."{key}"') for key in keys)
    place = {key: i for i, key in enumerate(keys, start=1)}
    connection.execute(
        "create or replace temp table landing_value as "
        f"select line, texts, types, {_fault(spellings, place)} as fault from ("
        f"select line, object, json_extract_string(object, [{paths}]) as texts, "
        f"json_type(object, [{paths}]) as types, json_keys(object) as keys from landing_object)"
    )
    connection.execute("drop table landing_object")
    connection.execute(
        "create or replace temp table landing_reject as select line, fault.column_name, "
        "cast(null as varchar) as value, fault.reason_zh, fault.reason_en "
        "from landing_value where fault is not null"
    )
    columns = "".join(
        f', coalesce({", ".join(_text(place[key]) for key in spelled)}) as "{name}"'
        for name, spelled in spellings.items()
    )
    connection.execute(
        f"create or replace temp table landing_row as select line as _line{columns} "
        "from landing_value where fault is null"
    )
    return int(connection.execute("select count(*) from landing_row").fetchall()[0][0])


def _text(i: int) -> str:
    """A number's digits as they would stand in a csv file, without `.0`; else the text."""
    return f"case when types[{i}] = 'DOUBLE' then landed_digits(texts[{i}]) else texts[{i}] end"


def _fault(spellings: Mapping[str, Sequence[str]], place: Mapping[str, int]) -> str:
    """SQL of the first thing that keeps an object from being a row; null where it is one."""
    cases = [
        "when object is null then " + _told(None, "不是 JSON 对象", "no JSON object"),
    ]
    for name, spelled in spellings.items():
        known = ", ".join(map(literal, spelled))
        twice = f"len(list_filter(keys, lambda key: key in ({known}))) > 1"
        nested = " or ".join(f"types[{place[key]}] in ('ARRAY', 'OBJECT')" for key in spelled)
        cases += [
            f"when {twice} then " + _told(name, "同一列出现两次", "the column stands there twice"),
            f"when {nested} then "
            + _told(
                name, "应为单个值，却是列表或对象", "a list or an object where one value is due"
            ),
        ]
    return f"case {' '.join(cases)} end"


def _told(name: str | None, zh: str, en: str) -> str:
    column = "cast(null as varchar)" if name is None else literal(name)
    return f"{{'column_name': {column}, 'reason_zh': {literal(zh)}, 'reason_en': {literal(en)}}}"
