"""A score sheet with what would win points back: rules of `rules.gain` beside those of parts."""

from __future__ import annotations

from typing import Any

from scorecard.rulebook.gain import CHANGES
from scorecard.scoring import run_models
from tests.city import models
from tests.sql.sheet import ASSESSMENT, Sheet

GAIN_MODELS = {
    "staging.metric_part",
    "marts.mart_gain",
    *(name for name in models() if name.startswith("scores.part_gain")),
}


class GainSheet(Sheet):
    """Scores, then what would win points back; a part's change is its method's first one."""

    def __init__(self, *departments: str) -> None:
        super().__init__(*departments)
        self.changes: dict[tuple[str, str], dict[str, Any]] = {}

    def rule(
        self,
        code: str = "001",
        part: str = "only",
        *,
        gain: dict[str, Any] | None = None,
        **rule: Any,
    ) -> None:
        """Adds a part, and how its points are won back."""
        super().rule(code, part, **rule)
        known = {"change": CHANGES[rule.get("method", "ratio")][0], "multiple_of": 1}
        texts = {"text_zh": "做 {n}", "text_en": "Do {n} more {thing|things}"}
        self.changes[code, part] = known | texts | (gain or {})

    def score(self, as_of: str = "2019-12-31") -> GainSheet:
        """Builds the scores, then the gains."""
        super().score(as_of)
        self.connection.execute("delete from rules.gain")
        for (code, part), row in self.changes.items():
            key = {"assessment_id": ASSESSMENT, "indicator_code": code, "part": part}
            self._insert("rules.gain", key | row)
        run_models(self.connection, models(), GAIN_MODELS)
        return self

    def gains(self, code: str = "001") -> list[dict[str, Any]]:
        """The rows of `mart_gain` of one indicator, by step."""
        return self.rows(
            "select * from marts.mart_gain where indicator_code = ? order by part, step", code
        )
