-- grain: assessment x department x indicator x part x step, published, or a part that lost points
-- Inputs: marts.mart_gain, held against marts.fct_part_score, marts.fct_indicator_score and
-- rules.assessment. Of an adjusted indicator every part that applies lost points if the indicator did,
-- and none else; neither it nor a closed assessment can be promised anything.
-- Counts are whole, and 0 where all is well.
with lost as (
    select
        part.assessment_id,
        part.department_id,
        part.indicator_code,
        part.part,
        part.score,
        part.points,
        indicator.status = 'adjusted' or assessment.state = 'closed' as is_final
    from marts.fct_part_score as part
    inner join marts.fct_indicator_score as indicator
        on
            part.assessment_id = indicator.assessment_id
            and part.department_id = indicator.department_id
            and part.indicator_code = indicator.indicator_code
    inner join rules.assessment as assessment
        on part.assessment_id = assessment.assessment_id
    where
        case
            when indicator.status = 'adjusted'
                then indicator.points > indicator.score and part.points > 0
            else part.points > part.score
        end
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
            or (lost.is_final and published.change <> 'none')
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
