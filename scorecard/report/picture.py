"""A small picture of who lost points where, for places that show no pages."""

from __future__ import annotations

import json
from collections.abc import Sequence

from scorecard.shades import shade_of_rate

_TEMPLATE = b"""
#set page(width: auto, height: auto, margin: 2pt, fill: white)
#let rows = json(bytes(sys.inputs.rows))
#grid(
  columns: rows.at(0).len() * (7pt,), rows: 7pt, gutter: 1pt,
  ..rows.flatten().map(colour => rect(width: 7pt, height: 7pt, fill: rgb(colour))),
)
"""


def heat_map(percents: Sequence[Sequence[int | None]]) -> bytes:
    """A PNG of a cell a number, rows from the top, in the colours of `scorecard.shades`.

    Args:
        percents: Rows of equal length, each number the share of the points in percent; None where
            there are no points.
    """
    import typst

    colours = [[shade_of_rate(percent).ground for percent in row] for row in percents]
    return typst.compile(
        _TEMPLATE,
        format="png",
        ppi=72,
        ignore_system_fonts=True,  # there is no text in it, and to look for fonts takes longer
        sys_inputs={"rows": json.dumps(colours)},
    )
