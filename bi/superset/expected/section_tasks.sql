select
    shown_department.department as department,
    fact.section,
    if(fact.role = 'lead', '牵头 Lead', '配合 Support') as role,
    fact.indicator_code || ' ' || dim_indicator.name_zh as indicator,
    dim_indicator.name_en as indicator_en,
    fact.score,
    fact.points,
    fact.lost,
    case fact.status
        when 'scored' then '已计分 Scored'
        when 'missing' then '缺报 Missing'
        when 'not_applicable' then '不适用 Not applicable'
        when 'adjusted' then '人工调整 Adjusted'
    end as status,
    fact.missing_zh,
    fact.missing_en
from mart_section_task as fact
inner join dim_indicator using (assessment_id, indicator_code)
inner join shown_department using (department_id)
where
    fact.assessment_id = coalesce(getvariable('assessment'), fact.assessment_id)
    and fact.department_id = coalesce(getvariable('department'), fact.department_id)
    and fact.section = coalesce(getvariable('section'), fact.section)
order by fact.lost desc, department, fact.section, indicator
