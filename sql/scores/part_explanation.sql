-- grain: assessment x assessed department x indicator x part
-- Inputs: scores.part_fact, scores.outcome_table, scores.exemption, rules.part. Each part's sentences.
-- explanation_*: how the score came about. missing_*: what keeps points away, null where nothing does.
with told as (
    select
        fact.assessment_id,
        fact.department_id,
        fact.indicator_code,
        fact.part,
        fact.position,
        part.name_zh,
        part.name_en,
        fact.lost,
        case
            when fact.cause = 'exempt'
                then exempt_zh(exemption.decided_by, exemption.decided_on, exemption.reason)
            when fact.cause = 'no_input'
                then no_input_zh(
                    fact.status, part.name_zh, part.rule_zh, fact.counted_until, fact.points
                )
            when fact.cause = 'no_peers'
                then no_peers_zh(fact.has_base, part.base_zh, fact.points)
            when fact.cause = 'empty' then empty_zh(fact.empty, part.base_zh, fact.base, fact.score)
            when fact.method in ('ratio', 'scaled')
                then ratio_zh(
                    part.value_zh, fact.value, part.base_zh, fact.base, fact.base_sum, fact.points,
                    fact.score, fact.is_capped, fact.gap
                )
            when fact.method = 'per_unit'
                then per_unit_zh(
                    part.value_zh, fact.value, fact.each, fact.points, fact.score, fact.is_capped,
                    fact.gap
                )
            when fact.method = 'flag'
                then flag_zh(
                    part.value_zh, fact.value, fact.at_least, fact.points, fact.score, fact.gap
                )
            when fact.method = 'levels'
                then level_zh(
                    part.value_zh, fact.level_zh, case when fact.lost > 0 then outcome.best_zh end,
                    fact.points, fact.score
                )
            when fact.method = 'limit' and not fact.has_value
                then unmeasured_zh(fact.metric, part.value_zh, fact.points, fact.score)
            when fact.method = 'limit'
                then limit_zh(
                    part.value_zh, fact.value, fact.at_most, fact.points, fact.score, fact.gap
                )
            when fact.method = 'rank_bands'
                then rank_zh(
                    part.value_zh, fact.value, part.base_zh, fact.base, fact.rank, outcome.bands_zh,
                    fact.score
                )
        end || case when fact.lost > 0 then pending_zh(fact.pending) else '' end
            as explanation_zh,
        case
            when fact.cause = 'exempt'
                then exempt_en(exemption.decided_by, exemption.decided_on, exemption.reason)
            when fact.cause = 'no_input'
                then no_input_en(
                    fact.status, part.name_en, part.rule_en, fact.counted_until, fact.points
                )
            when fact.cause = 'no_peers'
                then no_peers_en(fact.has_base, part.base_en, fact.points)
            when fact.cause = 'empty' then empty_en(fact.empty, part.base_en, fact.base, fact.score)
            when fact.method in ('ratio', 'scaled')
                then ratio_en(
                    part.value_en, fact.value, part.base_en, fact.base, fact.base_sum, fact.points,
                    fact.score, fact.is_capped, fact.gap
                )
            when fact.method = 'per_unit'
                then per_unit_en(
                    part.value_en, fact.value, fact.each, fact.points, fact.score, fact.is_capped,
                    fact.gap
                )
            when fact.method = 'flag'
                then flag_en(
                    part.value_en, fact.value, fact.at_least, fact.points, fact.score, fact.gap
                )
            when fact.method = 'levels'
                then level_en(
                    part.value_en, fact.level_en, case when fact.lost > 0 then outcome.best_en end,
                    fact.points, fact.score
                )
            when fact.method = 'limit' and not fact.has_value
                then unmeasured_en(fact.metric, part.value_en, fact.points, fact.score)
            when fact.method = 'limit'
                then limit_en(
                    part.value_en, fact.value, fact.at_most, fact.points, fact.score, fact.gap
                )
            when fact.method = 'rank_bands'
                then rank_en(
                    part.value_en, fact.value, part.base_en, fact.base, fact.rank, outcome.bands_en,
                    fact.score
                )
        end || case when fact.lost > 0 then pending_en(fact.pending) else '' end
            as explanation_en
    from scores.part_fact as fact
    inner join rules.part as part
        on
            fact.assessment_id = part.assessment_id
            and fact.indicator_code = part.indicator_code
            and fact.part = part.part
    left join scores.outcome_table as outcome
        on
            fact.assessment_id = outcome.assessment_id
            and fact.indicator_code = outcome.indicator_code
            and fact.part = outcome.part
    left join scores.exemption as exemption
        on
            fact.assessment_id = exemption.assessment_id
            and fact.department_id = exemption.department_id
            and fact.indicator_code = exemption.indicator_code
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    position,
    name_zh,
    name_en,
    explanation_zh,
    explanation_en,
    case
        when lost > 0 then '失 ' || cast(lost as varchar) || ' 分：' || explanation_zh
    end as missing_zh,
    case
        when lost > 0 then cast(lost as varchar) || ' points lost: ' || explanation_en
    end as missing_en
from told
