select
    type_code,
    department_id,
    city_code,
    cast(issued_at as date) as issued_on,
    count(*) as certificates
from {{ ref('stg_certificates') }}
group by all
