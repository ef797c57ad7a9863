-- grain: assessment x department x indicator x part
-- Inputs: scores.part_score, scores.part_explanation.
select
    score.assessment_id,
    score.department_id,
    score.indicator_code,
    score.part,
    cast(score.value as decimal(18, 6)) as value,
    cast(score.base as decimal(18, 6)) as base,
    cast(score.level as varchar) as level,
    cast(score.rank as integer) as rank,
    cast(score.score as decimal(6, 2)) as score,
    cast(score.points as decimal(6, 2)) as points,
    cast(score.status as varchar) as status,
    cast(score.stale as boolean) as stale,
    explanation.explanation_zh,
    explanation.explanation_en
from scores.part_score as score
inner join scores.part_explanation as explanation
    on
        score.assessment_id = explanation.assessment_id
        and score.department_id = explanation.department_id
        and score.indicator_code = explanation.indicator_code
        and score.part = explanation.part
order by
    score.assessment_id,
    score.department_id,
    score.indicator_code,
    score.part
