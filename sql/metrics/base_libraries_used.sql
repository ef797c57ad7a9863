-- grain: assessment x department x indicator x part
-- parameters: none
-- value: distinct base libraries with calls in window. No base. inputs: rows in window, those
-- without a call too: they say that the department was looked at.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        window_start,
        last_on
    from staging.metric_part
    where metric = 'base_libraries_used'
),

uses as (
    select
        department_id,
        library,
        used_on,
        calls,
        _file_id
    from staging.base_library_uses
),

looked_at as (
    select
        parts.assessment_id,
        uses.department_id,
        parts.indicator_code,
        parts.part,
        uses.library,
        uses._file_id as file_id,
        uses.calls > 0 as is_counted
    from parts
    inner join uses
        on uses.used_on between parts.window_start and parts.last_on
),

by_file as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        file_id,
        count(*) as rows_read,
        count(*) filter (where is_counted) as rows_counted
    from looked_at
    group by
        assessment_id,
        department_id,
        indicator_code,
        part,
        file_id
),

sources as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        files_behind('base_library_uses', file_id, rows_read, rows_counted) as sources
    from by_file
    group by
        assessment_id,
        department_id,
        indicator_code,
        part
),

measured as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        count(*) as inputs,
        count(distinct library) filter (where is_counted) as libraries
    from looked_at
    group by
        assessment_id,
        department_id,
        indicator_code,
        part
)

select
    measured.assessment_id,
    measured.department_id,
    measured.indicator_code,
    measured.part,
    measured.inputs,
    cast(0 as bigint) as pending,
    cast(measured.libraries as decimal(38, 6)) as value,
    cast(null as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    sources.sources
from measured
inner join sources
    on
        measured.assessment_id = sources.assessment_id
        and measured.department_id = sources.department_id
        and measured.indicator_code = sources.indicator_code
        and measured.part = sources.part
