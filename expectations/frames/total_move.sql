-- grain: assessment x department whose total was published before, too
-- Inputs: marts.mart_scorecard, rules.assessment, ops.acceptance, ops.published_total, move_bound (one
-- row: how many points a total may move, and how many days apart two as_of may be to be compared).
-- Compared is the newest version that published the assessment for a day as near as that, whatever was
-- published since for other days. No frame of its own: mart_scorecard takes it in.
-- is_held: moved farther, and nobody accepted that. accepted_reason: moved farther, and why it may.
with now as (
    select distinct
        card.assessment_id,
        assessment.as_of,
        card.department_id,
        card.total
    from marts.mart_scorecard as card
    inner join rules.assessment as assessment on card.assessment_id = assessment.assessment_id
),

previous as (
    select
        published.assessment_id,
        published.department_id,
        published.total
    from ops.published_total as published
    inner join rules.assessment as assessment
        on published.assessment_id = assessment.assessment_id
    cross join move_bound as bound
    where abs(date_diff('day', published.as_of, assessment.as_of)) <= bound.days_apart
    qualify published.version = max(published.version) over (partition by published.assessment_id)
),

newest_acceptance as (
    select
        acceptance.assessment_id,
        acceptance.department_id,
        acceptance.total,
        acceptance.reason
    from ops.acceptance as acceptance
    inner join rules.assessment as assessment
        on acceptance.assessment_id = assessment.assessment_id
    cross join move_bound as bound
    where abs(date_diff('day', acceptance.as_of, assessment.as_of)) <= bound.days_apart
    qualify row_number() over (
        partition by acceptance.assessment_id, acceptance.department_id
        order by acceptance.accepted_at desc, acceptance.as_of desc
    ) = 1
),

moves as (
    select
        now.assessment_id,
        now.as_of,
        now.department_id,
        now.total,
        previous.total as previous_total,
        now.total - previous.total as moved,
        acceptance.reason,
        abs(now.total - previous.total) > bound.most_points as is_far,
        coalesce(abs(now.total - acceptance.total) <= bound.most_points, false) as is_accepted
    from now
    cross join move_bound as bound
    inner join previous
        on
            now.assessment_id = previous.assessment_id
            and now.department_id = previous.department_id
    left join newest_acceptance as acceptance
        on
            now.assessment_id = acceptance.assessment_id
            and now.department_id = acceptance.department_id
)

select
    assessment_id,
    as_of,
    department_id,
    total,
    previous_total,
    moved,
    is_far and not is_accepted as is_held,
    case when is_far and is_accepted then reason end as accepted_reason
from moves
