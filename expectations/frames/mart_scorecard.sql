-- grain: assessment x department, due or published; and one row an assessment
-- Inputs: marts.mart_scorecard, held against staging.assessed_department and
-- marts.fct_indicator_score (what must add up); total_move (totals against the version before).
-- Counts are whole, never null, and 0 where all is well. rows_*: of the table, on assessments' rows.
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
        published.department,
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
        1 + coalesce(better.departments, 0) as due_rank,
        move.previous_total,
        move.moved,
        move.accepted_reason,
        coalesce(move.is_held, false) as is_held
    from compared
    left join sums
        on
            compared.assessment_id = sums.assessment_id
            and compared.department_id = sums.department_id
    left join better
        on
            compared.assessment_id = better.assessment_id
            and compared.department_id = better.department_id
    left join total_move as move
        on
            compared.assessment_id = move.assessment_id
            and compared.department_id = move.department_id
            and compared.total = move.total
),

counted as (
    select
        assessment.assessment_id,
        count(*) filter (where compared.is_due and compared.copy = 1) as due_rows,
        count(*) filter (where compared.is_published) as published_rows
    from rules.assessment as assessment
    left join compared on assessment.assessment_id = compared.assessment_id
    group by assessment.assessment_id
),

judged as (
    select * from recomputed
    union all by name
    select
        assessment_id,
        false as is_published,
        false as is_due,
        false as is_held,
        1 as copy,
        greatest(due_rows - published_rows, 0) as rows_lacking,
        cast(sum(published_rows) over () as varchar) as rows_found,
        '>= ' || sum(due_rows) over () as rows_expected
    from counted
)

select
    assessment_id,
    department_id,
    total,
    previous_total,
    moved,
    accepted_reason,
    rows_found,
    rows_expected,
    cast(is_held as integer) as unaccepted,
    cast(coalesce(rows_lacking, 0) as integer) as rows_lacking,
    cast(is_published <> is_due or copy > 1 as integer) as not_once,
    cast(copy > 1 as integer) as repeated,
    case
        when is_published
            then
                cast(assessment_id is null as integer)
                + cast(department_id is null as integer)
                + cast(department is null as integer)
                + cast(total is null as integer)
                + cast(points is null as integer)
                + cast(indicators_missing is null as integer)
                + cast(indicators_stale is null as integer)
        else 0
    end as missing_values,
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
from judged
