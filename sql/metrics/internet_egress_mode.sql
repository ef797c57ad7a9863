-- grain: assessment x department x indicator x part
-- parameters: none
-- levels: unified, filed_device, unfiled_device, none
-- level: the mode of the newest observation in window. No value, no base. inputs: observations in
-- window. `none` (no access at all) is a level like the others.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        window_start,
        last_on
    from staging.metric_part
    where metric = 'internet_egress_mode'
),

observations as (
    select
        department_id,
        observed_on,
        mode,
        _file_id
    from staging.internet_egress
),

observed as (
    select
        parts.assessment_id,
        observations.department_id,
        parts.indicator_code,
        parts.part,
        observations._file_id as file_id,
        observations.mode,
        row_number() over (
            partition by
                parts.assessment_id,
                observations.department_id,
                parts.indicator_code,
                parts.part
            order by observations.observed_on desc
        ) = 1 as is_newest
    from parts
    inner join observations
        on observations.observed_on between parts.window_start and parts.last_on
),

by_file as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        file_id,
        count(*) as rows_read,
        count(*) filter (where is_newest) as rows_counted,
        max(mode) filter (where is_newest) as newest_mode
    from observed
    group by
        assessment_id,
        department_id,
        indicator_code,
        part,
        file_id
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(sum(rows_read) as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(null as decimal(38, 6)) as value,
    cast(null as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    max(newest_mode) as level,
    cast(null as integer) as rank,
    files_behind('internet_egress', file_id, rows_read, rows_counted) as sources
from by_file
group by
    assessment_id,
    department_id,
    indicator_code,
    part
