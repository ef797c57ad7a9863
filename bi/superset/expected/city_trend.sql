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
)

select
    as_of,
    max(total * 100 / nullif(points, 0)) as best_rate,
    avg(total * 100 / nullif(points, 0)) as mean_rate,
    min(total * 100 / nullif(points, 0)) as lowest_rate
from daily
group by as_of
