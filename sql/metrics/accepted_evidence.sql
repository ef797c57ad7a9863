-- grain: assessment x department x indicator x part
-- parameters: parts, dated, count
-- value: accepted evidence, as rows or as distinct evidence parts. No base. inputs: decided rows,
-- accepted or rejected; the others are pending, and pending ones alone are no input, so value is
-- null. A decision counts by the end of A, since it is made after the year; one without a date or
-- after A is still pending.
-- parts: the evidence parts looked at; dated: yes where the document's date must lie in window, else
-- no; count: rows, or parts for distinct ones.
with parts as (
    select
        assessment_id,
        indicator_code,
        part,
        year,
        window_start,
        last_on,
        decided_before,
        options['parts'] as evidence_parts,
        list_contains(options['dated'], 'yes') as is_dated,
        list_contains(options['count'], 'parts') as counts_parts
    from staging.metric_part
    where metric = 'accepted_evidence'
),

evidence as (
    select
        department_id,
        indicator_code,
        part,
        year,
        document_date,
        submitted_at,
        decision,
        decided_on,
        _file_id
    from staging.evidence
),

submitted as (
    select
        parts.assessment_id,
        evidence.department_id,
        parts.indicator_code,
        parts.part,
        parts.counts_parts,
        evidence.part as evidence_part,
        evidence._file_id as file_id,
        case
            when evidence.decided_on < parts.decided_before then evidence.decision
            else 'pending'
        end as decision_at_a
    from parts
    inner join evidence
        on
            parts.indicator_code = evidence.indicator_code
            and parts.year = evidence.year
            and list_contains(parts.evidence_parts, evidence.part)
            and parts.decided_before > evidence.submitted_at
    where
        not parts.is_dated
        or evidence.document_date between parts.window_start and parts.last_on
),

looked_at as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        counts_parts,
        evidence_part,
        file_id,
        decision_at_a = 'pending' as is_pending,
        decision_at_a = 'accepted' as is_counted
    from submitted
),

by_file as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        file_id,
        count(*) as rows_read,
        count(*) filter (where is_counted) as rows_counted
    from looked_at
    group by
        assessment_id,
        department_id,
        indicator_code,
        part,
        file_id
),

sources as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        files_behind('evidence', file_id, rows_read, rows_counted) as sources
    from by_file
    group by
        assessment_id,
        department_id,
        indicator_code,
        part
),

measured as (
    select
        assessment_id,
        department_id,
        indicator_code,
        part,
        count(*) filter (where not is_pending) as inputs,
        count(*) filter (where is_pending) as pending,
        case
            when any_value(counts_parts)
                then count(distinct evidence_part) filter (where is_counted)
            else count(*) filter (where is_counted)
        end as accepted
    from looked_at
    group by
        assessment_id,
        department_id,
        indicator_code,
        part
)

select
    measured.assessment_id,
    measured.department_id,
    measured.indicator_code,
    measured.part,
    measured.inputs,
    measured.pending,
    case when measured.inputs > 0 then cast(measured.accepted as decimal(38, 6)) end as value,
    cast(null as decimal(38, 6)) as base,
    cast(1 as bigint) as base_divisor,
    cast(null as varchar) as level,
    cast(null as integer) as rank,
    sources.sources
from measured
inner join sources
    on
        measured.assessment_id = sources.assessment_id
        and measured.department_id = sources.department_id
        and measured.indicator_code = sources.indicator_code
        and measured.part = sources.part
