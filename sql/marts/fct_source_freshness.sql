-- grain: dataset
-- Inputs: scores.source_freshness (the verdict), ops.file and ops.quarantine (what came).
-- With several assessments the one that looks furthest speaks: its as_of is the latest.
with verdicts as (
    select freshness.*
    from scores.source_freshness as freshness
    inner join rules.assessment as assessment on freshness.assessment_id = assessment.assessment_id
    qualify row_number() over (
        partition by freshness.dataset order by assessment.as_of desc, freshness.assessment_id asc
    ) = 1
),

deliveries as (
    select
        dataset,
        max(loaded_at) as last_loaded_at,
        sum(rows_loaded) as rows_loaded,
        count(*) as files
    from ops.file
    group by dataset
),

rejected as (
    select
        dataset,
        count(*) as rows_quarantined
    from ops.quarantine
    group by dataset
)

select
    verdicts.dataset,
    verdicts.provider,
    verdicts.newest_period,
    verdicts.due_at,
    verdicts.lag_hours,
    verdicts.is_timely as timely,
    deliveries.last_loaded_at,
    cast(coalesce(deliveries.rows_loaded, 0) as bigint) as rows_loaded,
    coalesce(rejected.rows_quarantined, 0) as rows_quarantined,
    coalesce(deliveries.files, 0) as files
from verdicts
left join deliveries on verdicts.dataset = deliveries.dataset
left join rejected on verdicts.dataset = rejected.dataset
