"""What stands on the sheets, from one published file: the only place with SQL of the sheets.

Decimals stay decimals.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from scorecard.errors import ConfigurationError
from scorecard.published import Published, Row, open_published
from scorecard.sheets.words import Words

Key = tuple[str, str]
"""Assessment and department."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The head of every sheet; `version` names the published version."""

    assessment_id: str
    name: Words
    window_start: dt.date
    window_end: dt.date
    as_of: dt.date
    state: str
    rulebook_digest: str
    version: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of one department; `full_points` are the rulebook's, `points` those that apply.

    The parts named are those that are not as the indicator's own status says.
    """

    code: str
    levels: tuple[Words, Words, Words]
    name: Words
    full_points: Decimal
    points: Decimal
    score: Decimal
    computed_score: Decimal
    status: str
    is_stale: bool
    explanation: Words
    reading: Words | None
    provider: str | None
    lead: tuple[str, ...]
    support: tuple[str, ...]
    parts_missing: tuple[Words, ...]
    parts_not_applicable: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """What a department has of one first-level indicator; the rate is null without points."""

    name: Words
    score: Decimal
    points: Decimal
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Department:
    """One department in one assessment; indicators and blocks in the rulebook's order."""

    department_id: str
    name: str
    total: Decimal
    points: Decimal
    rate: Decimal | None
    rank: int | None
    missing: int
    stale: int
    blocks: tuple[Block, ...]
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class City:
    """One assessment with all its departments, best first, and those that sheets are asked for."""

    assessment: Assessment
    departments: tuple[Department, ...]
    asked: tuple[Department, ...]


def read_cities(file: Path, departments: Collection[str] | None = None) -> list[City]:
    """The assessments of a published file.

    Args:
        file: The published file, of any kept version.
        departments: Ids, names or short names of those that are asked for; None for all.

    Raises:
        ScorecardError: If nothing is published, or the file is in no version's folder.
        ConfigurationError: If a department is unknown; names the known.
    """
    with open_published(file) as published:
        version = published.version.name
        asked = _asked(published, departments)
        indicators = _grouped(published, INDICATORS, _indicator)
        blocks = _grouped(published, BLOCKS, _block)
        ranking = _grouped(published, RANKING, lambda row: _department(row, blocks, indicators))
        heads = published.rows(ASSESSMENTS)
    cities = []
    for head in heads:
        assessment = _assessment(head, version)
        found = tuple(
            one for (of, _), each in ranking.items() if of == assessment.assessment_id
            for one in each
        )  # fmt: skip
        cities.append(City(assessment, found, tuple(d for d in found if d.department_id in asked)))
    return cities


def _asked(published: Published, named: Collection[str] | None) -> frozenset[str]:
    known = published.rows(KNOWN)
    if named is None:
        return frozenset(row["department_id"] for row in known)
    return frozenset(_one(known, name) for name in named)


def _one(known: list[Row], name: str) -> str:
    found = [row["department_id"] for row in known if name in row.values()]
    if name in found:
        return name
    if len(found) == 1:
        return str(found[0])
    listed = ", ".join(f"{row['department_id']} {row['short_name']}" for row in known)
    many = "several departments are" if found else "no department is"
    raise ConfigurationError(f"{many} called '{name}'", None, f"known: {listed}")


def _assessment(row: Row, version: str) -> Assessment:
    return Assessment(
        row["assessment_id"], Words(row["name_zh"], row["name_en"]), row["window_start"],
        row["window_end"], row["as_of"], row["state"], row["rulebook_digest"], version,
    )  # fmt: skip


def _department(
    row: Row, blocks: dict[Key, list[Block]], indicators: dict[Key, list[Indicator]]
) -> Department:
    key = (row["assessment_id"], row["department_id"])
    return Department(
        row["department_id"], row["department"], row["total"], row["points"], row["score_rate"],
        row["rank"], row["indicators_missing"], row["indicators_stale"],
        tuple(blocks.get(key, ())), tuple(indicators.get(key, ())),
    )  # fmt: skip


def _block(row: Row) -> Block:
    name = Words(row["level1"], row["level1_en"])
    return Block(name, row["score"], row["points"], row["score_rate"])


def _indicator(row: Row) -> Indicator:
    reading = row["reading_zh"] and Words(row["reading_zh"], row["reading_en"])
    return Indicator(
        row["indicator_code"],
        (
            Words(row["level1"], row["level1_en"]),
            Words(row["level2"], row["level2_en"]),
            Words(row["level3"], row["level3_en"]),
        ),
        Words(row["name_zh"], row["name_en"]),
        row["full_points"], row["points"], row["score"], row["computed_score"],
        row["status"], row["stale"],
        Words(row["explanation_zh"], row["explanation_en"]),
        reading or None,
        row["data_provider"],
        tuple(row["lead"] or ()), tuple(row["support"] or ()),
        _parts(row["parts_missing"]), _parts(row["parts_not_applicable"]),
    )  # fmt: skip


def _parts(found: list[dict[str, str]] | None) -> tuple[Words, ...]:
    return tuple(Words(part["zh"], part["en"]) for part in found or ())


def _grouped(published: Published, sql: str, make: Any) -> dict[Key, list[Any]]:
    """What the rows of each assessment and department make, in the order of the query."""
    return {
        key: [make(row) for row in rows]
        for key, rows in groupby(
            published.rows(sql), key=lambda row: (row["assessment_id"], row["department_id"])
        )
    }


KNOWN = (
    "select department_id, name, short_name from dim_department semi join mart_scorecard "
    "using (department_id) order by department_id"
)
ASSESSMENTS = "select * from dim_assessment order by assessment_id"
RANKING = """
select * from mart_scorecard order by assessment_id, rank nulls last, department_id
"""
BLOCKS = """
with level as (
    select assessment_id, level1, min(level1_en) as level1_en, min(indicator_code) as first_code
    from dim_indicator
    group by all
)
select score.*, level.level1_en
from mart_scorecard_level as score
inner join level using (assessment_id, level1)
order by score.assessment_id, score.department_id, level.first_code
"""
# In order of codes, but with each level whole: a level whose codes lie apart is one block still.
INDICATORS = """
with indicator as (
    select
        * exclude (points),
        points as full_points,
        min(indicator_code) over (partition by assessment_id, level1) as place1,
        min(indicator_code) over (partition by assessment_id, level1, level2) as place2,
        min(indicator_code) over (partition by assessment_id, level1, level2, level3) as place3
    from dim_indicator
),
task as (
    select
        assessment_id, department_id, indicator_code,
        list(section order by section_id) filter (role = 'lead') as lead,
        list(section order by section_id) filter (role = 'support') as support
    from mart_section_task
    group by all
),
part as (
    select
        score.assessment_id, score.department_id, score.indicator_code,
        list({'zh': dim.name_zh, 'en': dim.name_en} order by score.part)
            filter (score.status = 'missing' and whole.status <> 'missing') as parts_missing,
        list({'zh': dim.name_zh, 'en': dim.name_en} order by score.part)
            filter (score.status = 'not_applicable' and whole.status <> 'not_applicable')
            as parts_not_applicable
    from fct_part_score as score
    inner join dim_part as dim using (assessment_id, indicator_code, part)
    inner join fct_indicator_score as whole using (assessment_id, department_id, indicator_code)
    group by all
)
select
    score.*,
    indicator.* exclude (assessment_id, indicator_code),
    task.lead, task.support,
    part.parts_missing, part.parts_not_applicable
from fct_indicator_score as score
inner join indicator using (assessment_id, indicator_code)
left join task using (assessment_id, department_id, indicator_code)
left join part using (assessment_id, department_id, indicator_code)
order by
    score.assessment_id, score.department_id, indicator.place1, indicator.place2,
    indicator.place3, score.indicator_code
"""
