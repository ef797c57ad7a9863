-- grain: assessment x indicator
-- Inputs: rules.indicator. The three levels are the official ones; *_en are translations. reading_*
-- tells which reading was chosen where the rule was left open, null where it was not.
select
    assessment_id,
    indicator_code,
    level1,
    level2,
    level3,
    level1_en,
    level2_en,
    level3_en,
    name_zh,
    name_en,
    cast(points as decimal(6, 2)) as points,
    data_provider,
    reading_zh,
    reading_en
from rules.indicator
order by
    assessment_id,
    position
