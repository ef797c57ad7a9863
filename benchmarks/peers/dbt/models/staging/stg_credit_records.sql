{{ config(unique_key='record_id') }}

select
    record_id,
    directory_id,
    subject_kind,
    subject_code_kind,
    due_at,
    pushed_at,
    complete_key_information(
        subject_kind, subject_name, subject_code_kind, subject_code, core_information
    ) as has_key_information,
    filename
from {{ source('delivered', 'credit_records') }}
where
    record_id is not null
    and directory_id is not null
    and subject_kind in ('organization', 'person')
    and subject_code_kind in ('uscc', 'registration', 'identity', 'other')
    and due_at is not null
    and pushed_at is not null
    {% if is_incremental() %}
    and filename not in (select distinct filename from {{ this }})
    {% endif %}
qualify
    row_number() over (partition by record_id order by filename desc, file_row_number desc) = 1
