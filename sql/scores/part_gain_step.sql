-- grain: assessment x assessed department x indicator x part x step, of parts that lost points
-- Inputs: scores.part_gain_start, scores.part_gain_peer, rules.part. step 1: the least change that
-- earns anything; 2: what full points take, where that earns more. The amount is solved for by
-- sql/macros/gains.sql; score_hundredths_to is what the methods themselves give after the change.
-- Where nothing is measured yet for a limit, one new item that keeps within it makes a value: of 0, or
-- of the incidents that count from then on.
with aims as (
    select
        start.*,
        steps.step,
        case steps.step when 1 then start.score_hundredths + 1 else start.points_hundredths end as aimed,
        part.level_points,
        part.rank_bands,
        millionths(part.each) as each_millionths,
        millionths(part.at_least) as at_least_millionths,
        millionths(part.at_most) as at_most_millionths,
        peer.needs
    from scores.part_gain_start as start
    cross join (values (1), (2)) as steps (step)
    inner join rules.part as part
        on
            start.assessment_id = part.assessment_id
            and start.indicator_code = part.indicator_code
            and start.part = part.part
    left join scores.part_gain_peer as peer
        on
            start.assessment_id = peer.assessment_id
            and start.department_id = peer.department_id
            and start.indicator_code = peer.indicator_code
            and start.part = peer.part
    where start.change <> 'none' or steps.step = 1
),

solved as (
    select
        *,
        multiple_from(
            case
                when method in ('ratio', 'scaled') and change = 'within'
                    then gain_within(points_hundredths, aimed, value_millionths, base_millionths, base_divisor)
                when method in ('ratio', 'scaled') and change = 'added'
                    then gain_added(points_hundredths, aimed, value_millionths, base_millionths, base_divisor)
                when method = 'per_unit' and change <> 'none'
                    then gain_units(aimed, value_millionths, each_millionths)
                when method = 'flag' and change <> 'none' then at_least_millionths - value_millionths
                when change = 'fewer' then value_millionths - at_most_millionths
                when method = 'limit' and change = 'added' then 1
                when change = 'rank'
                    then gain_rank(points_hundredths, rank_bands, aimed, needs, value_millionths)
            end,
            multiple_millionths
        ) as amount_millionths,
        case when change = 'level' then gain_level(points_hundredths, level_points, aimed) end as level_to
    from aims
),

moved as (
    select
        *,
        case
            when change = 'fewer' then value_millionths - amount_millionths
            when method = 'limit' and change = 'added' then value_millionths
            else value_millionths + amount_millionths
        end as value_millionths_to,
        case
            when change = 'added' then base_millionths + amount_millionths * base_divisor
            when change not in ('none', 'level') then base_millionths
        end as base_millionths_to
    from solved
),

ranked as (
    select
        *,
        case when change = 'rank' then rank_among(coalesce(needs, []), value_millionths_to) end as rank_to
    from moved
),

scored as (
    select
        *,
        case
            when change = 'none' then score_hundredths
            when method in ('ratio', 'scaled')
                then ratio_hundredths(
                    points_hundredths, value_millionths_to, base_millionths_to, base_divisor
                )
            when method = 'per_unit'
                then per_unit_hundredths(points_hundredths, value_millionths_to, each_millionths)
            when method = 'flag'
                then flag_hundredths(points_hundredths, value_millionths_to, at_least_millionths)
            when method = 'limit'
                then limit_hundredths(points_hundredths, value_millionths_to, at_most_millionths)
            when method = 'levels' then level_hundredths(points_hundredths, level_points, level_to)
            when method = 'rank_bands' then band_hundredths(points_hundredths, rank_bands, rank_to)
        end as score_hundredths_to
    from ranked
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    step,
    change,
    obstacle,
    pending,
    points_hundredths,
    score_hundredths,
    amount_millionths,
    value_millionths_to,
    base_millionths_to,
    base_divisor,
    level_to,
    rank_to,
    score_hundredths_to,
    text_zh,
    text_en
from scored
qualify
    step = 1
    or score_hundredths_to > lag(score_hundredths_to) over (
        partition by assessment_id, department_id, indicator_code, part
        order by step
    )
