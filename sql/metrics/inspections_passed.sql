-- grain: assessment x department x indicator x part
-- parameters: dimension
-- value: records that passed the inspections of the part's dimension in window; base: records that
-- they checked. inputs: such inspections, so base may be 0. An inspection belongs to the department
-- of its entry as registered, retired or not; one of an unknown entry belongs to nobody.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        window_start,
        last_on,
        options['dimension'] as dimensions
    from staging.metric_part
    where metric = 'inspections_passed'
),

entries as (
    select
        entry_id,
        department_id,
        _file_id
    from staging.catalogue_entries
),

inspections as (
    select
        entry_id,
        inspected_at,
        dimension,
        checked,
        passed,
        _file_id
    from staging.resource_inspections
),

looked_at as (
    select
        parts.assessment_id,
        entries.department_id,
        parts.indicator_code,
        parts.part,
        entries.entry_id,
        entries._file_id as entry_file_id,
        inspections._file_id as file_id,
        inspections.checked,
        inspections.passed
    from parts
    inner join inspections
        on
            list_contains(parts.dimensions, inspections.dimension)
            and inspections.inspected_at between parts.window_start and parts.last_on
    inner join entries
        on inspections.entry_id = entries.entry_id
),

inspected_entries as (
    select distinct
        assessment_id,
        department_id,
        indicator_code,
        part,
        entry_id,
        entry_file_id as file_id
    from looked_at
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
        count(*) as rows_counted
    from inspected_entries
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
        'resource_inspections' as dataset,
        file_id,
        count(*) as rows_read,
        count(*) as rows_counted
    from looked_at
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
        sum(passed) as value,
        sum(checked) as base
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
