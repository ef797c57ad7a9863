-- grain: assessed department x section
-- Inputs: staging.sections, marts.dim_department.
select
    section.department_id,
    section.section_id,
    section.name
from staging.sections as section
inner join marts.dim_department as department
    on section.department_id = department.department_id
order by
    section.department_id,
    section.section_id
