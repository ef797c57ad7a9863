select avg(score_rate) / 100 as mean_rate
from mart_scorecard
where
    assessment_id = coalesce(getvariable('assessment'), assessment_id)
    and department_id = coalesce(getvariable('department'), department_id)
