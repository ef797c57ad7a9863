-- grain: assessment x department whose total was published before
-- Inputs: marts.mart_scorecard, rules.assessment, ops.acceptance, ops.published_total, move_bound (one
-- row: how many points a total may move, and how many days apart two as_of may be to be compared).
-- Compared is the newest version that published the assessment for a day as near as that, whatever was
-- published since for other days. No frame of its own: mart_scorecard takes it in.
-- An assessment that was not scored is not missed: nightly --assessment publishes the one it names.
-- total: null where the department has none any more, which no number of points makes small. Who is
-- new moved from nowhere. An acceptance covers the step that it was given for and no later one: from
-- the total of that version, to one as near to what was accepted as a total may move unseen.
-- is_held: moved farther, and nobody accepted that. accepted_reason: moved farther, and why it may.
with now as (
    select distinct
        assessment_id,
        department_id,
        total
    from marts.mart_scorecard
),

previous as (
    select
        published.version,
        published.assessment_id,
        assessment.as_of,
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
    inner join previous
        on
            acceptance.assessment_id = previous.assessment_id
            and acceptance.department_id = previous.department_id
            and acceptance.from_version = previous.version
    cross join move_bound as bound
    where abs(date_diff('day', acceptance.as_of, previous.as_of)) <= bound.days_apart
    qualify row_number() over (
        partition by acceptance.assessment_id, acceptance.department_id
        order by acceptance.accepted_at desc, acceptance.as_of desc
    ) = 1
),

moves as (
    select
        previous.assessment_id,
        previous.as_of,
        previous.department_id,
        now.total,
        previous.total as previous_total,
        previous.version as previous_version,
        coalesce(now.total, 0) - previous.total as moved,
        acceptance.reason,
        now.total is null or abs(now.total - previous.total) > bound.most_points as is_far,
        acceptance.reason is not null
        and coalesce(
            abs(now.total - acceptance.total) <= bound.most_points,
            now.total is null and acceptance.total is null
        ) as is_accepted
    from previous
    cross join move_bound as bound
    left join now
        on
            previous.assessment_id = now.assessment_id
            and previous.department_id = now.department_id
    left join newest_acceptance as acceptance
        on
            previous.assessment_id = acceptance.assessment_id
            and previous.department_id = acceptance.department_id
)

select
    assessment_id,
    as_of,
    department_id,
    total,
    previous_total,
    previous_version,
    moved,
    is_far and not is_accepted as is_held,
    case when is_far and is_accepted then reason end as accepted_reason
from moves
