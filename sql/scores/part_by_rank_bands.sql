-- grain: assessment x department x indicator x part, of the method rank_bands
-- Inputs: scores.part_input, rules.part. The points of the first band that reaches the rank, from 0
-- to P; beyond the last band, or with nothing to rank, 0.
select
    input.assessment_id,
    input.department_id,
    input.indicator_code,
    input.part,
    band_hundredths(input.points_hundredths, part.rank_bands, input.rank) as score_hundredths
from scores.part_input as input
inner join rules.part as part
    on
        input.assessment_id = part.assessment_id
        and input.indicator_code = part.indicator_code
        and input.part = part.part
where input.method = 'rank_bands' and input.status = 'scored'
