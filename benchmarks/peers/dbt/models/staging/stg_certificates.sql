{{ config(unique_key='certificate_id') }}

select
    certificate_id,
    type_code,
    department_id,
    city_code,
    issued_at,
    left(sha256('a key that only the benchmark has' || holder_code), 32) as holder_code_hash,
    filename
from {{ source('delivered', 'certificates') }}
where
    certificate_id is not null
    and type_code is not null
    and department_id is not null
    and city_code is not null
    and issued_at is not null
    {% if is_incremental() %}
    and filename not in (select distinct filename from {{ this }})
    {% endif %}
qualify
    row_number() over (
        partition by certificate_id order by filename desc, file_row_number desc
    ) = 1
