-- grain: assessment x department
-- inputs: rules.assessment, staging.departments
-- Who is assessed: departments of the rulebook's city that are active on at least one day of S..E.
-- active_to still counts on its own day; a department that ends before it begins is never active.
with assessments as (
    select
        assessment_id,
        city_code,
        window_start,
        last_on
    from rules.assessment
),

departments as (
    select
        department_id,
        name,
        short_name,
        city_code,
        active_from,
        coalesce(active_to, date '9999-12-31') as active_to
    from staging.departments
)

select
    assessments.assessment_id,
    departments.department_id,
    departments.name,
    departments.short_name,
    departments.city_code
from assessments
inner join departments
    on assessments.city_code = departments.city_code
where
    departments.active_from <= departments.active_to
    and departments.active_from <= assessments.last_on
    and departments.active_to >= assessments.window_start
