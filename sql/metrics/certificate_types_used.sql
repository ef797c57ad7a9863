-- grain: assessment x department x indicator x part
-- parameters: none
-- value: distinct types of which the department used a certificate in window, claimed by it or not;
-- no base. inputs: such uses. A type is known when any known department has a row for it; a use of
-- an unknown type is nobody's. Of certificate_types, the rows that make the used types known are
-- read, whosever they are.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        from_at,
        until_at
    from staging.metric_part
    where metric = 'certificate_types_used'
),

uses as (
    select
        type_code,
        department_id,
        used_at,
        _file_id
    from staging.certificate_uses
),

known_types as (
    select
        certificate_types.type_code,
        certificate_types._file_id
    from staging.certificate_types as certificate_types
    inner join staging.departments as departments
        on certificate_types.department_id = departments.department_id
),

used as (
    select
        parts.assessment_id,
        uses.department_id,
        parts.indicator_code,
        parts.part,
        uses.type_code,
        uses._file_id,
        count(*) as uses
    from parts
    inner join uses
        on
            parts.from_at <= uses.used_at
            and parts.until_at > uses.used_at
    where uses.type_code in (select known_types.type_code from known_types)
    group by
        parts.assessment_id,
        uses.department_id,
        parts.indicator_code,
        parts.part,
        uses.type_code,
        uses._file_id
),

used_types as (
    select distinct
        assessment_id,
        department_id,
        indicator_code,
        part,
        type_code
    from used
),

types_by_department as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        count(*) as types
    from used_types
    group by
        assessment_id,
        department_id,
        indicator_code,
        part
),

by_file as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        'certificate_uses' as dataset,
        _file_id as file_id,
        cast(sum(uses) as bigint) as rows_read
    from used
    group by
        assessment_id,
        department_id,
        indicator_code,
        part,
        _file_id
    union all
    select
        used_types.assessment_id,
        used_types.department_id,
        used_types.indicator_code,
        used_types.part,
        'certificate_types' as dataset,
        known_types._file_id as file_id,
        count(*) as rows_read
    from used_types
    inner join known_types
        on used_types.type_code = known_types.type_code
    group by
        used_types.assessment_id,
        used_types.department_id,
        used_types.indicator_code,
        used_types.part,
        known_types._file_id
)

select
    by_file.assessment_id,
    by_file.department_id,
    by_file.indicator_code,
    by_file.part,
    cast(
        sum(by_file.rows_read) filter (where by_file.dataset = 'certificate_uses') as bigint
    ) as inputs,
    cast(0 as bigint) as pending,
    cast(max(types_by_department.types) as decimal(38, 6)) as value,
    cast(null as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    files_behind(by_file.dataset, by_file.file_id, by_file.rows_read, by_file.rows_read) as sources
from by_file
inner join types_by_department
    on
        by_file.assessment_id = types_by_department.assessment_id
        and by_file.department_id = types_by_department.department_id
        and by_file.indicator_code = types_by_department.indicator_code
        and by_file.part = types_by_department.part
group by
    by_file.assessment_id,
    by_file.department_id,
    by_file.indicator_code,
    by_file.part
