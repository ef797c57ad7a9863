-- grain: assessment x indicator x part
-- Inputs: rules.part. Each part has one method and takes its inputs from one metric.
select
    assessment_id,
    indicator_code,
    part,
    name_zh,
    name_en,
    cast(points as decimal(6, 2)) as points,
    method,
    metric
from rules.part
order by
    assessment_id,
    indicator_code,
    position
