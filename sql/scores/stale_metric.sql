-- grain: assessment x metric, those that are stale only
-- Inputs: rules.metric_dataset (which datasets feed a metric), scores.source_freshness.
-- One dataset that came too late for the window makes all that rests on it stale.
select distinct
    freshness.assessment_id,
    feeding.metric
from rules.metric_dataset as feeding
inner join scores.source_freshness as freshness on feeding.dataset = freshness.dataset
where not freshness.is_timely_in_window
