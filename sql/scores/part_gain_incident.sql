-- grain: assessment x department x indicator x part, of the metric major_outages_and_incidents
-- Inputs: staging.metric_part, rules.assessment, staging.security_incidents. The confirmed incidents
-- of the window. A department without a link has no value, and they are its value once it has one.
select
    part.assessment_id,
    incidents.department_id,
    part.indicator_code,
    part.part,
    millionths(count(*)) as value_millionths
from staging.metric_part as part
inner join rules.assessment as assessment
    on part.assessment_id = assessment.assessment_id
inner join staging.security_incidents as incidents
    on
        assessment.from_at <= incidents.occurred_at
        and assessment.until_at > incidents.occurred_at
where part.metric = 'major_outages_and_incidents' and incidents.confirmed
group by
    part.assessment_id,
    incidents.department_id,
    part.indicator_code,
    part.part
