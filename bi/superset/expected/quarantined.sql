select sum(rows_quarantined) as quarantined
from fct_source_freshness
