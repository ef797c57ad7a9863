-- grain: assessment x department x indicator x part, of the method rank_bands
-- Inputs: scores.part_input, rules.part. The points of the first band that reaches the rank, from 0
-- to P; beyond the last band, or with nothing to rank, 0.
with bands as (
    select
        assessment_id,
        indicator_code,
        part,
        unnest(rank_bands) as band
    from rules.part
    where method = 'rank_bands'
)

select
    input.assessment_id,
    input.department_id,
    input.indicator_code,
    input.part,
    greatest(
        least(
            coalesce(hundredths(arg_min(bands.band.points, bands.band.to_rank)), 0),
            any_value(input.points_hundredths)
        ),
        0
    ) as score_hundredths
from scores.part_input as input
left join bands
    on
        input.assessment_id = bands.assessment_id
        and input.indicator_code = bands.indicator_code
        and input.part = bands.part
        and input.rank <= bands.band.to_rank
where input.method = 'rank_bands' and input.status = 'scored'
group by
    input.assessment_id,
    input.department_id,
    input.indicator_code,
    input.part
