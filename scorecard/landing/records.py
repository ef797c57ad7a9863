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
    reject_missing,
)  # fmt: skip
from scorecard.landing.text import decoded, encoding_of, stage_lines

NOT_AN_ARRAY = FileRejectedError(
    "不是 JSON 对象数组，或文件不完整", "no JSON array of objects, or the file is cut off"
)
NO_OBJECTS = FileRejectedError("没有一行是 JSON 对象", "no line is a JSON object")


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
        return Header({}), Source("landing_row", {}, _stage_rows(connection, {}))
    if not objects:
        raise NO_OBJECTS
    spellings = _spellings(contract, keys)
    reject_missing(contract, list(spellings))
    rows = _stage_rows(connection, spellings)
    columns = {name: SourceColumn(f'"{name}"') for name in spellings}
    extras = tuple(key for key in keys if column_named(contract, key) is None)
    return Header({}, extras), Source("landing_row", columns, rows, rejects="landing_reject")


def _stage_elements(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    shape = connection.execute(
        "select case when json_valid($1) then json_type($1) end", [text]
    ).fetchall()[0][0]
    if shape != "ARRAY":
        raise NOT_AN_ARRAY
    connection.execute(
        "create or replace temp table landing_line as "
        "select generate_subscripts(elements, 1) as line, "
        "cast(unnest(elements) as varchar) as text "
        f"from (select from_json({_with_long_numbers('$1')}, '[\"JSON\"]') as elements)",
        [text],
    )


def _spellings(contract: Contract, keys: Sequence[str]) -> dict[str, list[str]]:
    """By column of the contract the keys that stand for it: its name, its label, or both."""
    spellings: dict[str, list[str]] = {}
    for key in keys:
        name = column_named(contract, key)
        if name is not None and '"' not in key:
            spellings.setdefault(name, []).append(key)
    return spellings


def _with_long_numbers(text: str) -> str:
    """SQL of a JSON text whose numbers of 16 characters and more stand as strings.

    The JSON functions keep numbers as doubles, which hold 15 digits; a decimal has up to 18.
    """
    tokens = rf"""regexp_extract_all({text}, '"(?:[^"\\]|\\.)*"|[-+.0-9eE]+|[^-"0-9]+')"""
    return (
        rf"case when regexp_matches({text}, '[-.0-9]{{16}}') then array_to_string("
        rf"list_transform({tokens}, lambda token: case "
        r"when strlen(token) > 15 and regexp_full_match(token, '-?\d+(\.\d+)?') "
        r"""then '"' || landed_digits(token) || '"' else token end), '') """
        rf"else {text} end"
    )


LONG_NUMBERS = f"""
update landing_line set text = {_with_long_numbers("text")}
where regexp_matches(text, '[-.0-9]{{16}}') and json_valid(text)
"""

OBJECTS = """
create or replace temp table landing_object as
select
    line,
    case
        when json_valid(text) then case when json_type(text) = 'OBJECT' then cast(text as json) end
    end as object
from landing_line
"""

KEYS = """
select key from (
    select distinct unnest(json_keys(object)) as key from landing_object where object is not null
) order by key
"""


def _stage_rows(
    connection: duckdb.DuckDBPyConnection, spellings: Mapping[str, Sequence[str]]
) -> int:
    """Makes `landing_row` and `landing_reject`; gives the number of rows."""
    names = "".join(f', {_text(keys)} as "{name}"' for name, keys in spellings.items())
    connection.execute(
        "create or replace temp table landing_reject as select line, column_name, "
        "cast(null as varchar) as value, reason_zh, reason_en from ("
        f"select line, case {_twice(spellings)} {_nested(spellings)} when object is null then "
        "{'column_name': null, 'reason_zh': '不是 JSON 对象', 'reason_en': 'no JSON object'} "
        "end as fault, unnest(fault) from landing_object) where fault is not null"
    )
    connection.execute(
        f"create or replace temp table landing_row as select line as _line{names} "
        "from landing_object where line not in (select line from landing_reject)"
    )
    return int(connection.execute("select count(*) from landing_row").fetchall()[0][0])


def _paths(keys: Sequence[str]) -> list[str]:
    """JSONPaths of the keys; only keys that matched a column come here, so none has quotes."""
    return ["'$.\"" + key.replace("'", "''") + "\"'" for key in keys]


def _text(keys: Sequence[str]) -> str:
    values = [
        f"case when json_type(object, {path}) = 'DOUBLE' "
        f"then landed_digits(json_extract_string(object, {path})) "
        f"else json_extract_string(object, {path}) end"
        for path in _paths(keys)
    ]
    return f"coalesce({', '.join(values)})"


def _twice(spellings: Mapping[str, Sequence[str]]) -> str:
    return " ".join(
        "when len(list_filter(json_keys(object), lambda key: key in ("
        + ", ".join("'" + key.replace("'", "''") + "'" for key in keys)
        + f"))) > 1 then {_fault(name, '同一列出现两次', 'the column stands there twice')}"
        for name, keys in spellings.items()
    )


def _nested(spellings: Mapping[str, Sequence[str]]) -> str:
    return " ".join(
        f"when json_type(object, {path}) in ('ARRAY', 'OBJECT') then "
        + _fault(name, "应为单个值，却是列表或对象", "a list or an object where one value is due")
        for name, keys in spellings.items()
        for path in _paths(keys)
    )


def _fault(name: str, zh: str, en: str) -> str:
    return f"{{'column_name': '{name}', 'reason_zh': '{zh}', 'reason_en': '{en}'}}"
