-- grain: assessment x assessed department x indicator x part, that have no input
-- Inputs: scores.part_input, scores.part_measure, staging.metric_part, rules.gain. The base that a
-- first input would meet, where that is known before it comes: the metric's own (the target of credit
-- records), the full marks of the months gone by, or what the rulebook expects. The exact base is
-- base_millionths / base_divisor.
with expected as (
    select
        input.assessment_id,
        input.department_id,
        input.indicator_code,
        input.part,
        input.base_divisor,
        coalesce(
            measure.base,
            case
                when part.metric = 'trading_platform_scores'
                    then 100 * date_diff(
                        'month', part.window_start, cast(part.last_on + interval 1 day as date)
                    )
            end,
            gain.expected_base
        ) as base
    from scores.part_input as input
    inner join staging.metric_part as part
        on
            input.assessment_id = part.assessment_id
            and input.indicator_code = part.indicator_code
            and input.part = part.part
    inner join rules.gain as gain
        on
            input.assessment_id = gain.assessment_id
            and input.indicator_code = gain.indicator_code
            and input.part = gain.part
    left join scores.part_measure as measure
        on
            input.assessment_id = measure.assessment_id
            and input.department_id = measure.department_id
            and input.indicator_code = measure.indicator_code
            and input.part = measure.part
    where input.cause = 'no_input'
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    millionths(base) as base_millionths,
    base_divisor
from expected
where base > 0
