"""Charts as plotly figures in plain dictionaries: data and layout, ready for JSON.

Some nodes are resolved by `assets/chart.js` where a page is read: `{"zh", "en"}` by its language,
`{"css"}` and `{"paint"}` by the theme's colours, `{"wide", "narrow"}` by the width, `{"wrap"}` and
`{"clip"}` by the room for labels; these two and `{"plain"}` escape what plotly takes for tags. From
`shared.js`, which all pages of an assessment have, `{"shared"}` takes a series, `{"indicator"}` and
`{"lost"}` a name. Importing plotly itself takes a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any

from scorecard.report.reading import Row
from scorecard.report.render import signed
from scorecard.report.words import both

Figure = dict[str, Any]

DOTTED_DAYS = 31
"""Dots of more days than these would run into one another."""
SHOWN_LOSSES = 14
"""So many losses have a bar of their own in the waterfall; the smallest are taken together."""


def css(name: str) -> dict[str, str]:
    """A colour of the theme."""
    return {"css": f"--{name}"}


def _texts(rows: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    return {"zh": [zh for zh, _ in rows], "en": [en for _, en in rows]}


def _number(value: Decimal | None) -> float | None:
    """A drawn number; two decimals survive the way through a float and JSON."""
    return None if value is None else float(value)


def city_trend(days: Sequence[Row]) -> Figure:
    """Mean, best and lowest rate of the city by day, all from the shared series."""
    return {
        "data": [
            _line("best", {"shared": "trend.best"}, "faint", "dot"),
            _line("mean", {"shared": "trend.mean"}, "accent", "solid", len(days)),
            _line("lowest", {"shared": "trend.lowest"}, "faint", "dash"),
        ],
        "layout": _trend_layout(),
    }


def department_trend(days: Sequence[Row], city: Sequence[Row]) -> Figure:
    """A department's rate by day against the city's; a gap where it was not assessed yet."""
    rates = {day["as_of"]: _number(day["score_rate"]) for day in days}
    return {
        "data": [
            _line("best", {"shared": "trend.best"}, "faint", "dot"),
            _line("mean", {"shared": "trend.mean"}, "muted", "dash"),
            _line("own", [rates.get(day["as_of"]) for day in city], "accent", "solid", len(city)),
        ],
        "layout": _trend_layout(),
    }


def _line(name: str, rates: Any, colour: str, dash: str, dots: int = 0) -> Figure:
    """A line over the days, with dots where there are any but few."""
    return {
        "type": "scatter",
        "mode": "lines+markers" if 0 < dots <= DOTTED_DAYS else "lines",
        "name": both(name),
        "x": {"shared": "trend.days"},
        "y": rates,
        "line": {"color": css(colour), "width": 2.5 if dash == "solid" else 1.5, "dash": dash},
        "marker": {"size": 6},
        "hovertemplate": "%{y:.2f}%",
    }


def _trend_layout() -> Figure:
    return {
        "height": 300,
        "hovermode": "x unified",
        "yaxis": {"ticksuffix": "%", "rangemode": "tozero"},
        "xaxis": {"type": "date", "tickformat": "%Y-%m", "hoverformat": "%Y-%m-%d"},
        "legend": {"orientation": "h", "y": 1.12, "x": 0},
    }


def blocks_of_city(
    levels: Sequence[Row], departments: Sequence[tuple[Row, Sequence[Row]]]
) -> Figure:
    """A dot a department and block, spread by the rank and not by chance; means as bars across."""
    order = {level["level1"]: len(levels) - place for place, level in enumerate(levels)}
    spread = max(len(departments) - 1, 1)
    dots = [
        (row["score_rate"], order[row["level1"]] - 0.3 + 0.6 * place / spread, department)
        for place, (department, rows) in enumerate(departments)
        for row in rows
        if row["score_rate"] is not None
    ]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers",
                "name": both("department"),
                "x": [_number(rate) for rate, _, _ in dots],
                "y": [round(height, 3) for _, height, _ in dots],
                "text": {"plain": [department["short_name"] for _, _, department in dots]},
                "customdata": [department["department_id"] for _, _, department in dots],
                "marker": {"size": 9, "color": css("accent"), "opacity": 0.38},
                "hovertemplate": "%{text} %{x:.2f}%<extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "name": both("mean"),
                "x": [_number(level["mean_rate"]) for level in levels],
                "y": [order[level["level1"]] for level in levels],
                "marker": {
                    "symbol": "line-ns",
                    "size": 34,
                    "line": {"width": 3, "color": css("ink")},
                },
                "hovertemplate": "%{x:.2f}%",
            },
        ],
        "layout": {"height": 90 + 62 * len(levels), **_block_axes(levels, order)},
    }


def _block_axes(levels: Sequence[Row], order: dict[str, int]) -> Figure:
    return {
        "xaxis": {"range": [-2, 102], "ticksuffix": "%"},
        "yaxis": {
            "tickvals": [order[level["level1"]] for level in levels],
            "ticktext": {"wrap": _texts([(row["level1"], row["level1_en"]) for row in levels])},
            "range": [0.4, len(levels) + 0.6],
            "showgrid": False,
        },
        "legend": {"orientation": "h", "y": 1.12, "x": 0},
        "hovermode": "closest",
    }


def blocks_of_department(levels: Sequence[Row], own: Sequence[Row]) -> Figure:
    """A department's rate by block as bars, the city's mean and best as marks."""
    order = {level["level1"]: len(levels) - place for place, level in enumerate(levels)}
    heights = [order[level["level1"]] for level in levels]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "name": both("own"),
                "x": [_number(row["score_rate"]) for row in own],
                "y": [order[row["level1"]] for row in own],
                "width": 0.42,
                "marker": {"color": css("accent")},
                "hovertemplate": "%{x:.2f}%",
            },
            _marks("mean", [row["mean_rate"] for row in levels], heights, "line-ns", "ink"),
            _marks("best", [row["best_rate"] for row in levels], heights, "diamond", "muted"),
        ],
        "layout": {"height": 90 + 54 * len(levels), **_block_axes(levels, order)},
    }


def _marks(
    name: str, rates: Sequence[Decimal], heights: list[int], symbol: str, colour: str
) -> Figure:
    bar = symbol == "line-ns"
    return {
        "type": "scatter",
        "mode": "markers",
        "name": both(name),
        "x": [_number(rate) for rate in rates],
        "y": heights,
        "marker": {
            "symbol": symbol,
            "size": 24 if bar else 10,
            "color": css(colour),
            "line": {"width": 3 if bar else 0, "color": css(colour)},
        },
        "hovertemplate": "%{x:.2f}%",
    }


def waterfall(scorecard: Row, points: Decimal, losses: Sequence[Row]) -> Figure:
    """From the rulebook's points down to the score; the largest loss first."""
    shown, rest = losses[:SHOWN_LOSSES], losses[SHOWN_LOSSES:]
    steps: list[tuple[Any, Decimal, str]] = []
    if points != scorecard["points"]:
        steps.append((both("not_applied"), points - scorecard["points"], "faint"))
    for loss in shown:
        label = {"wide": {"indicator": loss["indicator_code"]}, "narrow": loss["indicator_code"]}
        steps.append((label, loss["lost"], "lost"))
    if rest:
        lost = sum((loss["lost"] for loss in rest), Decimal(0))
        steps.append((_filled("others", len(rest)), lost, "lost"))
    lowest = list(accumulate((-amount for _, amount, _ in steps), initial=points))[1:]
    bars = [
        (both("full"), points, Decimal(0), "accent", str(points)),
        *(
            (label, amount, low, colour, signed(-amount))
            for (label, amount, colour), low in zip(steps, lowest, strict=True)
        ),
        (both("score"), scorecard["total"], Decimal(0), "accent", str(scorecard["total"])),
    ]
    labels, amounts, bases, colours, texts = zip(*bars, strict=True)
    rows = list(range(len(bars), 0, -1))
    start = _start(points, scorecard["total"])
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "x": [_number(amount) for amount in amounts],
                "base": [_number(base) for base in bases],
                "y": rows,
                "text": list(texts),
                "textposition": "outside",  # at the right end, so that none runs into the names
                "cliponaxis": False,
                "marker": {"color": {"paint": list(colours)}},
                "hoverinfo": "skip",
            }
        ],
        "layout": {
            "height": 64 + 25 * len(bars),
            "showlegend": False,
            "xaxis": {
                "range": [float(start), float(points + (points - start) / 4)],
                **({"title": {"text": _filled("axis_from", start)}} if start else {}),
            },
            "yaxis": {
                "tickvals": rows,
                "ticktext": {"clip": list(labels)},
                "showgrid": False,
            },
        },
    }


def _filled(key: str, n: int) -> dict[str, str]:
    return {language: text.format(n=n) for language, text in both(key).items()}


def _start(points: Decimal, total: Decimal) -> int:
    """Where the axis of the waterfall starts: at nought it would hide small losses."""
    return max(0, int((total - (points - total) / 3) / 5) * 5)


def sunburst_tree(indicators: Sequence[Row]) -> Figure:
    """The sectors of every sunburst, for `shared.js`: those of a department differ in size only.

    Blocks hold level 2, which holds indicators; a loss hangs on its indicator as the outermost arc.
    """
    tree: dict[str, tuple[str, Any, Any, str]] = {"all": ("", "", "", "surface")}
    for row in indicators:
        code, block, second = row["indicator_code"], f"1 {row['level1']}", _second(row)
        first = {"zh": row["level1"], "en": row["level1_en"]}
        tree.setdefault(block, ("all", first, first, "ring1"))
        name = {"zh": row["level2"], "en": row["level2_en"]}
        tree.setdefault(second, (block, name, "", "ring2"))
        tree[code] = (second, {"indicator": code}, code, "ring3")
        tree[f"-{code}"] = (code, {"lost": code}, "", "lost")
    parents, labels, texts, colours = zip(*tree.values(), strict=True)
    return {
        "ids": list(tree),
        "parents": list(parents),
        "labels": list(labels),
        "texts": list(texts),
        "colours": list(colours),
    }


def _second(row: Row) -> str:
    return f"2 {row['level1']} / {row['level2']}"


def sunburst(scorecard: Row, indicators: Sequence[Row], sectors: Sequence[str]) -> Figure:
    """The points that apply to a department and what is lost of them, on the shared tree.

    Args:
        scorecard: Of the department.
        indicators: Its scores with the levels of their indicators.
        sectors: Ids of the tree, by whose order sizes are told.
    """
    sizes: dict[str, Decimal] = {"all": scorecard["points"]}
    for row in indicators:
        for sector in (f"1 {row['level1']}", _second(row), row["indicator_code"]):
            sizes[sector] = sizes.get(sector, Decimal(0)) + row["points"]
        sizes[f"-{row['indicator_code']}"] = row["lost"]
    return {
        "data": [
            {
                "type": "sunburst",
                "branchvalues": "total",
                "sort": False,
                "rotation": 90,
                "ids": {"shared": "tree.ids"},
                "parents": {"shared": "tree.parents"},
                "labels": {"plain": {"shared": "tree.labels"}},
                "text": {"wrap": {"shared": "tree.texts"}},
                "values": [_number(sizes.get(sector)) or 0 for sector in sectors],
                "textinfo": "text",
                "insidetextorientation": "auto",
                "hovertemplate": "%{label}<br>%{value:.2f}<extra></extra>",
                "marker": {
                    "colors": {"paint": {"shared": "tree.colours"}},
                    "line": {"color": css("surface"), "width": 1.5},
                },
                "leaf": {"opacity": 1},
            }
        ],
        "layout": {
            "height": {"wide": 470, "narrow": 330},
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "uniformtext": {"minsize": 9, "mode": "hide"},
            "annotations": [_centre(f"<b>{scorecard['total']}</b><br>/ {scorecard['points']}")],
        },
    }


def _centre(text: str) -> Figure:
    return {
        "text": text,
        "showarrow": False,
        "x": 0.5,
        "y": 0.5,
        "font": {"size": 15, "color": css("ink")},
    }


def distribution(scores: Sequence[Row]) -> Figure:
    """The departments' rates in one indicator, the best first, where it applies."""
    shown = [row for row in scores if row["score_rate"] is not None]
    return {
        "data": [
            {
                "type": "bar",
                "x": list(range(len(shown))),
                "y": [_number(row["score_rate"]) for row in shown],
                "text": {"plain": [row["short_name"] for row in shown]},
                "textposition": "none",
                "marker": {
                    "color": {
                        "paint": [
                            "missing" if r["status"] == "missing" else "accent" for r in shown
                        ]
                    }
                },
                "hovertemplate": "%{text} %{y:.2f}%<extra></extra>",
            }
        ],
        "layout": {
            "height": 300,
            "bargap": 0.25,
            "showlegend": False,
            "yaxis": {"range": [0, 104], "ticksuffix": "%"},
            "xaxis": {
                "tickvals": {"wide": list(range(len(shown))), "narrow": []},
                "ticktext": {"plain": [row["short_name"] for row in shown]},
                "tickangle": -60,
                "showgrid": False,
                "zeroline": False,
                "tickfont": {"size": 10},
            },
        },
    }
