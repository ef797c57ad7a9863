"""csv and tsv files (RFC 4180), by DuckDB alone.

The quick road is DuckDB's reader, taken as right only when every physical line of the file came out
as one row. Whatever is less regular (rows of the wrong length, line feeds inside quotes, a quote that
never closes, blank lines) goes the exact road: physical lines are grouped to records and split to
fields by SQL, so that each bad row is known by its line and the others load.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import duckdb

from scorecard.contract import Contract
from scorecard.landing.inbox import InboxFile
from scorecard.landing.source import FileRejected, Header, Source, SourceColumn, match_header
from scorecard.landing.text import TextFacts, decoded, examine, stage_lines, write_utf8

DELIMITERS = {"csv": ",", "tsv": "\t"}


def delimited_sources(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile, folder: Path
) -> tuple[Header, Iterator[Source]]:
    """The file's header, and the ways to read its rows: the quick one, then the exact one.

    Raises:
        FileRejected: If the file is no text or its header does not fit the contract.
    """
    facts = examine(file)
    delimiter = DELIMITERS[file.format]
    cells, header_lines = _read_header(file, facts, delimiter)
    header = match_header(contract, cells)
    return header, _roads(connection, file, facts, folder, header, len(cells), header_lines)


def _roads(
    connection: duckdb.DuckDBPyConnection,
    file: InboxFile,
    facts: TextFacts,
    folder: Path,
    header: Header,
    width: int,
    header_lines: int,
) -> Iterator[Source]:
    yield _quick(file, facts, folder, header, width, header_lines)
    yield _exact(connection, file, facts, header, width, header_lines)


def _read_header(file: InboxFile, facts: TextFacts, delimiter: str) -> tuple[list[str], int]:
    first = next(decoded(file, facts.encoding), "")
    reader = csv.reader(io.StringIO(first, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if cells:
                return cells, reader.line_num
    except csv.Error as error:
        raise FileRejected("表头无法读取", "the header cannot be read") from error
    raise FileRejected("没有表头", "there is no header")


def _quick(
    file: InboxFile,
    facts: TextFacts,
    folder: Path,
    header: Header,
    width: int,
    header_lines: int,
) -> Source:
    path, lines = file.path, facts.lines
    if facts.encoding not in ("utf-8", "utf-8-sig"):
        path = folder / "decoded.txt"
        lines = write_utf8(file, facts.encoding, path)
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    relation = (
        "(select row_number() over () + $p0 as _line, * from read_csv($p1, auto_detect = false, "
        f"header = false, skip = $p2, delim = $p3, quote = '\"', escape = '\"', columns = {{{columns}}}, "
        f"compression = '{'gzip' if path == file.path and file.is_gzipped else 'none'}'))"
    )
    return Source(
        relation,
        {name: SourceColumn(f"c{i}") for name, i in header.positions.items()},
        [header_lines, str(path), header_lines, DELIMITERS[file.format]],
        rows=lines - header_lines,
        must_match=True,
    )


def _exact(
    connection: duckdb.DuckDBPyConnection,
    file: InboxFile,
    facts: TextFacts,
    header: Header,
    width: int,
    header_lines: int,
) -> Source:
    stage_lines(connection, file, facts.encoding)
    connection.execute("delete from landing_line where line <= ?", [header_lines])
    connection.execute(RECORDS.replace("{d}", DELIMITERS[file.format]))
    connection.execute(REJECTS, {"width": width})
    return Source(
        "(select line as _line, fields from landing_record where is_whole and len(fields) = $p0)",
        {name: SourceColumn(f"fields[{i + 1}]") for name, i in header.positions.items()},
        [width],
        rejects="landing_reject",
    )


# A line read from outside of quotes either is whole (nothing is left when its complete fields are
# taken away), or opens a quote (what is left is a quote without its end), or is malformed. Read from
# inside of quotes it closes them or not. So each line is a function on {outside, inside}: it sets the
# state, keeps it or flips it, and the state before any line follows from the last line that set it
# and the number of flips since. "{d}" stands for the delimiter, one of two constants.
_FIELD = '"(?:[^"]|"")*"|[^"{d}][^{d}]*|'
RECORDS = f"""
create or replace temp table landing_record as
with judged as (
    select
        line,
        text,
        regexp_replace('{{d}}' || rtrim(text, chr(13)), '^(?:{{d}}(?:{_FIELD}))*', '') as rest_outside,
        regexp_extract(text, '^(?:[^"]|"")*"(?:([^"].*)|)$', 1) as after_close,
        regexp_matches(text, '^(?:[^"]|"")*"(?:[^"]|$)') as closes
    from landing_line
),
moves as (
    select
        line,
        text,
        regexp_matches(rest_outside, '^"(?:[^"]|"")*$') as outside_to_inside,
        not closes or regexp_matches(
            regexp_replace(rtrim(after_close, chr(13)), '^(?:{{d}}(?:{_FIELD}))*', ''), '^"(?:[^"]|"")*$'
        ) as inside_to_inside
    from judged
),
phases as (
    select
        *,
        outside_to_inside = inside_to_inside as sets_state,
        outside_to_inside and not inside_to_inside as flips_state,
        sum(cast(outside_to_inside = inside_to_inside as integer)) over (order by line) as phase
    from moves
),
states as (
    select
        line,
        text,
        (
            coalesce(max(cast(outside_to_inside as integer)) filter (sets_state) over (partition by phase), 0)
            + sum(cast(flips_state as integer)) over (partition by phase order by line)
        ) % 2 = 1 as is_inside_after
    from phases
),
opened as (
    select *, coalesce(lag(is_inside_after) over (order by line), false) as is_inside_before
    from states
),
grouped as (
    select *, max(case when not is_inside_before then line end) over (order by line) as record_line
    from opened
    where is_inside_before or rtrim(text, chr(13)) <> ''
),
records as (
    select
        record_line as line,
        rtrim(string_agg(text, chr(10) order by line), chr(13)) as text,
        arg_max(is_inside_after, line) as never_closes
    from grouped
    group by record_line
)
select
    line,
    never_closes,
    not never_closes and regexp_full_match('{{d}}' || text, '(?:{{d}}(?:{_FIELD}))*') as is_whole,
    list_transform(
        regexp_extract_all('{{d}}' || text, '{{d}}({_FIELD})', 1),
        lambda field: case
            when field[1] = '"' then replace(field[2:-2], '""', '"') else field
        end
    ) as fields
from records
"""

REJECTS = """
create or replace temp table landing_reject as
select
    line,
    cast(null as varchar) as column_name,
    cast(null as varchar) as value,
    case
        when never_closes then '引号没有闭合，从此行起文件其余部分无法读取'
        when not is_whole then '引号使用有误，无法分列'
        else '本行有 ' || len(fields) || ' 个字段，表头有 ' || $width || ' 个'
    end as reason_zh,
    case
        when never_closes then 'a quote never closes: the rest of the file from this line on is unreadable'
        when not is_whole then 'a misplaced quote: the row cannot be split into fields'
        else 'the row has ' || len(fields) || ' fields, the header has ' || $width
    end as reason_en
from landing_record
where never_closes or not is_whole or len(fields) <> $width
"""
