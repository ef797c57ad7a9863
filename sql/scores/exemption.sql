-- grain: assessment x department x indicator
-- Inputs: staging.applicability. Who need not answer for an indicator, by a decision of that year
-- taken no later than as_of (applicability is a decision, so it is not cut at the window's end).
select
    assessment.assessment_id,
    department.department_id,
    applicability.indicator_code,
    applicability.reason,
    applicability.decided_by,
    applicability.decided_on
from staging.applicability as applicability
inner join rules.assessment as assessment
    on
        applicability.year = assessment.year
        and applicability.decided_on < assessment.decided_before
inner join staging.assessed_department as department
    on
        assessment.assessment_id = department.assessment_id
        and applicability.department_id = department.department_id
where not applicability.applicable
