select
    if(severity = 'error', '错误 Error', '警告 Warning') as severity,
    case kind
        when 'completeness' then '完整 Completeness'
        when 'timeliness' then '及时 Timeliness'
        when 'validity' then '有效 Validity'
    end as kind,
    dataset,
    check_name,
    observed,
    expected,
    why_zh,
    why_en
from fct_quality_check
where
    not passed
    and as_of = (select max(as_of) from fct_quality_check)
order by 1 desc, dataset, check_name
