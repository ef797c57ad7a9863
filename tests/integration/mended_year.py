"""A demo city, landed and scored, whose departments then do what `mart_gain` tells them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from scorecard.demo.write import write_demo
from scorecard.scoring import prepare_rules, run_models
from tests.city import contracts, models, rulebook
from tests.inboxes import Inbox, csv_bytes
from tests.integration.mending import Mending, Rows

AS_OF = dt.date(2020, 3, 31)
NIGHT = dt.datetime(2020, 4, 1, 2, 0)

Gain = dict[str, Any]


class Year(Inbox):
    """The demo city, landed and scored, with what its departments do after."""

    def __init__(self, folder: Path, departments: int) -> None:
        super().__init__(folder)
        write_demo(self.inbox, scale=0.0003, departments=departments)
        self.mending = Mending(self.connection)
        self.rounds = 0
        self.land(NIGHT)
        self.score()

    def score(self) -> None:
        prepare_rules(self.connection, contracts(), models(), [rulebook()], AS_OF)
        run_models(self.connection, models())

    def gains(self) -> list[Gain]:
        return self.mending.rows(
            "select g.*, p.metric, p.options from marts.mart_gain as g inner join rules.part as p "
            "using (assessment_id, indicator_code, part) order by g.amount, g.department_id"
        )

    def deliver(self, rows: Rows) -> None:
        """Lands one more file of each dataset; none of its rows may be refused."""
        self.rounds += 1
        for dataset, items in rows.items():
            if items:
                self.put(dataset, f"mended-{self.rounds}.csv", csv_bytes(*items))
        landed = self.land(NIGHT + dt.timedelta(self.rounds))
        assert landed
        assert not [item for item in landed.values() if item.rows_quarantined], self.faults()

    def scores(self) -> dict[tuple[str, ...], Decimal]:
        """Scores by department and indicator, and by department, indicator and part."""
        found = self.rows(
            "select department_id, indicator_code, null, score from marts.fct_indicator_score "
            "union all select department_id, indicator_code, part, score from marts.fct_part_score"
        )
        return {tuple(name for name in key if name): score for *key, score in found}
