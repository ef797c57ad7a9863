-- grain: assessment x department x indicator x part, of the method flag
-- Inputs: scores.part_input, rules.part. P where the value reaches at_least, else 0.
select
    input.assessment_id,
    input.department_id,
    input.indicator_code,
    input.part,
    flag_hundredths(
        input.points_hundredths, input.value_millionths, millionths(part.at_least)
    ) as score_hundredths
from scores.part_input as input
inner join rules.part as part
    on
        input.assessment_id = part.assessment_id
        and input.indicator_code = part.indicator_code
        and input.part = part.part
where input.method = 'flag' and input.status = 'scored'
