-- grain: assessment x department x indicator x part
-- parameters: none
-- value: claimed types of which the department itself issued a certificate by E, also before S and
-- for any known city; base: types that it claimed by E. inputs: the base.
-- A certificate of a city that is known neither from the populations nor from the rulebook is
-- nobody's.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        city_code,
        last_on
    from staging.metric_part
    where metric = 'certificate_types_made'
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
        type_code,
        department_id,
        city_code,
        issued_on,
        certificates,
        _file_id
    from rollups.certificate_days
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
        claims.type_code,
        claims._file_id
    from parts
    inner join claims
        on parts.last_on >= claims.claimed_at
),

made as (
    select
        parts.assessment_id,
        parts.indicator_code,
        parts.part,
        certificates.department_id,
        certificates.type_code,
        certificates._file_id,
        sum(certificates.certificates) as certificates
    from parts
    inner join certificates
        on parts.last_on >= certificates.issued_on
    left join known_cities
        on certificates.city_code = known_cities.city_code
    where
        known_cities.city_code is not null
        or certificates.city_code = parts.city_code
    group by
        parts.assessment_id,
        parts.indicator_code,
        parts.part,
        certificates.department_id,
        certificates.type_code,
        certificates._file_id
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
                from made
                where
                    claimed.assessment_id = made.assessment_id
                    and claimed.indicator_code = made.indicator_code
                    and claimed.part = made.part
                    and claimed.department_id = made.department_id
                    and claimed.type_code = made.type_code
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
        claimed.assessment_id,
        claimed.department_id,
        claimed.indicator_code,
        claimed.part,
        'certificates' as dataset,
        made._file_id as file_id,
        cast(sum(made.certificates) as bigint) as rows_read,
        cast(sum(made.certificates) as bigint) as rows_counted
    from claimed
    inner join made
        on
            claimed.assessment_id = made.assessment_id
            and claimed.indicator_code = made.indicator_code
            and claimed.part = made.part
            and claimed.department_id = made.department_id
            and claimed.type_code = made.type_code
    group by
        claimed.assessment_id,
        claimed.department_id,
        claimed.indicator_code,
        claimed.part,
        made._file_id
)

select
    assessment_id,
    department_id,
    indicator_code,
    part,
    cast(sum(rows_read) filter (where dataset = 'certificate_types') as bigint) as inputs,
    cast(0 as bigint) as pending,
    cast(sum(rows_counted) filter (where dataset = 'certificate_types') as decimal(38, 6)) as value,
    cast(sum(rows_read) filter (where dataset = 'certificate_types') as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    files_behind(dataset, file_id, rows_read, rows_counted) as sources
from by_file
group by
    assessment_id,
    department_id,
    indicator_code,
    part
