select count(*) as sources
from fct_source_freshness
