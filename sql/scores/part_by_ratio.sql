-- grain: assessment x department x indicator x part, of the method ratio
-- Inputs: scores.part_input. P x value / base, from 0 to P, half up to hundredths of a point.
-- A base of 0 or below has nothing to divide by; what `empty` says then is the score.
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
where method = 'ratio' and status = 'scored'
