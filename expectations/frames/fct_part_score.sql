-- grain: assessment x department x indicator x part, due or published; and one row an assessment
-- Inputs: marts.fct_part_score, held against rules.part for every staging.assessed_department.
-- Counts are whole, never null, and 0 where all is well. rows_*: of the table, on assessments' rows.
with due as (
    select distinct
        part.assessment_id,
        department.department_id,
        part.indicator_code,
        part.part,
        part.points
    from rules.part as part
    inner join staging.assessed_department as department
        on part.assessment_id = department.assessment_id
),

published as (
    select
        *,
        row_number() over (partition by assessment_id, department_id, indicator_code, part) as copy
    from marts.fct_part_score
),

compared as (
    select
        coalesce(published.assessment_id, due.assessment_id) as assessment_id,
        coalesce(published.department_id, due.department_id) as department_id,
        coalesce(published.indicator_code, due.indicator_code) as indicator_code,
        coalesce(published.part, due.part) as part,
        published.score,
        published.points,
        published.status,
        published.stale,
        published.explanation_zh,
        published.explanation_en,
        due.points as due_points,
        coalesce(published.copy, 1) as copy,
        published.copy is not null as is_published,
        due.assessment_id is not null as is_due
    from published
    full outer join due
        on
            published.assessment_id = due.assessment_id
            and published.department_id = due.department_id
            and published.indicator_code = due.indicator_code
            and published.part = due.part
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
    select * from compared
    union all by name
    select
        assessment_id,
        false as is_published,
        false as is_due,
        1 as copy,
        greatest(due_rows - published_rows, 0) as rows_lacking,
        cast(sum(published_rows) over () as varchar) as rows_found,
        '>= ' || sum(due_rows) over () as rows_expected
    from counted
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    rows_found,
    rows_expected,
    cast(coalesce(rows_lacking, 0) as integer) as rows_lacking,
    cast(is_published <> is_due or copy > 1 as integer) as not_once,
    cast(copy > 1 as integer) as repeated,
    case
        when is_published
            then
                cast(assessment_id is null as integer)
                + cast(department_id is null as integer)
                + cast(indicator_code is null as integer)
                + cast(part is null as integer)
                + cast(score is null as integer)
                + cast(points is null as integer)
                + cast(status is null as integer)
                + cast(stale is null as integer)
                + cast(explanation_zh is null as integer)
                + cast(explanation_en is null as integer)
        else 0
    end as missing_values,
    cast(
        is_published and not coalesce(score between 0 and points, false) as integer
    ) as beyond_points,
    cast(
        is_published
        and not coalesce(status in ('scored', 'missing', 'not_applicable'), false) as integer
    ) as status_unknown,
    cast(
        is_published
        and (
            points is distinct from case status when 'not_applicable' then 0 else due_points end
            or (status is distinct from 'scored' and score is distinct from 0)
        ) as integer
    ) as points_off
from judged
