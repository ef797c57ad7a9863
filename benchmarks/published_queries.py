"""A dozen queries as BI tools send them, and a process that times them on a published file.

It is started anew for each measurement, so the first of each finds nothing in memory:

    python -m benchmarks.published_queries FILE ROUNDS
"""

from __future__ import annotations

import json
import sys
import time

import duckdb

DEPARTMENT = "edu"
QUERIES = {
    "ranking": "select rank, department, total, points, score_rate from mart_scorecard order by 1",
    "heat map of departments and indicators": (
        "select department_id, indicator_code, score / nullif(points, 0) as rate "
        "from fct_indicator_score order by all"
    ),
    "trend of one department over the year": (
        "select as_of, sum(score) as total, sum(points) as points from fct_score_history "
        "where department_id = 'edu' group by as_of order by as_of"
    ),
    "trend of the city over the year": (
        "select as_of, 100 * sum(score) / sum(points) as rate from fct_score_history "
        "group by as_of order by as_of"
    ),
    "trends of all departments by month": (
        "select department_id, date_trunc('month', as_of) as month, avg(score / points) as rate "
        "from fct_score_history where points > 0 group by all order by all"
    ),
    "one department's indicators with explanations": (
        "select i.indicator_code, i.name_zh, s.score, s.points, s.lost, s.explanation_zh "
        "from fct_indicator_score as s join dim_indicator as i using (assessment_id, "
        "indicator_code) where s.department_id = 'edu' order by s.lost desc"
    ),
    "sections' tasks of one department": (
        "select t.section, t.indicator_code, i.name_zh, t.role, t.lost, t.missing_zh "
        "from mart_section_task as t join dim_indicator as i using (assessment_id, "
        "indicator_code) where t.department_id = 'edu' order by t.lost desc"
    ),
    "freshness of the sources": (
        "select * from fct_source_freshness order by timely, lag_hours desc"
    ),
    "quarantine by dataset and reason": (
        "select dataset, reason_zh, count(*) as n from fct_quarantine group by all order by n desc"
    ),
    "outages by department": (
        "select d.name, count(*) as outages, sum(hours) as hours, count(*) filter (major) as major "
        "from mart_outage join dim_department as d using (department_id) group by all "
        "order by hours desc"
    ),
    "sources of one score": (
        "select part, dataset, file_name, rows_read, rows_counted from fct_part_source "
        "where department_id = 'edu' and indicator_code = '014' order by all"
    ),
    "failed checks by day": (
        "select as_of, count(*) as failed from fct_quality_check where not passed "
        "group by as_of order by as_of"
    ),
}


def main() -> None:
    """Prints as JSON the seconds to open, then for each query its rows and seconds."""
    file, rounds = sys.argv[1], int(sys.argv[2])
    began = time.perf_counter()
    published = duckdb.connect(file, read_only=True)
    published.execute("select 1 from dim_assessment").fetchall()
    opened = time.perf_counter() - began
    found = []
    for sql in QUERIES.values():
        seconds: list[float] = []
        for _ in range(rounds + 1):
            began = time.perf_counter()
            rows = published.execute(sql).fetchall()
            seconds.append(time.perf_counter() - began)
        found.append([len(rows), *seconds])
    print(json.dumps([opened, found]))


if __name__ == "__main__":
    main()
