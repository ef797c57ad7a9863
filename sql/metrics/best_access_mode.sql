-- grain: assessment x department x indicator x part, of assessed departments
-- parameters: none
-- levels: dedicated, other, none
-- always: yes
-- level: the best access mode of the links in service at E, `none` without a link. No value, no base.
-- inputs: the department itself, as it always has an answer.
with parts as (
    select
        assessment_id,
        indicator_code,
        part
    from staging.metric_part
    where metric = 'best_access_mode'
),

departments as (
    select
        assessment_id,
        department_id
    from staging.assessed_department
),

links as (
    select
        assessment_id,
        department_id,
        access_mode,
        _file_id
    from staging.serving_link
    where is_in_service_at_end
),

links_by_file as (
    select
        assessment_id,
        department_id,
        _file_id as file_id,
        count(*) as links,
        count(*) filter (where access_mode = 'dedicated') as dedicated_links
    from links
    group by
        assessment_id,
        department_id,
        _file_id
),

best_by_department as (
    select
        assessment_id,
        department_id,
        case when sum(dedicated_links) > 0 then 'dedicated' else 'other' end as level
    from links_by_file
    group by
        assessment_id,
        department_id
),

sources_by_department as (
    select
        links_by_file.assessment_id,
        links_by_file.department_id,
        best.level,
        files_behind(
            'network_links',
            links_by_file.file_id,
            links_by_file.links,
            case best.level when 'dedicated' then links_by_file.dedicated_links else links_by_file.links end
        ) as sources
    from links_by_file
    inner join best_by_department as best
        on
            links_by_file.assessment_id = best.assessment_id
            and links_by_file.department_id = best.department_id
    group by
        links_by_file.assessment_id,
        links_by_file.department_id,
        best.level
)

select
    parts.assessment_id,
    departments.department_id,
    parts.indicator_code,
    parts.part,
    cast(1 as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(null as decimal(38, 6)) as value,
    cast(null as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    coalesce(found.level, 'none') as level,
    cast(null as integer) as rank,
    coalesce(found.sources, []) as sources
from parts
inner join departments
    on parts.assessment_id = departments.assessment_id
left join sources_by_department as found
    on
        departments.assessment_id = found.assessment_id
        and departments.department_id = found.department_id
