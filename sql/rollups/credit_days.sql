-- grain: directory x day of pushing x file
-- days: pushed_on of credit_records
-- Inputs: staging.credit_records. How many records came, how many of them in time (no later than
-- due_at), and how many with complete key information, which was judged while landing. Keyed by the
-- directory and not by its department: the directory may become known later.
with records as (
    select
        directory_id,
        cast(pushed_at as date) as pushed_on,
        _file_id,
        case when pushed_at <= due_at then 1 else 0 end as is_on_time,
        case when has_key_information then 1 else 0 end as is_complete
    from staging.credit_records
)

select
    directory_id,
    pushed_on,
    _file_id,
    count(*) as records,
    cast(sum(is_on_time) as bigint) as records_on_time,
    cast(sum(is_complete) as bigint) as records_with_key_information
from records
group by
    directory_id,
    pushed_on,
    _file_id
