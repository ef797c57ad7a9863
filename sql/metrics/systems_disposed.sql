-- grain: assessment x department x indicator x part
-- parameters: disposition
-- value: information systems of the part's disposition (clean_up, integrate) disposed of by E; base:
-- all of that disposition. inputs: any information system, so base may be 0.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        last_on,
        options['disposition'] as dispositions
    from staging.metric_part
    where metric = 'systems_disposed'
),

systems as (
    select
        department_id,
        disposition,
        disposed_at,
        _file_id
    from staging.information_systems
),

by_file as (
    select
        parts.assessment_id,
        systems.department_id,
        parts.indicator_code,
        parts.part,
        systems._file_id as file_id,
        count(*) as rows_read,
        count(*) filter (where list_contains(parts.dispositions, systems.disposition)) as rows_due,
        count(*) filter (
            where
            list_contains(parts.dispositions, systems.disposition)
            and systems.disposed_at <= parts.last_on
        ) as rows_counted
    from parts
    inner join systems
        on true
    group by
        parts.assessment_id,
        systems.department_id,
        parts.indicator_code,
        parts.part,
        systems._file_id
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(sum(rows_read) as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(sum(rows_counted) as decimal(38, 6)) as value,
    cast(sum(rows_due) as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    files_behind('information_systems', file_id, rows_read, rows_counted) as sources
from by_file
group by
    assessment_id,
    department_id,
    indicator_code,
    part
