-- grain: assessment x indicator, due or published
-- Inputs: marts.dim_indicator, held against rules.indicator and the points of its parts in rules.part.
-- Counts are whole, and 0 where all is well. points_*: of all indicators together, on every row.
with parts as (
    select
        assessment_id,
        indicator_code,
        sum(points) as points
    from rules.part
    group by
        assessment_id,
        indicator_code
),

due as (
    select
        indicator.assessment_id,
        indicator.indicator_code,
        indicator.points,
        parts.points as parts_points
    from rules.indicator as indicator
    left join parts
        on
            indicator.assessment_id = parts.assessment_id
            and indicator.indicator_code = parts.indicator_code
),

published as (
    select
        *,
        row_number() over (partition by assessment_id, indicator_code) as copy
    from marts.dim_indicator
),

compared as (
    select
        published.points,
        coalesce(published.assessment_id, due.assessment_id) as assessment_id,
        coalesce(published.indicator_code, due.indicator_code) as indicator_code,
        due.points as due_points,
        due.parts_points,
        coalesce(published.copy, 1) as copy,
        published.copy is not null as is_published,
        due.assessment_id is not null as is_due
    from published
    full outer join due
        on
            published.assessment_id = due.assessment_id
            and published.indicator_code = due.indicator_code
),

sums as (
    select
        assessment_id,
        coalesce(sum(points), 0) as points,
        sum(due_points) filter (where copy = 1) as due_points
    from compared
    group by assessment_id
),

told as (
    select
        string_agg(assessment_id || ' ' || points, ', ' order by assessment_id) as points_found,
        string_agg(assessment_id || ' ' || due_points, ', ' order by assessment_id) as points_expected
    from sums
)

select
    compared.assessment_id,
    compared.indicator_code,
    told.points_found,
    told.points_expected,
    cast(
        compared.is_published <> compared.is_due or compared.copy > 1 as integer
    ) as not_once,
    cast(
        compared.is_published
        and (
            compared.points is distinct from compared.due_points
            or compared.points is distinct from compared.parts_points
        ) as integer
    ) as points_off
from compared
cross join told
