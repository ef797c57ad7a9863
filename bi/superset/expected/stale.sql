select sum(indicators_stale) as stale
from mart_scorecard
where
    assessment_id = coalesce(getvariable('assessment'), assessment_id)
    and department_id = coalesce(getvariable('department'), department_id)
