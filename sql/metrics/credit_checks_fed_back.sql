-- grain: assessment x department x indicator x part
-- parameters: none
-- value: matters embedded by E with a last feedback from S on; base: matters embedded by E.
-- inputs: any matter, so base may be 0.
-- Only the newest feedback is kept: one after E hides those before it, so it counts as well.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        window_start,
        last_on
    from staging.metric_part
    where metric = 'credit_checks_fed_back'
),

matters as (
    select
        department_id,
        embedded_at,
        last_feedback_at,
        _file_id
    from staging.credit_check_matters
),

by_file as (
    select
        parts.assessment_id,
        matters.department_id,
        parts.indicator_code,
        parts.part,
        matters._file_id as file_id,
        count(*) as input_rows,
        count(*) filter (where matters.embedded_at <= parts.last_on) as rows_read,
        count(*) filter (
            where
            matters.embedded_at <= parts.last_on
            and matters.last_feedback_at >= parts.window_start
        ) as rows_counted
    from parts
    cross join matters
    group by
        parts.assessment_id,
        matters.department_id,
        parts.indicator_code,
        parts.part,
        matters._file_id
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(sum(input_rows) as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(sum(rows_counted) as decimal(38, 6)) as value,
    cast(sum(rows_read) as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    files_behind('credit_check_matters', file_id, rows_read, rows_counted) as sources
from by_file
group by
    assessment_id,
    department_id,
    indicator_code,
    part
