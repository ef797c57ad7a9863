select
    now.rank,
    shown_department.department as department,
    now.total,
    now.points,
    now.score_rate,
    now.total - (
        select sum(score)
        from fct_score_history as before
        where
            before.assessment_id = now.assessment_id
            and before.department_id = now.department_id
            and before.as_of = (
                select max(as_of)
                from fct_score_history as any_day
                where
                    any_day.assessment_id = now.assessment_id
                    and any_day.as_of <= (
                        select as_of - interval '1 month'
                        from dim_assessment
                        where dim_assessment.assessment_id = now.assessment_id
                    )
            )
    ) as total_change,
    now.indicators_missing,
    now.indicators_stale
from mart_scorecard as now
inner join shown_department using (department_id)
where
    now.assessment_id = coalesce(getvariable('assessment'), now.assessment_id)
    and now.department_id = coalesce(getvariable('department'), now.department_id)
order by now.rank, department
