-- grain: assessment x department x indicator x part
-- parameters: none
-- value: records pushed in window; base: the year's expected records x days of S..E / days of the
-- year, exactly: base holds expected x days, base_divisor the days of the year.
-- inputs: records pushed in window, where there is a target; without one there is nothing to hold
-- them against. A record of an unknown directory is nobody's.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        year,
        window_start,
        last_on,
        elapsed_days,
        year_days
    from staging.metric_part
    where metric = 'credit_volume'
),

directories as (
    select
        directory_id,
        department_id,
        _file_id
    from staging.credit_directories
),

days as (
    select
        directory_id,
        pushed_on,
        records,
        _file_id
    from rollups.credit_days
),

targets as (
    select
        department_id,
        year,
        expected_records,
        _file_id
    from staging.credit_targets
),

pushed as (
    select
        parts.assessment_id,
        directories.department_id,
        parts.indicator_code,
        parts.part,
        directories.directory_id,
        directories._file_id as directory_file_id,
        days._file_id as record_file_id,
        sum(days.records) as records
    from parts
    inner join days
        on days.pushed_on between parts.window_start and parts.last_on
    inner join directories
        on days.directory_id = directories.directory_id
    group by
        parts.assessment_id,
        directories.department_id,
        parts.indicator_code,
        parts.part,
        directories.directory_id,
        directories._file_id,
        days._file_id
),

by_file as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        'credit_directories' as dataset,
        directory_file_id as file_id,
        count(distinct directory_id) as rows_read,
        count(distinct directory_id) as rows_counted,
        cast(0 as bigint) as records,
        cast(null as decimal(38, 6)) as base
    from pushed
    group by
        assessment_id,
        department_id,
        indicator_code,
        part,
        directory_file_id
    union all
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        'credit_records' as dataset,
        record_file_id as file_id,
        cast(sum(records) as bigint) as rows_read,
        cast(sum(records) as bigint) as rows_counted,
        cast(sum(records) as bigint) as records,
        cast(null as decimal(38, 6)) as base
    from pushed
    group by
        assessment_id,
        department_id,
        indicator_code,
        part,
        record_file_id
    union all
    select
        parts.assessment_id,
        targets.department_id,
        parts.indicator_code,
        parts.part,
        'credit_targets' as dataset,
        targets._file_id as file_id,
        cast(1 as bigint) as rows_read,
        cast(0 as bigint) as rows_counted,
        cast(0 as bigint) as records,
        cast(
            cast(targets.expected_records as hugeint) * parts.elapsed_days as decimal(38, 6)
        ) as base
    from parts
    inner join targets
        on parts.year = targets.year
)

select
    by_file.assessment_id,
    by_file.department_id,
    by_file.indicator_code,
    by_file.part,
    cast(
        case when count(by_file.base) > 0 then sum(by_file.records) else 0 end as bigint
    ) as inputs,
    cast(0 as bigint) as pending,
    cast(sum(by_file.records) as decimal(38, 6)) as value,
    max(by_file.base) as base,
    cast(max(parts.year_days) as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    files_behind(by_file.dataset, by_file.file_id, by_file.rows_read, by_file.rows_counted) as sources
from by_file
inner join parts
    on
        by_file.assessment_id = parts.assessment_id
        and by_file.indicator_code = parts.indicator_code
        and by_file.part = parts.part
group by
    by_file.assessment_id,
    by_file.department_id,
    by_file.indicator_code,
    by_file.part
