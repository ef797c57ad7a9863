-- grain: assessment x assessed department x indicator x part
-- Inputs: scores.part_input, the models of the methods. Points and score as published: a part that
-- does not apply has 0 of 0 points, a missing one 0 of all of them.
with computed as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        score_hundredths
    from scores.part_by_ratio
    union all
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        score_hundredths
    from scores.part_by_scaled
    union all
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        score_hundredths
    from scores.part_by_per_unit
    union all
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        score_hundredths
    from scores.part_by_flag
    union all
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        score_hundredths
    from scores.part_by_limit
    union all
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        score_hundredths
    from scores.part_by_levels
    union all
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        score_hundredths
    from scores.part_by_rank_bands
)

select
    input.assessment_id,
    input.department_id,
    input.indicator_code,
    input.part,
    published_decimal(input.value_millionths, 1) as value,
    published_decimal(input.base_millionths, input.base_divisor) as base,
    input.level,
    input.rank,
    points_of(coalesce(computed.score_hundredths, 0)) as score,
    points_of(
        case input.status when 'not_applicable' then 0 else input.points_hundredths end
    ) as points,
    input.status,
    input.cause,
    input.is_stale as stale
from scores.part_input as input
left join computed
    on
        input.assessment_id = computed.assessment_id
        and input.department_id = computed.department_id
        and input.indicator_code = computed.indicator_code
        and input.part = computed.part
