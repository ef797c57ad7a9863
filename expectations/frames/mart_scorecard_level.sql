-- grain: assessment x department x level1, due or published
-- Inputs: marts.mart_scorecard_level, held against rules.indicator for every
-- staging.assessed_department and marts.fct_indicator_score (what must add up).
-- Counts are whole, and 0 where all is well.
with due as (
    select distinct
        indicator.assessment_id,
        department.department_id,
        indicator.level1
    from rules.indicator as indicator
    inner join staging.assessed_department as department
        on indicator.assessment_id = department.assessment_id
),

sums as (
    select
        score.assessment_id,
        score.department_id,
        indicator.level1,
        sum(score.score) as score,
        sum(score.points) as points,
        cast(100 * sum(score.score) as bigint) as score_hundredths,
        cast(100 * sum(score.points) as bigint) as points_hundredths
    from marts.fct_indicator_score as score
    inner join rules.indicator as indicator
        on
            score.assessment_id = indicator.assessment_id
            and score.indicator_code = indicator.indicator_code
    group by
        score.assessment_id,
        score.department_id,
        indicator.level1
),

published as (
    select
        *,
        row_number() over (partition by assessment_id, department_id, level1) as copy
    from marts.mart_scorecard_level
),

compared as (
    select
        coalesce(published.assessment_id, due.assessment_id) as assessment_id,
        coalesce(published.department_id, due.department_id) as department_id,
        coalesce(published.level1, due.level1) as level1,
        published.score,
        published.points,
        published.score_rate,
        coalesce(published.copy, 1) as copy,
        published.copy is not null as is_published,
        due.assessment_id is not null as is_due
    from published
    full outer join due
        on
            published.assessment_id = due.assessment_id
            and published.department_id = due.department_id
            and published.level1 = due.level1
),

recomputed as (
    select
        compared.*,
        sums.score as due_score,
        sums.points as due_points,
        -- Half up on whole numbers: 10000 x score / points is the rate in hundredths of a percent.
        case
            when sums.points_hundredths > 0
                then
                    (20000 * sums.score_hundredths + sums.points_hundredths)
                    // (2 * sums.points_hundredths)
        end as due_rate_hundredths
    from compared
    left join sums
        on
            compared.assessment_id = sums.assessment_id
            and compared.department_id = sums.department_id
            and compared.level1 = sums.level1
)

select
    assessment_id,
    department_id,
    level1,
    cast(is_published <> is_due or copy > 1 as integer) as not_once,
    cast(
        is_published
        and (
            score is distinct from due_score
            or points is distinct from due_points
            or cast(100 * score_rate as bigint) is distinct from due_rate_hundredths
        ) as integer
    ) as sums_off
from recomputed
