-- grain: rejected row or file
-- Input: ops.quarantine, which landing fills and a corrected file of the same name clears.
select
    dataset,
    file_name,
    line,
    column_name,
    value_masked,
    reason_zh,
    reason_en,
    first_seen_at
from ops.quarantine
