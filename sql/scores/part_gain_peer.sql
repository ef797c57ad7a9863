-- grain: assessment x department x indicator x part, of the metric certificate_volume_rank
-- Inputs: staging.metric_part, staging.certificate_types, staging.certificate_volumes,
-- staging.populations. needs: for each peer that the metric ranks the department among, the least
-- own volume that is not behind it per head (the peer's volume x own population / its population,
-- rounded up), the greatest first. A volume is of rank r just where fewer than r needs are above it.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        city_code,
        year,
        last_on
    from staging.metric_part
    where metric = 'certificate_volume_rank'
),

peers as (
    select
        city_code,
        year,
        cast(population as hugeint) as population
    from staging.populations
    where population > 0
),

volumes as (
    select
        parts.assessment_id,
        claims.department_id,
        parts.indicator_code,
        parts.part,
        parts.city_code as own_city_code,
        parts.year,
        volumes.city_code,
        sum(cast(volumes.volume as hugeint)) as volume
    from parts
    inner join staging.certificate_types as claims
        on parts.last_on >= claims.claimed_at
    inner join staging.certificate_volumes as volumes
        on
            claims.type_code = volumes.type_code
            and parts.year = volumes.year
            and parts.city_code <> volumes.city_code
    group by
        parts.assessment_id,
        claims.department_id,
        parts.indicator_code,
        parts.part,
        parts.city_code,
        parts.year,
        volumes.city_code
),

needed as (
    select
        volumes.assessment_id,
        volumes.department_id,
        volumes.indicator_code,
        volumes.part,
        rounded_up(volumes.volume * own.population, peers.population) as need
    from volumes
    inner join peers
        on
            volumes.city_code = peers.city_code
            and volumes.year = peers.year
    inner join peers as own
        on
            volumes.own_city_code = own.city_code
            and volumes.year = own.year
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    list(need order by need desc) as needs
from needed
group by
    assessment_id,
    department_id,
    indicator_code,
    part
