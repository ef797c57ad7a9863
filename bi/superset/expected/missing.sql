select sum(indicators_missing) as missing
from mart_scorecard
where
    assessment_id = coalesce(getvariable('assessment'), assessment_id)
    and department_id = coalesce(getvariable('department'), department_id)
