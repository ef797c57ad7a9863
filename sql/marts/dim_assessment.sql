-- grain: assessment
-- Inputs: rules.assessment. The rulebooks that were scored, each as of the day it stands at.
select
    cast(assessment_id as varchar) as assessment_id,
    cast(name_zh as varchar) as name_zh,
    cast(name_en as varchar) as name_en,
    cast(year as integer) as year,
    cast(window_start as date) as window_start,
    cast(window_end as date) as window_end,
    cast(as_of as date) as as_of,
    cast(decisions_until as date) as decisions_until,
    cast(state as varchar) as state,
    cast(rulebook_digest as varchar) as rulebook_digest
from rules.assessment
order by assessment_id
