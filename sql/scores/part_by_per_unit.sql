-- grain: assessment x department x indicator x part, of the method per_unit
-- Inputs: scores.part_input, rules.part. value x each, from 0 to P, half up to hundredths.
select
    input.assessment_id,
    input.department_id,
    input.indicator_code,
    input.part,
    per_unit_hundredths(
        input.points_hundredths, input.value_millionths, millionths(part.each)
    ) as score_hundredths
from scores.part_input as input
inner join rules.part as part
    on
        input.assessment_id = part.assessment_id
        and input.indicator_code = part.indicator_code
        and input.part = part.part
where input.method = 'per_unit' and input.status = 'scored'
