-- grain: assessment x department x indicator x part
-- parameters: none
-- rank: of own volume / own population among the cities with a population of the year, for the
-- types that the department claimed by E, taken together; equal quotients share a rank.
-- value: own volume, the certificates of those types with the rulebook's city issued in window, by
-- any known department; base: own population. inputs: claimed types.
-- The others' volumes are the year's bulletin, 0 for a city without a row; own rows there are not
-- used. Without an own population, or without any other known city's row for those types, nothing
-- can be ranked: value and rank are null. An own volume of 0 has a value but no rank.
-- A city without a population of the year is no peer: nobody is ranked behind it. Quotients are
-- compared by cross multiplication, never divided.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        city_code,
        year,
        window_start,
        last_on
    from staging.metric_part
    where metric = 'certificate_volume_rank'
),

claims as (
    select
        type_code,
        department_id,
        claimed_at,
        _file_id
    from staging.certificate_types
),

certificates as (
    select
        days.type_code,
        days.city_code,
        days.issued_on,
        days.certificates,
        days._file_id
    from rollups.certificate_days as days
    inner join staging.departments as departments
        on days.department_id = departments.department_id
),

volumes as (
    select
        city_code,
        type_code,
        year,
        volume,
        _file_id
    from staging.certificate_volumes
),

peers as (
    select
        city_code,
        year,
        cast(population as hugeint) as population
    from staging.populations
    where population > 0
),

known_cities as (
    select distinct city_code
    from staging.populations
),

claimed as (
    select
        parts.assessment_id,
        claims.department_id,
        parts.indicator_code,
        parts.part,
        parts.city_code,
        parts.year,
        parts.window_start,
        parts.last_on,
        claims.type_code,
        claims._file_id
    from parts
    inner join claims
        on parts.last_on >= claims.claimed_at
),

own_certificates as (
    select
        claimed.assessment_id,
        claimed.department_id,
        claimed.indicator_code,
        claimed.part,
        claimed.type_code,
        certificates._file_id,
        sum(certificates.certificates) as certificates
    from claimed
    inner join certificates
        on
            claimed.type_code = certificates.type_code
            and claimed.city_code = certificates.city_code
            and certificates.issued_on between claimed.window_start and claimed.last_on
    group by
        claimed.assessment_id,
        claimed.department_id,
        claimed.indicator_code,
        claimed.part,
        claimed.type_code,
        certificates._file_id
),

other_volumes as (
    select
        claimed.assessment_id,
        claimed.department_id,
        claimed.indicator_code,
        claimed.part,
        volumes.city_code,
        volumes._file_id,
        peers.population,
        cast(volumes.volume as hugeint) as volume
    from claimed
    inner join volumes
        on
            claimed.type_code = volumes.type_code
            and claimed.year = volumes.year
            and claimed.city_code <> volumes.city_code
    inner join known_cities
        on volumes.city_code = known_cities.city_code
    left join peers
        on
            volumes.city_code = peers.city_code
            and volumes.year = peers.year
),

by_file as (
    select
        claimed.assessment_id,
        claimed.department_id,
        claimed.indicator_code,
        claimed.part,
        'certificate_types' as dataset,
        claimed._file_id as file_id,
        count(*) as rows_read,
        count(*) filter (
            where exists (
                select 1
                from own_certificates
                where
                    claimed.assessment_id = own_certificates.assessment_id
                    and claimed.department_id = own_certificates.department_id
                    and claimed.indicator_code = own_certificates.indicator_code
                    and claimed.part = own_certificates.part
                    and claimed.type_code = own_certificates.type_code
            )
        ) as rows_counted
    from claimed
    group by
        claimed.assessment_id,
        claimed.department_id,
        claimed.indicator_code,
        claimed.part,
        claimed._file_id
    union all
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        'certificates' as dataset,
        _file_id as file_id,
        cast(sum(certificates) as bigint) as rows_read,
        cast(sum(certificates) as bigint) as rows_counted
    from own_certificates
    group by
        assessment_id,
        department_id,
        indicator_code,
        part,
        _file_id
    union all
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        'certificate_volumes' as dataset,
        _file_id as file_id,
        count(*) as rows_read,
        cast(0 as bigint) as rows_counted
    from other_volumes
    group by
        assessment_id,
        department_id,
        indicator_code,
        part,
        _file_id
),

own as (
    select
        by_file.assessment_id,
        by_file.department_id,
        by_file.indicator_code,
        by_file.part,
        max(peers.population) as population,
        cast(sum(by_file.rows_read) filter (where by_file.dataset = 'certificate_types') as bigint)
            as types,
        cast(
            coalesce(sum(by_file.rows_read) filter (where by_file.dataset = 'certificates'), 0)
            as hugeint
        ) as volume,
        bool_or(by_file.dataset = 'certificate_volumes') as has_others,
        files_behind(by_file.dataset, by_file.file_id, by_file.rows_read, by_file.rows_counted) as sources
    from by_file
    inner join parts
        on
            by_file.assessment_id = parts.assessment_id
            and by_file.indicator_code = parts.indicator_code
            and by_file.part = parts.part
    left join peers
        on
            parts.city_code = peers.city_code
            and parts.year = peers.year
    group by
        by_file.assessment_id,
        by_file.department_id,
        by_file.indicator_code,
        by_file.part
),

other_cities as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        city_code,
        population,
        sum(volume) as volume
    from other_volumes
    group by
        assessment_id,
        department_id,
        indicator_code,
        part,
        city_code,
        population
),

ahead as (
    select
        own.assessment_id,
        own.department_id,
        own.indicator_code,
        own.part,
        count(*) as cities
    from own
    inner join other_cities
        on
            own.assessment_id = other_cities.assessment_id
            and own.department_id = other_cities.department_id
            and own.indicator_code = other_cities.indicator_code
            and own.part = other_cities.part
            and other_cities.volume * own.population > own.volume * other_cities.population
    group by
        own.assessment_id,
        own.department_id,
        own.indicator_code,
        own.part
)

select
    own.assessment_id,
    own.department_id,
    own.indicator_code,
    own.part,
    own.types as inputs,
    cast(0 as bigint) as pending,
    cast(case when own.population > 0 and own.has_others then own.volume end as decimal(38, 6))
        as value,
    cast(own.population as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(
        case
            when own.population > 0 and own.has_others and own.volume > 0
                then 1 + coalesce(ahead.cities, 0)
        end as integer
    ) as rank,
    own.sources
from own
left join ahead
    on
        own.assessment_id = ahead.assessment_id
        and own.department_id = ahead.department_id
        and own.indicator_code = ahead.indicator_code
        and own.part = ahead.part
