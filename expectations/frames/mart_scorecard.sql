-- grain: assessment x department, due or published; and those compared with the version before
-- Inputs: marts.mart_scorecard, held against staging.assessed_department and
-- marts.fct_indicator_score (what must add up); total_move (totals against the version before).
-- Counts are whole, and 0 or null where all is well.
-- noqa: disable=ambiguous.set_columns
with due as (
    select distinct
        assessment_id,
        department_id
    from staging.assessed_department
),

sums as (
    select
        assessment_id,
        department_id,
        sum(score) as total,
        sum(points) as points,
        count(*) filter (where status = 'missing') as missing,
        count(*) filter (where stale) as stale
    from marts.fct_indicator_score
    group by
        assessment_id,
        department_id
),

published as (
    select
        *,
        row_number() over (partition by assessment_id, department_id) as copy
    from marts.mart_scorecard
),

better as (
    select
        card.assessment_id,
        card.department_id,
        count(distinct other.department_id) as departments
    from marts.mart_scorecard as card
    inner join marts.mart_scorecard as other
        on
            card.assessment_id = other.assessment_id
            and card.score_rate < other.score_rate
    group by
        card.assessment_id,
        card.department_id
),

compared as (
    select
        coalesce(published.assessment_id, due.assessment_id) as assessment_id,
        coalesce(published.department_id, due.department_id) as department_id,
        published.total,
        published.points,
        published.score_rate,
        published.rank,
        published.indicators_missing,
        published.indicators_stale,
        coalesce(published.copy, 1) as copy,
        published.copy is not null as is_published,
        due.assessment_id is not null as is_due
    from published
    full outer join due
        on
            published.assessment_id = due.assessment_id
            and published.department_id = due.department_id
),

recomputed as (
    select
        compared.*,
        sums.total as due_total,
        sums.points as due_points,
        sums.missing as due_missing,
        sums.stale as due_stale,
        cast(100 * sums.total as bigint) as total_hundredths,
        cast(100 * sums.points as bigint) as points_hundredths,
        1 + coalesce(better.departments, 0) as due_rank
    from compared
    left join sums
        on
            compared.assessment_id = sums.assessment_id
            and compared.department_id = sums.department_id
    left join better
        on
            compared.assessment_id = better.assessment_id
            and compared.department_id = better.department_id
)

select
    assessment_id,
    department_id,
    cast(is_published <> is_due or copy > 1 as integer) as not_once,
    cast(is_published and points is distinct from due_points as integer) as points_off,
    cast(is_published and total is distinct from due_total as integer) as total_off,
    -- Half up on whole numbers: 10000 x total / points is the rate in hundredths of a percent.
    cast(
        is_published
        and cast(100 * score_rate as bigint) is distinct from case
            when points_hundredths > 0
                then (20000 * total_hundredths + points_hundredths) // (2 * points_hundredths)
        end as integer
    ) as rate_off,
    cast(
        is_published
        and rank is distinct from case when score_rate is not null then due_rank end as integer
    ) as rank_off,
    cast(
        is_published
        and (
            indicators_missing is distinct from due_missing
            or indicators_stale is distinct from due_stale
        ) as integer
    ) as counts_off
from recomputed
union all by name
select
    assessment_id,
    department_id,
    cast(is_held as integer) as unaccepted
from total_move
