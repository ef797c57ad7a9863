-- grain: assessment x department x indicator x part
-- parameters: none
-- value: distinct resources of others that were requested and granted by E and used from S on. No
-- base. inputs: requests made by E. Only the newest use of a request is kept, so one after E counts:
-- it may hide one in window. The same resource asked for twice is one.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        window_start,
        last_on
    from staging.metric_part
    where metric = 'resources_used'
),

requests as (
    select
        department_id,
        resource_id,
        requested_at,
        granted_at,
        last_used_at,
        _file_id
    from staging.resource_requests
),

looked_at as (
    select
        parts.assessment_id,
        requests.department_id,
        parts.indicator_code,
        parts.part,
        requests.resource_id,
        requests._file_id as file_id,
        requests.granted_at <= parts.last_on
        and requests.last_used_at >= parts.window_start as is_counted
    from parts
    inner join requests
        on parts.last_on >= requests.requested_at
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
        files_behind('resource_requests', file_id, rows_read, rows_counted) as sources
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
        count(distinct resource_id) filter (where is_counted) as resources
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
    cast(measured.resources as decimal(38, 6)) as value,
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
