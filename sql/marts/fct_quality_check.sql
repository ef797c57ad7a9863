-- grain: as_of x dataset x check
-- Inputs: scores.source_freshness (timeliness), staging.quality_fact (counts that a contract bounds),
-- ops.quarantine (rows that broke the contract), rules.assessment.
-- None of them blocks: an orphan counts for nobody until its reference comes, a rejected row leaves the
-- older one standing, a late source makes its parts stale.
with latest as (
    select max(as_of) as as_of
    from rules.assessment
),

timeliness as (
    select
        dataset,
        'due_period_arrived' as check_name,
        'timeliness' as kind,
        bool_and(is_timely_in_window) as passed,
        coalesce(strftime(max(newest_in_window_at), '%Y-%m-%d %H:%M'), 'never') as observed,
        coalesce('>= ' || max(due_period_in_window), 'nothing due yet') as expected,
        '考核期内最近一个到期周期的数据应已送达，否则所涉评分项标为数据过期' as why_zh,
        'The newest period of the window that was due must have arrived, or what rests on it is stale' as why_en
    from scores.source_freshness
    where period_unit is not null
    group by dataset
),

completeness as (
    select
        dataset,
        check_name,
        'completeness' as kind,
        case when is_at_least then observed >= bound else observed = bound end as passed,
        cast(observed as varchar) as observed,
        case when is_at_least then '>= ' else '' end || bound as expected,
        why_zh,
        why_en
    from staging.quality_fact
),

validity as (
    select
        schedule.dataset,
        'rows_keep_the_contract' as check_name,
        'validity' as kind,
        count(rejected.dataset) = 0 as passed,
        cast(count(rejected.dataset) as varchar) as observed,
        '0' as expected,
        '违反数据契约的行不计分，须由提供单位更正后重新报送' as why_zh,
        'Rows that break the contract are not scored; their provider must correct and deliver again' as why_en
    from ops.schedule as schedule
    left join ops.quarantine as rejected on schedule.dataset = rejected.dataset
    group by schedule.dataset
),

checks as (
    select * from timeliness
    union all
    select * from completeness
    union all
    select * from validity
)

select
    latest.as_of,
    checks.dataset,
    checks.check_name,
    checks.kind,
    checks.passed,
    'warn' as severity,
    checks.observed,
    checks.expected,
    checks.why_zh,
    checks.why_en
from checks
cross join latest
