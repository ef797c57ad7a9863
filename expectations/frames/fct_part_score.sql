-- grain: assessment x department x indicator x part, due or published
-- Inputs: marts.fct_part_score, held against rules.part for every staging.assessed_department.
-- Counts are whole, and 0 where all is well.
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
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(is_published <> is_due or copy > 1 as integer) as not_once,
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
from compared
