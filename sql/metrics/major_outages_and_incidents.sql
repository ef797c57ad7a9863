-- grain: assessment x department x indicator x part, of assessed departments
-- parameters: none
-- always: yes
-- value: major outages of the department's links, each link by itself, and confirmed security
-- incidents in window of any severity; null without a link in service on any day of the window.
-- inputs: the department itself, as it always has an answer.
-- Read are its serving links, their probes and registered outages in window, its incidents in
-- window; counted are the links with a major outage, the probes of failing runs and the registered
-- unplanned outages that overlap one, and the confirmed incidents.
with parts as (
    select
        assessment_id,
        indicator_code,
        part
    from staging.metric_part
    where metric = 'major_outages_and_incidents'
),

windows as (
    select
        assessment_id,
        window_start,
        last_on,
        from_at,
        until_at
    from rules.assessment
),

departments as (
    select
        assessment_id,
        department_id
    from staging.assessed_department
),

links as (
    select
        serving_link.assessment_id,
        serving_link.link_id,
        serving_link.department_id,
        serving_link._file_id,
        windows.window_start,
        windows.last_on,
        windows.from_at,
        windows.until_at
    from staging.serving_link as serving_link
    inner join windows
        on serving_link.assessment_id = windows.assessment_id
),

major_outages as (
    select
        assessment_id,
        link_id,
        department_id,
        started_at,
        ends_at
    from rollups.link_outage
    where is_major
),

runs as (
    select
        links.assessment_id,
        links.department_id,
        links.link_id,
        runs._file_id,
        runs.is_up,
        runs.first_at,
        runs.last_at,
        runs.probes
    from links
    inner join rollups.probe_runs as runs
        on
            links.link_id = runs.link_id
            and runs.probed_on between links.window_start and links.last_on
),

registered as (
    select
        links.assessment_id,
        links.department_id,
        links.link_id,
        outages._file_id,
        outages.planned,
        outages.started_at,
        least(coalesce(outages.ended_at, links.until_at), links.until_at) as ends_at
    from links
    inner join staging.network_outages as outages
        on
            links.link_id = outages.link_id
            and links.until_at > outages.started_at
            and coalesce(links.from_at < outages.ended_at, true)
),

incidents as (
    select
        windows.assessment_id,
        incidents.department_id,
        incidents._file_id,
        incidents.confirmed
    from windows
    inner join staging.security_incidents as incidents
        on
            windows.from_at <= incidents.occurred_at
            and windows.until_at > incidents.occurred_at
),

looked_at as (
    select
        links.assessment_id,
        links.department_id,
        'network_links' as dataset,
        links._file_id as file_id,
        1 as rows_read,
        case
            when
                exists (
                    select 1
                    from major_outages
                    where
                        links.assessment_id = major_outages.assessment_id
                        and links.link_id = major_outages.link_id
                )
                then 1
            else 0
        end as rows_counted
    from links
    union all
    select
        runs.assessment_id,
        runs.department_id,
        'network_probes' as dataset,
        runs._file_id as file_id,
        runs.probes as rows_read,
        case
            when
                not runs.is_up and exists (
                    select 1
                    from major_outages
                    where
                        runs.assessment_id = major_outages.assessment_id
                        and runs.link_id = major_outages.link_id
                        and runs.first_at < major_outages.ends_at
                        and runs.last_at >= major_outages.started_at
                )
                then runs.probes
            else 0
        end as rows_counted
    from runs
    union all
    select
        registered.assessment_id,
        registered.department_id,
        'network_outages' as dataset,
        registered._file_id as file_id,
        1 as rows_read,
        case
            when
                not registered.planned and exists (
                    select 1
                    from major_outages
                    where
                        registered.assessment_id = major_outages.assessment_id
                        and registered.link_id = major_outages.link_id
                        and registered.started_at < major_outages.ends_at
                        and registered.ends_at > major_outages.started_at
                )
                then 1
            else 0
        end as rows_counted
    from registered
    union all
    select
        incidents.assessment_id,
        incidents.department_id,
        'security_incidents' as dataset,
        incidents._file_id as file_id,
        1 as rows_read,
        case
            when
                incidents.confirmed and exists (
                    select 1
                    from links
                    where
                        incidents.assessment_id = links.assessment_id
                        and incidents.department_id = links.department_id
                )
                then 1
            else 0
        end as rows_counted
    from incidents
),

by_file as (
    select
        assessment_id,
        department_id,
        dataset,
        file_id,
        cast(sum(rows_read) as bigint) as rows_read,
        cast(sum(rows_counted) as bigint) as rows_counted
    from looked_at
    group by
        assessment_id,
        department_id,
        dataset,
        file_id
),

found as (
    select
        assessment_id,
        department_id,
        bool_or(dataset = 'network_links') as is_connected,
        coalesce(sum(rows_counted) filter (where dataset = 'security_incidents'), 0) as incidents,
        files_behind(dataset, file_id, rows_read, rows_counted) as sources
    from by_file
    group by
        assessment_id,
        department_id
),

outages_by_department as (
    select
        assessment_id,
        department_id,
        count(*) as outages
    from major_outages
    group by
        assessment_id,
        department_id
)

select
    parts.assessment_id,
    departments.department_id,
    parts.indicator_code,
    parts.part,
    cast(1 as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(
        case
            when found.is_connected
                then found.incidents + coalesce(outages_by_department.outages, 0)
        end as decimal(38, 6)
    ) as value,
    cast(null as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    coalesce(found.sources, []) as sources
from parts
inner join departments
    on parts.assessment_id = departments.assessment_id
left join found
    on
        departments.assessment_id = found.assessment_id
        and departments.department_id = found.department_id
left join outages_by_department
    on
        departments.assessment_id = outages_by_department.assessment_id
        and departments.department_id = outages_by_department.department_id
