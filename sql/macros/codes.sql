-- Codes of the subjects of credit records, judged while they land, since the codes themselves are
-- never stored. Upper case only; blanks are trimmed before. A null is not valid, never unknown.
--
-- One pass and no function from outside. Cutting out 17 characters one by one is what costs, so six
-- or eight of them are read as one BIGINT and weighted together: neighbouring bytes are joined two
-- by two into lanes of 16 bits, and the remainder by 65536 - k is the sum of the lanes, each
-- weighted k times the one behind it. Seconds of one core for 5 million valid codes: an
-- organization's 2.0 (with 17 terms of instr() 4.0), a person's 1.4; complete key information, half
-- organizations and half persons, 1.9.
-- The lambdas are there because DuckDB shares no common expressions inside a CASE.

-- ASCII characters from a position on as one number, a byte each, the first one foremost; up to 8.
create or replace macro bytes_at(code, start, many) as
    cast(cast(encode(substring(code, start, many)) as bit) as bigint);

-- A small number in each of eight bytes.
create or replace macro eightfold(number) as number * cast('0x0101010101010101' as bigint);

-- GB 32100-2015, 4.5: eight characters of the alphabet, a byte each, as their values 0 to 30. The
-- alphabet leaves out I, O, S, V and Z, so the value falls short of the distance from '0' by 7 from
-- A on, and by 1 more each from I, O, S and V on. Less 1, a byte has its bit 6 set from A = 65 on;
-- less 9, 15, 19 and 22 likewise from the others on.
create or replace macro uscc_values(bytes) as
    bytes - eightfold(48)
    - 7 * (((bytes - eightfold(1)) >> 6) & eightfold(1))
    - (((bytes - eightfold(9)) >> 6) & eightfold(1))
    - (((bytes - eightfold(15)) >> 6) & eightfold(1))
    - (((bytes - eightfold(19)) >> 6) & eightfold(1))
    - (((bytes - eightfold(22)) >> 6) & eightfold(1));

-- Eight values weighted 3^0 to 3^7, times 7^3: two by two, 1 and 3; then 65536 - 7, as 7 x 9 is 1
-- modulo 31.
create or replace macro uscc_weighted(eight_values) as
    (
        ((eight_values >> 8) & cast('0x00FF00FF00FF00FF' as bigint))
        + 3 * (eight_values & cast('0x00FF00FF00FF00FF' as bigint))
    ) % 65529;

create or replace macro uscc_eight(code, start) as
    list_transform(
        list_transform([bytes_at(code, start, 8)], lambda bytes: uscc_values(bytes)),
        lambda eight_values: uscc_weighted(eight_values)
    )[1];

create or replace macro uscc_value(code, place) as
    instr('0123456789ABCDEFGHJKLMNPQRTUWXY', substring(code, place, 1)) - 1;

-- GB 32100-2015: 18 characters of the alphabet; the values of the first 17, weighted 3^(i-1), and
-- the check character's own make a multiple of 31. 16 undoes 7^3, 10 is 16 x 3^8, 28 is 3^16.
create or replace macro is_uscc(code) as
    coalesce(
        case
            when regexp_full_match(code, '[0-9A-HJ-NP-RTUWXY]{18}')
                then (
                    16 * uscc_eight(code, 1)
                    + 10 * uscc_eight(code, 9)
                    + 28 * uscc_value(code, 17)
                    + uscc_value(code, 18)
                ) % 31 = 0
        end,
        false
    );

-- Six digits weighted 2^5 to 2^0: two by two, 2 and 1; then 65536 - 4.
create or replace macro identity_six(code, start) as
    (
        (((bytes_at(code, start, 6) & cast('0x0F0F0F0F0F0F' as bigint)) * 258) >> 8)
        & cast('0x00FF00FF00FF' as bigint)
    ) % 65532;

-- GB 11643-1999: 17 digits, of which 7 to 14 are a day of the calendar (there is no year 0), and a
-- check digit or X for 10 by ISO 7064 MOD 11-2: weighted 2^(18-i), all 18 make 1 modulo 11. 4 is
-- 2^12 and 9 is 2^6; X is read as 8, the low half of its byte, and so lacks 2.
-- The day stands in the pattern, which costs nothing more there: up to the 28th, then the 29th and
-- 30th, the 31st, and the leap day of years divisible by 4, of full centuries only by 400.
create or replace macro is_identity_number(code) as
    coalesce(
        case
            when regexp_full_match(
                code,
                '[0-9]{6}(?:'
                || '(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)'
                || '(?:(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])'
                || '|(?:0[13-9]|1[0-2])(?:29|30)'
                || '|(?:0[13578]|1[02])31)'
                || '|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])'
                || '|(?:0[48]|[2468][048]|[13579][26])00)0229'
                || ')[0-9]{3}[0-9X]'
            )
                then (
                    4 * identity_six(code, 1)
                    + 9 * identity_six(code, 7)
                    + identity_six(code, 13)
                    + case when ends_with(code, 'X') then 2 else 0 end
                ) % 11 = 1
        end,
        false
    );

-- Complete key information of a credit record: a name, core information and a valid code. Any
-- number will do as a registration or other number; a pair of kinds not named here is not valid.
create or replace macro complete_key_information(
    subject_kind, subject_name, subject_code_kind, subject_code, core_information
) as
    coalesce(subject_name <> '', false)
    and coalesce(core_information <> '', false)
    and case
        when subject_kind = 'organization' and subject_code_kind = 'uscc' then is_uscc(subject_code)
        when subject_kind = 'organization' and subject_code_kind = 'registration'
            then coalesce(subject_code <> '', false)
        when subject_kind = 'person' and subject_code_kind = 'identity'
            then is_identity_number(subject_code)
        when subject_kind = 'person' and subject_code_kind = 'other'
            then coalesce(subject_code <> '', false)
        else false
    end;
