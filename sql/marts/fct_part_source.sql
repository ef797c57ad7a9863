-- grain: assessment x department x indicator x part x dataset x file
-- Inputs: scores.part_measure, staging.assessed_department, ops.file. Which rows a part looked at,
-- and which of them count in its value. A file that came again under its name is one file here.
with looked_at as (
    select
        measure.assessment_id,
        measure.department_id,
        measure.indicator_code,
        measure.part,
        unnest(measure.sources) as source
    from scores.part_measure as measure
    inner join staging.assessed_department as department
        on
            measure.assessment_id = department.assessment_id
            and measure.department_id = department.department_id
)

select
    looked_at.assessment_id,
    looked_at.department_id,
    looked_at.indicator_code,
    looked_at.part,
    file.dataset,
    file.file_name,
    cast(sum(looked_at.source.rows_read) as bigint) as rows_read,
    cast(sum(looked_at.source.rows_counted) as bigint) as rows_counted
from looked_at
inner join ops.file as file
    on
        looked_at.source.file_id = file.file_id
        and looked_at.source.dataset = file.dataset
group by
    looked_at.assessment_id,
    looked_at.department_id,
    looked_at.indicator_code,
    looked_at.part,
    file.dataset,
    file.file_name
order by
    looked_at.assessment_id,
    looked_at.department_id,
    looked_at.indicator_code,
    looked_at.part,
    file.dataset,
    file.file_name
