-- grain: assessment x department x indicator x part
-- parameters: counted
-- value: records pushed in window that are in order; counted says in what: on_time, no later than
-- their own due_at, or key_information, complete (judged while landing, see sql/macros/codes.sql).
-- base: records pushed in window. inputs: the base. A record of an unknown directory is nobody's.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        options['counted'][1] as counted,
        window_start,
        last_on
    from staging.metric_part
    where metric = 'credit_records_in_order'
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
        records_on_time,
        records_with_key_information,
        _file_id
    from rollups.credit_days
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
        sum(days.records) as rows_read,
        sum(
            case parts.counted
                when 'on_time' then days.records_on_time
                when 'key_information' then days.records_with_key_information
            end
        ) as rows_counted
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
        count(distinct directory_id) filter (where rows_counted > 0) as rows_counted
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
        cast(sum(rows_read) as bigint) as rows_read,
        cast(sum(rows_counted) as bigint) as rows_counted
    from pushed
    group by
        assessment_id,
        department_id,
        indicator_code,
        part,
        record_file_id
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(sum(rows_read) filter (where dataset = 'credit_records') as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(sum(rows_counted) filter (where dataset = 'credit_records') as decimal(38, 6)) as value,
    cast(sum(rows_read) filter (where dataset = 'credit_records') as decimal(38, 6)) as base,
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
