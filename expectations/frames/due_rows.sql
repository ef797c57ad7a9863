-- grain: published table x assessment; assessment_id is null where the table's rows are of none
-- Inputs: rules.*, ops.schedule, ops.quarantine, ops.file, ops.score_history, staging.* and, for what
-- only a model knows, scores.part_measure, rollups.link_outage, marts.fct_indicator_score and
-- marts.fct_part_score.
-- How many rows each published table must have at least. No frame of its own: each frame takes its
-- table's in, and a table that is not named here may be empty for all that is known of it.
-- 0 may be due: without departments there is nobody to tell of, without deliveries no source, and a
-- city may have neither outages nor rejected rows. But a scorecard is never right without anybody once
-- the register knows departments of its city: they were all said to have ended, or not to have begun.
with assessed as (
    select distinct
        assessment_id,
        department_id
    from staging.assessed_department
),

departments as (
    select distinct department_id
    from staging.assessed_department
),

level1s as (
    select distinct
        assessment_id,
        level1
    from rules.indicator
),

sources as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        unnest(sources) as source
    from scores.part_measure
),

looked_at as (
    select distinct
        sources.assessment_id,
        sources.department_id,
        sources.indicator_code,
        sources.part,
        sources.source.dataset,
        file.file_name
    from sources
    inner join ops.file as file
        on
            sources.source.file_id = file.file_id
            and sources.source.dataset = file.dataset
),

keys as (
    select
        'dim_assessment' as table_name,
        assessment_id
    from rules.assessment
    union all
    select
        'dim_indicator' as table_name,
        assessment_id
    from rules.indicator
    union all
    select
        'dim_part' as table_name,
        assessment_id
    from rules.part
    union all
    select
        'dim_rule' as table_name,
        assessment_id
    from rules.part
    union all
    select
        'mart_scorecard' as table_name,
        assessment_id
    from assessed
    union all
    -- Stands for whoever it would be, and for nobody where somebody is assessed.
    select
        'mart_scorecard' as table_name,
        assessment.assessment_id
    from rules.assessment as assessment
    semi join staging.departments as department on assessment.city_code = department.city_code
    anti join assessed on assessment.assessment_id = assessed.assessment_id
    union all
    select
        'mart_scorecard_level' as table_name,
        assessed.assessment_id
    from assessed
    inner join level1s on assessed.assessment_id = level1s.assessment_id
    union all
    select
        'fct_indicator_score' as table_name,
        assessed.assessment_id
    from assessed
    inner join rules.indicator as indicator on assessed.assessment_id = indicator.assessment_id
    union all
    select
        'fct_part_score' as table_name,
        assessed.assessment_id
    from assessed
    inner join rules.part as part on assessed.assessment_id = part.assessment_id
    union all
    -- At least the first step of each.
    select
        'mart_gain' as table_name,
        part.assessment_id
    from marts.fct_part_score as part
    inner join marts.fct_indicator_score as indicator
        on
            part.assessment_id = indicator.assessment_id
            and part.department_id = indicator.department_id
            and part.indicator_code = indicator.indicator_code
    where
        case
            when indicator.status = 'adjusted'
                then indicator.points > indicator.score and part.points > 0
            else part.points > part.score
        end
    union all
    select
        'fct_part_source' as table_name,
        looked_at.assessment_id
    from looked_at
    semi join assessed
        on
            looked_at.assessment_id = assessed.assessment_id
            and looked_at.department_id = assessed.department_id
    union all
    select
        'mart_section_task' as table_name,
        assessed.assessment_id
    from assessed
    inner join rules.indicator as indicator on assessed.assessment_id = indicator.assessment_id
    inner join staging.responsibilities as task
        on
            assessed.department_id = task.department_id
            and indicator.indicator_code = task.indicator_code
    semi join staging.sections as section
        on
            task.department_id = section.department_id
            and task.section_id = section.section_id
    union all
    select
        'mart_outage' as table_name,
        outage.assessment_id
    from rollups.link_outage as outage
    semi join assessed
        on
            outage.assessment_id = assessed.assessment_id
            and outage.department_id = assessed.department_id
    union all
    select
        'fct_score_history' as table_name,
        history.assessment_id
    from ops.score_history as history
    anti join rules.assessment as assessment
        on
            history.assessment_id = assessment.assessment_id
            and history.as_of = assessment.as_of
    union all
    select
        'fct_score_history' as table_name,
        assessment_id
    from marts.fct_indicator_score
    union all
    select
        'dim_department' as table_name,
        null as assessment_id
    from departments
    union all
    select
        'dim_section' as table_name,
        null as assessment_id
    from staging.sections as section
    semi join assessed on section.department_id = assessed.department_id
    union all
    select
        'fct_source_freshness' as table_name,
        null as assessment_id
    from ops.schedule
    union all
    select
        'fct_quarantine' as table_name,
        null as assessment_id
    from ops.quarantine
)

select
    table_name,
    assessment_id,
    count(*) as due_rows
from keys
group by
    table_name,
    assessment_id
