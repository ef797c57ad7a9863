"""Pulls from real platforms that change from day to day, as a home sees them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.home import Home
from tests.e2e.pulling import Pulling
from tests.inboxes import entry
from tests.servers.faulty import platform
from tests.servers.postgres import PASSWORD, Postgres, postgres


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture
def city(server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    server.run("drop table if exists gx.entry")
    server.run("create table gx.entry (entry_id text, updated_at timestamp, changed timestamp)")
    monkeypatch.setenv("CITY", PASSWORD)
    return City(server, Pulling(tmp_path / "home", "catalogue_updates"))


class City:
    """A home that pulls updates of entries from a database by when their rows changed."""

    def __init__(self, server: Postgres, home: Pulling) -> None:
        self.server, self.home = server, home

    def put(self, *rows: tuple[str, str, str]) -> None:
        self.server.run(f"insert into gx.entry values {', '.join(map(str, rows))}")

    def bind(self, watermark: str) -> None:
        self.home.bind(
            f"""
sources:
  db: {{kind: sql, url: {self.server.url()}, password: env:CITY}}
datasets:
  catalogue_updates: {{source: db, table: gx.entry, watermark: {watermark}}}
"""
        )

    def mark(self) -> Any:
        [(mark,)] = self.home.rows("select mark from ops.watermark")
        return mark

    def entries(self) -> list[str]:
        found = self.home.rows("select entry_id from raw.catalogue_updates order by all")
        return [entry_id for (entry_id,) in found]


def test_an_overlap_that_is_read_again_lets_nothing_grow(city: City):
    city.bind("{column: changed, overlap: 2d}")
    city.server.run(
        "insert into gx.entry select 'e' || i, t, t from generate_series(1, 20000) as i, "
        "lateral (select timestamp '2019-03-01' + i * interval '1 minute' as t) as at"
    )
    (first,) = city.home.pull()
    assert (first.rows_answered, first.rows_loaded, first.outcome) == (20000, 20000, "landed")
    before = city.home.state()
    (second,) = city.home.pull()
    assert second.outcome == "unchanged"
    assert second.rows_answered == second.rows_unchanged == 2 * 24 * 60 + 1
    assert city.home.state() == before
    assert len(before["rows"]) == 20000
    assert city.home.rows("select count(*) from ops.file") == [(1,)]


def test_rows_of_next_year_are_taken_and_hide_nothing_that_comes_until_then(city: City):
    city.bind("{column: changed}")
    now = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).replace(tzinfo=None)
    ahead, lately, day = now + dt.timedelta(days=365), now - dt.timedelta(days=2), "2019-03-05"
    city.put(("ahead", day, str(ahead)), ("known", day, str(lately)))
    (first,) = city.home.pull()
    assert (first.rows_loaded, first.mark, city.mark()) == (2, str(lately), str(lately))
    city.put(("new", day, str(now - dt.timedelta(days=1))))
    (second,) = city.home.pull()
    assert (second.rows_loaded, second.rows_unchanged) == (1, 2)
    assert city.entries() == ["ahead", "known", "new"]


def test_a_span_of_the_past_is_read_again_in_windows_and_the_mark_stays(city: City):
    city.bind("{column: changed, window: 2d, first: 2019-03-01}")
    city.put(*((f"e{day}", "2019-02-01", f"2019-03-0{day} 10:00") for day in range(1, 10)))
    assert [each.rows_loaded for each in city.home.pull(until="2019-03-10")] == [2, 2, 2, 2, 1]
    assert city.mark() == "2019-03-10 00:00:00"
    city.put(*((f"late{day}", "2019-02-01", f"2019-03-0{day} 09:00") for day in (1, 3, 5, 6, 7)))
    again = city.home.pull(since="2019-03-03", until="2019-03-07")
    assert [(each.rows_unchanged, each.rows_loaded) for each in again] == [(2, 1), (2, 2)]
    assert city.entries() == [*(f"e{day}" for day in range(1, 10)), "late3", "late5", "late6"]
    assert city.mark() == "2019-03-10 00:00:00"
    spans = city.home.rows("select since, until from ops.pull order by pull_id desc limit 2")
    assert spans[::-1] == [
        ("2019-03-03 00:00:00", "2019-03-05 00:00:00"),
        ("2019-03-05 00:00:00", "2019-03-07 00:00:00"),
    ]


REST = """
sources:
  share: {{kind: http, base_url: "{url}", expect: {{$.code: '0'}}}}
datasets:
  catalogue_entries:
    source: share
    path: rows
    rows: $.data.list
    paging: {{page_number: {{rows: 500, total: $.data.total}}}}
    fields: {{share_type: {{from: share_type, values: {{{codes}}}}}}}
"""


def test_an_empty_answer_after_thousands_of_rows_is_held_back_until_it_is_accepted(tmp_path: Path):
    home = Pulling(tmp_path / "home", "catalogue_entries")
    with platform() as share:
        home.bind(REST.format(url=share.url, codes="'1': unconditional"))
        share.rows = [entry(f"e{number}", share_type="1") for number in range(2000)]
        home.pull()
        before, share.rows = home.state(), []
        (doubted,) = home.pull()
        assert doubted.outcome == "suspicious"
        assert doubted.note == (
            "no rows at all; if the platform is right: scorecard pull catalogue_entries --accept"
        )
        assert home.state() == before
        Home(home.folder).run("pull", "catalogue_entries", "--accept")
    assert home.rows("select outcome, rows_answered from ops.pull order by pull_id") == [
        ("landed", 2000), ("suspicious", 0), ("unchanged", 0),
    ]  # fmt: skip
    assert home.state() == before


def test_a_code_that_nobody_lists_is_quarantined_until_somebody_does(tmp_path: Path):
    home = Pulling(tmp_path / "home", "catalogue_entries")
    with platform() as share:
        share.rows = [entry("e1", share_type="1"), entry("e2", share_type="9")]
        home.bind(REST.format(url=share.url, codes="'1': unconditional"))
        (first,) = home.pull()
        assert (first.rows_loaded, first.rows_quarantined) == (1, 1)
        [(column, value, zh, en)] = home.state()["quarantine"]
        assert (column, value) == ("share_type", "9")
        assert "sources.yaml" in zh
        assert "sources.yaml" in en
        home.bind(REST.format(url=share.url, codes="'1': unconditional, '9': conditional"))
        (second,) = home.pull()
        assert (second.rows_loaded, second.rows_unchanged, second.rows_quarantined) == (1, 1, 0)
    assert home.state()["quarantine"] == []
    assert home.rows("select entry_id, share_type from raw.catalogue_entries order by all") == [
        ("e1", "unconditional"), ("e2", "conditional"),
    ]  # fmt: skip
