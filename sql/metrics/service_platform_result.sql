-- grain: assessment x department x indicator x part
-- parameters: none
-- value: the platform's own score of the department for the year; base: its full mark.
-- A result whose full mark is not above 0 says nothing, so it is no input.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        year
    from staging.metric_part
    where metric = 'service_platform_result'
),

results as (
    select
        department_id,
        year,
        score,
        full_score,
        _file_id
    from staging.service_platform_results
    where full_score > 0
),

by_file as (
    select
        parts.assessment_id,
        results.department_id,
        parts.indicator_code,
        parts.part,
        results._file_id as file_id,
        count(*) as rows_read,
        count(*) as rows_counted,
        sum(results.score) as score,
        sum(results.full_score) as full_score
    from parts
    inner join results
        on parts.year = results.year
    group by
        parts.assessment_id,
        results.department_id,
        parts.indicator_code,
        parts.part,
        results._file_id
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(sum(rows_read) as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(sum(score) as decimal(38, 6)) as value,
    cast(sum(full_score) as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    files_behind('service_platform_results', file_id, rows_read, rows_counted) as sources
from by_file
group by
    assessment_id,
    department_id,
    indicator_code,
    part
