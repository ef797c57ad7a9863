"""Landing of pulls: what is read again is no news, and what was wrong is mended by coming again."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys

import pytest

from scorecard.connectors.base import Answer, RemoteFile
from scorecard.freshness import newest_pulls, write_arrivals
from scorecard.pulling.books import known_files
from scorecard.pulling.mapping import SOME_ROWS
from scorecard.quality.profile import update_profiles
from tests.inboxes import NOW, ROOT, Inbox, contracts, csv_bytes, entry, specimen
from tests.pulling.landings import BINDING, Pulls, bound, emptied, everything

UPDATED = {"column": "updated", "overlap": "3d"}
OLD, NEW = "2019-03-01 10:00:00", "2019-03-20 10:00:00"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return Inbox(tmp_path_factory.mktemp("home"))


@pytest.fixture
def inbox(shared):
    return emptied(shared)


@pytest.fixture
def whole(inbox):
    """Entries, all of them every night."""
    return Pulls(inbox, "catalogue_entries", bound())


@pytest.fixture
def daily(inbox):
    """Entries by when they were updated, the last three days again."""
    return Pulls(inbox, "catalogue_entries", bound(watermark=UPDATED))


def updated(entry_id, moment=OLD, **changes):
    return {**entry(entry_id, **changes), "updated": moment}


def counts(pulled):
    return (
        pulled.outcome, pulled.rows_loaded, pulled.rows_quarantined, pulled.rows_unchanged,
    )  # fmt: skip


# What stands already


def test_rows_land_with_their_lines_under_the_pulls_name_and_time(whole):
    assert counts(whole.pull(entry("a"), entry("b"))) == ("landed", 2, 0, 0)
    assert whole.inbox.raw("catalogue_entries", "entry_id, _line") == [("a", 1), ("b", 2)]
    assert whole.inbox.rows(
        "select file_name, delivered_at, rows_read, rows_loaded, lost_columns from ops.file"
    ) == [("pull/city/20200401T020000.parquet", NOW, 2, 2, [])]


def test_an_answer_that_is_there_already_leaves_no_trace_but_in_the_list_of_pulls(whole):
    whole.pull(entry("a"), entry("b"))
    assert counts(whole.pull(entry("b"), entry("a"))) == ("unchanged", 0, 0, 2)
    assert whole.inbox.rows("select count(*) from ops.file") == [(1,)]
    assert len(whole.inbox.raw("catalogue_entries")) == 2
    assert whole.inbox.rows("select outcome, file_id, rows_unchanged from ops.pull order by 1") == [
        ("landed", 1, 0), ("unchanged", None, 2),
    ]  # fmt: skip


def test_of_an_overlap_only_what_changed_lands(whole):
    whole.pull(entry("a"), entry("b"), entry("c"))
    assert counts(whole.pull(entry("a"), entry("b", title="新"), entry("d"))) == ("landed", 2, 0, 1)
    assert whole.inbox.raw("catalogue_entries", "entry_id, _file_id, _line")[3:] == [
        ("b", 2, 2), ("d", 2, 3),
    ]  # fmt: skip
    assert whole.inbox.rows("select rows_read, rows_loaded from ops.file where file_id = 2") == [
        (2, 2)
    ]


def test_a_null_is_the_same_as_a_null_and_nothing_else(inbox):
    outages = Pulls(inbox, "network_outages", bound())
    row = specimen("network_outages", cause=None)
    outages.pull(row)
    assert counts(outages.pull(row)) == ("unchanged", 0, 0, 1)
    assert counts(outages.pull({**row, "cause": "停电"})) == ("landed", 1, 0, 0)
    assert counts(outages.pull(row)) == ("landed", 1, 0, 0)


def test_a_key_that_comes_changed_and_then_as_it_was_ends_as_it_was(whole):
    whole.pull(entry("a"))
    assert counts(whole.pull(entry("a", title="改"), entry("a"))) == ("unchanged", 0, 0, 2)
    assert whole.inbox.newest("catalogue_entries", "title") == [("学校名录",)]


def test_a_key_that_comes_as_it_was_and_then_changed_ends_changed(whole):
    whole.pull(entry("a"))
    assert counts(whole.pull(entry("a"), entry("a", title="改"))) == ("landed", 2, 0, 0)
    assert whole.inbox.newest("catalogue_entries", "title") == [("改",)]


def test_a_row_is_held_against_the_newest_of_its_key_and_not_an_older_one(whole):
    whole.pull(entry("a"))
    whole.pull(entry("a", title="改"))
    assert counts(whole.pull(entry("a"))) == ("landed", 1, 0, 0)
    assert whole.inbox.newest("catalogue_entries", "title") == [("学校名录",)]


def test_a_row_that_an_inbox_file_brought_is_no_news_either(whole):
    whole.inbox.take("catalogue_entries", "a.csv", csv_bytes(entry("a")))
    (whole.inbox.inbox / "catalogue_entries" / "a.csv").unlink()
    assert counts(whole.pull(entry("a"))) == ("unchanged", 0, 0, 1)


def test_personal_data_is_hashed_or_dropped_and_a_change_that_stores_nothing_is_none(inbox):
    credit = Pulls(inbox, "credit_records", bound())
    row = specimen("credit_records")
    credit.pull(row)
    assert "张三丰" not in str(inbox.raw("credit_records"))
    assert counts(credit.pull({**row, "subject_name": "李四"})) == ("unchanged", 0, 0, 1)


def test_unchanged_pulls_are_no_deliveries_to_profile(whole):
    own = {"catalogue_entries": contracts()["catalogue_entries"]}
    whole.pull(entry("a"))
    update_profiles(whole.inbox.connection, own)
    profiled = whole.inbox.rows("from ops.profiled")
    whole.pull(entry("a"))
    update_profiles(whole.inbox.connection, own)
    assert whole.inbox.rows("from ops.profiled") == profiled
    whole.pull(entry("a", title="改"))
    update_profiles(whole.inbox.connection, own)
    assert whole.inbox.rows('select sum("rows") from profile.catalogue_entries') == [(1,)]


def test_two_pulls_within_a_second_have_names_of_their_own(whole):
    for title in ("一", "二", "三"):
        whole.now = NOW
        whole.pull(entry("a", title=title))
    assert whole.inbox.rows("select file_name from ops.file order by file_id") == [
        (f"pull/city/20200401T020000{n}.parquet",) for n in ("", "-2", "-3")
    ]


# What was quarantined


def test_a_bad_row_that_comes_again_is_the_same_quarantined_row(whole):
    rows = entry("a"), entry("b", share_type="secret")
    assert counts(whole.pull(*rows)) == ("landed", 1, 1, 0)
    first = whole.quarantined()
    assert counts(whole.pull(*rows)) == ("unchanged", 0, 1, 1)
    assert whole.quarantined() == first
    assert whole.inbox.rows("select first_seen_at from ops.quarantine")[0][0] < whole.now - (
        dt.timedelta(days=1)
    )


def test_a_bad_row_that_comes_sound_leaves_quarantine(whole):
    whole.pull(entry("a"), entry("b", share_type="secret"))
    assert counts(whole.pull(entry("a"), entry("b"))) == ("landed", 1, 0, 1)
    assert whole.quarantined() == []
    assert whole.inbox.rows("from ops.pulled_bad") == []


def test_a_bad_row_that_is_bad_otherwise_by_now_is_told_anew(whole):
    whole.pull(entry("a"), entry("b", share_type="secret"))
    assert counts(whole.pull(entry("a"), entry("b", due_at="never"))) == ("landed", 0, 1, 1)
    assert [row[2:] for row in whole.quarantined()] == [("due_at", "never")]


def test_a_bad_row_that_the_platform_took_out_leaves_quarantine(whole):
    whole.pull(entry("a"), entry("b", share_type="secret"))
    assert counts(whole.pull(entry("a"))) == ("landed", 0, 0, 1)
    assert whole.quarantined() == []


def test_bad_rows_without_a_key_are_counted_and_not_told_apart(whole):
    broken = entry(None)
    assert counts(whole.pull(broken, broken, broken)) == ("landed", 0, 3, 0)
    assert counts(whole.pull(broken, broken, broken)) == ("unchanged", 0, 3, 0)
    assert counts(whole.pull(broken, broken)) == ("landed", 0, 2, 0)
    assert len(whole.quarantined()) == 2


def test_a_bad_row_behind_the_overlap_stays_until_its_key_comes_again(daily):
    daily.pull(updated("a", NEW), updated("b", OLD, share_type="secret"))
    assert counts(daily.pull(updated("a", NEW))) == ("unchanged", 0, 0, 1)
    assert len(daily.quarantined()) == 1
    assert counts(daily.pull(updated("b", NEW))) == ("landed", 1, 0, 0)
    assert daily.quarantined() == []


def test_a_bad_row_of_another_span_is_no_business_of_this_pull(daily):
    daily.pull(updated("a", OLD), updated("b", NEW, share_type="secret"))
    daily.pull(updated("a", OLD), since="2019-02-01", until="2019-03-10")
    assert len(daily.quarantined()) == 1
    daily.pull(updated("a", OLD), since="2019-02-01", until="2019-03-21")
    assert daily.quarantined() == []


def test_the_first_pull_of_another_binding_clears_what_the_old_one_quarantined(daily):
    daily.pull(updated("a", OLD), updated("b", OLD, share_type="secret"))
    daily.binding = bound(table="other", watermark={**UPDATED, "first": "2019-03-10"})
    daily.pull(updated("c", NEW))
    assert daily.quarantined() == []


def test_rows_that_inbox_files_quarantined_are_left_alone(whole):
    whole.inbox.take("catalogue_entries", "a.csv", csv_bytes(entry("b", share_type="secret")))
    (whole.inbox.inbox / "catalogue_entries" / "a.csv").unlink()
    whole.pull(entry("b"))
    assert [row[0] for row in whole.quarantined()] == ["a.csv"]


def test_a_row_with_an_unknown_code_is_quarantined_on_its_line_with_its_code(inbox):
    said = {"share_type": {"from": "kind", "values": {"1": "none"}}}
    pulls = Pulls(inbox, "catalogue_entries", bound(fields=said))
    rows = [{**entry(f"e{n}", share_type=...), "kind": kind} for n, kind in enumerate("1213")]
    assert counts(pulls.pull(*rows)) == ("landed", 2, 2, 0)
    assert [row[1:] for row in pulls.quarantined()] == [
        (2, "share_type", "2"), (4, "share_type", "3"),
    ]  # fmt: skip
    assert inbox.raw("catalogue_entries", "entry_id, _line") == [("e0", 1), ("e2", 3)]
    assert counts(pulls.pull(*rows)) == ("unchanged", 0, 2, 2)
    rows[1]["kind"] = "1"
    assert counts(pulls.pull(*rows)) == ("landed", 1, 1, 2)
    assert len(pulls.quarantined()) == 1


def test_an_unknown_code_keeps_a_row_out_where_the_contract_asks_for_no_value_too(inbox):
    said = {"cause": {"from": "kind", "values": {"1": "停电"}}}
    pulls = Pulls(inbox, "network_outages", bound(fields=said))
    rows = [
        {**specimen("network_outages", outage_id=f"o{kind}", cause=...), "kind": kind}
        for kind in "12"
    ]
    assert counts(pulls.pull(*rows)) == ("landed", 1, 1, 0)
    assert inbox.raw("network_outages", "outage_id, cause, _line") == [("o1", "停电", 1)]


def test_times_land_as_ours_from_a_platform_elsewhere(inbox):
    pulls = Pulls(inbox, "catalogue_updates", bound(), "UTC")
    pulls.pull(*({"entry_id": f"e{n}", "updated_at": text} for n, text in enumerate(
        ["2019-03-05 10:00:00", "2019-03-05T10:00:00Z", "2019-03-05 10:00:00+02:00", "2019-03-05"]
    )))  # fmt: skip
    assert inbox.values("catalogue_updates", "updated_at") == [
        dt.datetime(2019, 3, 5, 18), dt.datetime(2019, 3, 5, 18), dt.datetime(2019, 3, 5, 16),
        dt.datetime(2019, 3, 5),
    ]  # fmt: skip


# Columns


def test_a_column_that_a_database_lost_is_told_once_and_counted_with_the_newest_pull(inbox):
    outages = Pulls(inbox, "network_outages", bound())
    full, poor = specimen("network_outages", cause="停电"), specimen("network_outages", cause=...)
    outages.pull(full)
    outages.pull(poor)
    outages.pull({**poor, "link_id": "l2"})
    assert inbox.rows("select file_id, lost_columns from ops.file order by 1") == [
        (1, []), (2, []), (3, ["cause"]),
    ]  # fmt: skip
    assert inbox.rows("select place, what from ops.notice") == [
        (
            "network_outages/pull/city",
            "columns missing and taken as empty: cause (earlier files had it)",
        )
    ]


@pytest.fixture
def rest(inbox):
    """Outages by REST, the cause by a name of the platform's."""
    said = {"kind": "http", "source": "city", "fields": {"cause": "YY"}}
    return Pulls(inbox, "network_outages", BINDING.validate_python(said))


def outages(count, **changes):
    full = specimen("network_outages", cause=..., ended_at="2019-03-05 23:00:00")
    named = {**full, "YY": "停电", **changes}
    row = {name: value for name, value in named.items() if value is not ...}
    return [{**row, "outage_id": f"o{n}"} for n in range(count)]


def lost(pulls):
    return pulls.inbox.rows("select lost_columns from ops.file order by file_id")


def test_a_nullable_column_that_vanishes_from_json_is_told_from_some_rows_on(rest):
    assert not rest.contract.column("ended_at").required
    rest.pull(*outages(SOME_ROWS))
    rest.pull(*outages(SOME_ROWS - 1, ended_at=...))
    assert lost(rest) == [([],), ([],)]
    rest.pull(*outages(SOME_ROWS, ended_at=..., planned="true"))
    assert lost(rest) == [([],), ([],), (["ended_at"],)]


def test_a_mapped_column_that_vanishes_from_json_is_told_from_the_first_row_on(rest):
    rest.pull(*outages(1))
    rest.pull(*outages(1, YY=...))
    assert lost(rest) == [([],), (["cause"],)]


def test_what_a_few_rows_of_json_say_nothing_of_stays_lost_until_it_comes_again(rest):
    rest.pull(*outages(SOME_ROWS))
    rest.pull(*outages(SOME_ROWS, ended_at=..., YY=...))
    rest.pull(*outages(2, ended_at=...))
    assert lost(rest)[1:] == [(["ended_at"],), ([],)]
    rest.pull(*outages(2))
    assert lost(rest)[1:] == [([],), ([],), ([],)]


def test_a_column_that_json_never_had_is_not_lost(rest):
    for planned in ("true", "false"):
        rest.pull(*outages(SOME_ROWS, ended_at=..., planned=planned))
    assert lost(rest) == [([],), ([],)]


def test_a_column_that_is_new_on_the_platform_is_told_once(inbox):
    updates = Pulls(inbox, "catalogue_updates", bound())
    row = specimen("catalogue_updates")
    updates.pull(row)
    for _ in range(2):
        updates.pull({**row, "extra": "1"})
    assert inbox.rows("select place, what from ops.notice") == [
        ("catalogue_updates/pull/city", "column 'extra' is new on the platform")
    ]


# A dry run


def test_a_dry_run_says_what_would_land_and_changes_nothing(daily):
    daily.pull(updated("a"), updated("b", share_type="secret"))
    before = everything(daily.inbox, "catalogue_entries")
    rows = updated("a"), updated("b"), updated("c", NEW), updated("d", share_type="secret")
    task = daily.task()
    answer = daily.answer(task, rows)
    dry = daily.land(task, answer, dry_run=True)
    assert everything(daily.inbox, "catalogue_entries") == before
    assert daily.land(task, answer) == dry
    assert (counts(dry), dry.mark) == (("landed", 2, 1, 1), NEW)


# Files from far away


class Folder(Pulls):
    """A folder of files; `put` makes the platform have one."""

    def put(self, name, content, modified=dt.datetime(2019, 3, 5, 10)):
        path = self.inbox.home / f"fetched-{name.replace('/', '-')}"
        path.write_bytes(content)
        return RemoteFile(name, path, len(content), modified, "etag")

    def take(self, *files, dry_run=False, total=None):
        answer = Answer(None, None, files, len(files), None, total=total)
        return self.land(self.task(), answer, dry_run)


@pytest.fixture
def folder(inbox):
    binding = BINDING.validate_python({"kind": "files", "source": "bucket"})
    return Folder(inbox, "catalogue_entries", binding)


def test_fetched_files_land_as_if_they_lay_in_the_inbox(folder):
    pulled = folder.take(
        folder.put("edu/a.csv", csv_bytes(entry("a"), entry("b", share_type="x"))),
        folder.put("b-20190310.csv", csv_bytes(entry("c"))),
    )
    assert counts(pulled) == ("landed", 2, 1, 0)
    assert folder.inbox.rows("select file_name, delivered_at from ops.file order by 1") == [
        ("bucket/b-20190310.csv", dt.datetime(2019, 3, 10)),
        ("bucket/edu/a.csv", dt.datetime(2019, 3, 5, 10)),
    ]


def test_what_landed_is_known_by_name_size_time_and_etag_even_if_nothing_of_it_was_sound(folder):
    content = b"no header\n"
    assert counts(folder.take(folder.put("a.csv", content))) == ("landed", 0, 1, 0)
    assert known_files(folder.inbox.connection, "catalogue_entries", "bucket") == {
        ("a.csv", len(content), "2019-03-05T10:00:00", "etag")
    }


def test_bytes_that_came_before_are_not_landed_but_known_from_then_on(folder):
    content = csv_bytes(entry("a"))
    folder.take(folder.put("a.csv", content))
    assert counts(folder.take(folder.put("b.csv", content))) == ("unchanged", 0, 0, 0)
    assert len(known_files(folder.inbox.connection, "catalogue_entries", "bucket")) == 2


def test_what_is_no_delivery_is_left_alone_with_a_notice(folder):
    assert folder.take(folder.put("readme.docx", b"x")).outcome == "unchanged"
    assert folder.inbox.rows("select place from ops.notice") == [
        ("catalogue_entries/bucket/readme.docx",)
    ]


def test_an_identity_number_in_a_name_is_in_no_table(folder):
    folder.take(folder.put("11010519491231002X.csv", csv_bytes(entry("a"))))
    books = everything(folder.inbox, "catalogue_entries")
    assert [row[2] for row in books["ops.remote_file"]] == ["***.csv"]
    assert "11010519491231002X" not in str(books)
    assert "an identity number in its name" in str(books["ops.notice"])


def test_files_that_wait_for_the_next_pull_are_told_in_the_list_of_pulls(folder):
    folder.take(folder.put("a.csv", csv_bytes(entry("a"))), total=3)
    folder.take(folder.put("b.csv", csv_bytes(entry("b"))), total=1)
    assert folder.inbox.rows("select note from ops.pull order by pull_id") == [
        ("1 of 3 new files came, the next pull goes on",), (None,),
    ]  # fmt: skip


def test_a_dry_run_over_files_changes_nothing(folder):
    old = folder.put("a.csv", csv_bytes(entry("a")))
    folder.take(old)
    before = everything(folder.inbox, "catalogue_entries")
    dry = folder.take(
        folder.put("b.csv", csv_bytes(entry("a"))), folder.put("c.csv", csv_bytes(entry("c"))),
        folder.put("d.doc", b"x"), dry_run=True,
    )  # fmt: skip
    assert counts(dry) == ("landed", 1, 0, 0)
    assert everything(folder.inbox, "catalogue_entries") == before


# Freshness


def arrival(inbox, dataset):
    """When a dataset without a period column last came, as the models are told."""
    inbox.connection.execute(
        "create or replace table rules.assessment as select 'a' as assessment_id, "
        "date '2030-01-01' as until_at, date '2030-01-01' as decided_before"
    )
    write_arrivals(inbox.connection, [contracts()[dataset]])
    return inbox.rows("select newest_at from ops.arrival")[0][0]


def test_a_pull_that_brought_nothing_new_is_a_delivery_all_the_same(whole):
    assert contracts()["catalogue_entries"].period_column is None
    whole.pull(entry("a"))
    tokens = {newest_pulls(whole.inbox.connection, contracts().values())}
    whole.pull(entry("a"))
    tokens.add(newest_pulls(whole.inbox.connection, contracts().values()))
    assert arrival(whole.inbox, "catalogue_entries") == NOW + dt.timedelta(days=1)
    assert len(tokens) == 2


def test_a_pull_that_failed_or_of_which_nothing_was_sound_is_no_delivery(whole):
    whole.pull(entry("a"))
    whole.pulled_before(5, outcome="suspicious")
    whole.pull(entry("b", share_type="x"))
    assert arrival(whole.inbox, "catalogue_entries") == NOW


def test_a_look_into_a_folder_without_new_files_is_no_delivery(folder):
    folder.take(folder.put("a.csv", csv_bytes(entry("a"))))
    folder.now += dt.timedelta(days=9)
    folder.take()
    assert arrival(folder.inbox, "catalogue_entries") == dt.datetime(2019, 3, 5, 10)


# A kill


def test_a_kill_before_any_statement_leaves_a_pull_in_or_out_and_the_next_one_ends_alike(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "tests.pulling.disturbed", tmp_path],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    told = [line for line in lines if isinstance(line, list)]
    assert len(lines) - len(told) > 30
    pulls = [before for before, _ in told]
    assert pulls == sorted(pulls)  # out until the commit, and in from then on
    assert (pulls[0], pulls[-1]) == (1, 2)
    undisturbed = told[-1][1]
    assert undisturbed["ops.watermark"][0][2] == NEW
    assert len(undisturbed["ops.quarantine"]) == 1
    assert all(contents == undisturbed for _, contents in told)
