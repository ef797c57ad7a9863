-- grain: assessment x department x indicator x part x step, published, or a part that lost points
-- Inputs: marts.mart_gain, held against marts.fct_part_score.
-- Counts are whole, and 0 where all is well.
with lost as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        score,
        points
    from marts.fct_part_score
    where points > score
),

published as (
    select
        *,
        min(step) over (partition by assessment_id, department_id, indicator_code, part) as first_step
    from marts.mart_gain
)

select
    coalesce(published.assessment_id, lost.assessment_id) as assessment_id,
    coalesce(published.department_id, lost.department_id) as department_id,
    coalesce(published.indicator_code, lost.indicator_code) as indicator_code,
    coalesce(published.part, lost.part) as part,
    cast(published.step as varchar) as step,
    cast(
        published.part is null or lost.part is null or published.first_step <> 1 or published.step not in (1, 2)
        as integer
    ) as not_told,
    cast(
        lost.part is not null
        and published.part is not null
        and (
            published.gain <> published.score_to - lost.score
            or published.score_to > lost.points
            or published.gain < 0
            or (published.gain = 0) <> (published.change = 'none')
            or (published.step = 2 and published.score_to <> lost.points)
        )
        as integer
    ) as gain_off
from published
full outer join lost
    on
        published.assessment_id = lost.assessment_id
        and published.department_id = lost.department_id
        and published.indicator_code = lost.indicator_code
        and published.part = lost.part
