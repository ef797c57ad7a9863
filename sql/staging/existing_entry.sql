-- grain: assessment x catalogue entry that exists at E
-- inputs: rules.assessment, staging.catalogue_entries
-- An entry exists once it is due or published; a retirement on the day of E is already done at E.
-- A publication after E has not happened yet, so published_at is null then.
with assessments as (
    select
        assessment_id,
        last_on
    from rules.assessment
),

entries as (
    select
        entry_id,
        department_id,
        update_cycle,
        due_at,
        published_at,
        retired_at,
        _file_id
    from staging.catalogue_entries
),

at_e as (
    select
        assessments.assessment_id,
        entries.entry_id,
        entries.department_id,
        entries.update_cycle,
        entries.due_at,
        case when entries.published_at <= assessments.last_on then entries.published_at end
            as published_at,
        entries.due_at <= assessments.last_on as is_due,
        coalesce(entries.published_at <= assessments.last_on, false) as is_published,
        coalesce(entries.retired_at > assessments.last_on, true) as is_active,
        entries._file_id
    from assessments
    cross join entries
)

select
    assessment_id,
    entry_id,
    department_id,
    update_cycle,
    due_at,
    published_at,
    is_due,
    is_published,
    is_active,
    _file_id
from at_e
where is_due or is_published
