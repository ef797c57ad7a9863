-- grain: assessment x department x indicator x part, of the method limit
-- Inputs: scores.part_input, rules.part. P where the value is at_most or less, else 0; also 0 where
-- there is no value, since who has nothing to keep in bounds has not earned it.
select
    input.assessment_id,
    input.department_id,
    input.indicator_code,
    input.part,
    limit_hundredths(
        input.points_hundredths, input.value_millionths, millionths(part.at_most)
    ) as score_hundredths
from scores.part_input as input
inner join rules.part as part
    on
        input.assessment_id = part.assessment_id
        and input.indicator_code = part.indicator_code
        and input.part = part.part
where input.method = 'limit' and input.status = 'scored'
