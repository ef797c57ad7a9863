"""The rulebooks: one YAML file an assessment, which says how every indicator is scored.

`model` holds the shape of a file and the proof that it is sound, `source` reads YAML with line
numbers, `load` turns files into rulebooks. What a rulebook means for a day is in
`scorecard.assessment`, how points are computed is in `sql/scores/`. Keep scoring out of here.
"""

from __future__ import annotations

from scorecard.rulebook.gain import Gain
from scorecard.rulebook.load import RulebookError, load_rulebook, load_rulebooks
from scorecard.rulebook.methods import METHODS, Metric
from scorecard.rulebook.model import (
    Band,
    Indicator,
    Level1,
    Level2,
    Level3,
    LevelPoints,
    Part,
    Placed,
    Rulebook,
)

__all__ = [
    "METHODS",
    "Band",
    "Gain",
    "Indicator",
    "Level1",
    "Level2",
    "Level3",
    "LevelPoints",
    "Metric",
    "Part",
    "Placed",
    "Rulebook",
    "RulebookError",
    "load_rulebook",
    "load_rulebooks",
]
