-- grain: assessment x department x indicator x part
-- parameters: none
-- value: cases due in window that have a category and were reported no later than due_at; base: cases
-- due in window, rewards and punishments alike. inputs: the base.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        window_start,
        last_on
    from staging.metric_part
    where metric = 'sanction_cases_reported'
),

cases as (
    select
        department_id,
        category,
        due_at,
        reported_at,
        _file_id
    from staging.joint_sanction_cases
),

by_file as (
    select
        parts.assessment_id,
        cases.department_id,
        parts.indicator_code,
        parts.part,
        cases._file_id as file_id,
        count(*) as rows_read,
        count(*) filter (
            where
            cases.category is not null
            and cases.reported_at <= cases.due_at
        ) as rows_counted
    from parts
    inner join cases
        on
            parts.window_start <= cases.due_at
            and parts.last_on >= cases.due_at
    group by
        parts.assessment_id,
        cases.department_id,
        parts.indicator_code,
        parts.part,
        cases._file_id
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(sum(rows_read) as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(sum(rows_counted) as decimal(38, 6)) as value,
    cast(sum(rows_read) as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    files_behind('joint_sanction_cases', file_id, rows_read, rows_counted) as sources
from by_file
group by
    assessment_id,
    department_id,
    indicator_code,
    part
