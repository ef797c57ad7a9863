-- grain: assessment x dataset
-- Inputs: ops.schedule (what the contracts promise), ops.arrival (how far the data has come).
-- A dataset is timely when its newest period that was due has arrived. Due is the period's end plus
-- the hours of grace; an instant at 00:00 belongs to the day that begins with it, so a period due
-- then was not due by the end of the day before. Periods that began before the assessment's window
-- are nobody's: until the first one within it is due, everything is timely.
-- *_window: periods that ended by the window's last day that is over; *_as_of: periods up to as_of.
with sources as (
    select
        arrival.assessment_id,
        arrival.dataset,
        schedule.provider,
        schedule.period_unit,
        to_hours(schedule.lateness_hours) as grace,
        assessment.from_at,
        assessment.until_at,
        cast(assessment.decided_before as timestamp) as as_of_ends_at,
        arrival.newest_in_window_at,
        arrival.newest_at
    from ops.arrival as arrival
    inner join ops.schedule as schedule on arrival.dataset = schedule.dataset
    inner join rules.assessment as assessment on arrival.assessment_id = assessment.assessment_id
),

due as (
    select
        *,
        as_of_ends_at - grace - interval 1 microsecond as last_end_due,
        case period_unit
            when 'day' then interval 1 day
            when 'month' then interval 1 month
            when 'year' then interval 1 year
        end as period
    from sources
),

periods as (
    select
        *,
        cast(date_trunc(period_unit, least(until_at, last_end_due)) as timestamp) as window_period_ends_at,
        cast(date_trunc(period_unit, last_end_due) as timestamp) as as_of_period_ends_at,
        cast(date_trunc(period_unit, newest_at) as timestamp) as newest_period_starts_at
    from due
)

select
    assessment_id,
    dataset,
    provider,
    period_unit,
    cast(newest_period_starts_at as date) as newest_period,
    case
        when period_unit is not null and as_of_period_ends_at - period >= from_at
            then as_of_period_ends_at + grace
    end as due_at,
    case
        when newest_at is not null
            then cast(greatest(
                epoch(as_of_ends_at) - epoch(newest_period_starts_at + period), 0
            ) / 3600 as decimal(18, 6))
    end as lag_hours,
    period_unit is null
    or as_of_period_ends_at - period < from_at
    or coalesce(newest_at >= as_of_period_ends_at - period, false) as is_timely,
    newest_in_window_at,
    case
        when period_unit is not null and window_period_ends_at - period >= from_at
            then cast(window_period_ends_at - period as date)
    end as due_period_in_window,
    period_unit is null
    or window_period_ends_at - period < from_at
    or coalesce(newest_in_window_at >= window_period_ends_at - period, false) as is_timely_in_window
from periods
