with assessed as (
    select department_id from {{ source('delivered', 'departments') }} as departments
    where
        city_code = '340600' and active_from <= date '2019-12-31'
        and (active_to is null or active_to >= greatest(active_from, date '2019-01-01'))
),

serving as (
    select link_id, department_id from {{ source('delivered', 'network_links') }} as network_links
    where
        connected_at <= date '2019-12-31'
        and (disconnected_at is null
            or disconnected_at > greatest(connected_at, date '2019-01-01'))
),

outages as (
    select
        link_id, is_up,
        greatest(probed_at, timestamp '2019-01-01') as from_at,
        coalesce(
            least(
                lead(probed_at) over (partition by link_id order by probed_at),
                timestamp '2019-12-31' + interval 1 day
            ),
            timestamp '2019-12-31' + interval 1 day
        ) as until_at
    from {{ ref('probe_changes') }} as probe_changes
),

major as (
    select link_id, count(*) as outages from outages
    where not is_up and until_at - from_at > interval 4 hour
    group by all
),

pushed as (
    select
        directory_id, sum(records) as records, sum(on_time) as on_time, sum(complete) as complete
    from {{ ref('credit_days') }} as credit_days where pushed_on between date '2019-01-01' and date '2019-12-31' group by all
),

directories as (
    select
        department_id, directory_id,
        least(coalesce(effective_to, date '2019-12-31'), date '2019-12-31')
        - greatest(effective_from, date '2019-01-01') + 1 as days,
        map(['realtime', 'daily', 'weekly', 'monthly', 'quarterly', 'semiannual', 'annual'], [1, 1, 7, 28, 90, 181, 365])[update_cycle] as cycle_days
    from {{ source('delivered', 'credit_directories') }} as credit_directories
),

credit as (
    select
        department_id, sum(records) as records, sum(on_time) as on_time, sum(complete) as complete
    from pushed join directories using (directory_id) group by all
),

claimed as (
    select department_id, type_code from {{ source('delivered', 'certificate_types') }} as certificate_types where claimed_at <= date '2019-12-31'
),

made as (
    select distinct type_code, department_id from {{ ref('certificate_days') }} as certificate_days
    where
        issued_on <= date '2019-12-31'
        and (city_code = '340600' or city_code in (select city_code from {{ source('delivered', 'populations') }} as populations))
),

issued as (
    select type_code, sum(certificates) as certificates
    from {{ ref('certificate_days') }} as certificate_days semi join {{ source('delivered', 'departments') }} as departments using (department_id)
    where city_code = '340600' and issued_on between date '2019-01-01' and date '2019-12-31'
    group by all
)

select
    department_id, '007' as indicator, cast(coalesce(sum(outages), 0) as bigint) as value,
    cast(null as bigint) as base
from serving semi join assessed using (department_id) left join major using (link_id) group by all
union all
select
    department_id, '012', count(*) filter (where days >= cycle_days and records > 0),
    count(*) filter (where days >= cycle_days)
from directories left join pushed using (directory_id) group by all
union all
select department_id, '013', cast(coalesce(records, 0) as bigint), expected_records
from credit full join (from {{ source('delivered', 'credit_targets') }} as credit_targets where year = 2019) using (department_id)
union all
select department_id, '014', cast(on_time as bigint), cast(records as bigint) from credit
union all
select department_id, '015', cast(complete as bigint), cast(records as bigint) from credit
union all
select department_id, '027', count(made.type_code), count(*)
from claimed left join made using (department_id, type_code) group by all
union all
select department_id, '028', cast(coalesce(sum(certificates), 0) as bigint), any_value(population)
from claimed
left join issued using (type_code)
join {{ source('delivered', 'populations') }} as populations on populations.city_code = '340600' and populations.year = 2019
group by all
