-- grain: assessment x department x indicator x part
-- parameters: none
-- value: over the self-built systems in use at E, 2 where filing, assessment and rectification under
-- the multi-level protection scheme are all dated by E, 1 where at least one is, else 0; base: 2 x
-- those systems. inputs: any information system, so base may be 0.
-- A system retired on the day of E is out of use at E.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        last_on
    from staging.metric_part
    where metric = 'systems_protected'
),

systems as (
    select
        department_id,
        self_built,
        mlps_filed_at,
        mlps_assessed_at,
        mlps_rectified_at,
        retired_at,
        _file_id
    from staging.information_systems
),

graded as (
    select
        parts.assessment_id,
        systems.department_id,
        parts.indicator_code,
        parts.part,
        systems._file_id as file_id,
        systems.self_built and coalesce(systems.retired_at > parts.last_on, true) as is_in_base,
        cast(coalesce(systems.mlps_filed_at <= parts.last_on, false) as integer)
        + cast(coalesce(systems.mlps_assessed_at <= parts.last_on, false) as integer)
        + cast(coalesce(systems.mlps_rectified_at <= parts.last_on, false) as integer) as steps
    from parts
    cross join systems
),

by_file as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        file_id,
        count(*) as rows_read,
        count(*) filter (where is_in_base) as rows_in_base,
        count(*) filter (where is_in_base and steps >= 1) as rows_counted,
        count(*) filter (where is_in_base and steps = 3) as rows_complete
    from graded
    group by
        assessment_id,
        department_id,
        indicator_code,
        part,
        file_id
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(sum(rows_read) as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(sum(rows_counted) + sum(rows_complete) as decimal(38, 6)) as value,
    cast(2 * sum(rows_in_base) as decimal(38, 6)) as base,
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
