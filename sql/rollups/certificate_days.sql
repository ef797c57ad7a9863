-- grain: certificate type x issuing department x city x day of issue x file
-- days: issued_on of certificates
-- Inputs: staging.certificates. How many certificates were issued. Type, department and city stand
-- as delivered: they may become known later.
with certificates as (
    select
        type_code,
        department_id,
        city_code,
        cast(issued_at as date) as issued_on,
        _file_id
    from staging.certificates
)

select
    type_code,
    department_id,
    city_code,
    issued_on,
    _file_id,
    count(*) as certificates
from certificates
group by
    type_code,
    department_id,
    city_code,
    issued_on,
    _file_id
