"""All that the pages list, done at once, wins at least the sum of what each was said to win.

An item that is put right or added for one part is often read by another: it must not cost there
what it earns here. The sentences say how good it has to be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

import pytest

from scorecard.report.reading.sql import REACH
from tests.city import contracts
from tests.integration.mended_year import Gain, Year
from tests.integration.mending import Rows


def listed(year: Year) -> list[Gain]:
    """For each part the step that wins most and is within reach, as the pages list it."""
    bases = {
        (row["department_id"], row["indicator_code"], row["part"]): row["base"]
        for row in year.mending.rows("select * from marts.fct_part_score")
    }
    best: dict[Any, Gain] = {}
    for gain in year.gains():
        key = gain["department_id"], gain["indicator_code"], gain["part"]
        base = bases[key]
        beyond = gain["change"] == "added" and base and gain["amount"] > REACH * base
        if gain["change"] == "none" or (beyond and gain["step"] == 2):
            continue
        if key not in best or gain["step"] > best[key]["step"]:
            best[key] = gain
    return sorted(best.values(), key=_part)


def _part(gain: Gain) -> tuple[str, str]:
    return gain["indicator_code"], gain["part"]


def deliveries(year: Year, gains: list[Gain]) -> Iterator[Rows]:
    """Part by part, as many in one as put no row right twice: each starts from what is landed."""
    rows: Rows = {}
    for _, of_part in groupby(gains, _part):
        own = list(of_part)
        more = mended(year, own)
        if keys(rows) & keys(more):
            yield rows
            rows, more = {}, mended(year, own)
        for dataset, items in more.items():
            rows.setdefault(dataset, []).extend(items)
    yield rows


def mended(year: Year, gains: list[Gain]) -> Rows:
    rows: Rows = defaultdict(list)
    for gain in gains:
        for dataset, items in year.mending.rows_for(gain).items():
            rows[dataset] += items
    return rows


def keys(rows: Rows) -> set[tuple[Any, ...]]:
    """Of the rows: dataset and key."""
    return {
        (dataset, *(str(item[name]) for name in contracts()[dataset].key))
        for dataset, items in rows.items()
        for item in items
    }


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Gain], dict, dict]:
    """What was done, and the scores before and after."""
    year = Year(tmp_path_factory.mktemp("year"), departments=8)
    gains, before = listed(year), year.scores()
    for rows in deliveries(year, gains):
        year.deliver(rows)
    year.score()
    return gains, before, year.scores()


def test_every_part_has_at_least_the_score_it_was_promised(done):
    gains, _, after = done
    short = {}
    for gain in gains:
        key = gain["department_id"], gain["indicator_code"], gain["part"]
        if after[key] < gain["score_to"]:
            short[key] = after[key], gain["score_to"]
    assert gains
    assert short == {}


def test_every_department_wins_at_least_the_sum(done):
    gains, before, after = done
    promised: dict[str, Decimal] = defaultdict(Decimal)
    for gain in gains:
        promised[gain["department_id"]] += gain["gain"]
    won: dict[str, Decimal] = defaultdict(Decimal)
    for key in after:
        if len(key) == 2:
            won[key[0]] += after[key] - before[key]
    assert len(promised) == 8
    assert {name for name, sum_of in promised.items() if won[name] < sum_of} == set()


def test_no_part_loses_by_what_is_done_for_another(done):
    _, before, after = done
    assert {key for key in after if after[key] < before[key]} == set()
