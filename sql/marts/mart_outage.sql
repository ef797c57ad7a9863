-- grain: assessment x link x outage, of the links of assessed departments
-- Inputs: rollups.link_outage, staging.assessed_department. Planned outages are rows of their own,
-- never major. hours are those in the window.
with outages as (
    select
        assessment_id,
        link_id,
        department_id,
        started_at,
        ended_at,
        epoch_us(ends_at) - epoch_us(within_from_at) as microseconds,
        is_planned,
        is_major
    from rollups.link_outage
),

departments as (
    select
        assessment_id,
        department_id
    from staging.assessed_department
)

select
    outages.assessment_id,
    outages.link_id,
    outages.department_id,
    outages.started_at,
    outages.ended_at,
    cast(
        cast(half_up(outages.microseconds, 3600) as bigint) * cast(0.000001 as decimal(7, 6))
        as decimal(18, 6)
    ) as hours,
    outages.is_planned as planned,
    outages.is_major as major
from outages
inner join departments
    on
        outages.assessment_id = departments.assessment_id
        and outages.department_id = departments.department_id
order by
    outages.assessment_id,
    outages.link_id,
    outages.started_at,
    outages.is_planned,
    outages.ended_at
