{{ config(unique_key=['link_id', 'probed_at']) }}

select
    link_id,
    probed_at,
    is_up,
    latency_ms,
    filename
from {{ source('delivered', 'network_probes') }}
where
    link_id is not null
    and probed_at is not null
    and is_up is not null
    {% if is_incremental() %}
    and filename not in (select distinct filename from {{ this }})
    {% endif %}
qualify
    row_number() over (
        partition by link_id, probed_at order by filename desc, file_row_number desc
    ) = 1
