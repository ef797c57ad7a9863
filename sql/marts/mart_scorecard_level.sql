-- grain: assessment x department x level1
-- Inputs: scores.indicator_score, rules.indicator. score_rate in percent, null without points.
select
    score.assessment_id,
    score.department_id,
    indicator.level1,
    points_of(hundredths(sum(score.score))) as score,
    points_of(hundredths(sum(score.points))) as points,
    percent_of(sum(score.score), sum(score.points)) as score_rate
from scores.indicator_score as score
inner join rules.indicator as indicator
    on
        score.assessment_id = indicator.assessment_id
        and score.indicator_code = indicator.indicator_code
group by
    score.assessment_id,
    score.department_id,
    indicator.level1
order by
    score.assessment_id,
    score.department_id,
    min(indicator.position)
