-- grain: assessment x indicator, due or published; and one row an assessment
-- Inputs: marts.dim_indicator, held against rules.indicator and the points of its parts in rules.part.
-- Counts are whole, never null, and 0 where all is well. rows_*, points_*: of the table, on
-- assessments' rows.
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
        published.* exclude (assessment_id, indicator_code, copy),
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

counted as (
    select
        assessment.assessment_id,
        count(*) filter (where compared.is_due and compared.copy = 1) as due_rows,
        count(*) filter (where compared.is_published) as published_rows,
        coalesce(sum(compared.points), 0) as points,
        sum(compared.due_points) filter (where compared.copy = 1) as due_points
    from rules.assessment as assessment
    left join compared on assessment.assessment_id = compared.assessment_id
    group by assessment.assessment_id
),

judged as (
    select * from compared
    union all by name
    select
        assessment_id,
        false as is_published,
        false as is_due,
        1 as copy,
        greatest(due_rows - published_rows, 0) as rows_lacking,
        cast(sum(published_rows) over () as varchar) as rows_found,
        '>= ' || sum(due_rows) over () as rows_expected,
        string_agg(assessment_id || ' ' || points, ', ' order by assessment_id) over ()
            as points_found,
        string_agg(assessment_id || ' ' || due_points, ', ' order by assessment_id) over ()
            as points_expected
    from counted
)

select
    assessment_id,
    indicator_code,
    rows_found,
    rows_expected,
    points_found,
    points_expected,
    cast(coalesce(rows_lacking, 0) as integer) as rows_lacking,
    cast(is_published <> is_due or copy > 1 as integer) as not_once,
    cast(copy > 1 as integer) as repeated,
    case
        when is_published
            then
                cast(assessment_id is null as integer)
                + cast(indicator_code is null as integer)
                + cast(level1 is null as integer)
                + cast(level2 is null as integer)
                + cast(level3 is null as integer)
                + cast(level1_en is null as integer)
                + cast(level2_en is null as integer)
                + cast(level3_en is null as integer)
                + cast(name_zh is null as integer)
                + cast(name_en is null as integer)
                + cast(points is null as integer)
        else 0
    end as missing_values,
    cast(
        is_published and (points is distinct from due_points or points is distinct from parts_points)
        as integer
    ) as points_off
from judged
