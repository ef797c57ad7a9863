select count(*) filter (where not timely) as late
from fct_source_freshness
