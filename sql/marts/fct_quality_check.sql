-- grain: as_of x dataset x check
-- Input: ops.check_result, where the gate keeps the newest judgement of each as_of. Built after the
-- gate has judged, so that what is published speaks of the scores that it goes out with.
select
    as_of,
    dataset,
    check_name,
    kind,
    passed,
    severity,
    observed,
    expected,
    why_zh,
    why_en
from ops.check_result
