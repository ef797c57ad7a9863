select
    shown_department.department || ' · ' || fact.section as department_section,
    sum(fact.lost) as lost_points
from mart_section_task as fact
inner join shown_department using (department_id)
where
    fact.assessment_id = coalesce(getvariable('assessment'), fact.assessment_id)
    and fact.department_id = coalesce(getvariable('department'), fact.department_id)
    and fact.section = coalesce(getvariable('section'), fact.section)
    and fact.role = 'lead'
group by department_section
qualify rank() over (order by lost_points desc) <= 15
