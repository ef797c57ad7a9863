-- grain: assessment x department x section x indicator
-- Inputs: staging.responsibilities, staging.sections, scores.indicator_score,
-- scores.department_score, scores.indicator_explanation. What a section answers for. Only known
-- sections and indicators: a responsibility for another is nobody's until it becomes known.
-- missing_*: what keeps points away, null where nothing does. lost_share: of all that the department
-- has lost, from 0 to 1; 0 where it has lost nothing.
with tasks as (
    select
        score.assessment_id,
        score.department_id,
        responsibility.section_id,
        section.name as section,
        responsibility.role,
        score.indicator_code,
        score.points,
        score.score,
        score.points - score.score as lost,
        score.status,
        department.points - department.total as department_lost
    from staging.responsibilities as responsibility
    inner join staging.sections as section
        on
            responsibility.department_id = section.department_id
            and responsibility.section_id = section.section_id
    inner join scores.indicator_score as score
        on
            responsibility.department_id = score.department_id
            and responsibility.indicator_code = score.indicator_code
    inner join scores.department_score as department
        on
            score.assessment_id = department.assessment_id
            and score.department_id = department.department_id
)

select
    tasks.assessment_id,
    tasks.department_id,
    tasks.section_id,
    tasks.section,
    tasks.role,
    tasks.indicator_code,
    cast(tasks.points as decimal(6, 2)) as points,
    cast(tasks.score as decimal(6, 2)) as score,
    cast(tasks.lost as decimal(6, 2)) as lost,
    tasks.status,
    explanation.missing_zh,
    explanation.missing_en,
    share_of(tasks.lost, tasks.department_lost) as lost_share
from tasks
inner join scores.indicator_explanation as explanation
    on
        tasks.assessment_id = explanation.assessment_id
        and tasks.department_id = explanation.department_id
        and tasks.indicator_code = explanation.indicator_code
order by
    tasks.assessment_id,
    tasks.department_id,
    tasks.section_id,
    tasks.indicator_code
