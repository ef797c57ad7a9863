"""The floor's SQL: what a row becomes, and what the rows become. Shared by both floors."""

from __future__ import annotations

from benchmarks.peers.job import (
    CITY,
    CYCLE_DAYS,
    FIRST_DAY,
    KEYS,
    KNOWN,
    LAST_DAY,
    MAJOR_HOURS,
    REQUIRED,
    YEAR,
)

COLUMNS = {
    "credit_records": """
        record_id, directory_id, subject_kind, subject_code_kind, due_at, pushed_at,
        complete_key_information(
            subject_kind, subject_name, subject_code_kind, subject_code, core_information
        ) as has_key_information
    """,
    "certificates": """
        certificate_id, type_code, department_id, city_code, issued_at,
        left(sha256(getvariable('hash_key') || holder_code), 32) as holder_code_hash
    """,
    "network_probes": "link_id, probed_at, is_up, latency_ms",
}
KEPT_COLUMNS = COLUMNS | {
    name: COLUMNS[name].replace(f"{key}_id,", f"packed_text({key}_id) as {key}_id,", 1)
    for name, key in (("credit_records", "record"), ("certificates", "certificate"))
}
"""Of who keeps rows: ids as numbers of 128 bits, as such compress better and compare faster."""
ROLLUPS = {
    "credit_days": """
        select
            directory_id, cast(pushed_at as date) as pushed_on, count(*) as records,
            count(*) filter (where pushed_at <= due_at) as on_time,
            count(*) filter (where has_key_information) as complete
        from credit_records group by all
    """,
    "certificate_days": """
        select
            type_code, department_id, city_code, cast(issued_at as date) as issued_on,
            count(*) as certificates
        from certificates group by all
    """,
    # a change of state is all that is wanted of a link's probes, and few probes are one
    "probe_changes": """
        select link_id, probed_at, is_up
        from (
            select
                link_id, probed_at, is_up,
                lag(is_up) over (partition by link_id order by probed_at) as was_up
            from network_probes
        )
        where was_up is distinct from is_up
    """,
}
ANSWER = f"""
with assessed as (
    select department_id from departments
    where
        city_code = '{CITY}' and active_from <= date '{LAST_DAY}'
        and (active_to is null or active_to >= greatest(active_from, date '{FIRST_DAY}'))
),

serving as (
    select link_id, department_id from network_links
    where
        connected_at <= date '{LAST_DAY}'
        and (disconnected_at is null
            or disconnected_at > greatest(connected_at, date '{FIRST_DAY}'))
),

outages as (
    select
        link_id, is_up,
        greatest(probed_at, timestamp '{FIRST_DAY}') as from_at,
        coalesce(
            least(
                lead(probed_at) over (partition by link_id order by probed_at),
                timestamp '{LAST_DAY}' + interval 1 day
            ),
            timestamp '{LAST_DAY}' + interval 1 day
        ) as until_at
    from probe_changes
),

major as (
    select link_id, count(*) as outages from outages
    where not is_up and until_at - from_at > interval {MAJOR_HOURS} hour
    group by all
),

pushed as (
    select
        directory_id, sum(records) as records, sum(on_time) as on_time, sum(complete) as complete
    from credit_days where pushed_on between date '{FIRST_DAY}' and date '{LAST_DAY}' group by all
),

directories as (
    select
        department_id, directory_id,
        least(coalesce(effective_to, date '{LAST_DAY}'), date '{LAST_DAY}')
        - greatest(effective_from, date '{FIRST_DAY}') + 1 as days,
        {{cycles}}[update_cycle] as cycle_days
    from credit_directories
),

credit as (
    select
        department_id, sum(records) as records, sum(on_time) as on_time, sum(complete) as complete
    from pushed join directories using (directory_id) group by all
),

claimed as (
    select department_id, type_code from certificate_types where claimed_at <= date '{LAST_DAY}'
),

made as (
    select distinct type_code, department_id from certificate_days
    where
        issued_on <= date '{LAST_DAY}'
        and (city_code = '{CITY}' or city_code in (select city_code from populations))
),

issued as (
    select type_code, sum(certificates) as certificates
    from certificate_days semi join departments using (department_id)
    where city_code = '{CITY}' and issued_on between date '{FIRST_DAY}' and date '{LAST_DAY}'
    group by all
)

select department_id, '007', cast(coalesce(sum(outages), 0) as bigint), null
from serving semi join assessed using (department_id) left join major using (link_id) group by all
union all
select
    department_id, '012', count(*) filter (where days >= cycle_days and records > 0),
    count(*) filter (where days >= cycle_days)
from directories left join pushed using (directory_id) group by all
union all
select department_id, '013', cast(coalesce(records, 0) as bigint), expected_records
from credit full join (from credit_targets where year = {YEAR}) using (department_id)
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
join populations on populations.city_code = '{CITY}' and populations.year = {YEAR}
group by all
""".replace("{cycles}", f"map({list(CYCLE_DAYS)}, {list(CYCLE_DAYS.values())})")


def sound(dataset: str) -> str:
    """SQL that is true for a row to be taken."""
    tests = [f"{column} is not null" for column in REQUIRED[dataset]]
    tests += [f"{column} in {values}" for column, values in KNOWN.get(dataset, {}).items()]
    return " and ".join(tests)


def span(dataset: str, rows: str) -> str:
    """SQL of a file's first and last key, and whether they grow from row to row: none repeats then.

    Of a key of two columns the last one, a time, and no word on its order.
    """
    *others, key = KEYS[dataset]
    grows = "false" if others else "coalesce(bool_and(before is null or key > before), true)"
    return (
        f"select min(key), max(key), {grows} "
        f"from (select {key} as key, lag({key}) over () as before {rows})"
    )
