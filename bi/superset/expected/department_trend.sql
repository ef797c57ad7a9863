with daily as (
    select
        as_of,
        department_id,
        sum(score) as total,
        sum(points) as points
    from fct_score_history
    where
        assessment_id = coalesce(getvariable('assessment'), assessment_id)
        and department_id = coalesce(getvariable('department'), department_id)
    group by assessment_id, as_of, department_id
),

-- The ten that had most of their points over all days.
best as (
    select department_id
    from daily
    group by department_id
    order by sum(total) / nullif(sum(points), 0) desc nulls last
    limit 10
)

select
    daily.as_of,
    shown_department.department as department,
    sum(daily.total) * 100 / nullif(sum(daily.points), 0) as rate
from daily
inner join best using (department_id)
inner join shown_department using (department_id)
group by daily.as_of, shown_department.department
