-- grain: assessment x department x indicator x part
-- Inputs: every metric. What was measured, in one shape. A metric may speak of departments that are
-- not assessed; they fall away where the scores start, in scores.part_input.
-- By name, so that a metric whose columns differ in order is not read askew.
-- noqa: disable=layout.select_targets
with measured as (
    select 'accepted_evidence' as metric, * from metrics.accepted_evidence
    union all by name
    select 'filed_projects' as metric, * from metrics.filed_projects
    union all by name
    select 'best_access_mode' as metric, * from metrics.best_access_mode
    union all by name
    select 'major_outages_and_incidents' as metric, * from metrics.major_outages_and_incidents
    union all by name
    select 'service_platform_result' as metric, * from metrics.service_platform_result
    union all by name
    select 'legal_supervision_records' as metric, * from metrics.legal_supervision_records
    union all by name
    select 'trading_platform_scores' as metric, * from metrics.trading_platform_scores
    union all by name
    select 'credit_directories_supplied' as metric, * from metrics.credit_directories_supplied
    union all by name
    select 'credit_volume' as metric, * from metrics.credit_volume
    union all by name
    select 'credit_records_in_order' as metric, * from metrics.credit_records_in_order
    union all by name
    select 'sanction_cases_reported' as metric, * from metrics.sanction_cases_reported
    union all by name
    select 'credit_checks_embedded' as metric, * from metrics.credit_checks_embedded
    union all by name
    select 'credit_checks_fed_back' as metric, * from metrics.credit_checks_fed_back
    union all by name
    select 'investment_cases_accepted' as metric, * from metrics.investment_cases_accepted
    union all by name
    select 'documents_completed_on_time' as metric, * from metrics.documents_completed_on_time
    union all by name
    select 'documents_not_returned' as metric, * from metrics.documents_not_returned
    union all by name
    select 'documents_fed_back' as metric, * from metrics.documents_fed_back
    union all by name
    select 'entries_published_on_time' as metric, * from metrics.entries_published_on_time
    union all by name
    select 'entries_up_to_date' as metric, * from metrics.entries_up_to_date
    union all by name
    select 'entries_mounted' as metric, * from metrics.entries_mounted
    union all by name
    select 'inspections_passed' as metric, * from metrics.inspections_passed
    union all by name
    select 'resources_used' as metric, * from metrics.resources_used
    union all by name
    select 'base_libraries_used' as metric, * from metrics.base_libraries_used
    union all by name
    select 'systems_disposed' as metric, * from metrics.systems_disposed
    union all by name
    select 'certificate_types_made' as metric, * from metrics.certificate_types_made
    union all by name
    select 'certificate_volume_rank' as metric, * from metrics.certificate_volume_rank
    union all by name
    select 'certificate_types_used' as metric, * from metrics.certificate_types_used
    union all by name
    select 'projects_analysing_sharing' as metric, * from metrics.projects_analysing_sharing
    union all by name
    select 'shared_elements_listed' as metric, * from metrics.shared_elements_listed
    union all by name
    select 'internet_egress_mode' as metric, * from metrics.internet_egress_mode
    union all by name
    select 'systems_protected' as metric, * from metrics.systems_protected
)

-- noqa: enable=layout.select_targets
select
    measured.metric,
    measured.assessment_id,
    measured.department_id,
    measured.indicator_code,
    measured.part,
    measured.inputs,
    measured.pending,
    measured.value,
    measured.base,
    measured.base_divisor,
    measured.level,
    measured.rank,
    measured.sources
from measured
inner join rules.part as part
    on
        measured.assessment_id = part.assessment_id
        and measured.indicator_code = part.indicator_code
        and measured.part = part.part
        and measured.metric = part.metric
