-- grain: assessment x department x indicator x part
-- parameters: none
-- value: active entries published by E whose age at E is within their cycle; base: all of them.
-- inputs: entries that exist at E. Age is in days, from the later of publication and newest update
-- by E to the day of E. Cycles are as long as their longest instance (a quarter of 92 days, a leap
-- year), so nobody is late by the calendar alone; irregular entries have no cycle and are always in.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        last_on,
        until_at
    from staging.metric_part
    where metric = 'entries_up_to_date'
),

entries as (
    select
        assessment_id,
        entry_id,
        department_id,
        published_at,
        is_active and is_published as is_in_base,
        case update_cycle
            when 'realtime' then 1
            when 'daily' then 1
            when 'weekly' then 7
            when 'monthly' then 31
            when 'quarterly' then 92
            when 'semiannual' then 184
            when 'annual' then 366
        end as cycle_days,
        update_cycle = 'irregular' as is_irregular,
        _file_id
    from staging.existing_entry
),

updates as (
    select
        entry_id,
        updated_at,
        _file_id
    from staging.catalogue_updates
),

updates_by_e as (
    select
        parts.assessment_id,
        entries.department_id,
        parts.indicator_code,
        parts.part,
        updates.entry_id,
        cast(updates.updated_at as date) as updated_on,
        updates._file_id as file_id,
        row_number() over (
            partition by
                parts.assessment_id,
                parts.indicator_code,
                parts.part,
                updates.entry_id
            order by updates.updated_at desc
        ) = 1 as is_newest
    from parts
    inner join entries
        on parts.assessment_id = entries.assessment_id
    inner join updates
        on entries.entry_id = updates.entry_id
    where
        entries.is_in_base
        and updates.updated_at < parts.until_at
),

looked_at as (
    select
        parts.assessment_id,
        entries.department_id,
        parts.indicator_code,
        parts.part,
        entries.entry_id,
        entries._file_id as file_id,
        entries.is_in_base,
        newest.updated_on >= entries.published_at as is_aged_by_update,
        entries.is_in_base
        and (
            entries.is_irregular
            or date_diff(
                'day',
                greatest(entries.published_at, coalesce(newest.updated_on, entries.published_at)),
                parts.last_on
            ) <= entries.cycle_days
        ) as is_counted
    from parts
    inner join entries
        on parts.assessment_id = entries.assessment_id
    left join updates_by_e as newest
        on
            parts.assessment_id = newest.assessment_id
            and parts.indicator_code = newest.indicator_code
            and parts.part = newest.part
            and entries.entry_id = newest.entry_id
            and newest.is_newest
),

-- Of an entry's updates only the newest bears on the value, and only if publication is not later.
update_rows as (
    select
        updates_by_e.assessment_id,
        updates_by_e.department_id,
        updates_by_e.indicator_code,
        updates_by_e.part,
        updates_by_e.file_id,
        updates_by_e.is_newest
        and looked_at.is_counted
        and looked_at.is_aged_by_update as is_counted
    from updates_by_e
    inner join looked_at
        on
            updates_by_e.assessment_id = looked_at.assessment_id
            and updates_by_e.indicator_code = looked_at.indicator_code
            and updates_by_e.part = looked_at.part
            and updates_by_e.entry_id = looked_at.entry_id
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
        'catalogue_updates' as dataset,
        file_id,
        count(*) as rows_read,
        count(*) filter (where is_counted) as rows_counted
    from update_rows
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
        count(*) filter (where is_in_base) as base
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
