-- Exact arithmetic for scores: decimals become whole numbers (HUGEINT), because `/` on decimals goes
-- through binary floating point and products of decimals overflow. Every quotient is rounded half up
-- once. `//` truncates toward zero, so half_up is for numerators from 0 on.

-- The whole number of millionths of a decimal with at most 6 decimals; through text, as a
-- multiplication by 1000000 would overflow where the decimal itself still fits.
create or replace macro millionths(number) as
cast(replace(cast(cast(number as decimal(38, 6)) as varchar), '.', '') as hugeint);

-- The whole number of hundredths of points; further decimals are rounded half up (from 0 on).
create or replace macro hundredths(number) as
cast(replace(cast(cast(number as decimal(38, 2)) as varchar), '.', '') as hugeint);

-- numerator / denominator to the nearest whole number; the rest is compared with what it lacks, as
-- doubling it could overflow.
create or replace macro half_up(numerator, denominator) as
numerator // nullif(denominator, 0)
+ case
    when numerator % nullif(denominator, 0) >= denominator - numerator % nullif(denominator, 0)
        then 1
    else 0
end;

-- Hundredths of points as points.
create or replace macro points_of(hundredths) as
cast(cast(hundredths as bigint) * cast(0.01 as decimal(3, 2)) as decimal(6, 2));

-- points x value / (base / divisor) in hundredths, from 0 to the points. The value is capped before
-- it is multiplied, so that only the base is a limit: 10^26 with the most points a part can have.
create or replace macro ratio_hundredths(points_hundredths, value_millionths, base_millionths, divisor) as
case
    when coalesce(value_millionths, 0) <= 0 or base_millionths <= 0 then 0
    when value_millionths > base_millionths // divisor then points_hundredths
    else half_up(
        points_hundredths * least(value_millionths, base_millionths // divisor) * divisor,
        base_millionths
    )
end;

-- value x each in hundredths, from 0 to the points; a hundredth is 10^10 of millionths squared.
create or replace macro per_unit_hundredths(points_hundredths, value_millionths, each_millionths) as
case
    when coalesce(value_millionths, 0) <= 0 or each_millionths <= 0 then 0
    else least(
        points_hundredths,
        half_up(
            least(
                value_millionths,
                points_hundredths * 10000000000 // nullif(each_millionths, 0) + 1
            ) * each_millionths,
            10000000000
        )
    )
end;

-- The points in hundredths where the value reaches at_least, else 0.
create or replace macro flag_hundredths(points_hundredths, value_millionths, at_least_millionths) as
case when greatest(value_millionths, 0) >= at_least_millionths then points_hundredths else 0 end;

-- The points in hundredths where the value is at_most or less, else 0; 0 without a value, too.
create or replace macro limit_hundredths(points_hundredths, value_millionths, at_most_millionths) as
case
    when value_millionths is not null and greatest(value_millionths, 0) <= at_most_millionths
        then points_hundredths
    else 0
end;

-- What the table of levels gives in hundredths, from 0 to the points; 0 for a level not in it.
create or replace macro level_hundredths(points_hundredths, level_points, level) as
greatest(least(coalesce(hundredths(level_points[level]), 0), points_hundredths), 0);

-- What the first band that reaches the rank gives in hundredths, from 0 to the points; 0 beyond the
-- last band, and without a rank.
create or replace macro band_hundredths(points_hundredths, rank_bands, rank) as
greatest(
    least(
        coalesce(
            hundredths(list_min(list_filter(rank_bands, lambda reached: reached.to_rank >= rank)).points), 0
        ),
        points_hundredths
    ),
    0
);

-- 100 x part / whole, half up to 2 decimals; null where the whole is 0.
create or replace macro percent_of(part, whole) as
cast(
    points_of(half_up(10000 * hundredths(part), nullif(hundredths(whole), 0)))
    as decimal(5, 2)
);

-- millionths / divisor as DECIMAL(18,6), half up; what does not fit stands at the type's limit. A null
-- stays one, which greatest and least alone would turn into their other argument.
create or replace macro published_decimal(number_millionths, divisor) as
case
    when number_millionths is not null
        then cast(
            cast(
                greatest(
                    least(
                        case
                            when number_millionths < 0
                                then (2 * number_millionths - divisor + 1) // (2 * divisor)
                            else half_up(number_millionths, divisor)
                        end,
                        999999999999999999
                    ),
                    -999999999999999999
                ) as bigint
            ) * cast(0.000001 as decimal(7, 6)) as decimal(18, 6)
        )
end;

-- part / whole as DECIMAL(7,6), half up; 0 where the whole is 0.
create or replace macro share_of(part, whole) as
cast(
    published_decimal(
        coalesce(half_up(1000000 * hundredths(part), nullif(hundredths(whole), 0)), 0), 1
    )
    as decimal(7, 6)
);
