-- How delivered text becomes a value. Null means "does not parse" or "empty"; the caller tells the two
-- apart. Each macro looks at the usual shape first and only then at the unusual ones, which cost ten
-- times as much: landing spends most of its time here.

-- True where a text surely neither begins nor ends with a blank: all blanks stand before '!' or between
-- chr(128) and chr(12288). Comparing first and last characters costs a tenth of trimming.
create or replace macro is_surely_trimmed(x) as
    x >= '!'
    and (x < chr(128) or x > chr(12289))
    and substring(x, -1, 1) >= '!'
    and (substring(x, -1, 1) < chr(128) or substring(x, -1, 1) > chr(12288));

-- Trimmed of every Unicode blank, the ideographic one included, and of the separators 28 to 31 that many
-- programs trim as blanks; an empty text is null.
create or replace macro landed_text(x) as
    case
        when is_surely_trimmed(x) then x
        else nullif(regexp_replace(x, '^[\s\p{Z}\x0b\x1c-\x1f\x{85}]+|[\s\p{Z}\x0b\x1c-\x1f\x{85}]+$', '', 'g'), '')
    end;

-- A number's digits where text is due: 12.0 is 12.
create or replace macro landed_digits(x) as regexp_replace(x, '\.0+$', '');

-- Full-width digits, signs, blanks and the X of identity numbers as their common forms.
create or replace macro half_width(x) as
    translate(x, '０１２３４５６７８９－／：．＋Ｘｘ' || chr(12288) || chr(160), '0123456789-/:.+Xx  ');

create or replace macro landed_indicator_code(x) as case
    when regexp_full_match(half_width(x), '\d{1,3}') then lpad(half_width(x), 3, '0')
    else x
end;

-- There is no year 0: the calendar function would take it for 1 BC.
create or replace macro date_from_groups(g) as case
    when g[1] <> '0000' then try(make_date(cast(g[1] as bigint), cast(g[2] as bigint), cast(g[3] as bigint)))
end;

create or replace macro unusual_date(x) as case
    when regexp_full_match(x, '\d{8}') then date_from_groups([x[1:4], x[5:6], x[7:8]])
    when regexp_full_match(
        x,
        '\d{4}(-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2}|年\d{1,2}月\d{1,2}日)'
        || '([ T]+0?0:00(:00([.,]0+)?)?)?'
    ) then list_transform(
        [regexp_extract_all(regexp_replace(x, '[ T].*$', ''), '\d+')], lambda g: date_from_groups(g)
    )[1]
end;

-- 2019-03-05, 2019/3/5, 2019.3.5, 2019年3月5日, 20190305, full-width digits; a clock only if it is midnight.
create or replace macro landed_date(x) as coalesce(
    case when strlen(x) = 10 and x >= '0001' then cast(try_strptime(x, '%Y-%m-%d') as date) end,
    list_transform([half_width(landed_text(x))], lambda usual: unusual_date(usual))[1]
);

create or replace macro clock_moment(day, clock, zone) as case
    when day is null then null
    when clock = '' then cast(day as timestamp)
    when zone = '' then try_cast(cast(day as varchar) || ' ' || clock as timestamp)
    else timezone('Asia/Shanghai', try_cast(cast(day as varchar) || ' ' || clock || upper(zone) as timestamptz))
end;

create or replace macro moment_from_groups(g) as list_transform(
    [{
        'day': unusual_date(g['day']),
        'clock': replace(case when length(g['clock']) in (4, 5) then g['clock'] || ':00' else g['clock'] end, ',', '.')
    }],
    lambda m: clock_moment(m['day'], m['clock'], g['zone'])
)[1];

-- A list of one hands the groups over as one value. Given as an argument, the pattern would stand in the
-- plan once for each use, and planning alone would take a second a file.
create or replace macro unusual_timestamp(x) as list_transform(
    [regexp_extract(
        x,
        '^([^ T]+)(?:[ T]+(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?) *([Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$',
        ['day', 'clock', 'zone']
    )],
    lambda g: moment_from_groups(g)
)[1];

-- Local time in Asia/Shanghai; an explicit offset is converted; without a clock it is 00:00 of the day.
create or replace macro landed_timestamp(x) as coalesce(
    case
        when strlen(x) = 19 and x >= '0001' then try_strptime(x, ['%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M:%S'])
    end,
    unusual_timestamp(half_width(landed_text(x)))
);

create or replace macro unusual_integer(x) as case
    when regexp_full_match(x, '[+-]?\d+(\.0*)?') then try_cast(regexp_replace(x, '\..*$', '') as bigint)
end;

create or replace macro landed_integer(x) as case
    when regexp_full_match(x, '\d{1,18}') then cast(x as bigint)
    else unusual_integer(half_width(landed_text(x)))
end;

create or replace macro unusual_decimal(x) as case
    when regexp_full_match(x, '[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?') then try_cast(x as decimal(18, 6))
end;

-- DECIMAL(18,6), further decimals half up; what does not fit is null.
create or replace macro landed_decimal(x) as case
    when regexp_full_match(x, '-?\d{1,12}(\.\d{1,6})?') then cast(x as decimal(18, 6))
    else unusual_decimal(half_width(landed_text(x)))
end;

-- The same of a binary number, by its shortest decimal form. That form need only be written down
-- where the seventh decimal could tip the sixth; below a million the product is good to 0.001.
create or replace macro landed_double(x) as case
    when abs(x) < 1000000 and abs(x * 1000000 - round(x * 1000000)) < 0.49 then cast(x as decimal(18, 6))
    else unusual_decimal(cast(x as varchar))
end;

create or replace macro unusual_boolean(x) as case
    when x in ('true', '1', 'yes', '是') then true
    when x in ('false', '0', 'no', '否') then false
end;

create or replace macro landed_boolean(x) as case
    when x in ('true', '1') then true
    when x in ('false', '0') then false
    else unusual_boolean(lower(half_width(landed_text(x))))
end;

-- Whether an identity number may stand in a text: it is long enough, and has digits of the shape or
-- any full-width ones. The shape is of a number that a county gave: its region does not end in 00,
-- but in four cities without counties, or is a foreigner's; then a day of 1800 to 2099. So neither a
-- city's code with a date and a counter has it nor a time to the millisecond, which begins with 20.
-- Null where a text is too short: that costs nothing for most keys.
create or replace macro may_hold_identity_number(x) as case
    when strlen(x) >= 18 then regexp_matches(
        x,
        '(?:(?:[1-8][1-7]|50)[0-9]{2}(?:0[1-9]|[1-9][0-9])|9[1-8][0-9]{4}|441900|442000|460400|620200)'
        || '(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9XxＸｘ]|[０-９]'
    )
end;

-- Whether one does: of that shape, valid, of somebody born up to a year, and with no digit before or
-- behind it.
create or replace macro holds_identity_number(x, last_year) as len(list_filter(
    regexp_extract_all(upper(half_width(x)), '[0-9]{18,}|[0-9]{17}X'),
    lambda digits: strlen(digits) = 18
    and substr(digits, 7, 4) <= last_year
    and may_hold_identity_number(digits)
    and is_identity_number(digits)
)) > 0;

-- What of a rejected value may be shown: short, and nothing that looks like an identity number.
create or replace macro shown_value(x) as case
    when regexp_matches(half_width(x), '\d{14}')
        then left(regexp_replace(half_width(x), '\d{14,}[\dXx]', '***', 'g'), 64)
    else left(x, 64)
end;

-- The same in a dataset with personal columns, where a shifted row may hold a name or number anywhere:
-- only what has the shape of a date or time, and a known value in another case.
create or replace macro shown_moment(x) as case
    when regexp_full_match(
        half_width(x),
        '\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?'
        || '([ T]+\d{1,2}:\d{1,2}(:\d{1,2}([.,]\d{1,9})?)?)? *([Zz]|[+-]\d\d:?\d\d)?'
    ) then x
    else '***'
end;

create or replace macro shown_choice(x, choices) as case when list_contains(choices, lower(x)) then x else '***' end;

-- A text of up to 15 bytes as the number that its bytes make, so that order and equality stay and the
-- text can be had again; a longer one as 127 bits of its MD5 above all of those. Kept so, the keys of
-- 50 million rows take 6 s to land where texts take 14, and compare in half the time.
create or replace macro packed_text(x) as case
    when strlen(x) <= 15 and x >= chr(1) then cast(cast(encode(x) as bit) as uhugeint)
    else (md5_number(x) >> 1) + cast('170141183460469231731687303715884105728' as uhugeint)
end;

create or replace macro unpacked_text(x) as case
    when x < cast('1329227995784915872903807060280344576' as uhugeint) then decode(unhex(hex(x)))
    else 'md5:' || lower(hex(x))
end;
