"""A small picture of who lost points where, for places that show no pages."""

from __future__ import annotations

import json
from collections.abc import Sequence

from scorecard.shades import Shade

_TEMPLATE = b"""
#let table = json(bytes(sys.inputs.table))
#set page(width: auto, height: auto, margin: 4pt, fill: white)
#set text(font: "DejaVu Sans Mono", size: 5pt, fill: rgb("#3f4c5a"))
#let cell(colour) = rect(
  width: 11pt, height: 8pt, fill: rgb(colour), stroke: 0.3pt + rgb("#d5dbe1"),
)
#grid(
  columns: (auto,) + table.columns.len() * (11pt,),
  gutter: 1pt,
  align: center + horizon,
  [], ..table.columns.map(code => [#code]),
  ..table.rows.map(row => (align(right)[#row.name#h(2pt)], ..row.colours.map(cell))).flatten(),
)
"""


def heat_map(columns: Sequence[str], rows: Sequence[tuple[str, Sequence[Shade]]]) -> bytes:
    """A PNG of a cell a shade, with the columns' names above and each row's name before it.

    Args:
        columns: Short names in ASCII: the typesetter's own font has no Chinese, and to look for
            one takes longer than the picture.
        rows: From the top, each with its name in ASCII and as many shades as there are columns.
    """
    import typst

    named = [{"name": name, "colours": [shade.ground for shade in own]} for name, own in rows]
    return typst.compile(
        _TEMPLATE,
        format="png",
        ppi=108,
        ignore_system_fonts=True,
        sys_inputs={"table": json.dumps({"columns": columns, "rows": named})},
    )
