-- grain: assessment x department x indicator x part
-- parameters: none
-- value: elements of a shared catalogue that the year's government-funded construction projects
-- list (fields, format, scope, method, frequency), at most 4 a project; base: 4 x the projects.
-- inputs: such projects. A project that lists none is read and not counted.
with parts as (
    select
        assessment_id,
        indicator_code,
        part
    from staging.metric_part
    where metric = 'shared_elements_listed'
),

projects as (
    select
        assessment_id,
        department_id,
        least(
            4,
            cast(lists_fields as integer)
            + cast(lists_format as integer)
            + cast(lists_scope as integer)
            + cast(lists_method as integer)
            + cast(lists_frequency as integer)
        ) as elements,
        _file_id
    from staging.funded_project
    where kind = 'construction'
),

by_file as (
    select
        parts.assessment_id,
        projects.department_id,
        parts.indicator_code,
        parts.part,
        projects._file_id as file_id,
        count(*) as rows_read,
        count(*) filter (where projects.elements > 0) as rows_counted,
        sum(projects.elements) as elements
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
    cast(sum(elements) as decimal(38, 6)) as value,
    cast(4 * sum(rows_read) as decimal(38, 6)) as base,
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
