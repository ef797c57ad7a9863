-- grain: assessment x department x indicator x part
-- Inputs: every metric. What was measured, in one shape. A metric may speak of departments that are
-- not assessed; they fall away where the scores start, in scores.part_input.
with measured as (
    select
        'accepted_evidence' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.accepted_evidence
    union all
    select
        'filed_projects' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.filed_projects
    union all
    select
        'best_access_mode' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.best_access_mode
    union all
    select
        'major_outages_and_incidents' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.major_outages_and_incidents
    union all
    select
        'service_platform_result' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.service_platform_result
    union all
    select
        'legal_supervision_records' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.legal_supervision_records
    union all
    select
        'trading_platform_scores' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.trading_platform_scores
    union all
    select
        'credit_directories_supplied' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.credit_directories_supplied
    union all
    select
        'credit_volume' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.credit_volume
    union all
    select
        'credit_timeliness' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.credit_timeliness
    union all
    select
        'credit_key_information' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.credit_key_information
    union all
    select
        'sanction_cases_reported' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.sanction_cases_reported
    union all
    select
        'credit_checks_embedded' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.credit_checks_embedded
    union all
    select
        'credit_checks_fed_back' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.credit_checks_fed_back
    union all
    select
        'investment_cases_accepted' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.investment_cases_accepted
    union all
    select
        'documents_completed_on_time' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.documents_completed_on_time
    union all
    select
        'documents_not_returned' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.documents_not_returned
    union all
    select
        'documents_fed_back' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.documents_fed_back
    union all
    select
        'entries_published_on_time' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.entries_published_on_time
    union all
    select
        'entries_up_to_date' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.entries_up_to_date
    union all
    select
        'entries_mounted' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.entries_mounted
    union all
    select
        'inspections_passed' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.inspections_passed
    union all
    select
        'resources_used' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.resources_used
    union all
    select
        'base_libraries_used' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.base_libraries_used
    union all
    select
        'systems_disposed' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.systems_disposed
    union all
    select
        'certificate_types_made' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.certificate_types_made
    union all
    select
        'certificate_volume_rank' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.certificate_volume_rank
    union all
    select
        'certificate_types_used' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.certificate_types_used
    union all
    select
        'projects_analysing_sharing' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.projects_analysing_sharing
    union all
    select
        'shared_elements_listed' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.shared_elements_listed
    union all
    select
        'internet_egress_mode' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.internet_egress_mode
    union all
    select
        'systems_protected' as metric,
        assessment_id,
        department_id,
        indicator_code,
        part,
        inputs,
        pending,
        value,
        base,
        base_divisor,
        level,
        rank,
        sources
    from metrics.systems_protected
)

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
