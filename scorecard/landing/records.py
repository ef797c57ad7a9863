"""json and jsonl files: objects whose keys are column names or Chinese labels.

A jsonl row is known by its line, an element of a json array by its number, both from 1. Each object
is read by itself, so that a broken one costs one row.
"""

from __future__ import annotations

import duckdb

from scorecard.contract import Contract
from scorecard.landing.inbox import InboxFile
from scorecard.landing.source import FileRejected, Header, Source, SourceColumn, match_header
from scorecard.landing.text import decoded, examine, stage_lines

NOT_AN_ARRAY = FileRejected(
    "不是 JSON 对象数组，或文件不完整", "no JSON array of objects, or the file is cut off"
)


def json_source(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile
) -> tuple[Header, Source]:
    """The file's keys as a header, and its objects as a relation.

    Raises:
        FileRejected: If it is no text, no array (json), or no object has a required key.
    """
    facts = examine(file)
    if file.format == "jsonl":
        stage_lines(connection, file, facts.encoding)
        connection.execute("delete from landing_line where landed_text(text) is null")
    else:
        _stage_elements(connection, "".join(decoded(file, facts.encoding)))
    connection.execute(OBJECTS)
    keys = [row[0] for row in connection.execute(KEYS).fetchall()]
    empty = connection.execute("select count(*) = 0 from landing_line").fetchall()[0][0]
    cells = [column.name for column in contract.read_columns] if empty else keys
    header = match_header(contract, cells)
    paths = {} if empty else {n: _path(keys[i]) for n, i in header.positions.items()}
    connection.execute(_rejects(paths))
    columns = {
        name: SourceColumn(f"json_extract_string(object, '{p}')") for name, p in paths.items()
    }
    return header, Source(
        "(select line as _line, object from landing_object "
        "where line not in (select line from landing_reject))",
        columns,
        rejects="landing_reject",
    )


def _stage_elements(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    shape = connection.execute(
        "select case when json_valid($1) then json_type($1) end", [text]
    ).fetchall()[0][0]
    if shape != "ARRAY":
        raise NOT_AN_ARRAY
    connection.execute(
        "create or replace temp table landing_line as "
        "select generate_subscripts(elements, 1) as line, cast(unnest(elements) as varchar) as text "
        "from (select from_json($1, '[\"JSON\"]') as elements)",
        [text],
    )


def _path(key: str) -> str:
    """A JSONPath to a key; only keys that matched a column come here, so none has quotes."""
    return f'$."{key}"'


OBJECTS = """
create or replace temp table landing_object as
select
    line,
    case when json_valid(text) then case when json_type(text) = 'OBJECT' then cast(text as json) end end as object
from landing_line
"""

KEYS = """
select key from (
    select distinct unnest(json_keys(object)) as key from landing_object where object is not null
) order by key
"""


def _rejects(paths: dict[str, str]) -> str:
    """A row for each line that holds no object, or a list or an object where a value is due."""
    nested = [
        f"when json_type(object, '{path}') in ('ARRAY', 'OBJECT') then '{name}'"
        for name, path in paths.items()
    ]
    column = f"case {' '.join(nested)} end" if nested else "cast(null as varchar)"
    return f"""
create or replace temp table landing_reject as
select
    line,
    {column} as column_name,
    cast(null as varchar) as value,
    case when object is null then '不是 JSON 对象' else '应为单个值，却是列表或对象' end as reason_zh,
    case when object is null then 'no JSON object' else 'a list or an object where one value is due' end as reason_en
from landing_object
where object is null or column_name is not null
"""
