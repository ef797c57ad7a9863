-- grain: assessment x department x indicator x part, of the method scaled
-- Inputs: scores.part_input. P x value / base, from 0 to P, half up to hundredths of a point, where
-- another body has given the value and base is its full mark.
select
    assessment_id,
    department_id,
    indicator_code,
    part,
    case
        when cause = 'empty' and empty = 'full' then points_hundredths
        when cause = 'empty' then 0
        else ratio_hundredths(points_hundredths, value_millionths, base_millionths, base_divisor)
    end as score_hundredths
from scores.part_input
where method = 'scaled' and status = 'scored'
