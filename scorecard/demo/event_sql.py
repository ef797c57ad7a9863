"""The SELECTs that make the event datasets, with places for what `heavy` fills in.

A row's luck is `chance(n, salt + k)`, another k for each question asked of it. Times are counted in
seconds from the start of the year. The columns bear the contract's names and stand in its order.
"""

from __future__ import annotations

# Adding an interval takes twice as long.
MACROS = (
    "create macro moment(second) as make_timestamp(1546300800000000 + 1000000 * second::bigint)"
)

# Events are numbered from 0 and spread over the year; `tick` is the moment of number n, in seconds.
EVENTS = """
events as (
    select
        n,
        n * {year} // {count} + {jitter} as tick,
        (n * 7919 + {salt}) % {slot_count} as slot,
    from range(getvariable('first_event'), getvariable('beyond_event')) as numbers (n)
    {chosen_early}
)
"""

# The place in the pool of the subject that an event draws; `Pool.told` joins it.
DRAWN = {
    "credit_records": """
        mix(n, {salt} + 6) % case
            when chance(n, {salt} + 5) < 0.9 * quality then {sound}
            else {subjects}
        end
    """,
    "certificates": "mix(n, {salt} + 2) % {subjects}",
}

QUERIES = {
    "credit_records": """
        select
            'cr-' || substring((1000000000 + n)::varchar, 2) as record_id,
            directory_id,
            kind as subject_kind,
            name as subject_name,
            code_kind as subject_code_kind,
            code as subject_code,
            case
                when getvariable('corrected') or chance(n, {salt} + 3) < quality + 0.04
                then '决定书文号 ' || (1000 + mix(n, {salt} + 4) % 9000)
            end as core_information,
            moment(tick + case
                when chance(n, {salt} + 1) < quality then 3600 * (1 + mix(n, {salt} + 2) % 120)
                else -3600 * (1 + mix(n, {salt} + 2) % 240)
            end) as due_at,
            moment(tick) as pushed_at
        from told
        {chosen_late}
    """,
    "certificates": """
        select
            'ct-' || substring((1000000000 + n)::varchar, 2) as certificate_id,
            type_code,
            department_id,
            case when mix(n, {salt} + 1) % 97 = 0 then '341600' else '{city}' end as city_code,
            moment(tick) as issued_at,
            code as holder_code
        from told
    """,
    "official_documents": """
        select
            'doc-' || substring((100000000 + n)::varchar, 2) as document_id,
            department_id,
            moment(tick) as received_at,
            moment(tick + 432000) as due_at,
            case
                when chance(n, {salt} + 1) < quality
                then moment(tick + 3600 + mix(n, {salt} + 2) % 428000)
                when chance(n, {salt} + 1) < quality + 0.7 * (1 - quality)
                then moment(tick + 432001 + mix(n, {salt} + 2) % 864000)
            end as completed_at,
            case
                when chance(n, {salt} + 3) < quality then 0 else 1 + mix(n, {salt} + 4) % 3
            end as returned_count,
            mix(n, {salt} + 5) % 4 = 0 as feedback_required,
            case
                when mix(n, {salt} + 5) % 4 = 0 and chance(n, {salt} + 6) < quality
                then moment(tick + mix(n, {salt} + 7) % 864000)
            end as feedback_at
        from events
        join {slots} using (slot)
    """,
    "investment_cases": """
        select
            'inv-' || substring((100000000 + n)::varchar, 2) as case_id,
            department_id,
            ['企业投资项目备案', '施工许可', '用地预审', '环评审批'][
                1 + mix(n, {salt} + 1) % 4
            ] as matter,
            moment(tick) as received_at,
            moment(tick + 259200) as due_at,
            case
                when chance(n, {salt} + 2) < quality
                then moment(tick + 1800 + mix(n, {salt} + 3) % 250000)
                when mix(n, {salt} + 4) % 2 = 0
                then moment(tick + 259201 + mix(n, {salt} + 3) % 500000)
            end as accepted_at
        from events
        join {slots} using (slot)
    """,
    "certificate_uses": """
        select
            'use-' || substring((100000000 + n)::varchar, 2) as use_id,
            type_code,
            department_id,
            ['资格认定', '年度检验', '变更登记', '补贴申领'][1 + mix(n, {salt} + 1) % 4] as matter,
            moment(tick) as used_at
        from events
        join {slots} using (slot)
    """,
}

# Rounds of probes, then the reports of change that do not fall on a round.
PROBES = """
with rounds as (
    select
        n // {links} as round,
        n % {links} as place,
        n // {links} * getvariable('interval') as tick,
    from range(
        getvariable('first_event') * {links}, getvariable('beyond_event') * {links}
    ) as numbers (n)
)
select
    link_id,
    moment(tick) as probed_at,
    coalesce(tick < down_from or tick >= down_until, true) as is_up,
    case
        when coalesce(tick < down_from or tick >= down_until, true)
        then cast(2 + mix(round, {salt} + place) % 3000 / 100.0 as decimal(18, 2))
    end as latency_ms
from rounds
join links using (place)
left join downs on downs.place = links.place and downs.day = tick // 86400
where tick >= in_service_from and tick < in_service_until
union all
select
    link_id,
    moment(tick) as probed_at,
    is_up,
    case when is_up then 5.00::decimal(18, 2) end as latency_ms
from changes
where tick >= getvariable('first_second') and tick < getvariable('beyond_second')
    and tick % getvariable('interval') <> 0
"""
