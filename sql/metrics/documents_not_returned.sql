-- grain: assessment x department x indicator x part
-- parameters: none
-- value: documents completed in window that were never returned; base: documents completed in
-- window, whenever they were due. inputs: the base. returned_count carries no date: it is taken as
-- now known.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        from_at,
        until_at
    from staging.metric_part
    where metric = 'documents_not_returned'
),

documents as (
    select
        department_id,
        completed_at,
        returned_count,
        _file_id
    from staging.official_documents
),

by_file as (
    select
        parts.assessment_id,
        documents.department_id,
        parts.indicator_code,
        parts.part,
        documents._file_id as file_id,
        count(*) as rows_read,
        count(*) filter (
            where
            documents.returned_count = 0
        ) as rows_counted
    from parts
    inner join documents
        on
            parts.from_at <= documents.completed_at
            and parts.until_at > documents.completed_at
    group by
        parts.assessment_id,
        documents.department_id,
        parts.indicator_code,
        parts.part,
        documents._file_id
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(sum(rows_read) as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(sum(rows_counted) as decimal(38, 6)) as value,
    cast(sum(rows_read) as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    files_behind('official_documents', file_id, rows_read, rows_counted) as sources
from by_file
group by
    assessment_id,
    department_id,
    indicator_code,
    part
