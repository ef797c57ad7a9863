-- grain: assessment x assessed department x indicator
-- Inputs: scores.part_explanation, scores.indicator_score, scores.adjustment, scores.exemption.
-- An indicator's sentences are its parts', each under its name where there are several; a decision
-- on the whole indicator stands first. missing_*: null where no point of it is lost.
with parts as (
    select
        assessment_id,
        department_id,
        indicator_code,
        position,
        explanation_zh,
        explanation_en,
        missing_zh,
        missing_en,
        case
            when count(*) over (partition by assessment_id, department_id, indicator_code) > 1
                then '【' || name_zh || '】'
            else ''
        end as heading_zh,
        case
            when count(*) over (partition by assessment_id, department_id, indicator_code) > 1
                then name_en || ': '
            else ''
        end as heading_en
    from scores.part_explanation
),

joined as (
    select
        assessment_id,
        department_id,
        indicator_code,
        string_agg(heading_zh || explanation_zh, '' order by position) as parts_zh,
        string_agg(heading_en || explanation_en, ' ' order by position) as parts_en,
        string_agg(heading_zh || missing_zh, '' order by position) as missing_zh,
        string_agg(heading_en || missing_en, ' ' order by position) as missing_en
    from parts
    group by
        assessment_id,
        department_id,
        indicator_code
),

decided as (
    select
        joined.*,
        score.points - score.score as lost,
        case
            when score.status = 'adjusted'
                then adjusted_zh(
                    cast(score.computed_score as varchar), cast(score.score as varchar),
                    plain(adjustment.score), plain(score.points), adjustment.decided_by,
                    adjustment.decided_on, adjustment.reason
                )
        end as adjusted_zh,
        case
            when score.status = 'adjusted'
                then adjusted_en(
                    cast(score.computed_score as varchar), cast(score.score as varchar),
                    plain(adjustment.score), plain(score.points), adjustment.decided_by,
                    adjustment.decided_on, adjustment.reason
                )
        end as adjusted_en,
        exempt_zh(exemption.decided_by, exemption.decided_on, exemption.reason) as exempt_zh,
        exempt_en(exemption.decided_by, exemption.decided_on, exemption.reason) as exempt_en
    from joined
    inner join scores.indicator_score as score
        on
            joined.assessment_id = score.assessment_id
            and joined.department_id = score.department_id
            and joined.indicator_code = score.indicator_code
    left join scores.adjustment as adjustment
        on
            joined.assessment_id = adjustment.assessment_id
            and joined.department_id = adjustment.department_id
            and joined.indicator_code = adjustment.indicator_code
    left join scores.exemption as exemption
        on
            joined.assessment_id = exemption.assessment_id
            and joined.department_id = exemption.department_id
            and joined.indicator_code = exemption.indicator_code
)

select
    assessment_id,
    department_id,
    indicator_code,
    coalesce(exempt_zh, coalesce(adjusted_zh, '') || parts_zh) as explanation_zh,
    coalesce(exempt_en, coalesce(adjusted_en || ' ', '') || parts_en) as explanation_en,
    case when lost > 0 then coalesce(adjusted_zh, '') || coalesce(missing_zh, '') end as missing_zh,
    case
        when lost > 0
            then trim(coalesce(adjusted_en, '') || coalesce(' ' || missing_en, ''))
    end as missing_en
from decided
