-- grain: assessment x department x indicator x part
-- parameters: none
-- value: active entries due by E that were published no later than they were due; base: all active
-- entries due by E. inputs: entries that exist at E, so base may be 0: all may be retired, or
-- published ahead of a later due date.
with parts as (
    select
        assessment_id,
        indicator_code,
        part
    from staging.metric_part
    where metric = 'entries_published_on_time'
),

entries as (
    select
        assessment_id,
        department_id,
        is_active and is_due as is_in_base,
        is_active and is_due and published_at <= due_at as is_on_time,
        _file_id
    from staging.existing_entry
),

by_file as (
    select
        parts.assessment_id,
        entries.department_id,
        parts.indicator_code,
        parts.part,
        entries._file_id as file_id,
        count(*) as rows_read,
        count(*) filter (where entries.is_in_base) as rows_in_base,
        count(*) filter (where entries.is_on_time) as rows_counted
    from parts
    inner join entries
        on parts.assessment_id = entries.assessment_id
    group by
        parts.assessment_id,
        entries.department_id,
        parts.indicator_code,
        parts.part,
        entries._file_id
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(sum(rows_read) as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(sum(rows_counted) as decimal(38, 6)) as value,
    cast(sum(rows_in_base) as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    files_behind('catalogue_entries', file_id, rows_read, rows_counted) as sources
from by_file
group by
    assessment_id,
    department_id,
    indicator_code,
    part
