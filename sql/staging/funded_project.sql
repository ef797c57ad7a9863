-- grain: assessment x government-funded IT project of the assessment's year
-- inputs: rules.assessment, staging.it_projects
-- Flags of a project carry no date, so they are taken as now known.
with assessments as (
    select
        assessment_id,
        year
    from rules.assessment
),

projects as (
    select
        project_id,
        department_id,
        kind,
        year,
        government_funded,
        filed_at,
        analyses_internal_sharing,
        analyses_external_sharing,
        lists_fields,
        lists_format,
        lists_scope,
        lists_method,
        lists_frequency,
        _file_id
    from staging.it_projects
)

select
    assessments.assessment_id,
    projects.project_id,
    projects.department_id,
    projects.kind,
    projects.filed_at,
    projects.analyses_internal_sharing,
    projects.analyses_external_sharing,
    projects.lists_fields,
    projects.lists_format,
    projects.lists_scope,
    projects.lists_method,
    projects.lists_frequency,
    projects._file_id
from assessments
inner join projects
    on assessments.year = projects.year
where projects.government_funded
