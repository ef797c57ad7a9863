-- What it takes to earn points: the methods of exact.sql solved for the amount, in whole numbers. A
-- score of x is rounded half up, so it reaches `aimed` hundredths just where 2x >= 2 aimed - 1. What
-- comes out is the least amount in millionths; the models score it again by the methods themselves.

-- numerator / denominator rounded up, for numerators above 0; for others 0 or less.
create or replace macro rounded_up(numerator, denominator) as
(numerator + denominator - 1) // denominator;

create or replace macro multiple_from(amount, multiple) as rounded_up(amount, multiple) * multiple;

-- points x (value + n) / (base / divisor)
create or replace macro gain_within(points_hundredths, aimed, value_millionths, base_millionths, divisor) as
rounded_up(
    (2 * aimed - 1) * base_millionths - 2 * points_hundredths * value_millionths * divisor,
    2 * points_hundredths * divisor
);

-- points x (value + n) / (base / divisor + n); without a base, n makes one.
create or replace macro gain_added(points_hundredths, aimed, value_millionths, base_millionths, divisor) as
greatest(
    rounded_up(
        (2 * aimed - 1) * base_millionths - 2 * points_hundredths * value_millionths * divisor,
        (2 * points_hundredths - 2 * aimed + 1) * divisor
    ),
    greatest(-base_millionths, 0) // divisor + 1
);

-- (value + n) x each; a hundredth is 10^10 of millionths squared.
create or replace macro gain_units(aimed, value_millionths, each_millionths) as
rounded_up((2 * aimed - 1) * 5000000000, each_millionths) - value_millionths;

-- The level that earns at least what is aimed at, and of those the least.
create or replace macro gain_level(points_hundredths, level_points, aimed) as
list_min(
    list_transform(
        list_filter(
            map_keys(level_points),
            lambda level: level_hundredths(points_hundredths, level_points, level) >= aimed
        ),
        lambda level: { 'points': level_points[level], 'level': level }
    )
).level;

-- The worst rank that earns what is aimed at. needs: the value that draws level with each peer, the
-- greatest first; a value above 0 has a rank, and level with the peer of a rank is of that rank.
-- A lambda's name must not be one of a macro called within it, which would take it for its own.
create or replace macro gain_rank(points_hundredths, rank_bands, aimed, needs, value_millionths) as
greatest(
    coalesce(
        needs[
            list_max(
                list_transform(
                    list_filter(
                        rank_bands,
                        lambda band: band_hundredths(points_hundredths, rank_bands, band.to_rank) >= aimed
                    ),
                    lambda band: band.to_rank
                )
            )
        ],
        0
    ),
    1
) * 1000000 - value_millionths;

create or replace macro rank_among(needs, value_millionths) as
1 + len(list_filter(needs, lambda need: need * 1000000 > value_millionths));

-- A sentence of the rulebook with its places filled: {n}, {level}, {rank}, and {one|many}.
create or replace macro filled(words, amount, level, rank) as
replace(
    replace(
        replace(
            regexp_replace(
                words, '\{([^{}|]+)\|([^{}|]+)\}', case amount when '1' then '\1' else '\2' end, 'g'
            ),
            '{n}', coalesce(amount, '')
        ),
        '{level}', coalesce(level, '')
    ),
    '{rank}', coalesce(cast(rank as varchar), '')
);

create or replace macro gain_zh(words, pending, gain, is_full) as
words || case when pending > 0 then '（已有 ' || cast(pending as varchar) || ' 份待审）' else '' end
|| '：+' || cast(gain as varchar) || ' 分' || case when is_full then '，得满分' else '' end;
create or replace macro gain_en(words, pending, gain, is_full) as
words || case when pending > 0 then ' (' || cast(pending as varchar) || ' pending already)' else '' end
|| ': +' || cast(gain as varchar) || case when is_full then ', full points' else '' end;

-- Why nothing can be promised.
create or replace macro no_gain_zh(obstacle, value_noun, base_noun) as
case obstacle
    when 'closed' then '本次考核已结束，得分不再变动。'
    when 'decided' then '本指标得分由人工调整决定，补充数据不会改变得分。'
    when 'no_peers' then '缺少可比城市的数据或本市人口，排不出名次，有了才能算出还差多少。'
    when 'incidents' then '考核期内已确认的安全事件超过上限，接入线路后即计入，仍不得分。'
    else
        '尚无“' || coalesce(base_noun, value_noun) || '”，有了才能算出还差多少。'
end;
create or replace macro no_gain_en(obstacle, value_noun, base_noun) as
case obstacle
    when 'closed' then 'The assessment is closed; nothing changes the score any more.'
    when 'decided'
        then 'The indicator''s score was set by a decision, which no further data changes.'
    when 'no_peers'
        then
            'Figures of other cities or the own population are lacking, so there is no rank; what '
            || 'is short can be told once they come.'
    when 'incidents'
        then
            'The window has more confirmed security incidents than the limit allows; they count once '
            || 'a link is connected, which would earn nothing.'
    else
        'Nothing has come yet for "' || coalesce(base_noun, value_noun)
        || '"; what is short can be told once it does.'
end;
