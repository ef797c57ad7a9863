"""What an alert takes from the warehouse: points at stake, what is late, deadlines, what is stale.

All of it is read from the tables that the scores rest on, so that an alert and a score cannot say
two things. The words are made in `scorecard.alerts.message`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from scorecard.quality.verdict import Verdict

LATE = "due_period_arrived"
"""The check whose failure leaves scores on old data; any other means wrong or missing data."""

_STAKES = """
with failing as (select unnest(?) as dataset, unnest(?) as is_only_late),

per_department as (
    select
        failing.dataset,
        score.assessment_id,
        assessment.state <> 'closed' as is_live,
        score.department_id,
        department.short_name,
        sum(score.points) as points
    from failing
    inner join rules.metric_dataset as feeding on failing.dataset = feeding.dataset
    inner join rules.part as part on feeding.metric = part.metric
    inner join marts.fct_part_score as score
        on part.assessment_id = score.assessment_id
        and part.indicator_code = score.indicator_code
        and part.part = score.part
        and score.status <> 'not_applicable'
    inner join scores.source_freshness as freshness
        on failing.dataset = freshness.dataset
        and part.assessment_id = freshness.assessment_id
        and not (failing.is_only_late and freshness.is_timely_in_window)
    inner join marts.dim_assessment as assessment
        on score.assessment_id = assessment.assessment_id
    inner join marts.dim_department as department
        on score.department_id = department.department_id
    group by all
)

select
    dataset,
    is_live,
    max(points) as points,
    count(*) as departments,
    list(short_name order by short_name)[:3] as names
from per_department
group by dataset, assessment_id, is_live
qualify row_number() over (
    partition by dataset order by is_live desc, max(points) desc, assessment_id
) = 1
"""
"""For each failing dataset the open assessment with the most points, else a closed one."""

_LATENESS = """
select
    freshness.dataset,
    left(
        freshness.due_period_in_window::varchar,
        case freshness.period_unit when 'day' then 10 when 'month' then 7 else 4 end
    ) as period,
    case when assessment.state = 'open' then strftime(freshness.due_at, '%Y-%m-%d %H:%M') end
        as due_at,
    freshness.lag_hours
from scores.source_freshness as freshness
inner join marts.dim_assessment as assessment
    on freshness.assessment_id = assessment.assessment_id
where not freshness.is_timely_in_window
qualify row_number() over (
    partition by freshness.dataset order by assessment.as_of desc, freshness.assessment_id
) = 1
"""
"""The rows that make scores stale, the one that `fct_source_freshness` shows before others.

Once the window is over, `due_at` goes on to periods that nobody assesses, and is left out."""


@dataclass(frozen=True, slots=True)
class Stake:
    """What rests on a dataset: points at most for one department, and for how many of them."""

    is_live: bool
    points: Decimal
    departments: int
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Lateness:
    """What a late dataset owes: its period, the last minute for it, and hours behind as of now."""

    period: str
    due_at: str | None
    lag_hours: Decimal | None

    def words(self) -> tuple[str, str]:
        """In Chinese and English. A gap in the window may have newer data behind it: no lag."""
        by_zh, by_en = (
            (f"（限 {self.due_at} 前）", f" by {self.due_at}") if self.due_at else ("", "")
        )
        lag_zh, lag_en = "从未送达", "never came"
        if self.lag_hours is not None:
            lag_zh, lag_en = f"滞后 {self.lag_hours:.0f} 小时", f"{self.lag_hours:.0f} h behind"
        if self.lag_hours == 0:
            lag_zh, lag_en = "其后的数据已到", "later data has come"
        return (
            f"应送 {self.period} 的数据{by_zh}，{lag_zh}",
            f"{self.period} was due{by_en}, {lag_en}",
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What the warehouse knows beside the verdicts; nothing on the first night until it scored.

    Attributes:
        deadlines: Each assessment with its deadline and whether it is still open.
        stakes: What rests on each failing dataset.
        references: The reference datasets.
        stale: Each assessment that has stale indicators, with their codes.
        late: The datasets that came too late for a window.
    """

    deadlines: Sequence[tuple[str, str, bool]] = ()
    stakes: Mapping[str, Stake] = field(default_factory=dict)
    references: Sequence[str] = ()
    stale: Sequence[tuple[str, Sequence[str]]] = ()
    late: Mapping[str, Lateness] = field(default_factory=dict)

    @property
    def any_live(self) -> bool:
        """Whether an assessment is still open."""
        return any(is_live for _, _, is_live in self.deadlines)


def read_facts(
    connection: duckdb.DuckDBPyConnection, groups: Mapping[str, Sequence[Verdict]]
) -> Facts:
    """The facts about these failing datasets, none of them before there are scores."""
    if not connection.execute(
        "select 1 from duckdb_tables() "
        "where schema_name = 'marts' and table_name = 'fct_part_score'"
    ).fetchall():
        return Facts()
    only_late = [all(check.check_name == LATE for check in checks) for checks in groups.values()]
    stakes = connection.execute(_STAKES, [list(groups), only_late]).fetchall()
    references = connection.execute(
        "select dataset from ops.schedule where is_reference"
    ).fetchall()
    return Facts(
        deadlines=connection.execute(
            "select assessment_id, decisions_until::varchar, state <> 'closed' "
            "from marts.dim_assessment order by all"
        ).fetchall(),
        stakes={name: Stake(*values) for name, *values in stakes},
        references=[name for (name,) in references],
        stale=connection.execute(
            "select assessment_id, list(distinct indicator_code order by indicator_code) "
            "from marts.fct_indicator_score where stale group by assessment_id order by all"
        ).fetchall(),
        late={
            name: Lateness(*values) for name, *values in connection.execute(_LATENESS).fetchall()
        },
    )
