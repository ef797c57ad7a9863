"""Runs of probes: what stands in the rollup is what one finds by going through them in order."""

from __future__ import annotations

import datetime as dt
from itertools import groupby

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.city import models

MIDNIGHT = dt.datetime(2019, 5, 2)
Probe = tuple[str, dt.datetime, bool, int]
"""Link, time, whether it was up, file."""


def rolled_up(probes: list[Probe]) -> list[tuple]:
    """What the model makes of them: link, day, file, is_up, first, last, how many."""
    with duckdb.connect() as connection:
        connection.execute(
            "create schema staging; create table staging.network_probes "
            "(link_id varchar, probed_at timestamp, is_up boolean, _file_id integer)"
        )
        for probe in probes:
            connection.execute("insert into staging.network_probes values (?, ?, ?, ?)", probe)
        sql = models()["rollups.probe_runs"].sql
        return connection.execute(f"select * from ({sql}\n) order by link_id, first_at").fetchall()


def gone_through(probes: list[Probe]) -> list[tuple]:
    """The same, by going from probe to probe."""
    runs = []
    for (link, day, is_up, file), run in groupby(
        sorted(probes), lambda probe: (probe[0], probe[1].date(), probe[2], probe[3])
    ):
        times = [probe[1] for probe in run]
        runs.append((link, day, file, is_up, times[0], times[-1], len(times)))
    return runs


def minutes(*ups: tuple[int, bool, int]) -> list[Probe]:
    """Probes of one link by minute after noon, whether it was up, and file."""
    return [("l1", MIDNIGHT + dt.timedelta(hours=12, minutes=m), up, file) for m, up, file in ups]


@pytest.mark.parametrize(
    ("probes", "runs"),
    [
        ([], []),
        (minutes((0, True, 1), (1, True, 1), (5, True, 1)), [(1, True, 3)]),
        (minutes((0, False, 1)), [(1, False, 1)]),
        (minutes((0, True, 1), (1, False, 1), (2, True, 1)),
         [(1, True, 1), (1, False, 1), (1, True, 1)]),
        (minutes((0, True, 1), (1, True, 1), (2, True, 2)), [(1, True, 2), (2, True, 1)]),
        (minutes((0, True, 1), (1, True, 2), (2, True, 1)),
         [(1, True, 1), (2, True, 1), (1, True, 1)]),
        (minutes((0, True, 1), (1, False, 2)), [(1, True, 1), (2, False, 1)]),
    ],
    ids=["nothing", "up all day", "one probe", "an outage", "a second file goes on",
         "a correction in between", "a second file says otherwise"],
)  # fmt: skip
def test_a_run_ends_where_is_up_or_the_file_changes(probes: list[Probe], runs: list[tuple]):
    assert [(file, is_up, probes) for _, _, file, is_up, *_, probes in rolled_up(probes)] == runs


def test_a_run_ends_with_the_day():
    times = [MIDNIGHT - dt.timedelta(minutes=1), MIDNIGHT]
    assert rolled_up([("l1", time, False, 1) for time in times]) == [
        ("l1", time.date(), 1, False, time, time, 1) for time in times
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["l1", "l2"]), st.integers(-4, 8)),
        st.tuples(st.booleans(), st.integers(1, 3)),
        max_size=20,
    )
)
def test_runs_are_those_found_probe_by_probe(given: dict[tuple[str, int], tuple[bool, int]]):
    probes = [
        (link, MIDNIGHT + dt.timedelta(minutes=minute), is_up, file)
        for (link, minute), (is_up, file) in given.items()
    ]
    assert rolled_up(probes) == gone_through(probes)
