-- grain: link x day x file x run of probes with equal is_up
-- Inputs: staging.network_probes. Minutes become runs: a run ends where is_up or the file changes,
-- and with the day, so that a day can be made again by itself. Who reads runs joins them across
-- days and files. A missing probe is simply not there: it neither starts nor ends a run.
-- One sort: only the probes that start a run go further, each with where the one before it stood.
with probes as (
    select
        link_id,
        cast(probed_at as date) as probed_on,
        _file_id,
        probed_at,
        is_up
    from staging.network_probes
),

placed as (
    select
        link_id,
        probed_on,
        _file_id,
        probed_at,
        is_up,
        row_number() over (partition by link_id, probed_on order by probed_at) as position,
        lag(probed_at) over (partition by link_id, probed_on order by probed_at) as previous_at,
        lag(is_up) over (partition by link_id, probed_on order by probed_at) as was_up,
        lag(_file_id) over (partition by link_id, probed_on order by probed_at) as previous_file_id,
        count(*) over (partition by link_id, probed_on) as probes_of_day,
        max(probed_at) over (partition by link_id, probed_on) as last_of_day_at
    from probes
),

starts as (
    select
        link_id,
        probed_on,
        _file_id,
        probed_at,
        is_up,
        position,
        previous_at,
        probes_of_day,
        last_of_day_at
    from placed
    where
        position = 1
        or is_up <> was_up
        or _file_id <> previous_file_id
)

select
    link_id,
    probed_on,
    _file_id,
    is_up,
    probed_at as first_at,
    coalesce(
        lead(previous_at) over (partition by link_id, probed_on order by probed_at),
        last_of_day_at
    ) as last_at,
    coalesce(
        lead(position) over (partition by link_id, probed_on order by probed_at),
        probes_of_day + 1
    ) - position as probes
from starts
