-- grain: assessment x serving link x outage that lies in the window, wholly or in part
-- Inputs: rules.assessment, staging.serving_link, rollups.probe_runs, staging.network_outages.
-- On half-open intervals [start, end): unplanned outages are the maximal intervals of D minus P,
-- where D is what probes or registered unplanned outages say and P the registered planned ones.
-- Planned ones are rows of their own, as they were registered. What has no end by E lasts to E.
-- Found by sweeping over the edges: at each instant, how many intervals of D and of P are open.
-- started_at is uncut, ended_at null where it is after E (ends_at is E's end then). More than 4 hours
-- within the window, which begins for it at within_from_at, make an unplanned outage major.
with links as (
    select
        serving_link.assessment_id,
        serving_link.link_id,
        serving_link.department_id,
        assessment.from_at,
        assessment.until_at
    from staging.serving_link as serving_link
    inner join rules.assessment as assessment
        on serving_link.assessment_id = assessment.assessment_id
),

probe_changes as (
    select
        link_id,
        is_up,
        first_at
    from rollups.probe_runs
    qualify
        lag(is_up) over (partition by link_id order by first_at) is null
        or is_up <> lag(is_up) over (partition by link_id order by first_at)
),

probe_outages as (
    select
        link_id,
        first_at as started_at,
        lead(first_at) over (partition by link_id order by first_at) as ended_at,
        is_up
    from probe_changes
),

reported as (
    select
        link_id,
        started_at,
        ended_at,
        false as is_planned
    from probe_outages
    where not is_up
    union all
    select
        link_id,
        started_at,
        ended_at,
        planned as is_planned
    from staging.network_outages
),

known_at_e as (
    select
        links.assessment_id,
        links.link_id,
        reported.is_planned,
        reported.started_at,
        least(coalesce(reported.ended_at, links.until_at), links.until_at) as ends_at
    from links
    inner join reported
        on links.link_id = reported.link_id
    where
        reported.started_at < links.until_at
        and (reported.ended_at is null or reported.ended_at > reported.started_at)
),

edges as (
    select
        assessment_id,
        link_id,
        started_at as edge_at,
        case when is_planned then 0 else 1 end as unplanned,
        case when is_planned then 1 else 0 end as planned
    from known_at_e
    union all
    select
        assessment_id,
        link_id,
        ends_at as edge_at,
        case when is_planned then 0 else -1 end as unplanned,
        case when is_planned then -1 else 0 end as planned
    from known_at_e
),

edges_by_instant as (
    select
        assessment_id,
        link_id,
        edge_at,
        sum(unplanned) as unplanned,
        sum(planned) as planned
    from edges
    group by
        assessment_id,
        link_id,
        edge_at
),

states as (
    select
        assessment_id,
        link_id,
        edge_at,
        sum(unplanned) over (partition by assessment_id, link_id order by edge_at) > 0
        and sum(planned) over (partition by assessment_id, link_id order by edge_at) = 0 as is_down
    from edges_by_instant
),

state_changes as (
    select
        assessment_id,
        link_id,
        edge_at,
        is_down
    from states
    qualify
        is_down
        <> coalesce(lag(is_down) over (partition by assessment_id, link_id order by edge_at), false)
),

unplanned_outages as (
    select
        assessment_id,
        link_id,
        edge_at as started_at,
        lead(edge_at) over (partition by assessment_id, link_id order by edge_at) as ends_at,
        is_down
    from state_changes
),

outages as (
    select
        assessment_id,
        link_id,
        false as is_planned,
        started_at,
        ends_at
    from unplanned_outages
    where is_down
    union all
    select
        assessment_id,
        link_id,
        true as is_planned,
        started_at,
        ends_at
    from known_at_e
    where is_planned
),

placed as (
    select
        links.assessment_id,
        links.link_id,
        links.department_id,
        outages.started_at,
        outages.ends_at,
        case when outages.ends_at < links.until_at then outages.ends_at end as ended_at,
        greatest(outages.started_at, links.from_at) as within_from_at,
        outages.is_planned
    from outages
    inner join links
        on
            outages.assessment_id = links.assessment_id
            and outages.link_id = links.link_id
    where outages.ends_at > links.from_at
)

select
    assessment_id,
    link_id,
    department_id,
    started_at,
    ended_at,
    ends_at,
    within_from_at,
    is_planned,
    not is_planned and ends_at > within_from_at + interval '4' hour as is_major
from placed
