-- grain: assessment x department x indicator x part, of the method levels
-- Inputs: scores.part_input, rules.part. The points that the rulebook's table gives for the level,
-- from 0 to P; a level that it does not name earns nothing.
select
    input.assessment_id,
    input.department_id,
    input.indicator_code,
    input.part,
    level_hundredths(input.points_hundredths, part.level_points, input.level) as score_hundredths
from scores.part_input as input
inner join rules.part as part
    on
        input.assessment_id = part.assessment_id
        and input.indicator_code = part.indicator_code
        and input.part = part.part
where input.method = 'levels' and input.status = 'scored'
