"""The exact road of csv and tsv files: physical lines to records to fields, in SQL.

A line read from outside of quotes either is whole (nothing is left when its complete fields are
taken away), or opens a quote (what is left is a quote without its end), or is malformed. Read from
inside of quotes it closes them or not. So each line with a quote in it is a function on the states
outside and inside: it sets the state, keeps it or flips it, and the state before any line follows
from the last line that set it and the number of flips since. `{d}` stands for the delimiter.
"""

from __future__ import annotations

_FIELD = ' *"(?:[^"]|"")*" *| *[^" {d}][^{d}]*| *'
"""Quoted, with blanks around it as DuckDB's reader allows; bare; or empty."""

OPEN_QUOTES = f"""
create or replace temp table landing_quote as
with judged as (
    select
        line,
        regexp_replace('{{d}}' || text, '^(?:{{d}}(?:{_FIELD}))*', '') as rest_outside,
        regexp_extract(text, '(?s)^(?:[^"]|"")*"(?:([^"].*)|)$', 1) as after_close,
        regexp_matches(text, '^(?:[^"]|"")*"(?:[^"]|$)') as closes
    from (
        select line, rtrim(text, chr(13) || chr(0)) as text
        from landing_line
        where contains(text, '"')
    )
)
select
    line,
    regexp_matches(rest_outside, '^"(?:[^"]|"")*$') as outside_to_inside,
    not closes
    or regexp_matches(
        regexp_replace(after_close, '^ *(?:{{d}}(?:{_FIELD}))*', ''), '^"(?:[^"]|"")*$'
    ) as inside_to_inside
from judged
"""
"""Of each line with a quote: whether its end is inside of quotes, by where its beginning is."""

SPANS = """
create or replace temp table landing_span as
with phases as (
    select
        *,
        outside_to_inside = inside_to_inside as sets_state,
        outside_to_inside and not inside_to_inside as flips_state,
        sum(cast(outside_to_inside = inside_to_inside as integer)) over (order by line) as phase
    from landing_quote
),
states as (
    select
        line,
        (
            coalesce(
                max(cast(outside_to_inside as integer)) filter (sets_state)
                over (partition by phase),
                0
            )
            + sum(cast(flips_state as integer)) over (partition by phase order by line)
        ) % 2 = 1 as is_inside_after
    from phases
),
turns as (
    select
        line,
        is_inside_after,
        coalesce(lag(is_inside_after) over (order by line), false) as is_inside_before
    from states
)
select first_line, last_line
from (
    select line as first_line, is_inside_after, lead(line) over (order by line) as last_line
    from turns
    where is_inside_after <> is_inside_before
)
where is_inside_after
"""
"""Records of several lines: where the quote opens and where it closes, null where it never does."""

JOINED = """
create or replace temp table landing_joined as
select
    span.first_line as line,
    replace(
        string_agg(delivered.text, chr(10) order by delivered.line),
        chr(13) || chr(0) || chr(10), chr(13)
    ) as text,
    span.last_line is null as never_closes,
    max(delivered.line) as last_line
from landing_line as delivered
asof inner join landing_span as span on delivered.line >= span.first_line
where delivered.line <= coalesce(span.last_line, delivered.line)
group by span.first_line, span.last_line;
delete from landing_line using landing_joined as joined
where landing_line.line >= joined.line and landing_line.line <= joined.last_line;
"""

NOTHING_JOINED = (
    "create or replace temp table landing_joined (line bigint, text varchar, never_closes boolean)"
)

FIELDS = f"""
create or replace temp table landing_record as
with records as (
    select line, rtrim(text, chr(13) || chr(0)) as text, false as never_closes
    from landing_line
    where contains(text, '{{d}}') or landed_text(rtrim(text, chr(13) || chr(0))) is not null
    union all
    select line, rtrim(text, chr(13) || chr(0)), never_closes
    from landing_joined
)
select
    line,
    never_closes,
    case
        when not contains(text, '"') then string_split(text, '{{d}}')
        when not never_closes and regexp_full_match('{{d}}' || text, '(?:{{d}}(?:{_FIELD}))*')
            then list_transform(
                regexp_extract_all('{{d}}' || text, '{{d}}({_FIELD})', 1),
                lambda field: case
                    when regexp_matches(field, '^ *"')
                        then replace(regexp_extract(field, '(?s)^ *"(.*)" *$', 1), '""', '"')
                    else field
                end
            )
    end as fields
from records
"""
"""Each record's fields; null where it cannot be split. Blank lines are no records."""

REJECTS = """
create or replace temp table landing_reject as
select
    line,
    cast(null as varchar) as column_name,
    cast(null as varchar) as value,
    case
        when never_closes then '引号没有闭合，从此行起文件其余部分无法读取'
        when fields is null then '引号使用有误，无法分列'
        else '本行有 ' || len(fields) || ' 个字段，表头有 ' || $width || ' 个'
    end as reason_zh,
    case
        when never_closes
            then 'a quote never closes: the rest of the file from this line on is unreadable'
        when fields is null then 'a misplaced quote: the row cannot be split into fields'
        else 'the row has ' || len(fields) || ' fields, the header has ' || $width
    end as reason_en
from landing_record
where fields is null or len(fields) <> $width
"""
