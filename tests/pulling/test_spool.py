"""Spooling: an answer of any size becomes Parquet, in its order and with its largest mark."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import duckdb
import pyarrow as pa
import pytest

from scorecard.connectors.base import PullFailedError, SuspiciousAnswerError, Tally, Task
from scorecard.pulling import spool as module
from scorecard.pulling.mapping import MANY_ROWS, SOME_ROWS
from scorecard.pulling.spool import spool
from tests.inboxes import NOW, ROOT, contracts
from tests.pulling.landings import BINDING, batch, bound

UPDATES = contracts()["catalogue_updates"]


@pytest.fixture
def spooled(tmp_path):
    def run(batches, binding, zone="Asia/Shanghai", tally=None, dataset=UPDATES.name, accept=False):
        task = Task(dataset, None, None, tmp_path, NOW, 60, accept)
        return spool(batches, contracts()[dataset], binding, zone, task, tally or Tally())

    return run


def rows(path, columns="*"):
    return duckdb.execute(f"select {columns} from read_parquet('{path}')").fetchall()


def updates(*texts, **more):
    return batch([{"entry_id": f"e{i}", "updated_at": t, **more} for i, t in enumerate(texts)])


def test_rows_keep_their_order_over_batches_and_chunks(spooled, monkeypatch):
    monkeypatch.setattr(module, "CHUNK_ROWS", 100)
    batches = [
        batch([{"entry_id": f"{n}-{i}", "updated_at": "2019-03-05"} for i in range(n % 130)])
        for n in range(150)
    ]
    expected = [f"{n}-{i}" for n in range(150) for i in range(n % 130)]
    answer = spooled(batches, bound())
    assert [entry_id for (entry_id,) in rows(answer.rows, "entry_id")] == expected
    assert answer.answered == len(expected)


def test_columns_may_come_and_go_from_batch_to_batch(spooled):
    binding = bound(fields={"entry_id": "ID"})
    batches = [
        batch([{"ID": "a", "updated_at": "2019-03-05"}]),
        batch([{"updated_at": "2019-03-06", "ID": "b"}]),
        batch([{"ID": "c"}]),
    ]
    answer = spooled(batches, binding)
    assert rows(answer.rows, "entry_id, updated_at") == [
        ("a", "2019-03-05"), ("b", "2019-03-06"), ("c", None),
    ]  # fmt: skip


def test_names_that_differ_in_case_alone_are_kept_apart(spooled):
    binding = bound(fields={"entry_id": "Id", "updated_at": "ID"})
    answer = spooled([batch([{"ID": "2019-03-05", "id": "wrong", "Id": "a"}])], binding)
    assert rows(answer.rows, "entry_id, updated_at") == [("a", "2019-03-05")]


def test_a_mapped_column_that_never_came_fails_the_pull_and_names_what_came(spooled):
    binding = bound(fields={"entry_id": "BH"})
    with pytest.raises(PullFailedError, match="column BH is not in the answer, it has ID, updated"):
        spooled([batch([{"ID": "secret row", "updated_at": "2019-03-05"}])], binding)


@pytest.mark.parametrize(("rows_of_it", "is_enough"), [(MANY_ROWS - 1, False), (MANY_ROWS, True)])
def test_json_may_leave_out_of_a_few_rows_what_may_be_null(spooled, rows_of_it, is_enough):
    said = {"kind": "http", "source": "city", "fields": {"feedback_at": "FK"}}
    binding = BINDING.validate_python(said)
    texts = {c.name: "x" for c in contracts()["official_documents"].read_columns if c.required}
    made = [batch([texts] * rows_of_it)]
    if is_enough:
        with pytest.raises(PullFailedError, match="column FK is not in the answer"):
            spooled(made, binding, dataset="official_documents")
    else:
        assert spooled(made, binding, dataset="official_documents").answered == rows_of_it


def test_a_required_column_that_never_came_fails_the_pull_even_without_rows(spooled):
    with pytest.raises(PullFailedError, match="column updated_at is not in the answer"):
        spooled([], bound(), tally=Tally(columns=("entry_id",)))


def test_an_answer_without_rows_is_an_empty_file_of_the_contracts_columns(spooled):
    answer = spooled([], bound())
    assert rows(answer.rows, "entry_id, updated_at") == []
    assert (answer.answered, answer.mark, answer.rejects) == (0, None, None)


def test_a_row_with_an_unknown_code_keeps_its_line(spooled, monkeypatch):
    monkeypatch.setattr(module, "CHUNK_ROWS", 2)
    binding = bound(fields={"entry_id": {"from": "k", "values": {"1": "one"}}})
    batches = [batch([{"k": k, "updated_at": "2019-03-05"}]) for k in "1291131"]
    answer = spooled(batches, binding)
    assert rows(answer.rejects, "line, column_name, value") == [
        (2, "entry_id", "2"), (3, "entry_id", "9"), (6, "entry_id", "3"),
    ]  # fmt: skip
    assert len(rows(answer.rows)) == answer.answered == 7


@pytest.mark.parametrize(
    ("watermark", "texts", "mark"),
    [
        ({}, ["2019-03-05 10:00:00", "2019-03-05 9:59"], "2019-03-05 10:00:00"),
        ({}, ["2019-03-05", "2019-03-04 23:59:59.999999"], "2019-03-05 00:00:00"),
        ({}, ["2019-03-05 10:00:00+02:00", "2019-03-05 15:00"], "2019-03-05 16:00:00"),
        ({}, ["2019-03-05 10:00:00.5", "infinity", "-infinity"], "2019-03-05 10:00:00.500000"),
        ({}, ["never", None], None),
        ({"kind": "integer"}, ["9", "10", "x"], "10"),
        ({"kind": "text"}, ["9", "10", "é"], "é"),
        ({"format": "epoch_ms"}, ["1551780000123", "1551780000001"], "2019-03-05 18:00:00.123000"),
    ],
)
def test_the_mark_is_the_largest_of_its_kind(spooled, watermark, texts, mark):
    answer = spooled([updates(*texts)], bound(watermark={"column": "updated_at", **watermark}))
    assert answer.mark == mark


def test_some_rows_without_any_mark_are_a_wrong_watermark(spooled):
    times = ["2019-03-05 10:00:00"] * SOME_ROWS
    binding = bound(watermark={"column": "updated_at", "kind": "integer"})
    with pytest.raises(PullFailedError, match="no row has an integer in updated_at, its watermark"):
        spooled([updates(*times)], binding)
    assert spooled([updates(*times[1:])], binding).mark is None
    assert spooled([updates(*times[1:], "7")], binding).mark == "7"


def test_the_mark_of_probes_is_their_time(spooled):
    from tests.pulling.landings import BINDING

    probes = BINDING.validate_python(
        {"kind": "prometheus", "source": "m", "up": "up", "link": {"label": "link"}}
    )
    row = {"link_id": "l1", "probed_at": "2019-03-05T02:00:00.123+00:00", "is_up": "true"}
    answer = spooled([batch([row])], probes, dataset="network_probes")
    assert answer.mark == "2019-03-05 10:00:00.123000"


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC"])
def test_a_time_beyond_our_clock_is_no_mark_but_its_row_is_taken(spooled, zone):
    ahead = [NOW + dt.timedelta(minutes=n) - dt.timedelta(hours=8 * (zone == "UTC")) for n in
             (-30, 9, 11, 60 * 24 * 365)]  # fmt: skip
    answer = spooled([updates(*map(str, ahead))], bound(watermark={"column": "updated_at"}), zone)
    assert answer.mark == str(ahead[1])
    assert answer.answered == 4


def test_what_a_connector_raises_comes_through(spooled):
    def broken():
        yield updates("2019-03-05")
        raise PullFailedError("the line went dead")

    with pytest.raises(PullFailedError, match="the line went dead"):
        spooled(broken(), bound())


def test_columns_and_requests_come_from_the_tally(spooled):
    tally = Tally(requests=3, total=1, columns=("entry_id", "updated_at", "more"))
    answer = spooled([updates("2019-03-05")], bound(), tally=tally)
    assert (answer.requests, answer.total) == (3, 1)
    assert answer.columns == ("entry_id", "updated_at", "more")


def paged(way="offset", **said):
    """A REST binding whose pages follow each other that way."""
    ways = {"cursor": {"path": "$.next"}, "next_link": {"path": "$.next"}}
    return BINDING.validate_python(
        {"kind": "http", "source": "city", "paging": {way: ways.get(way, {})}, **said}
    )


def pages(*keys):
    """A page of one row for each key, entry and time."""
    return [batch([{"entry_id": e, "updated_at": t}]) for e, t in keys]


MOVED = pages(("a", "2019-03-05"), ("b", "2019-03-05"), ("b", "2019-03-06"), ("a", "2019-03-05"))


@pytest.mark.parametrize("way", ["offset", "page_number"])
def test_a_row_that_moved_while_pages_were_read_is_asked_for_again(spooled, way):
    assert UPDATES.key == ("entry_id", "updated_at")
    with pytest.raises(SuspiciousAnswerError, match="1 of 4 rows came twice while") as caught:
        spooled(MOVED, paged(way), tally=Tally(requests=4, total=4))
    assert caught.value.again


@pytest.mark.parametrize(
    ("binding", "requests", "accept"),
    [
        (paged(versions="true"), 4, False),
        (paged(), 4, True),
        (paged(), 1, False),
        (paged("cursor"), 4, False),
        (bound(), 4, False),
    ],
    ids=["all versions", "somebody vouched", "one page", "a cursor", "a database"],
)
def test_a_key_may_come_again_where_nothing_can_have_moved(spooled, binding, requests, accept):
    answer = spooled(MOVED, binding, tally=Tally(requests=requests), accept=accept)
    assert answer.answered == 4


def test_rows_without_a_whole_key_are_not_taken_for_one_another(spooled):
    without = pages(("a", "2019-03-05"), ("a", None), ("a", None), (None, None), (None, None))
    assert spooled(without, paged(), tally=Tally(requests=5)).answered == 5


def test_an_identity_number_that_is_a_name_of_the_platform_is_not_told(spooled):
    names = ("entry_id", "updated_at", "people.11010519491231002X", "people.11010519491231002X.id")
    answer = spooled([updates("2019-03-05")], bound(), tally=Tally(columns=names))
    assert answer.columns == (*names[:2], "people.***", "people.***.id")
    with pytest.raises(PullFailedError, match="column BH is not in the answer") as missing:
        spooled([], bound(fields={"entry_id": "BH"}), tally=Tally(columns=names))
    assert "11010519491231002X" not in str(missing.value)


MILLION = """
import datetime as dt, sys
from pathlib import Path
import pyarrow as pa
from scorecard.connectors.base import Tally, Task
from scorecard.pulling.spool import spool
from tests.inboxes import contracts
from tests.memory import peak_mebibytes
from tests.pulling.landings import bound
constant = {name: pa.array(["一段不长的文字 " + name] * 20_000) for name in (
    "directory_id", "subject_kind", "subject_name", "subject_code_kind", "subject_code",
    "core_information", "due_at")}
times = pa.array([f"2019-03-05 10:{i // 60 % 60:02}:{i % 60:02}" for i in range(20_000)])
def batches():
    for n in range(50):
        ids = pa.array(range(n * 20_000, (n + 1) * 20_000)).cast(pa.string())
        yield pa.RecordBatch.from_pydict(constant | {"record_id": ids, "pushed_at": times})
task = Task("credit_records", None, None, Path(sys.argv[1]), dt.datetime(2020, 1, 1), 60)
binding = bound(watermark={"column": "pushed_at"})
answer = spool(batches(), contracts()["credit_records"], binding, "Asia/Shanghai", task, Tally())
print(answer.answered, int(peak_mebibytes()))
"""


def test_a_million_rows_take_the_memory_of_a_chunk(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", MILLION, tmp_path],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    answered, megabytes = map(int, run.stdout.split())
    assert answered == 1_000_000
    assert megabytes < 330  # the whole answer is 700 MB


def test_batches_of_no_rows_are_no_rows(spooled):
    empty = pa.RecordBatch.from_pydict(
        {name: pa.array([], pa.string()) for name in ("entry_id", "updated_at")}
    )
    assert spooled([empty, empty], bound()).answered == 0
