-- grain: assessment x assessed department x indicator x part, those that lost points
-- Inputs: scores.part_input, scores.part_score, scores.indicator_score, scores.part_gain_base,
-- scores.part_gain_incident, rules.assessment, rules.part, rules.gain. Where a part stands, and what
-- change of its inputs can win points back. obstacle says why none can, else null: closed, decided (an
-- adjustment set the indicator's score: all its parts that apply stand here if it took points, none
-- else), no_peers, no_base (nothing has come, and what it would be held against is not known before),
-- incidents (too many for a first link to earn anything).
-- Without a base a new item makes one, if it brings its own: the rulebook's `new` says so.
with lost as (
    select
        input.assessment_id,
        input.department_id,
        input.indicator_code,
        input.part,
        input.method,
        input.pending,
        input.points_hundredths,
        hundredths(score.score) as score_hundredths,
        input.value_millionths,
        case when input.base_millionths > 0 then input.base_millionths else first_base.base_millionths end
            as known_base_millionths,
        input.base_millionths,
        input.base_divisor,
        incident.value_millionths as first_value_millionths,
        millionths(part.at_most) as at_most_millionths,
        assessment.state = 'closed' as is_closed,
        indicator.status = 'adjusted' as is_decided,
        input.method in ('ratio', 'scaled') as has_base,
        input.method = 'rank_bands' and input.status = 'missing' as has_no_peers,
        gain.change,
        gain.multiple_of,
        gain.text_zh,
        gain.text_en,
        gain.new_multiple_of,
        gain.new_zh,
        gain.new_en
    from scores.part_input as input
    inner join scores.part_score as score
        on
            input.assessment_id = score.assessment_id
            and input.department_id = score.department_id
            and input.indicator_code = score.indicator_code
            and input.part = score.part
    inner join scores.indicator_score as indicator
        on
            input.assessment_id = indicator.assessment_id
            and input.department_id = indicator.department_id
            and input.indicator_code = indicator.indicator_code
    inner join rules.assessment as assessment
        on input.assessment_id = assessment.assessment_id
    inner join rules.part as part
        on
            input.assessment_id = part.assessment_id
            and input.indicator_code = part.indicator_code
            and input.part = part.part
    inner join rules.gain as gain
        on
            input.assessment_id = gain.assessment_id
            and input.indicator_code = gain.indicator_code
            and input.part = gain.part
    left join scores.part_gain_base as first_base
        on
            input.assessment_id = first_base.assessment_id
            and input.department_id = first_base.department_id
            and input.indicator_code = first_base.indicator_code
            and input.part = first_base.part
    left join scores.part_gain_incident as incident
        on
            input.assessment_id = incident.assessment_id
            and input.department_id = incident.department_id
            and input.indicator_code = incident.indicator_code
            and input.part = incident.part
            and input.method = 'limit'
    where
        case
            when indicator.status = 'adjusted'
                then indicator.points > indicator.score and score.points > 0
            else score.points > score.score
        end
),

judged as (
    select
        *,
        case
            when has_base then change = 'within' and known_base_millionths is null
            else method = 'limit' and value_millionths is null
        end as needs_new
    from lost
),

hindered as (
    select
        *,
        case
            when is_closed then 'closed'
            when is_decided then 'decided'
            when has_no_peers then 'no_peers'
            when needs_new and new_multiple_of is null then 'no_base'
            when needs_new and first_value_millionths > at_most_millionths then 'incidents'
        end as obstacle
    from judged
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    method,
    pending,
    points_hundredths,
    score_hundredths,
    value_millionths is null as has_no_value,
    coalesce(value_millionths, first_value_millionths, 0) as value_millionths,
    case when has_base then coalesce(known_base_millionths, base_millionths, 0) else base_millionths end
        as base_millionths,
    base_divisor,
    case
        when obstacle is not null then 'none'
        when needs_new then 'added'
        else change
    end as change,
    obstacle,
    millionths(case when needs_new then new_multiple_of else multiple_of end) as multiple_millionths,
    case when needs_new then new_zh else text_zh end as text_zh,
    case when needs_new then new_en else text_en end as text_en
from hindered
