-- grain: assessment x indicator x part, of the methods levels and rank_bands
-- Inputs: rules.part. The rulebook's tables of levels and of rank bands as text for explanations:
-- best_*: the level that earns full marks; bands_*: what each band of ranks earns.
with levels as (
    select
        assessment_id,
        indicator_code,
        part,
        points,
        level_names_zh,
        level_names_en,
        unnest(map_entries(level_points)) as entry
    from rules.part
    where method = 'levels'
),

best_levels as (
    select
        levels.assessment_id,
        levels.indicator_code,
        levels.part,
        string_agg(levels.level_names_zh[entry.key], '”或“' order by entry.key) as best_zh,
        string_agg(levels.level_names_en[entry.key], '" or "' order by entry.key) as best_en
    from levels
    where entry.value = levels.points
    group by
        levels.assessment_id,
        levels.indicator_code,
        levels.part
),

bands as (
    select
        assessment_id,
        indicator_code,
        part,
        unnest(rank_bands) as band
    from rules.part
    where method = 'rank_bands'
),

ranges as (
    select
        bands.assessment_id,
        bands.indicator_code,
        bands.part,
        band.to_rank,
        plain(band.points) as points,
        1 + coalesce(
            lag(band.to_rank) over (
                partition by bands.assessment_id, bands.indicator_code, bands.part
                order by band.to_rank
            ),
            0
        ) as from_rank
    from bands
),

band_texts as (
    select
        assessment_id,
        indicator_code,
        part,
        to_rank,
        points,
        cast(from_rank as varchar) as first_rank,
        case when to_rank > from_rank then cast(to_rank as varchar) end as last_rank
    from ranges
)

select
    assessment_id,
    indicator_code,
    part,
    best_zh,
    best_en,
    cast(null as varchar) as bands_zh,
    cast(null as varchar) as bands_en
from best_levels
union all
select
    assessment_id,
    indicator_code,
    part,
    cast(null as varchar) as best_zh,
    cast(null as varchar) as best_en,
    string_agg(
        '第 ' || first_rank || coalesce(' 至 ' || last_rank, '') || ' 名 ' || points || ' 分，', ''
        order by to_rank
    ) || '其余 0 分' as bands_zh,
    string_agg(
        'rank ' || first_rank || coalesce(' to ' || last_rank, '') || ': ' || points || ', ', ''
        order by to_rank
    ) || 'others: 0' as bands_en
from band_texts
group by
    assessment_id,
    indicator_code,
    part
