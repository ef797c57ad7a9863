-- grain: assessment x department x indicator x part
-- parameters: none
-- value: due directories that got at least one record in window; base: due directories. A directory
-- is due when it is effective, within S..E, on at least as many days as its shortest cycle has,
-- both ends included; an irregular one never is. inputs: any directory, so base may be 0.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        window_start,
        last_on
    from staging.metric_part
    where metric = 'credit_directories_supplied'
),

directories as (
    select
        directory_id,
        department_id,
        effective_from,
        coalesce(effective_to, date '9999-12-31') as effective_to,
        case update_cycle
            when 'realtime' then 1
            when 'daily' then 1
            when 'weekly' then 7
            when 'monthly' then 28
            when 'quarterly' then 90
            when 'semiannual' then 181
            when 'annual' then 365
        end as shortest_cycle_days,
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

records_in_window as (
    select
        parts.assessment_id,
        parts.indicator_code,
        parts.part,
        days.directory_id,
        days._file_id,
        sum(days.records) as records
    from parts
    inner join days
        on days.pushed_on between parts.window_start and parts.last_on
    group by
        parts.assessment_id,
        parts.indicator_code,
        parts.part,
        days.directory_id,
        days._file_id
),

judged as (
    select
        parts.assessment_id,
        directories.department_id,
        parts.indicator_code,
        parts.part,
        directories.directory_id,
        directories._file_id,
        coalesce(
            date_diff(
                'day',
                greatest(directories.effective_from, parts.window_start),
                least(directories.effective_to, parts.last_on)
            ) + 1 >= directories.shortest_cycle_days,
            false
        ) as is_due
    from parts
    cross join directories
),

supplied as (
    select
        judged.assessment_id,
        judged.department_id,
        judged.indicator_code,
        judged.part,
        judged.directory_id,
        judged._file_id,
        judged.is_due,
        judged.is_due and exists (
            select 1
            from records_in_window
            where
                judged.assessment_id = records_in_window.assessment_id
                and judged.indicator_code = records_in_window.indicator_code
                and judged.part = records_in_window.part
                and judged.directory_id = records_in_window.directory_id
        ) as is_supplied
    from judged
),

by_file as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        'credit_directories' as dataset,
        _file_id as file_id,
        count(*) as input_rows,
        count(*) filter (where is_due) as rows_read,
        count(*) filter (where is_supplied) as rows_counted
    from supplied
    group by
        assessment_id,
        department_id,
        indicator_code,
        part,
        _file_id
    union all
    select
        supplied.assessment_id,
        supplied.department_id,
        supplied.indicator_code,
        supplied.part,
        'credit_records' as dataset,
        records_in_window._file_id as file_id,
        cast(0 as bigint) as input_rows,
        cast(sum(records_in_window.records) as bigint) as rows_read,
        cast(sum(records_in_window.records) as bigint) as rows_counted
    from supplied
    inner join records_in_window
        on
            supplied.assessment_id = records_in_window.assessment_id
            and supplied.indicator_code = records_in_window.indicator_code
            and supplied.part = records_in_window.part
            and supplied.directory_id = records_in_window.directory_id
    where supplied.is_due
    group by
        supplied.assessment_id,
        supplied.department_id,
        supplied.indicator_code,
        supplied.part,
        records_in_window._file_id
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(sum(input_rows) as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(sum(rows_counted) filter (where dataset = 'credit_directories') as decimal(38, 6))
        as value,
    cast(sum(rows_read) filter (where dataset = 'credit_directories') as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    files_behind(dataset, file_id, rows_read, rows_counted) as sources
from by_file
group by
    assessment_id,
    department_id,
    indicator_code,
    part
