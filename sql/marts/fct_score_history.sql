-- grain: assessment x as_of x department x indicator
-- Inputs: ops.score_history (the days that were scored before), scores.indicator_score (the day that is
-- scored now, whose rows replace what the history held of it).
with earlier as (
    select history.*
    from ops.score_history as history
    where not exists (
        select 1
        from rules.assessment as assessment
        where
            assessment.assessment_id = history.assessment_id
            and assessment.as_of = history.as_of
    )
),

now as (
    select
        score.assessment_id,
        assessment.as_of,
        score.department_id,
        score.indicator_code,
        score.score,
        score.points,
        score.status
    from scores.indicator_score as score
    inner join rules.assessment as assessment on score.assessment_id = assessment.assessment_id
),

days as (
    select * from earlier
    union all by name
    select * from now
)

select
    assessment_id,
    as_of,
    department_id,
    indicator_code,
    cast(score as decimal(6, 2)) as score,
    cast(points as decimal(6, 2)) as points,
    status
from days
