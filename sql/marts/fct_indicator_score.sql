-- grain: assessment x department x indicator
-- Inputs: scores.indicator_score, scores.indicator_explanation. lost: points - score.
select
    score.assessment_id,
    score.department_id,
    score.indicator_code,
    cast(score.score as decimal(6, 2)) as score,
    cast(score.points as decimal(6, 2)) as points,
    cast(score.computed_score as decimal(6, 2)) as computed_score,
    cast(score.status as varchar) as status,
    cast(score.stale as boolean) as stale,
    cast(score.points - score.score as decimal(6, 2)) as lost,
    explanation.explanation_zh,
    explanation.explanation_en
from scores.indicator_score as score
inner join scores.indicator_explanation as explanation
    on
        score.assessment_id = explanation.assessment_id
        and score.department_id = explanation.department_id
        and score.indicator_code = explanation.indicator_code
order by
    score.assessment_id,
    score.department_id,
    score.indicator_code
