"""The queries of one assessment. `$assessment` is its id; every list has a fixed order.

Shown numbers stay decimals: rates and means are worked out in whole hundredths, half up, as the
scores are. Of no points there is no rate, and of no rates no mean.
"""

REACH = 3
"""A step of new items that outweigh old ones is within reach up to so many times the present base.

What came too late, or was returned, cannot be mended: of a ratio only new items help then, and full
points may take hundreds of times what a department has. `mart_gain` tells those exactly; the pages
leave them out and say so. A smallest step takes at most twice the base, so it always stands.
"""

MACROS = f"""
create temp macro hundredths(number) as
    cast(cast(number as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 2));
create temp macro in_hundredths(amount) as cast(amount * 100 as hugeint);
create temp macro mean_of(amount) as hundredths(
    (2 * sum(in_hundredths(amount)) + count(amount)) // nullif(2 * count(amount), 0)
);
create temp macro is_beyond(change, amount, base) as
    coalesce(change = 'added' and base > 0 and amount > {REACH} * base, false);
create temp macro rate_of(score, points) as hundredths(
    (20000 * in_hundredths(score) + in_hundredths(points))
    // nullif(2 * in_hundredths(points), 0)
);
"""

ASSESSMENTS = "select assessment_id from dim_assessment order by year desc, assessment_id"

ASSESSMENT = """
select
    a.*,
    (
        select max(h.as_of) from fct_score_history as h
        where h.assessment_id = a.assessment_id
            and h.as_of <= cast(a.as_of - interval 1 month as date)
    ) as earlier_day,
    (
        select mean_of(s.score_rate) from mart_scorecard as s
        where s.assessment_id = a.assessment_id
    ) as mean_rate
from dim_assessment as a
where a.assessment_id = $assessment
"""
# The day to compare with is the newest one in the history that is at least a month back.
DEPARTMENTS = """
with chosen as (
    select h.department_id, rate_of(sum(h.score), sum(h.points)) as score_rate
    from fct_score_history as h
    inner join dim_assessment as a using (assessment_id)
    where h.assessment_id = $assessment and h.as_of = (
        select max(d.as_of) from fct_score_history as d
        where d.assessment_id = $assessment and d.as_of <= cast(a.as_of - interval 1 month as date)
    )
    group by h.department_id
),
earlier as (
    select
        department_id, score_rate,
        case when score_rate is not null
            then rank() over (order by score_rate desc nulls last) end as rank
    from chosen
)
select
    s.department_id, s.department as name, d.short_name, s.total, s.points,
    cast(s.points - s.total as decimal(6, 2)) as lost, s.score_rate, s.rank,
    s.indicators_missing, s.indicators_stale,
    cast(e.rank as integer) - s.rank as risen,
    cast(s.score_rate - e.score_rate as decimal(6, 2)) as gained
from mart_scorecard as s
inner join dim_department as d using (department_id)
left join earlier as e using (department_id)
where s.assessment_id = $assessment
order by s.rank nulls last, s.department_id
"""
LEVELS = """
with named as (
    select level1, any_value(level1_en) as level1_en, min(indicator_code) as first_code,
        sum(points) as points
    from dim_indicator where assessment_id = $assessment group by level1
),
rates as (
    select level1, mean_of(score_rate) as mean_rate, max(score_rate) as best_rate,
        min(score_rate) as lowest_rate
    from mart_scorecard_level where assessment_id = $assessment group by level1
)
select
    n.level1, n.level1_en, cast(n.points as decimal(6, 2)) as points,
    r.mean_rate, r.best_rate, r.lowest_rate
from named as n
inner join rates as r using (level1)
order by n.first_code
"""
DEPARTMENT_LEVELS = """
with named as (
    select level1, any_value(level1_en) as level1_en, min(indicator_code) as first_code
    from dim_indicator where assessment_id = $assessment group by level1
)
select s.department_id, s.level1, n.level1_en, s.score, s.points, s.score_rate
from mart_scorecard_level as s
inner join named as n using (level1)
where s.assessment_id = $assessment
order by s.department_id, n.first_code
"""
INDICATORS = """
select
    i.*,
    mean_of(case when s.points > 0 then rate_of(s.score, s.points) end) as mean_rate,
    cast(sum(s.lost) as decimal(18, 2)) as lost,
    count(*) filter (where s.status = 'missing') as missing,
    count(*) filter (where s.stale) as stale,
    count(*) filter (where s.lost > 0) as losing,
    count(*) filter (where s.status = 'not_applicable') as not_applicable
from dim_indicator as i
left join fct_indicator_score as s using (assessment_id, indicator_code)
where i.assessment_id = $assessment
group by all
order by i.indicator_code
"""
PARTS_WITHOUT_RULES = """
select indicator_code, part, name_zh, name_en, points, method, metric,
    cast(null as varchar) as rule_zh, cast(null as varchar) as rule_en
from dim_part where assessment_id = $assessment
order by indicator_code, part
"""
PARTS = """
select
    p.indicator_code, p.part, p.name_zh, p.name_en, p.points, p.method, p.metric, r.rule_zh,
    r.rule_en
from dim_part as p
left join dim_rule as r using (assessment_id, indicator_code, part)
where p.assessment_id = $assessment
order by p.indicator_code, r.position, p.part
"""
SCORES = """
with part_missing as (
    select department_id, indicator_code
    from fct_part_score
    where assessment_id = $assessment and status = 'missing'
    group by all
)
select
    s.department_id, d.short_name, d.name, s.indicator_code, s.score, s.points, s.computed_score,
    s.status, s.stale, s.lost, s.explanation_zh, s.explanation_en,
    case when s.points > 0 then rate_of(s.score, s.points) end as score_rate,
    row_number() over (order by t.rank nulls last, s.department_id) as place,
    s.status in ('scored', 'adjusted') and m.indicator_code is not null as has_part_missing
from fct_indicator_score as s
left join part_missing as m using (department_id, indicator_code)
inner join dim_department as d using (department_id)
inner join mart_scorecard as t using (assessment_id, department_id)
where s.assessment_id = $assessment
order by s.department_id, s.indicator_code
"""
PART_SCORES = """
select department_id, indicator_code, part, value, base, level, rank, score, points, status, stale
from fct_part_score where assessment_id = $assessment
order by department_id, indicator_code, part
"""
SECTIONS = """
with own as (
    select
        department_id, section_id,
        count(*) filter (where role = 'lead') as led,
        count(*) filter (where role = 'support') as supported,
        coalesce(sum(points) filter (where role = 'lead'), 0) as led_points,
        coalesce(sum(score) filter (where role = 'lead'), 0) as led_score,
        coalesce(sum(lost) filter (where role = 'lead'), 0) as led_lost,
        coalesce(sum(lost) filter (where role = 'support'), 0) as supported_lost
    from mart_section_task where assessment_id = $assessment
    group by department_id, section_id
)
select s.department_id, s.section_id, s.name, o.* exclude (department_id, section_id)
from dim_section as s
inner join own as o using (department_id, section_id)
order by s.department_id, led_lost desc, s.section_id
"""
TASKS = """
select
    department_id, section_id, section, role, indicator_code, points, score, lost, status,
    missing_zh, missing_en, lost_share
from mart_section_task where assessment_id = $assessment
order by department_id, section_id, role, lost desc, indicator_code
"""
# A row a part: the smallest step and, where it differs and is within reach, the one to full points.
# most: what is won at most by a step within reach.
GAINS = """
with steps as (
    select
        g.*, s.score, cast(s.points - s.score as decimal(6, 2)) as lost,
        g.step = 2 and is_beyond(g.change, g.amount, s.base) as is_beyond
    from mart_gain as g
    inner join fct_part_score as s using (assessment_id, department_id, indicator_code, part)
    where g.assessment_id = $assessment
)
select
    g.department_id, g.indicator_code, g.part, p.name_zh as part_zh, p.name_en as part_en,
    g.score, g.lost,
    min(g.change) filter (where g.step = 1) as change,
    max(g.gain) filter (where not g.is_beyond) as most,
    bool_or(g.is_beyond) as is_full_beyond,
    min(g.text_zh) filter (where g.step = 1) as text_zh,
    min(g.text_en) filter (where g.step = 1) as text_en,
    min(g.text_zh) filter (where g.step = 2 and not g.is_beyond) as full_zh,
    min(g.text_en) filter (where g.step = 2 and not g.is_beyond) as full_en
from steps as g
inner join dim_part as p using (assessment_id, indicator_code, part)
group by all
order by g.department_id, most desc, g.indicator_code, g.part
"""
# is_month_end: the last day that the history holds of its month; tables list no others. Charts have
# the days of the last quarter beside them: a year's would be 0.3 MB of 60 departments' pages.
_DRAWN = """qualify is_month_end or as_of > (
    select a.as_of - interval 92 day from dim_assessment as a where a.assessment_id = $assessment
)"""
CITY_TREND = f"""
with daily as (
    select as_of, department_id, rate_of(sum(score), sum(points)) as score_rate
    from fct_score_history where assessment_id = $assessment
    group by as_of, department_id
)
select as_of, mean_of(score_rate) as mean_rate, max(score_rate) as best_rate,
    min(score_rate) as lowest_rate,
    lead(as_of) over (order by as_of) is null
        or last_day(as_of) < lead(as_of) over (order by as_of) as is_month_end
from daily group by as_of {_DRAWN} order by as_of
"""
TREND = f"""
with daily as (
    select department_id, as_of, sum(score) as total, sum(points) as points,
        rate_of(sum(score), sum(points)) as score_rate
    from fct_score_history where assessment_id = $assessment
    group by department_id, as_of
)
select
    department_id, as_of, total, points, score_rate,
    case when score_rate is not null
        then rank() over (partition by as_of order by score_rate desc nulls last) end as rank,
    row_number() over (partition by department_id, last_day(as_of) order by as_of desc) = 1
        as is_month_end
from daily
{_DRAWN}
order by department_id, as_of
"""
# By part, since parts may read the same rows: their sum would count a row once a part.
INDICATOR_SOURCES = """
select
    s.indicator_code, s.part, p.name_zh as part_zh, p.name_en as part_en, s.dataset, f.provider,
    f.newest_period, f.due_at, f.timely,
    count(distinct s.file_name) as files, cast(sum(s.rows_read) as bigint) as rows_read,
    cast(sum(s.rows_counted) as bigint) as rows_counted,
    (
        select count(*) from fct_quality_check as c
        where c.dataset = s.dataset and not c.passed
            and c.as_of = (select max(as_of) from dim_assessment)
    ) as checks_failed
from fct_part_source as s
inner join dim_part as p using (assessment_id, indicator_code, part)
left join fct_source_freshness as f using (dataset)
where s.assessment_id = $assessment
group by all
order by s.indicator_code, s.part, s.dataset
"""
OUTAGES = """
select department_id, link_id, started_at, ended_at, hours, planned, major
from mart_outage where assessment_id = $assessment
order by department_id, major desc, hours desc, started_at, link_id
"""
