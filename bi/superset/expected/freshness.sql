select
    dataset,
    provider,
    if(timely, '按时 In time', '迟到 Late') as timeliness,
    newest_period,
    due_at,
    lag_hours / 24 as lag_days,
    last_loaded_at,
    rows_loaded,
    rows_quarantined,
    files
from fct_source_freshness
order by timeliness desc, lag_days desc nulls last, dataset
