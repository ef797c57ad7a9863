-- grain: assessment x assessed department
-- Inputs: scores.indicator_score. Ranked by the rate as it is printed, so that equal prints never
-- have different ranks; without points there is neither a rate nor a rank.
with totals as (
    select
        assessment_id,
        department_id,
        points_of(hundredths(sum(score))) as total,
        points_of(hundredths(sum(points))) as points,
        percent_of(sum(score), sum(points)) as score_rate,
        count(*) filter (where status = 'missing') as indicators_missing,
        count(*) filter (where stale) as indicators_stale
    from scores.indicator_score
    group by
        assessment_id,
        department_id
)

select
    assessment_id,
    department_id,
    total,
    points,
    score_rate,
    case
        when score_rate is not null
            then cast(
                rank() over (
                    partition by assessment_id
                    order by score_rate desc nulls last
                ) as integer
            )
    end as rank,
    indicators_missing,
    indicators_stale
from totals
