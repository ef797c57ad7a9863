-- grain: assessment x department x indicator x part
-- parameters: none
-- value: the scores of the elapsed months of the window (months whose last day is no later than E);
-- base: their full marks, 100 where a row gives none. inputs: rows of an elapsed month.
-- An elapsed month without a row counts 0 of 100, so silence costs points.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        window_start,
        last_on,
        date_diff('month', window_start, cast(last_on + interval 1 day as date)) as elapsed_months
    from staging.metric_part
    where metric = 'trading_platform_scores'
),

months as (
    select
        department_id,
        month,
        score,
        coalesce(full_score, 100) as full_score,
        _file_id
    from staging.trading_platform_scores
),

by_file as (
    select
        parts.assessment_id,
        months.department_id,
        parts.indicator_code,
        parts.part,
        parts.elapsed_months,
        months._file_id as file_id,
        count(*) as rows_read,
        count(*) as rows_counted,
        sum(months.score) as score,
        sum(months.full_score) as full_score
    from parts
    inner join months
        on
            parts.window_start <= months.month
            and last_day(months.month) <= parts.last_on
    group by
        parts.assessment_id,
        months.department_id,
        parts.indicator_code,
        parts.part,
        parts.elapsed_months,
        months._file_id
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(sum(rows_read) as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(sum(score) as decimal(38, 6)) as value,
    cast(sum(full_score) + 100 * (any_value(elapsed_months) - sum(rows_read)) as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    files_behind('trading_platform_scores', file_id, rows_read, rows_counted) as sources
from by_file
group by
    assessment_id,
    department_id,
    indicator_code,
    part
