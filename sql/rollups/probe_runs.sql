-- grain: link x day x file x run of probes with equal is_up
-- days: probed_on of network_probes
-- Inputs: staging.network_probes. Minutes become runs: a run ends where is_up or the file changes,
-- and with the day, so that a day can be made again by itself. Who reads runs joins them across
-- days and files. A missing probe is simply not there: it neither starts nor ends a run.
-- What a file says of a link's day is one run where is_up is the same all through and no other
-- file's probes lie between: so it is nearly always, and found without a sort. Only the days of
-- links where it is not so are put in order, probe by probe. The probes are read twice rather than
-- through one CTE, which an engine may keep in memory whole.
with spans as (
    select
        link_id,
        cast(probed_at as date) as probed_on,
        _file_id,
        bool_and(is_up) as is_up,
        bool_or(is_up) as was_ever_up,
        min(probed_at) as first_at,
        max(probed_at) as last_at,
        count(*) as probes
    from staging.network_probes
    group by
        link_id,
        cast(probed_at as date),
        _file_id
),

spans_in_order as (
    select
        link_id,
        probed_on,
        is_up <> was_ever_up
        or coalesce(
            first_at < lag(last_at) over (partition by link_id, probed_on order by first_at), false
        ) as is_broken
    from spans
),

broken_days as (
    select
        link_id,
        probed_on
    from spans_in_order
    group by
        link_id,
        probed_on
    having bool_or(is_broken)
),

probes as (
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
        probes.link_id,
        probes.probed_on,
        probes._file_id,
        probes.probed_at,
        probes.is_up,
        row_number() over (
            partition by probes.link_id, probes.probed_on order by probes.probed_at
        ) as position,
        lag(probes.probed_at) over (
            partition by probes.link_id, probes.probed_on order by probes.probed_at
        ) as previous_at,
        lag(probes.is_up) over (
            partition by probes.link_id, probes.probed_on order by probes.probed_at
        ) as was_up,
        lag(probes._file_id) over (
            partition by probes.link_id, probes.probed_on order by probes.probed_at
        ) as previous_file_id,
        count(*) over (partition by probes.link_id, probes.probed_on) as probes_of_day,
        max(probes.probed_at) over (partition by probes.link_id, probes.probed_on) as last_of_day_at
    from probes
    inner join broken_days
        on
            probes.link_id = broken_days.link_id
            and probes.probed_on = broken_days.probed_on
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
    first_at,
    last_at,
    probes
from spans
where
    not exists (
        select 1
        from broken_days
        where
            spans.link_id = broken_days.link_id
            and spans.probed_on = broken_days.probed_on
    )
union all
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
