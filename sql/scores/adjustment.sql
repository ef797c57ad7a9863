-- grain: assessment x department x indicator
-- Inputs: staging.adjustments. The one that counts: the newest decision no later than as_of, and of
-- one day the greatest adjustment_id. `score` is as it was decided, neither rounded nor clamped.
select
    assessment.assessment_id,
    department.department_id,
    adjustment.indicator_code,
    adjustment.adjustment_id,
    adjustment.score,
    adjustment.reason,
    adjustment.decided_by,
    adjustment.decided_on
from staging.adjustments as adjustment
inner join rules.assessment as assessment
    on
        adjustment.year = assessment.year
        and adjustment.decided_on < assessment.decided_before
inner join staging.assessed_department as department
    on
        assessment.assessment_id = department.assessment_id
        and adjustment.department_id = department.department_id
qualify row_number() over (
    partition by assessment.assessment_id, department.department_id, adjustment.indicator_code
    order by adjustment.decided_on desc, adjustment.adjustment_id desc
) = 1
