"""What is read about the sources, of all assessments: freshness, checks, quarantine."""

from __future__ import annotations

from dataclasses import dataclass

from scorecard.published import Published, Row

EXAMPLES = 10
"""So many rows of each reason are shown; the table `fct_quarantine` has all of them."""


@dataclass(frozen=True)
class Sources:
    """The sources as of the newest day: all lists ordered."""

    freshness: list[Row]
    checks: list[Row]
    quarantine: list[Row]
    quarantined: list[Row]
    feeds: list[Row]

    @property
    def late(self) -> list[Row]:
        """The sources whose newest period that is due has not come, after the window as well."""
        return [row for row in self.freshness if not row["timely"]]

    @property
    def failed(self) -> list[Row]:
        """The checks that failed."""
        return [check for check in self.checks if not check["passed"]]


def read_sources(published: Published) -> Sources:
    """Reads the tables that speak of datasets."""
    return Sources(
        freshness=published.rows(FRESHNESS),
        checks=published.rows(CHECKS),
        quarantine=published.rows(QUARANTINE),
        quarantined=published.rows(QUARANTINED, examples=EXAMPLES),
        feeds=published.rows(FEEDS),
    )


FRESHNESS = """
select
    dataset, provider, newest_period, due_at, lag_hours, timely, last_loaded_at, rows_loaded,
    rows_quarantined, files
from fct_source_freshness
order by timely, lag_hours desc nulls first, dataset
"""
CHECKS = """
select
    c.dataset, c.check_name, c.kind, c.passed, c.severity, c.observed, c.expected, c.why_zh,
    c.why_en, f.provider
from fct_quality_check as c
left join fct_source_freshness as f using (dataset)
where c.as_of = (select max(as_of) from dim_assessment)
order by c.passed, c.severity = 'warn', c.dataset, c.check_name
"""
QUARANTINE = """
select
    q.dataset, f.provider, q.reason_zh, q.reason_en, count(*) as rejected,
    count(distinct q.file_name) as files, min(q.first_seen_at) as first_seen_at
from fct_quarantine as q
left join fct_source_freshness as f using (dataset)
group by all
order by rejected desc, q.dataset, q.reason_zh
"""
QUARANTINED = """
select dataset, reason_zh, file_name, line, column_name, value_masked, first_seen_at
from fct_quarantine
qualify row_number() over (
    partition by dataset, reason_zh, reason_en order by file_name, line nulls first, column_name
) <= $examples
order by dataset, reason_zh, file_name, line nulls first, column_name
"""
FEEDS = """
select distinct dataset, assessment_id, indicator_code
from fct_part_source
order by dataset, assessment_id, indicator_code
"""
