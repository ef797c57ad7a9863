-- grain: assessment x assessed department x indicator
-- Inputs: scores.part_score, scores.adjustment. Sums of the rounded parts. An adjustment replaces
-- the score, from 0 to the points that apply, but never makes an indicator apply.
with summed as (
    select
        assessment_id,
        department_id,
        indicator_code,
        sum(score) as score,
        sum(points) as points,
        bool_and(status = 'not_applicable') as is_not_applicable,
        bool_and(status in ('missing', 'not_applicable')) as is_missing,
        bool_or(stale and status <> 'not_applicable') as is_stale
    from scores.part_score
    group by
        assessment_id,
        department_id,
        indicator_code
),

adjusted as (
    select
        summed.assessment_id,
        summed.department_id,
        summed.indicator_code,
        summed.score as computed_score,
        summed.points,
        summed.is_stale,
        case
            when summed.is_not_applicable then 'not_applicable'
            when adjustment.adjustment_id is not null then 'adjusted'
            when summed.is_missing then 'missing'
            else 'scored'
        end as status,
        least(greatest(adjustment.score, 0), summed.points) as decided_score
    from summed
    left join scores.adjustment as adjustment
        on
            summed.assessment_id = adjustment.assessment_id
            and summed.department_id = adjustment.department_id
            and summed.indicator_code = adjustment.indicator_code
)

select
    assessment_id,
    department_id,
    indicator_code,
    points_of(hundredths(case status when 'adjusted' then decided_score else computed_score end))
        as score,
    points_of(hundredths(points)) as points,
    points_of(hundredths(computed_score)) as computed_score,
    status,
    is_stale as stale
from adjusted
