-- grain: assessment x department
-- Inputs: scores.department_score, staging.assessed_department. The ranking, best first.
select
    score.assessment_id,
    score.department_id,
    department.name as department,
    cast(score.total as decimal(6, 2)) as total,
    cast(score.points as decimal(6, 2)) as points,
    cast(score.score_rate as decimal(5, 2)) as score_rate,
    cast(score.rank as integer) as rank,
    cast(score.indicators_missing as bigint) as indicators_missing,
    cast(score.indicators_stale as bigint) as indicators_stale
from scores.department_score as score
inner join staging.assessed_department as department
    on
        score.assessment_id = department.assessment_id
        and score.department_id = department.department_id
order by
    score.assessment_id,
    score.rank nulls last,
    score.department_id
