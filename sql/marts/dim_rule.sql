-- grain: assessment x indicator x part
-- Inputs: rules.part. What the rulebook says of a part in words, and its place in the indicator.
select
    assessment_id,
    indicator_code,
    part,
    cast(position as integer) as position,
    rule_zh,
    rule_en,
    value_zh,
    value_en,
    base_zh,
    base_en
from rules.part
order by
    assessment_id,
    indicator_code,
    position
