-- grain: assessment x assessed department x indicator x part
-- Inputs: staging.assessed_department, rules.part, scores.part_measure, scores.exemption,
-- scores.stale_metric. What each method scores, with the status settled before any arithmetic.
-- cause says why there is nothing to compute, in the order in which it is asked: exempt, no_input,
-- no_peers (a rank among nobody, or of no known size), empty (nothing to divide by); else null.
-- Numbers are whole: hundredths of points, millionths of everything measured. The exact base is
-- base_millionths / base_divisor. Where a part has no input nothing was measured, so all are null.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        points,
        method,
        metric,
        no_input,
        empty
    from rules.part
),

measured as (
    select
        parts.assessment_id,
        department.department_id,
        parts.indicator_code,
        parts.part,
        parts.points,
        parts.method,
        parts.metric,
        parts.no_input,
        parts.empty,
        exemption.department_id is not null as is_exempt,
        stale_metric.metric is not null as is_stale,
        coalesce(measure.inputs, 0) as inputs,
        coalesce(measure.pending, 0) as pending,
        measure.value,
        measure.base,
        measure.base_divisor,
        measure.level,
        measure.rank
    from parts
    inner join staging.assessed_department as department
        on parts.assessment_id = department.assessment_id
    left join scores.part_measure as measure
        on
            parts.assessment_id = measure.assessment_id
            and department.department_id = measure.department_id
            and parts.indicator_code = measure.indicator_code
            and parts.part = measure.part
    left join scores.exemption as exemption
        on
            parts.assessment_id = exemption.assessment_id
            and department.department_id = exemption.department_id
            and parts.indicator_code = exemption.indicator_code
    left join scores.stale_metric as stale_metric
        on
            parts.assessment_id = stale_metric.assessment_id
            and parts.metric = stale_metric.metric
),

judged as (
    select
        *,
        no_input is not null and inputs = 0 as has_no_input,
        case
            when is_exempt then 'exempt'
            when no_input is not null and inputs = 0 then 'no_input'
            when
                method = 'rank_bands'
                and rank is null
                and (value is null or value > 0 or coalesce(base, 0) <= 0)
                then 'no_peers'
            when method in ('ratio', 'scaled') and coalesce(base, 0) <= 0 then 'empty'
        end as cause
    from measured
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    method,
    metric,
    empty,
    cause,
    case cause
        when 'exempt' then 'not_applicable'
        when 'no_input' then no_input
        when 'no_peers' then 'missing'
        when 'empty' then case empty when 'not_applicable' then 'not_applicable' else 'scored' end
        else 'scored'
    end as status,
    is_stale,
    inputs,
    pending,
    hundredths(points) as points_hundredths,
    case when not has_no_input then millionths(value) end as value_millionths,
    case when not has_no_input then millionths(base) end as base_millionths,
    coalesce(base_divisor, 1) as base_divisor,
    case when not has_no_input then level end as level,
    case when not has_no_input then rank end as rank
from judged
