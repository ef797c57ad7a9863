-- grain: assessment x link that was in service on some day of S..E
-- Inputs: rules.assessment, staging.network_links. A link serves from connected_at until before
-- disconnected_at, so one disconnected on S, or on the day it was connected, served on no day.
with assessments as (
    select
        assessment_id,
        window_start,
        last_on
    from rules.assessment
),

links as (
    select
        link_id,
        department_id,
        access_mode,
        connected_at,
        coalesce(disconnected_at, date '9999-12-31') as disconnected_at,
        _file_id
    from staging.network_links
)

select
    assessments.assessment_id,
    links.link_id,
    links.department_id,
    links.access_mode,
    links.disconnected_at > assessments.last_on as is_in_service_at_end,
    links._file_id
from assessments
inner join links
    on
        assessments.last_on >= links.connected_at
        and assessments.window_start < links.disconnected_at
        and links.disconnected_at > links.connected_at
