"""A dataset of a city in memory as the gate sees it: its frame, and examples of what fails."""

from __future__ import annotations

from scorecard.quality.examples import failing_examples
from scorecard.quality.frame import source_frame
from scorecard.scoring import run_models
from tests.city import contracts, models

READ_BY_FRAMES = (
    "scores.source_freshness", "staging.assessed_department", "rollups.credit_days",
)  # fmt: skip


class Judged:
    """A dataset's frame as of a day, and what it is about."""

    def __init__(self, city, dataset, as_of="2020-03-31"):
        city.take_in(as_of)
        run_models(city.connection, models(), READ_BY_FRAMES)
        self.connection, self.contract = city.connection, contracts()[dataset]
        self.frame = source_frame(self.connection, self.contract)

    def total(self, measure):
        return int(self.frame[measure].sum())

    def found(self, measure):
        """The rows where it is not 0: department, month, number; None where there is neither."""
        rows = self.frame[self.frame[measure] != 0]
        months = rows.period.dt.strftime("%Y-%m").astype(object)
        departments = rows.department_id.astype(object)
        return list(
            zip(
                departments.where(departments.notna(), None),
                months.where(months.notna(), None),
                rows[measure],
                strict=True,
            )
        )

    def examples(self, measure, limit=20):
        return failing_examples(self.connection, self.contract, measure, limit)
