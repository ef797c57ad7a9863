-- grain: assessment x department x indicator x part x step, of parts that lost points, themselves or
-- by an adjustment of their indicator
-- Inputs: scores.part_gain_step, rules.part. What would win points back: the change, what it earns by
-- the scoring itself, and a sentence; one row of gain 0 and the reason where nothing can be promised.
with steps as (
    select
        step.*,
        published_decimal(step.amount_millionths, 1) as amount,
        points_of(step.score_hundredths_to) as score_to,
        points_of(step.score_hundredths_to - step.score_hundredths) as gain,
        step.score_hundredths_to = step.points_hundredths as is_full,
        part.value_zh,
        part.value_en,
        part.base_zh,
        part.base_en,
        part.level_names_zh[step.level_to] as level_zh,
        part.level_names_en[step.level_to] as level_en
    from scores.part_gain_step as step
    inner join rules.part as part
        on
            step.assessment_id = part.assessment_id
            and step.indicator_code = part.indicator_code
            and step.part = part.part
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(step as integer) as step,
    change,
    amount,
    published_decimal(value_millionths_to, 1) as value_to,
    published_decimal(base_millionths_to, base_divisor) as base_to,
    level_to,
    score_to,
    gain,
    case
        when obstacle is not null then no_gain_zh(obstacle, value_zh, base_zh)
        else gain_zh(filled(text_zh, plain(amount), level_zh, rank_to), pending, gain, is_full)
    end as text_zh,
    case
        when obstacle is not null then no_gain_en(obstacle, value_en, base_en)
        else gain_en(filled(text_en, plain(amount), level_en, rank_to), pending, gain, is_full)
    end as text_en
from steps
order by
    assessment_id,
    department_id,
    indicator_code,
    part,
    step
