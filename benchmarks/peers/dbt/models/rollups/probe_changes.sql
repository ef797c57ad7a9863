with placed as (
    select
        link_id,
        probed_at,
        is_up,
        lag(is_up) over (partition by link_id order by probed_at) as was_up
    from {{ ref('stg_network_probes') }}
)

select
    link_id,
    probed_at,
    is_up
from placed
where was_up is distinct from is_up
