-- grain: assessment x department x indicator x part
-- parameters: none
-- value: the year's government-funded projects filed by E; base: all of them, construction and
-- operation alike. inputs: such projects, so a base is never 0.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        last_on
    from staging.metric_part
    where metric = 'filed_projects'
),

projects as (
    select
        assessment_id,
        department_id,
        filed_at,
        _file_id
    from staging.funded_project
),

by_file as (
    select
        parts.assessment_id,
        projects.department_id,
        parts.indicator_code,
        parts.part,
        projects._file_id as file_id,
        count(*) as rows_read,
        count(*) filter (where projects.filed_at <= parts.last_on) as rows_counted
    from parts
    inner join projects
        on parts.assessment_id = projects.assessment_id
    group by
        parts.assessment_id,
        projects.department_id,
        parts.indicator_code,
        parts.part,
        projects._file_id
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
    files_behind('it_projects', file_id, rows_read, rows_counted) as sources
from by_file
group by
    assessment_id,
    department_id,
    indicator_code,
    part
