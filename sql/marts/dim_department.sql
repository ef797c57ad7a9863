-- grain: department that at least one assessment scores
-- Inputs: staging.assessed_department.
select distinct
    department_id,
    name,
    short_name,
    city_code
from staging.assessed_department
order by department_id
