select max(as_of) as newest_day
from dim_assessment
where assessment_id = coalesce(getvariable('assessment'), assessment_id)
