-- grain: assessment x assessed department x indicator x part
-- Inputs: scores.part_input, scores.part_score, rules.part, rules.assessment. The facts of a part's
-- explanation as text, before any language.
-- gap: what full marks would still take, null where nothing is short: for ratio and scaled in units
-- of the value, for per_unit in whole units, for flag below at_least, for limit above at_most.
-- base_sum: how a base came about, where it was taken in proportion to the days gone by (013: the
-- year's target x days gone by / days of the year, which the metric gives as base and base_divisor).
with measured as (
    select
        input.assessment_id,
        input.department_id,
        input.indicator_code,
        input.part,
        input.method,
        input.metric,
        input.empty,
        input.cause,
        input.pending,
        input.points_hundredths,
        input.value_millionths,
        greatest(input.value_millionths, 0) as counted_millionths,
        input.base_millionths,
        input.base_divisor,
        part.position,
        part.level_names_zh,
        part.level_names_en,
        part.each,
        part.at_least,
        part.at_most,
        millionths(part.each) as each_millionths,
        millionths(part.at_least) as at_least_millionths,
        millionths(part.at_most) as at_most_millionths,
        assessment.elapsed_days,
        assessment.year_days,
        case input.metric
            when 'accepted_evidence' then assessment.as_of
            else assessment.last_on
        end as counted_until
    from scores.part_input as input
    inner join rules.part as part
        on
            input.assessment_id = part.assessment_id
            and input.indicator_code = part.indicator_code
            and input.part = part.part
    inner join rules.assessment as assessment
        on input.assessment_id = assessment.assessment_id
),

compared as (
    select
        *,
        base_millionths // base_divisor as whole_base_millionths,
        points_hundredths * 10000000000 // nullif(each_millionths, 0) as enough_millionths
    from measured
),

short as (
    select
        *,
        case
            when cause is not null or value_millionths is null then null
            when method in ('ratio', 'scaled')
                then published_decimal(
                    base_millionths
                    - least(counted_millionths, whole_base_millionths) * base_divisor,
                    base_divisor
                )
            when method = 'per_unit'
                then published_decimal(
                    (greatest(enough_millionths - counted_millionths, 0) + 999999)
                    // 1000000 * 1000000,
                    1
                )
            when method = 'flag'
                then published_decimal(at_least_millionths - counted_millionths, 1)
            when method = 'limit'
                then published_decimal(counted_millionths - at_most_millionths, 1)
        end as gap
    from compared
)

select
    short.assessment_id,
    short.department_id,
    short.indicator_code,
    short.part,
    short.position,
    short.method,
    short.metric,
    short.cause,
    short.empty,
    short.pending,
    score.status,
    score.rank,
    score.points - score.score as lost,
    plain(points_of(short.points_hundredths)) as points,
    cast(score.score as varchar) as score,
    plain(coalesce(score.value, 0)) as value,
    short.value_millionths is not null as has_value,
    plain(coalesce(score.base, 0)) as base,
    coalesce(short.base_millionths, 0) > 0 as has_base,
    case
        when short.metric = 'credit_volume' and short.elapsed_days < short.year_days
            then
                plain(published_decimal(short.base_millionths // short.elapsed_days, 1)) || ' × '
                || cast(short.elapsed_days as varchar) || ' ÷ '
                || cast(short.year_days as varchar)
        else plain(coalesce(score.base, 0))
    end as base_sum,
    plain(short.each) as each,
    plain(short.at_least) as at_least,
    plain(short.at_most) as at_most,
    cast(short.counted_until as varchar) as counted_until,
    case
        when short.method in ('ratio', 'scaled')
            then short.value_millionths > short.whole_base_millionths
        when short.method = 'per_unit' then short.value_millionths > short.enough_millionths
    end as is_capped,
    case when short.gap > 0 and score.score < score.points then plain(short.gap) end as gap,
    short.level_names_zh[score.level] as level_zh,
    short.level_names_en[score.level] as level_en
from short
inner join scores.part_score as score
    on
        short.assessment_id = score.assessment_id
        and short.department_id = score.department_id
        and short.indicator_code = score.indicator_code
        and short.part = score.part
