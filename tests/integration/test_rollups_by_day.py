"""A rollup that is brought up to date by days is the one that would be made whole, to the cell."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorecard.landing.inbox import scan
from scorecard.models import Model, load_models
from scorecard.night import choose_rulebooks, land, outdated_models, score, score_history
from scorecard.rollups import MOST_RANGES
from scorecard.scoring import ModelError, run_models
from scorecard.settings import Settings
from scorecard.warehouse import connect
from scorecard.workspace import Workspace
from tests.inboxes import ROOT, Inbox, csv_bytes, specimen

MODELS = load_models(ROOT / "sql")
BY_DAY = [model for model in MODELS.values() if model.days]
CREDIT = MODELS["rollups.credit_days"]
FIRST = dt.date(2019, 3, 1)
STANDING = (CREDIT.table, "ops.rolled_up", "ops.touched_day")


def row(dataset: str, number: int, day: int, flag: bool = True) -> dict[str, str]:
    """The row of a number, on so many days after the first; `flag` is what a correction changes."""
    moment = f"{FIRST + dt.timedelta(day)} {8 + number % 4:02}:{number % 60:02}:00"
    return {
        "credit_records": lambda: specimen(
            dataset, record_id=f"r{number}", directory_id=f"d{number % 2}", pushed_at=moment,
            due_at="2020-01-01 00:00:00" if flag else "2019-01-01 00:00:00",
        ),
        "certificates": lambda: specimen(
            dataset, certificate_id=f"c{number}", issued_at=moment, type_code=f"t{int(flag)}"
        ),
        "network_probes": lambda: specimen(
            dataset, link_id=f"l{number % 2}", probed_at=moment, is_up=str(flag).lower()
        ),
    }[dataset]()  # fmt: skip


class Night(Inbox):
    """An inbox whose rollups are brought up to date when told."""

    files = 0

    def deliver(self, dataset: str, *rows: dict[str, str]) -> None:
        """Lands the rows as one file of a name of its own."""
        self.files += 1
        self.put(dataset, f"{self.files:04}.csv", csv_bytes(*rows))
        self.land()

    def roll_up(self, models: Iterable[Model] = BY_DAY) -> None:
        changed = {model.table: model for model in models}
        run_models(self.connection, MODELS | changed, changed)

    def forget(self) -> None:
        """Empties everything, as if it had just been made."""
        for path in self.inbox.rglob("*.csv"):
            path.unlink()
        for table in ("file", "touched_day", "rolled_up", "quarantine", "repeated_key"):
            if table != "rolled_up" or self.is_made("ops.rolled_up"):
                self.connection.execute(f"delete from ops.{table}")
        for model in BY_DAY:
            for schema in ("raw", "replaced"):
                self.connection.execute(f"delete from {schema}.{model.days.dataset}")
            self.connection.execute(f"drop table if exists {model.table}")

    def is_made(self, table: str) -> bool:
        return bool(self.rows("select 1 where $1 in (select schema_name || '.' || table_name "
                              "from duckdb_tables())", table))  # fmt: skip

    def differences(self, model: Model) -> list[tuple]:
        """Rows of the rollup that are not those of its SELECT over everything, and the reverse."""
        return self.rows(
            f"(from {model.table} except all {select(model)}) "
            f"union all ({select(model)} except all from {model.table})"
        )

    def spoil(self, model: Model) -> None:
        """Makes what stands unlike anything that could be made, to see what is made again."""
        self.connection.execute(f"update {model.table} set _file_id = -1")

    def days_not_made_again(self, model: Model) -> set[int]:
        """Days after the first whose rows are still the spoiled ones."""
        found = self.rows(f"select distinct {model.days.column} from {model.table} "
                          "where _file_id = -1")  # fmt: skip
        return {(day - FIRST).days for (day,) in found}


def select(model: Model) -> str:
    return f"select * from ({model.sql}\n)"


@pytest.fixture(scope="module")
def shared():
    with tempfile.TemporaryDirectory() as folder:
        yield Night(Path(folder))


@pytest.fixture
def night(shared):
    shared.forget()
    return shared


@pytest.fixture(params=BY_DAY, ids=lambda model: model.name)
def model(request):
    return request.param


def test_a_new_day_is_added_and_no_other_made_again(night, model):
    dataset = model.days.dataset
    night.deliver(dataset, *(row(dataset, n, n % 3) for n in range(9)))
    night.roll_up()
    night.spoil(model)
    night.deliver(dataset, *(row(dataset, n, 3) for n in range(9, 12)))
    night.roll_up()
    assert night.days_not_made_again(model) == {0, 1, 2}
    added = f"{model.days.column} = date '{FIRST + dt.timedelta(3)}'"
    [(rows,)] = night.rows(f"select count(*) from {model.table} where {added}")
    assert rows == len(night.rows(f"from ({select(model)}) where {added}")) > 0


def test_a_late_correction_makes_its_old_day_again_and_no_other(night, model):
    dataset = model.days.dataset
    night.deliver(dataset, *(row(dataset, n, n % 5) for n in range(20)))
    night.roll_up()
    night.spoil(model)
    night.deliver(dataset, row(dataset, 6, 1, flag=False))
    night.roll_up()
    assert night.days_not_made_again(model) == {0, 2, 3, 4}
    night.connection.execute(f"delete from {model.table} where _file_id = -1")
    day = f"{model.days.column} = date '{FIRST + dt.timedelta(1)}'"
    made = night.rows(f"from {model.table} order by all")
    assert made == night.rows(f"from ({select(model)}) where {day} order by all")


@pytest.mark.parametrize("model", [m for m in BY_DAY if m.name != "probe_runs"], ids=str)
def test_a_correction_that_moves_a_row_to_another_day_makes_both_again(night, model):
    dataset = model.days.dataset
    night.deliver(dataset, *(row(dataset, n, n % 5) for n in range(20)))
    night.roll_up()
    night.spoil(model)
    night.deliver(dataset, row(dataset, 6, 4))
    night.roll_up()
    assert night.days_not_made_again(model) == {0, 2, 3}


@pytest.mark.parametrize("model", [m for m in BY_DAY if m.name != "probe_runs"], ids=str)
def test_a_day_that_a_correction_empties_is_gone(night, model):
    dataset = model.days.dataset
    night.deliver(dataset, row(dataset, 0, 0), row(dataset, 1, 1))
    night.roll_up()
    night.deliver(dataset, row(dataset, 1, 0))
    night.roll_up()
    assert night.rows(f"select distinct {model.days.column} from {model.table}") == [(FIRST,)]
    assert not night.differences(model)


def test_a_day_that_several_files_touch_in_one_night_counts_once(night, model):
    dataset = model.days.dataset
    night.deliver(dataset, *(row(dataset, n, n % 2) for n in range(8)))
    night.roll_up()
    night.deliver(dataset, *(row(dataset, n, 1) for n in range(8, 12)))
    night.deliver(dataset, row(dataset, 9, 1, flag=False), row(dataset, 20, 2))
    night.roll_up()
    assert not night.differences(model)


def test_nothing_new_makes_nothing_again(night, model):
    dataset = model.days.dataset
    night.deliver(dataset, row(dataset, 0, 0))
    night.roll_up()
    night.spoil(model)
    night.roll_up()
    assert night.days_not_made_again(model) == {0}


def test_a_rollup_of_nothing_is_empty_and_takes_the_first_file(night, model):
    night.roll_up()
    assert not night.rows(f"from {model.table}")
    night.deliver(model.days.dataset, row(model.days.dataset, 0, 0))
    night.roll_up()
    assert not night.differences(model)
    assert night.rows(f"from {model.table}")


@pytest.mark.parametrize(("days", "made_whole"), [(MOST_RANGES, False), (MOST_RANGES + 1, True)])
def test_days_in_too_many_pieces_are_not_picked_out(night, days: int, made_whole: bool):
    night.deliver("credit_records", *(row("credit_records", n, n) for n in range(2 * days)))
    night.roll_up()
    night.spoil(CREDIT)
    night.deliver("credit_records", *(row("credit_records", 2 * n, 2 * n, False)
                                      for n in range(days)))  # fmt: skip
    night.roll_up()
    untouched = {2 * n + 1 for n in range(days)}
    assert night.days_not_made_again(CREDIT) == (set() if made_whole else untouched)


def test_a_rollup_whose_sql_changed_is_made_whole(night):
    night.deliver("credit_records", row("credit_records", 0, 0), row("credit_records", 1, 1))
    night.roll_up()
    changed = replace(CREDIT, sql=CREDIT.sql.replace("count(*) as", "2 * count(*) as"))
    night.deliver("credit_records", row("credit_records", 2, 1))
    night.roll_up([changed])
    assert not night.differences(changed)
    assert night.rows("select records from rollups.credit_days where records = 2")
    night.roll_up([CREDIT])
    assert not night.differences(CREDIT)


def test_a_rollup_is_made_whole_after_a_macro_changed(night):
    night.deliver("credit_records", row("credit_records", 0, 0))
    night.roll_up()
    night.spoil(CREDIT)
    night.connection.execute("create macro one_more(x) as x + 1")
    night.roll_up()
    night.connection.execute("drop macro one_more")
    assert not night.days_not_made_again(CREDIT)


def test_a_rollup_is_made_whole_by_another_duckdb(night, monkeypatch):
    night.deliver("credit_records", row("credit_records", 0, 0))
    night.roll_up()
    night.spoil(CREDIT)
    monkeypatch.setattr("scorecard.rollups.duckdb.__version__", "another")
    night.roll_up()
    assert not night.days_not_made_again(CREDIT)


def test_a_rollup_that_somebody_dropped_is_made_whole(night):
    night.deliver("credit_records", row("credit_records", 0, 0))
    night.roll_up()
    night.connection.execute("drop table rollups.credit_days")
    night.roll_up()
    assert not night.differences(CREDIT)


def test_a_file_whose_days_nobody_kept_is_not_left_out(night):
    night.deliver("credit_records", row("credit_records", 0, 0))
    night.roll_up()
    night.deliver("credit_records", row("credit_records", 1, 1))
    night.connection.execute("delete from ops.touched_day")
    night.roll_up()
    assert not night.differences(CREDIT)


def test_days_of_no_calendar_are_made_with_the_whole(night):
    night.roll_up()
    night.deliver("credit_records", row("credit_records", 0, 0))
    for table, column in (("raw.credit_records", "pushed_at"), ("ops.touched_day", "day")):
        night.connection.execute(f"update {table} set {column} = 'infinity'")
    night.roll_up()
    assert not night.differences(CREDIT)
    assert night.rows("select count(*) from rollups.credit_days") == [(1,)]


def test_a_run_that_fails_later_leaves_rollup_and_book_as_they_were(night):
    night.deliver("credit_records", row("credit_records", 0, 0))
    night.roll_up()
    book, before = night.rows("from ops.rolled_up order by 1"), night.rows(f"from {CREDIT.table}")
    night.deliver("credit_records", row("credit_records", 1, 1))
    broken = Model("rollups", "zz", Path("zz.sql"), "-- grain: none\nselect no_such from raw.x")
    with pytest.raises(ModelError):
        night.roll_up([CREDIT, broken])
    assert night.rows("from ops.rolled_up order by 1") == book
    assert night.rows(f"from {CREDIT.table}") == before
    night.roll_up()
    assert not night.differences(CREDIT)


KILLED = """
import os, signal, sys
from pathlib import Path
from scorecard.models import load_models
from scorecard.scoring import run_models
from scorecard.warehouse import connect

def stop(line):
    if line == "building metrics":
        print("rolled up", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

models = load_models(Path("sql"))
chosen = [m.table for m in models.values() if m.days or m.layer == "metrics"]
run_models(connect(Path(sys.argv[1])), models, chosen, stop)
"""


def test_a_kill_after_the_rollups_leaves_them_and_the_book_as_they_were(tmp_path: Path):
    night = Night(tmp_path, in_file=True)
    night.deliver("credit_records", row("credit_records", 0, 0))
    night.roll_up()
    night.deliver("credit_records", row("credit_records", 0, 1), row("credit_records", 1, 1))
    stood = [night.rows(f"from {table}") for table in STANDING]
    night.connection.close()
    command = [sys.executable, "-c", KILLED, str(night.warehouse)]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "rolled up\n"), killed.stderr
    night.connection = connect(night.warehouse)
    assert [night.rows(f"from {table}") for table in STANDING] == stood
    night.roll_up()
    assert not night.differences(CREDIT)
    night.connection.close()


def test_days_that_every_rollup_has_taken_in_are_forgotten(night):
    for model in BY_DAY:
        night.deliver(model.days.dataset, row(model.days.dataset, 0, 0))
    night.roll_up()
    assert not night.rows("from ops.touched_day")


def test_days_that_one_rollup_waits_for_are_kept_for_it(night):
    second = replace(CREDIT, name="credit_days_again")
    night.deliver("credit_records", row("credit_records", 0, 0))
    night.roll_up([CREDIT, second])
    night.deliver("credit_records", row("credit_records", 1, 1))
    both = MODELS | {second.table: second}
    run_models(night.connection, both, {CREDIT.table})
    assert night.rows("select day from ops.touched_day") == [(FIRST + dt.timedelta(1),)]
    run_models(night.connection, both, {second.table})
    assert not night.rows("from ops.touched_day")
    assert not night.differences(second)
    night.connection.execute(f"drop table {second.table}")


AS_OF = dt.date(2020, 3, 31)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.load(Settings(home=tmp_path))


def land_credit(workspace: Workspace, connection, name: str, *rows: dict[str, str]) -> None:
    folder = workspace.settings.inbox / "credit_records"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(csv_bytes(*rows))
    files, _ = scan(workspace.settings.inbox, workspace.contracts)
    land(workspace, connection, "credit_records", [f for f in files if f.name == name])


def is_whole(connection) -> bool:
    made, whole = f"from {CREDIT.table}", select(CREDIT)
    return (
        connection.execute(f"{made} order by all").fetchall()
        == connection.execute(f"{whole} order by all").fetchall()
    )


def test_fingerprints_say_that_a_rollup_is_behind_until_it_has_run(workspace: Workspace):
    rulebooks = choose_rulebooks(workspace, None, AS_OF)
    with workspace.warehouse() as connection:
        land_credit(workspace, connection, "a.csv", row("credit_records", 0, 0))
        score(workspace, connection, AS_OF, rulebooks)
        land_credit(workspace, connection, "b.csv", row("credit_records", 1, 1))
        outdated = outdated_models(workspace, connection, AS_OF, rulebooks)
        assert CREDIT.table in outdated
        assert "rollups.certificate_days" not in outdated
        score(workspace, connection, AS_OF, rulebooks, ["metrics.credit_volume"])
        assert CREDIT.table in outdated_models(workspace, connection, AS_OF, rulebooks)
        assert not is_whole(connection)
        score(workspace, connection, AS_OF, rulebooks, outdated)
        assert CREDIT.table not in outdated_models(workspace, connection, AS_OF, rulebooks)
        assert is_whole(connection)


def test_a_history_takes_in_what_landed_and_leaves_rollups_right(workspace: Workspace):
    rulebooks = choose_rulebooks(workspace, None, AS_OF)
    with workspace.warehouse() as connection:
        land_credit(workspace, connection, "a.csv", row("credit_records", 0, 0))
        score(workspace, connection, AS_OF, rulebooks)
        land_credit(workspace, connection, "b.csv", row("credit_records", 0, 1))
        days = [dt.date(2019, 6, 30), dt.date(2019, 12, 31)]
        score_history(workspace, connection, days, None, lambda _: None, lambda _: None)
        assert is_whole(connection)
        land_credit(workspace, connection, "c.csv", row("credit_records", 2, 1))
        score(workspace, connection, AS_OF, rulebooks)
        assert is_whole(connection)


DELIVERIES = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.booleans()), min_size=1,
                 max_size=6),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


@pytest.mark.parametrize("model", BY_DAY, ids=lambda model: model.name)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deliveries=DELIVERIES)
def test_whatever_comes_in_whatever_order_the_rollup_is_the_whole_one(shared, model, deliveries):
    shared.forget()
    for rows, is_rolled_up in deliveries:
        shared.deliver(model.days.dataset, *(row(model.days.dataset, *given) for given in rows))
        if is_rolled_up:
            shared.roll_up()
            assert not shared.differences(model)
    shared.roll_up()
    assert not shared.differences(model)
