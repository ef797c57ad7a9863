-- grain: assessment x indicator x part
-- inputs: rules.part, rules.assessment
-- The parts of every rulebook with the instants they are measured at: what each metric starts from.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        position,
        name_zh,
        name_en,
        points,
        method,
        metric,
        each,
        at_least,
        at_most,
        level_points,
        rank_bands,
        no_input,
        empty,
        options,
        value_zh,
        value_en,
        base_zh,
        base_en
    from rules.part
),

assessments as (
    select
        assessment_id,
        year,
        city_code,
        window_start,
        last_on,
        from_at,
        until_at,
        decided_before,
        elapsed_days,
        year_days
    from rules.assessment
)

select
    parts.assessment_id,
    parts.indicator_code,
    parts.part,
    parts.position,
    parts.name_zh,
    parts.name_en,
    parts.points,
    parts.method,
    parts.metric,
    parts.each,
    parts.at_least,
    parts.at_most,
    parts.level_points,
    parts.rank_bands,
    parts.no_input,
    parts.empty,
    parts.options,
    parts.value_zh,
    parts.value_en,
    parts.base_zh,
    parts.base_en,
    assessments.year,
    assessments.city_code,
    assessments.window_start,
    assessments.last_on,
    assessments.from_at,
    assessments.until_at,
    assessments.decided_before,
    assessments.elapsed_days,
    assessments.year_days
from parts
inner join assessments
    on parts.assessment_id = assessments.assessment_id
