-- The sentences that explain a score: one macro a method and language, so that the models only pick
-- the facts. Numbers come as text. A noun stands before its number, which needs no plural.

-- A decimal without idle zeros: 120.500000 is 120.5, 120.000000 is 120.
create or replace macro plain(number) as
rtrim(rtrim(cast(cast(number as decimal(38, 6)) as varchar), '0'), '.');

-- A noun may end with its unit in brackets: 已挂接目录（条）. The number then goes between the two.
create or replace macro unit_of(noun) as regexp_extract(noun, '（(.{1,4})）$', 1);
create or replace macro counted_zh(noun, number) as
case
    when unit_of(noun) = '' then noun || '：' || number
    else regexp_replace(noun, '（.{1,4}）$', '') || ' ' || number || ' ' || unit_of(noun)
end;
create or replace macro with_unit(number, noun) as number || rtrim(' ' || unit_of(noun));

create or replace macro capitalized(words) as upper(left(words, 1)) || substr(words, 2);

-- A sentence's end, unless the text, written by someone else, already has one.
create or replace macro closed_zh(words) as rtrim(trim(words), '。.') || '。';
create or replace macro closed_en(words) as rtrim(trim(words), '。.') || '.';

create or replace macro exempt_zh(office, decided_on, reason) as
'不适用，不计入总分：' || office || '于 ' || cast(decided_on as varchar) || ' 决定，理由：'
|| closed_zh(reason);
create or replace macro exempt_en(office, decided_on, reason) as
'Not applicable, left out of the totals: decided by ' || office || ' on '
|| cast(decided_on as varchar) || ', because: ' || closed_en(reason);

create or replace macro pending_zh(pending) as
case
    when pending > 0 then '另有 ' || cast(pending as varchar) || ' 份材料待审，通过后才计分。'
    else ''
end;
create or replace macro pending_en(pending) as
case
    when pending > 0
        then
            ' Evidence still pending: ' || cast(pending as varchar)
            || '; it counts once accepted.'
    else ''
end;

-- status: missing or not_applicable. The rule tells what would have counted.
create or replace macro no_input_zh(status, name, rule, day, points) as
case status
    when 'missing'
        then
            '“' || name || '”截至 ' || day || ' 没有可以计分的记录：缺报，得 0 分，满分 '
            || points || ' 分。' || closed_zh(rule)
    else '“' || name || '”截至 ' || day || ' 没有应当考核的事项：不适用，不计入总分。'
end;
create or replace macro no_input_en(status, name, rule, day, points) as
case status
    when 'missing'
        then
            'Nothing that counts came for "' || name || '" by ' || day
            || ': missing, nothing earned (full marks: ' || points || '). ' || closed_en(rule)
    else
        'There was nothing to assess for "' || name || '" by ' || day
        || ': not applicable, left out of the totals.'
end;

create or replace macro no_peers_zh(has_base, base_noun, points) as
case when has_base then '没有其他城市的数据可比' else '没有“' || base_noun || '”的数据' end
|| '，无法排名：缺报，得 0 分，满分 ' || points || ' 分。';
create or replace macro no_peers_en(has_base, base_noun, points) as
case
    when has_base then 'No other city has data to compare with'
    else 'There is no figure for "' || base_noun || '"'
end || ', so there is no rank: missing, nothing earned (full marks: ' || points || ').';

create or replace macro empty_zh(verdict, base_noun, base, score) as
counted_zh(base_noun, base) || '，没有可以比较的基数，'
|| case verdict
    when 'full' then '没有尚待完成的，按规则得满分 ' || score || ' 分。'
    when 'not_applicable' then '不适用，不计入总分。'
    else '按规则得 ' || score || ' 分。'
end;
create or replace macro empty_en(verdict, base_noun, base, score) as
capitalized(base_noun) || ': ' || base || ', so there is nothing to divide by: '
|| case verdict
    when 'full' then 'nothing is left to do, by the rule full marks, ' || score || ' points.'
    when 'not_applicable' then 'not applicable, left out of the totals.'
    else 'by the rule ' || score || ' points.'
end;

-- Arithmetic as English readers write it.
create or replace macro computed_en(sum) as replace(replace(sum, '×', 'x'), '÷', '/');

-- ratio and scaled. sum: the base as it was computed; gap: what full marks would still take.
create or replace macro ratio_zh(value_noun, value, base_noun, base, sum, points, score, is_capped, gap) as
counted_zh(base_noun, base) || case when sum <> base then '（' || sum || '）' else '' end
|| '，' || counted_zh(value_noun, value) || '。' || points || ' 分 × ' || value || ' ÷ '
|| case when sum <> base then '（' || sum || '）' else base end
|| case
    when is_capped then '，超出的不计，得满分 '
    when starts_with(value, '-') then '，负数按 0 计，得 '
    else ' = '
end
|| score || ' 分。' || coalesce('距满分还差 ' || with_unit(gap, value_noun) || '。', '');
create or replace macro ratio_en(value_noun, value, base_noun, base, sum, points, score, is_capped, gap) as
capitalized(value_noun) || ': ' || value || '. ' || capitalized(base_noun) || ': ' || base
|| case when sum <> base then ' (' || computed_en(sum) || ')' else '' end
|| '. ' || points || ' points x ' || value || ' / '
|| case when sum <> base then '(' || computed_en(sum) || ')' else base end
|| case
    when is_capped then ', capped at full marks, '
    when starts_with(value, '-') then ', below 0 counts as 0, '
    else ' = '
end
|| score || ' points.' || coalesce(' Short of full marks by ' || gap || '.', '');

create or replace macro per_unit_zh(value_noun, value, each, points, score, is_capped, gap) as
counted_zh(value_noun, value) || '。每' || coalesce(nullif(unit_of(value_noun), ''), '个') || ' '
|| each || ' 分 × ' || value
|| case
    when is_capped then '，最高 ' || points || ' 分，得 '
    when starts_with(value, '-') then '，负数按 0 计，得 '
    else ' = '
end
|| score || ' 分。' || coalesce(
    '再有 ' || gap || ' ' || coalesce(nullif(unit_of(value_noun), ''), '个') || '即得满分 ' || points || ' 分。', ''
);
create or replace macro per_unit_en(value_noun, value, each, points, score, is_capped, gap) as
capitalized(value_noun) || ': ' || value || '. Each earns ' || each || ': ' || each || ' x ' || value
|| case
    when is_capped then ', capped at ' || points || ' points, '
    when starts_with(value, '-') then ', below 0 counts as 0, '
    else ' = '
end
|| score || ' points.'
|| coalesce(' With ' || gap || ' more: full marks, ' || points || ' points.', '');

create or replace macro flag_zh(value_noun, value, at_least, points, score, gap) as
counted_zh(value_noun, value) || '，'
|| case
    when gap is null
        then '已达到要求的 ' || with_unit(at_least, value_noun) || '：得满分 ' || score || ' 分。'
    else
        '要求至少 ' || with_unit(at_least, value_noun) || '，还差 ' || with_unit(gap, value_noun) || '：得 ' || score || ' 分，满分 '
        || points || ' 分。'
end;
create or replace macro flag_en(value_noun, value, at_least, points, score, gap) as
capitalized(value_noun) || ': ' || value || '. '
|| case
    when gap is null then 'At least ' || at_least || ' asked: full marks, ' || score || ' points.'
    else
        'At least ' || at_least || ' asked, ' || gap || ' short: ' || score || ' of ' || points
        || ' points.'
end;

create or replace macro limit_zh(value_noun, value, at_most, points, score, gap) as
counted_zh(value_noun, value) || '，上限 ' || with_unit(at_most, value_noun) || '，'
|| case
    when gap is null then '未超过：得满分 ' || score || ' 分。'
    else '超出 ' || gap || '：得 ' || score || ' 分，满分 ' || points || ' 分。'
end;
create or replace macro limit_en(value_noun, value, at_most, points, score, gap) as
capitalized(value_noun) || ': ' || value || '. At most ' || at_most || ' allowed, '
|| case
    when gap is null then 'kept: full marks, ' || score || ' points.'
    else gap || ' too many: ' || score || ' of ' || points || ' points.'
end;

-- Nothing to keep within the limit, and so nothing earned.
create or replace macro unmeasured_zh(metric, value_noun, points, score) as
case metric
    when 'major_outages_and_incidents' then '考核期内没有在用的网络线路，只有已接入的部门才能得分'
    else '没有可以衡量的' || value_noun
end || '：得 ' || score || ' 分，满分 ' || points || ' 分。';
create or replace macro unmeasured_en(metric, value_noun, points, score) as
case metric
    when 'major_outages_and_incidents'
        then
            'No network link was in service in the window, and only a connected department can '
            || 'earn this'
    else 'There was nothing to measure (' || value_noun || ')'
end || ': ' || score || ' of ' || points || ' points.';

create or replace macro level_zh(value_noun, level, best, points, score) as
value_noun || '：' || coalesce(level, '无') || '，得 ' || score || ' 分，满分 ' || points || ' 分'
|| coalesce('（“' || best || '”得满分）', '') || '。';
create or replace macro level_en(value_noun, level, best, points, score) as
capitalized(value_noun) || ': ' || coalesce(level, 'none') || ', ' || score || ' of ' || points
|| ' points' || coalesce(' ("' || best || '" earns full marks)', '') || '.';

create or replace macro rank_zh(value_noun, value, base_noun, base, rank, bands, score) as
counted_zh(value_noun, value) || '，' || counted_zh(base_noun, base)
|| case
    when rank is null then '。不参加排名：得 ' || score || ' 分。'
    else
        '。' || value || ' ÷ ' || base || ' 在各市中排第 ' || cast(rank as varchar) || ' 名：得 '
        || score || ' 分（' || bands || '）。'
end;
create or replace macro rank_en(value_noun, value, base_noun, base, rank, bands, score) as
capitalized(value_noun) || ': ' || value || '. ' || capitalized(base_noun) || ': ' || base
|| case
    when rank is null then '. Not ranked: ' || score || ' points.'
    else
        '. ' || value || ' / ' || base || ' ranks ' || cast(rank as varchar)
        || ' among the cities: ' || score || ' points (' || bands || ').'
end;

create or replace macro adjusted_zh(computed, score, decided, points, office, decided_on, reason) as
'各部分合计 ' || computed || ' 分；' || office || '于 ' || cast(decided_on as varchar)
|| ' 调整为 ' || decided || ' 分，'
|| case
    when starts_with(decided, '-') then '低于 0，按 ' || score || ' 分计，'
    when cast(decided as decimal(38, 6)) > cast(points as decimal(38, 6))
        then '超过满分，按 ' || score || ' 分计，'
    when cast(decided as decimal(38, 6)) <> cast(score as decimal(38, 6))
        then '计 ' || score || ' 分，'
    else ''
end
|| '理由：' || closed_zh(reason);
create or replace macro adjusted_en(computed, score, decided, points, office, decided_on, reason) as
'The parts add up to ' || computed || ' points; adjusted to ' || decided || ' by ' || office
|| ' on ' || cast(decided_on as varchar)
|| case
    when starts_with(decided, '-') then ', below 0, so it counts ' || score
    when cast(decided as decimal(38, 6)) > cast(points as decimal(38, 6))
        then ', above the points that apply, so it counts ' || score
    when cast(decided as decimal(38, 6)) <> cast(score as decimal(38, 6))
        then ', which counts ' || score
    else ''
end
|| ', because: ' || closed_en(reason);
