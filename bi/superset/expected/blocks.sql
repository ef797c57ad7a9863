with numbered as (
    select
        assessment_id,
        level1,
        any_value(level1_en) as level1_en,
        row_number() over (partition by assessment_id order by min(indicator_code)) as place
    from dim_indicator
    group by assessment_id, level1
)

select
    numbered.place || ' ' || numbered.level1 || chr(10) || numbered.level1_en as block,
    avg(card.score_rate) as mean_rate,
    max(card.score_rate) as best_rate
from mart_scorecard_level as card
inner join numbered using (assessment_id, level1)
where
    card.assessment_id = coalesce(getvariable('assessment'), card.assessment_id)
    and card.department_id = coalesce(getvariable('department'), card.department_id)
group by all
