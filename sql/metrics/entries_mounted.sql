-- grain: assessment x department x indicator x part
-- parameters: none
-- value: active entries with at least one mount in force at E; base: all active entries, published
-- or not. inputs: entries that exist at E. A mount that ends on the day of E is no longer in force.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        last_on
    from staging.metric_part
    where metric = 'entries_mounted'
),

entries as (
    select
        assessment_id,
        entry_id,
        department_id,
        is_active,
        _file_id
    from staging.existing_entry
),

mounts as (
    select
        entry_id,
        mounted_at,
        unmounted_at,
        _file_id
    from staging.catalogue_mounts
),

mounts_by_e as (
    select
        parts.assessment_id,
        entries.department_id,
        parts.indicator_code,
        parts.part,
        mounts.entry_id,
        mounts._file_id as file_id,
        coalesce(mounts.unmounted_at > parts.last_on, true) as is_counted
    from parts
    inner join entries
        on parts.assessment_id = entries.assessment_id
    inner join mounts
        on entries.entry_id = mounts.entry_id
    where
        entries.is_active
        and mounts.mounted_at <= parts.last_on
),

mounted as (
    select distinct
        assessment_id,
        indicator_code,
        part,
        entry_id
    from mounts_by_e
    where is_counted
),

looked_at as (
    select
        parts.assessment_id,
        entries.department_id,
        parts.indicator_code,
        parts.part,
        entries._file_id as file_id,
        entries.is_active,
        mounted.entry_id is not null as is_counted
    from parts
    inner join entries
        on parts.assessment_id = entries.assessment_id
    left join mounted
        on
            parts.assessment_id = mounted.assessment_id
            and parts.indicator_code = mounted.indicator_code
            and parts.part = mounted.part
            and entries.entry_id = mounted.entry_id
),

file_rows as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        'catalogue_entries' as dataset,
        file_id,
        count(*) as rows_read,
        count(*) filter (where is_counted) as rows_counted
    from looked_at
    group by
        assessment_id,
        department_id,
        indicator_code,
        part,
        file_id
    union all
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        'catalogue_mounts' as dataset,
        file_id,
        count(*) as rows_read,
        count(*) filter (where is_counted) as rows_counted
    from mounts_by_e
    group by
        assessment_id,
        department_id,
        indicator_code,
        part,
        file_id
),

sources as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        files_behind(dataset, file_id, rows_read, rows_counted) as sources
    from file_rows
    group by
        assessment_id,
        department_id,
        indicator_code,
        part
),

measured as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        count(*) as inputs,
        count(*) filter (where is_counted) as value,
        count(*) filter (where is_active) as base
    from looked_at
    group by
        assessment_id,
        department_id,
        indicator_code,
        part
)

select
    measured.assessment_id,
    measured.department_id,
    measured.indicator_code,
    measured.part,
    measured.inputs,
    cast(0 as bigint) as pending,
    cast(measured.value as decimal(38, 6)) as value,
    cast(measured.base as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    sources.sources
from measured
inner join sources
    on
        measured.assessment_id = sources.assessment_id
        and measured.department_id = sources.department_id
        and measured.indicator_code = sources.indicator_code
        and measured.part = sources.part
