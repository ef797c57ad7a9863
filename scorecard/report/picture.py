"""A small picture of who lost points where, for places that show no pages."""

from __future__ import annotations

import json
from collections.abc import Sequence

_TEMPLATE = b"""
#set page(width: auto, height: auto, margin: 2pt, fill: white)
#let rows = json(bytes(sys.inputs.rows))
#let scale = gradient.linear(rgb("#7f2704"), rgb("#fdd0a2"), rgb("#deebf7"), rgb("#08519c"))
#let colour(percent) = if percent == none { rgb("#e5e7eb") } else { scale.sample(percent * 1%) }
#grid(
  columns: rows.at(0).len() * (7pt,), rows: 7pt, gutter: 1pt,
  ..rows.flatten().map(percent => rect(width: 7pt, height: 7pt, fill: colour(percent))),
)
"""


def heat_map(percents: Sequence[Sequence[int | None]]) -> bytes:
    """A PNG of a cell a number, rows from the top: from brown (0) to blue (100), grey for none.

    Args:
        percents: Rows of equal length, each number the share of the points in percent.
    """
    import typst

    return typst.compile(
        _TEMPLATE,
        format="png",
        ppi=72,
        ignore_system_fonts=True,  # there is no text in it, and to look for fonts takes longer
        sys_inputs={"rows": json.dumps(percents)},
    )
