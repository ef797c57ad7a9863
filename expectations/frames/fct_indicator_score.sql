-- grain: assessment x department x indicator, due or published
-- Inputs: marts.fct_indicator_score, held against rules.indicator for every
-- staging.assessed_department, marts.fct_part_score (what must add up) and staging.adjustments.
-- Counts are whole, and 0 where all is well.
with due as (
    select distinct
        indicator.assessment_id,
        department.department_id,
        indicator.indicator_code
    from rules.indicator as indicator
    inner join staging.assessed_department as department
        on indicator.assessment_id = department.assessment_id
),

parts as (
    select
        assessment_id,
        department_id,
        indicator_code,
        sum(score) as score,
        sum(points) as points,
        count(*) filter (where status <> 'not_applicable') as applicable,
        count(*) filter (where status = 'missing') as missing,
        count(*) filter (where status <> 'not_applicable' and stale) as stale
    from marts.fct_part_score
    group by
        assessment_id,
        department_id,
        indicator_code
),

decided as (
    select
        assessment.assessment_id,
        adjustment.department_id,
        adjustment.indicator_code,
        arg_max(adjustment.score, (adjustment.decided_on, adjustment.adjustment_id)) as score
    from staging.adjustments as adjustment
    inner join rules.assessment as assessment
        on
            adjustment.year = assessment.year
            and adjustment.decided_on <= assessment.as_of
    group by
        assessment.assessment_id,
        adjustment.department_id,
        adjustment.indicator_code
),

published as (
    select
        *,
        row_number() over (partition by assessment_id, department_id, indicator_code) as copy
    from marts.fct_indicator_score
),

compared as (
    select
        coalesce(published.assessment_id, due.assessment_id) as assessment_id,
        coalesce(published.department_id, due.department_id) as department_id,
        coalesce(published.indicator_code, due.indicator_code) as indicator_code,
        published.score,
        published.points,
        published.computed_score,
        published.status,
        published.stale,
        published.lost,
        coalesce(published.copy, 1) as copy,
        published.copy is not null as is_published,
        due.assessment_id is not null as is_due
    from published
    full outer join due
        on
            published.assessment_id = due.assessment_id
            and published.department_id = due.department_id
            and published.indicator_code = due.indicator_code
),

recomputed as (
    select
        compared.*,
        parts.score as parts_score,
        parts.points as parts_points,
        parts.stale > 0 as due_stale,
        least(greatest(cast(decided.score as decimal(18, 2)), 0), parts.points) as decided_score,
        case
            when parts.applicable = 0 then 'not_applicable'
            when decided.score is not null then 'adjusted'
            when parts.missing = parts.applicable then 'missing'
            else 'scored'
        end as due_status
    from compared
    left join parts
        on
            compared.assessment_id = parts.assessment_id
            and compared.department_id = parts.department_id
            and compared.indicator_code = parts.indicator_code
    left join decided
        on
            compared.assessment_id = decided.assessment_id
            and compared.department_id = decided.department_id
            and compared.indicator_code = decided.indicator_code
)

select
    assessment_id,
    department_id,
    indicator_code,
    cast(is_published <> is_due or copy > 1 as integer) as not_once,
    cast(
        is_published
        and not coalesce(
            score between 0 and points and computed_score between 0 and points, false
        ) as integer
    ) as beyond_points,
    cast(
        is_published
        and not coalesce(status in ('scored', 'missing', 'not_applicable', 'adjusted'), false)
        as integer
    ) as status_unknown,
    cast(
        is_published
        and (status is distinct from due_status or stale is distinct from due_stale) as integer
    ) as status_off,
    cast(is_published and points is distinct from parts_points as integer) as points_off,
    cast(
        is_published
        and (
            computed_score is distinct from parts_score
            or score is distinct from case
                when due_status = 'adjusted' then decided_score else parts_score
            end
            or lost is distinct from points - score
        ) as integer
    ) as score_off
from recomputed
