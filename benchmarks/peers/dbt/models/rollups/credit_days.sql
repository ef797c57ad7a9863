select
    directory_id,
    cast(pushed_at as date) as pushed_on,
    count(*) as records,
    count(*) filter (where pushed_at <= due_at) as on_time,
    count(*) filter (where has_key_information) as complete
from {{ ref('stg_credit_records') }}
group by all
