-- grain: assessment x as_of, due or published; the day that is scored now is always due
-- Inputs: marts.fct_score_history, held against ops.score_history (the days before) and
-- marts.fct_indicator_score (the day of now). Reduced to days, as a year of nights is long.
-- Counts are whole, and 0 where all is well.
with due_scores as (
    select
        history.assessment_id,
        history.as_of,
        history.department_id,
        history.indicator_code,
        history.score,
        history.points,
        history.status
    from ops.score_history as history
    anti join rules.assessment as assessment
        on
            history.assessment_id = assessment.assessment_id
            and history.as_of = assessment.as_of
    union all
    select
        assessment.assessment_id,
        assessment.as_of,
        score.department_id,
        score.indicator_code,
        score.score,
        score.points,
        score.status
    from rules.assessment as assessment
    left join marts.fct_indicator_score as score on assessment.assessment_id = score.assessment_id
),

due as (
    select
        assessment_id,
        as_of,
        count(department_id) as due_rows,
        bit_xor(hash(department_id, indicator_code, score, points, status))
        filter (where department_id is not null) as content
    from due_scores
    group by
        assessment_id,
        as_of
),

published as (
    select
        assessment_id,
        as_of,
        count(*) as published_rows,
        bit_xor(hash(department_id, indicator_code, score, points, status)) as content,
        count(*) filter (where not coalesce(score between 0 and points, false)) as beyond_points
    from marts.fct_score_history
    group by
        assessment_id,
        as_of
),

compared as (
    select
        coalesce(published.assessment_id, due.assessment_id) as assessment_id,
        coalesce(published.as_of, due.as_of) as as_of,
        coalesce(published.published_rows, 0) as published_rows,
        coalesce(due.due_rows, 0) as due_rows,
        coalesce(published.content, 0) <> coalesce(due.content, 0) as is_unlike,
        published.beyond_points
    from published
    full outer join due
        on
            published.assessment_id = due.assessment_id
            and published.as_of = due.as_of
)

select
    assessment_id,
    cast(as_of as varchar) as as_of,
    cast(published_rows <> due_rows or is_unlike as integer) as day_off,
    cast(coalesce(beyond_points, 0) as integer) as beyond_points
from compared
