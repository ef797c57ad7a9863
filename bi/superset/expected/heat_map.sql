select
    fact.indicator_code || ' ' || dim_indicator.name_zh as indicator,
    coalesce(format('{:02d}', mart_scorecard.rank), '–')
    || ' ' || shown_department.department as ranked_department,
    if(fact.points = 0, null, fact.score * 100 / fact.points) as rate
from fct_indicator_score as fact
inner join dim_indicator using (assessment_id, indicator_code)
inner join shown_department using (department_id)
inner join mart_scorecard using (assessment_id, department_id)
where
    fact.assessment_id = coalesce(getvariable('assessment'), fact.assessment_id)
    and fact.department_id = coalesce(getvariable('department'), fact.department_id)
