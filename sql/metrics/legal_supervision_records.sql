-- grain: assessment x department x indicator x part
-- parameters: module
-- value: records of the part's module in window. No base. inputs: the same records.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        from_at,
        until_at,
        options['module'] as modules
    from staging.metric_part
    where metric = 'legal_supervision_records'
),

records as (
    select
        department_id,
        module,
        recorded_at,
        _file_id
    from staging.legal_supervision_records
),

by_file as (
    select
        parts.assessment_id,
        records.department_id,
        parts.indicator_code,
        parts.part,
        records._file_id as file_id,
        count(*) as rows_read,
        count(*) as rows_counted
    from parts
    inner join records
        on
            list_contains(parts.modules, records.module)
            and parts.from_at <= records.recorded_at
            and parts.until_at > records.recorded_at
    group by
        parts.assessment_id,
        records.department_id,
        parts.indicator_code,
        parts.part,
        records._file_id
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(sum(rows_read) as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(sum(rows_counted) as decimal(38, 6)) as value,
    cast(null as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    files_behind('legal_supervision_records', file_id, rows_read, rows_counted) as sources
from by_file
group by
    assessment_id,
    department_id,
    indicator_code,
    part
