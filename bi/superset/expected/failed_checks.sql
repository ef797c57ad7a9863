select count(*) as failed
from fct_quality_check
where
    not passed
    and as_of = (select max(as_of) from fct_quality_check)
