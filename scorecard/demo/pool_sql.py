"""The SQL of the large pool: the tables of pieces of codes and names, and how they are joined.

Each piece comes with what the rest of its code has to know of it: its characters' weighted sum by
11 (organisation code, identity number) and by 31 (social credit code).
"""

from __future__ import annotations

WEIGHTED = """
create macro weighted(text, alphabet, weights) as cast(list_sum(list_transform(
    range(1, length(text) + 1),
    lambda place: (instr(alphabet, text[place]) - 1) * weights[place]
)) as integer)
"""

# Heads: an organisation's kind, region and the front of its serial; a person's county and birth
# date; then the same with dates that no year has.
HEADS = """
create table subject_heads as
with organisations as (
    select
        number,
        '91' || $regions[1 + number % len($regions)] as before,
        'XY' || $uscc_alphabet[1 + number // 310] || $uscc_alphabet[1 + number // 10 % 31]
        || number % 10 as body
    from range($organisations) as numbers (number)
),
persons as (
    select number, strftime($first_birth + cast(number as integer), '%Y%m%d') as born_on
    from range($births) as numbers (number)
    union all
    select
        $births + number,
        year($first_birth) + number // len($no_days) || $no_days[1 + number % len($no_days)]
    from range($no_births) as numbers (number)
)
select
    number as head,
    before || body as head_text,
    weighted(body, $plain_alphabet, $organisation_weights) % 11 as head_by_11,
    weighted(before || body, $uscc_alphabet, $uscc_weights) % 31 as head_by_31
from organisations
union all
select
    $organisations + number,
    $county || born_on,
    weighted($county || born_on, $plain_alphabet, $identity_weights) % 11,
    0
from persons
"""

# Tails: the serial's last three digits and the check character by 11, for each remainder that a
# head can have; of organisations, of persons, and of persons with a wrong one.
TAILS = """
create table subject_tails as
with digits as (
    select serial * 11 + by_11 as tail, by_11, lpad(cast(serial as varchar), 3, '0') as text
    from range(1000) as serials (serial), range(11) as remainders (by_11)
),
organisations as (
    select
        tail,
        text || $organisation_checks[
            1 + (by_11 + weighted(text, $plain_alphabet, $organisation_weights[6:8])) % 11
        ] as tail_text
    from digits
),
persons as (
    select
        tail,
        text,
        $identity_checks[
            1 + (by_11 + weighted(text, $plain_alphabet, $identity_weights[15:17])) % 11
        ] as last
    from digits
)
select tail, tail_text, weighted(tail_text, $uscc_alphabet, $uscc_weights[14:17]) % 31 as tail_by_31
from organisations
union all
select 11000 + tail, text || last, 0 from persons
union all
select 22000 + tail, text || case when last = '7' then '3' else '7' end, 0 from persons
"""

# The 18th character of an organisation by the remainder by 31, right ones and wrong ones; a
# person's code ends before.
LASTS = """
create table subject_lasts as
with organisations as (
    select by_31, $uscc_alphabet[1 + (31 - by_31) % 31] as character
    from range(31) as remainders (by_31)
)
select by_31 as last, character as last_text from organisations
union all
select 31 + by_31, case when character = '7' then '3' else '7' end from organisations
union all
select 62, ''
"""

# Names in two halves: organisations first, then persons.
FRONTS = """
create table subject_fronts as
select number as front, '淮北' || $words[1 + number // 16] || $words[1 + number % 16] as front_text
from range(256) as numbers (number)
union all
select 256 + number, $surnames[1 + number] from range(length($surnames)) as numbers (number)
"""
BACKS = """
create table subject_backs as
select
    number as back,
    $words[1 + number // 16 % 16] || $words[1 + number % 16] || $company_kinds[1 + number // 256]
    as back_text
from range(1536) as numbers (number)
union all
select 1536 + number, $given_names[1 + number // 16][1] || $given_names[1 + number % 16][2]
from range(256) as numbers (number)
"""

TABLES = (WEIGHTED, HEADS, TAILS, LASTS, FRONTS, BACKS)

# From `dealt`, the rows that draw a subject by `drawn`, to `told`: kind, code_kind, code and name
# stand beside their columns.
SMALL = "told as (select * from {dealt} join subjects on place = {drawn})"
# Bodies of codes are numbered by a permutation: the factor is a prime that divides no count.
LARGE = """
sorted as (
    select
        *,
        case
            when place < {sound} then place % {sound_variants}
            else {sound_variants} + (place - {sound}) % {unsound_variants}
        end as variant
    from (select *, {drawn} as place from {dealt})
),
numbered as (
    select *, (place // 2 * 6700417 + {pool_salt}) % bodies as body
    from sorted
    join subject_variants using (variant)
),
headed as (
    select *
    from (select *, head_from + body // 1000 as head from numbered)
    join subject_heads using (head)
),
tailed as (
    select *
    from (select *, tail_from + body % 1000 * 11 + head_by_11 as tail from headed)
    join subject_tails using (tail)
),
coded as (
    select
        *,
        case form
            when 'whole' then head_text || tail_text || last_text
            when 'cut' then lower(head_text || tail_text)
            when 'registration' then '3406' || lpad(cast(place as varchar), 11, '0')
            when 'paper' then 'P' || lpad(cast(place as varchar), 8, '0')
        end as code
    from (select *, last_from + (head_by_31 + tail_by_31) % 31 as last from tailed)
    join subject_lasts using (last)
),
"""
UNNAMED = "told as (select * from coded)"
NAMED = """
told as (
    select *, front_text || back_text as name
    from (
        select
            *,
            case kind when 'person' then 256 + body % 32 else body % 256 end as front,
            case kind when 'person' then 1536 + body // 32 % 256 else body // 256 % 1536 end as back
        from coded
    )
    join subject_fronts using (front)
    join subject_backs using (back)
)
"""
