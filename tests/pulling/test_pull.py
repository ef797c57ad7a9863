"""Pulling as a whole: real children, a real warehouse, a platform that does what it can."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scorecard.errors import ConfigurationError
from tests.inboxes import ROOT, entry
from tests.pulling.fake_city import BY_TIME, UPDATES, FakeCity
from tests.pulling.jobs import wait_until

SECRET = "Tr0ub4dor&3 is secret"
WINDOWS = {**BY_TIME, "window": "3d", "first": "2019-03-01"}
PARENT = """
import sys
from pathlib import Path
from tests.pulling.test_pull import slow_city
slow_city(Path(sys.argv[1])).pull(until="2019-03-10")
"""


@pytest.fixture(autouse=True)
def ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("FAKE_SECRET", SECRET)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[FakeCity]:
    with closing(FakeCity(tmp_path / "home")) as city:
        city.put("catalogue_updates", UPDATES)
        city.put("catalogue_entries", [entry("e1"), entry("e2")])
        yield city


def slow_city(home: Path) -> FakeCity:
    """Its windows take so long that one can be killed in the middle of them."""
    city = FakeCity(home)
    city.put("catalogue_updates", UPDATES)
    city.bind("catalogue_updates", watermark=WINDOWS, params={"breath": 0.4})
    return city


def test_only_what_is_new_is_asked_for_and_what_came_is_told(city: FakeCity):
    city.bind("catalogue_updates", watermark=BY_TIME)
    (first,) = city.pull()
    assert (first.outcome, first.rows_answered, first.rows_loaded) == ("landed", 9, 9)
    assert city.told == [first.line]
    start = "pulled catalogue_updates from fake: 9 rows, up to 2019-03-09 10:00:00 ("
    assert first.line.startswith(start)
    city.put("catalogue_updates", [*UPDATES, {"entry_id": "x", "updated_at": "2019-03-10 10:00"}])
    (second,) = city.pull()
    assert (second.rows_answered, second.rows_unchanged, second.rows_loaded) == (2, 1, 1)
    assert len(city.updates()) == 10


def test_a_span_of_one_dataset_can_be_read_again_and_the_mark_stays(city: FakeCity):
    city.bind("catalogue_updates", watermark=BY_TIME)
    city.bind("catalogue_entries")
    city.pull()
    (pulled,) = city.pull("catalogue_updates", since="2019-03-02", until="2019-03-05 10:00")
    assert (pulled.rows_answered, pulled.rows_unchanged, pulled.outcome) == (3, 3, "unchanged")
    assert city.marks()["catalogue_updates"] == "2019-03-09 10:00:00"


def test_a_platform_that_hangs_costs_its_own_data_only(city: FakeCity):
    city.bind("catalogue_updates", "hang", deadline="1s")
    city.bind("catalogue_entries")
    city.bind("sections", "change", params={"tries": city.home / "tries", "times": 2})
    found = {pulled.dataset: pulled for pulled in city.pull()}
    assert found["catalogue_updates"].outcome == "late"
    assert "gave no whole answer within 1s" in found["catalogue_updates"].line
    assert found["catalogue_entries"].rows_loaded == 2
    assert city.rows("select dataset, outcome from ops.pull order by all") == [
        ("catalogue_entries", "landed"),
        ("catalogue_updates", "late"),
        ("sections", "suspicious"),
    ]


def test_windows_land_one_by_one(city: FakeCity):
    city.bind("catalogue_updates", watermark=WINDOWS)
    assert [p.rows_loaded for p in city.pull(until="2019-03-09 12:00")] == [3, 3, 3]
    assert city.marks() == {"catalogue_updates": "2019-03-09 12:00:00"}


def test_windows_go_on_until_now(city: FakeCity):
    city.bind("catalogue_updates", watermark={**WINDOWS, "window": "1000d"})
    pulled = city.pull()
    assert len(pulled) > 2
    assert (pulled[0].rows_loaded, pulled[-1].is_trouble) == (9, False)
    assert city.rows("select until from ops.pull order by pull_id desc limit 1") == [(None,)]


def test_a_window_that_fails_is_where_the_next_pull_begins(city: FakeCity):
    counter = city.home / "tries"
    counter.write_text("")
    city.bind("catalogue_updates", "crash_second", watermark=WINDOWS, params={"tries": counter})
    assert [p.outcome for p in city.pull(until="2019-03-10")] == ["landed", "failed"]
    assert city.updates() == ["e1", "e2", "e3"]
    assert [p.rows_loaded for p in city.pull(until="2019-03-10")] == [3, 3]
    assert city.updates() == [f"e{day}" for day in range(1, 10)]


def test_a_pull_that_is_killed_in_a_window_ends_with_the_same_rows_next_time(
    city: FakeCity, tmp_path: Path
):
    home = tmp_path / "killed"
    process = subprocess.Popen([sys.executable, "-c", PARENT, str(home)], cwd=ROOT)
    try:
        scratch = home / "warehouse" / "scratch"
        wait_until(lambda: len(list(scratch.glob("pull-*/rows.parquet"))) > 0)  # the first window
        first = set(scratch.glob("pull-*"))
        wait_until(lambda: bool(set(scratch.glob("pull-*/rows.parquet")) - _rows_of(first)))
    finally:
        process.kill()
        process.wait()
    city.bind("catalogue_updates", watermark=WINDOWS)
    city.pull(until="2019-03-10")
    with closing(slow_city(home)) as killed:
        assert killed.updates() == ["e1", "e2", "e3"]
        assert not list(scratch.glob("pull-*"))
        killed.pull(until="2019-03-10")
        assert killed.updates() == city.updates()
        assert killed.marks() == city.marks()


def _rows_of(folders: set[Path]) -> set[Path]:
    return {folder / "rows.parquet" for folder in folders}


def test_a_mark_that_is_none_is_refused_before_anything_is_pulled(city: FakeCity):
    city.bind("catalogue_updates", watermark=BY_TIME)
    with pytest.raises(ConfigurationError, match="'yesterday' is no time"):
        city.pull(since="yesterday")
    assert city.rows("from ops.pull") == []


@pytest.mark.parametrize(
    ("since", "until"), [("2019-03-05", "2019-03-03"), ("2019-03-05 00:00", "2019-03-05")]
)
def test_an_end_that_is_not_behind_the_beginning_is_refused(city: FakeCity, since: str, until: str):
    city.bind("catalogue_updates", watermark=BY_TIME)
    with pytest.raises(ConfigurationError, match="nothing lies from 2019-03-05 00:00:00 to"):
        city.pull(since=since, until=until)
    assert city.rows("from ops.pull") == []


def test_a_beginning_that_is_accepted_puts_the_mark_back_window_by_window(city: FakeCity):
    city.put("catalogue_updates", [*UPDATES, {"entry_id": "x", "updated_at": "2019-06-01 10:00"}])
    city.bind("catalogue_updates", watermark=WINDOWS)
    city.pull(until="2019-07-01")
    assert city.marks() == {"catalogue_updates": "2019-07-01 00:00:00"}
    pulled = city.pull(since="2019-03-05", until="2019-03-10", accept=True)
    assert [p.mark for p in pulled] == ["2019-03-08 00:00:00", "2019-03-10 00:00:00"]
    assert city.rows("select distinct since >= '2019-03-05', asked from ops.pull where asked") == [
        (True, True)
    ]


def test_only_what_is_bound_can_be_pulled(city: FakeCity):
    city.bind("catalogue_updates")
    with pytest.raises(ConfigurationError, match="'sections' is bound to no platform"):
        city.pull("catalogue_updates", "sections")
    assert city.rows("from ops.pull") == []


def test_an_answer_that_looks_wrong_lands_only_when_it_is_accepted(city: FakeCity):
    city.bind("catalogue_updates")
    city.pull()
    few = [{**row, "updated_at": "2019-04-01 10:00:00"} for row in UPDATES[:2]]
    city.put("catalogue_updates", few)
    (pulled,) = city.pull()
    assert pulled.outcome == "suspicious"
    assert pulled.is_trouble
    assert len(city.rows("from raw.catalogue_updates")) == 9
    (pulled,) = city.pull(accept=True)
    assert (pulled.outcome, pulled.rows_loaded) == ("landed", 2)


def test_a_dry_run_counts_and_changes_nothing(city: FakeCity):
    city.bind("catalogue_entries")
    city.pull()
    city.put("catalogue_entries", [])
    city.bind("catalogue_updates", watermark={**WINDOWS, "window": "2000d"})
    city.bind("certificates", "complain", params={"kind": "failed"})
    before = city.dump()
    pulled = city.pull(dry_run=True)
    assert city.dump() == before
    loaded = [p.rows_loaded for p in pulled if p.dataset == "catalogue_updates"]
    assert loaded[0] == 9
    assert len(loaded) > 1
    outcomes = {p.dataset: p.outcome for p in pulled}
    assert outcomes["catalogue_entries"] == "suspicious"
    assert outcomes["certificates"] == "failed"


def test_an_error_in_landing_costs_that_datasets_data_only(city: FakeCity):
    city.bind("catalogue_updates")
    city.bind("catalogue_entries")
    city.rows("drop view staging.catalogue_updates; drop table raw.catalogue_updates")
    found = {pulled.dataset: pulled for pulled in city.pull()}
    assert found["catalogue_updates"].outcome == "failed"
    assert "could not be landed: " in found["catalogue_updates"].line
    assert found["catalogue_entries"].outcome == "landed"


def test_files_of_a_folder_land_once(city: FakeCity):
    city.bind_folder("catalogue_updates", 3)
    (first,), (second,) = city.pull(), city.pull()
    assert (first.outcome, first.rows_loaded) == ("landed", 3)
    assert (second.outcome, second.rows_loaded) == ("unchanged", 0)
    assert city.rows("select count(*) from ops.remote_file") == [(3,)]


def test_what_was_fetched_is_gone_and_was_for_us_alone(city: FakeCity):
    city.bind("catalogue_updates", "look_at_folder", params={"modes": city.home / "modes"})
    city.pull()
    modes = (city.home / "modes").read_text().split()
    assert modes == ["0o40700"]
    assert not list((city.home / "warehouse" / "scratch").glob("pull-*"))


def test_a_source_that_is_not_verified_is_told_aloud(city: FakeCity):
    city.verified = False
    city.bind("catalogue_updates")
    city.pull("catalogue_updates")
    assert city.told[0].startswith("TLS VERIFICATION IS OFF FOR fake")


def test_a_secret_is_in_no_output(city: FakeCity, capfd: pytest.CaptureFixture[str]):
    datasets = ("certificates", "departments", "sections", "catalogue_updates")
    for dataset, kind in zip(datasets, ("failed", "value", "panic"), strict=False):
        city.bind(dataset, "complain", params={"kind": kind})
    city.bind("catalogue_updates", "shout")
    pulled = city.pull()
    assert sorted(p.outcome for p in pulled) == ["failed", "failed", "failed", "landed"]
    dump = repr(city.dump())
    city.close()
    written = [path for path in city.home.rglob("*") if path.is_file()]
    assert any(path.name == "scorecard.duckdb" for path in written)
    told = [repr(pulled), *city.told, *capfd.readouterr(), dump]
    assert not [text for text in told if SECRET in text]
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]


def test_only_children_import_what_talks_to_platforms():
    code = "import sys, scorecard.pulling.pull; print(*{n.partition('.')[0] for n in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    libraries = "dlt adbc_driver_postgresql requests sqlalchemy s3fs paramiko pymysql pyarrow"
    assert not set(done.stdout.split()) & set(libraries.split())
