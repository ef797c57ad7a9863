"""The books: where the next pull begins, how far a dataset has come, what is suspicious."""

from __future__ import annotations

import datetime as dt

import pytest

from scorecard.connectors.base import Answer
from scorecard.errors import ConfigurationError
from scorecard.pulling.books import Pulled, known_files, mark_of
from tests.inboxes import NOW, Inbox
from tests.pulling.landings import BINDING, Pulls, bound, emptied

DAILY = {"column": "updated_at", "overlap": "3d"}


def update(moment, entry_id="e1"):
    return {"entry_id": entry_id, "updated_at": moment}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return Inbox(tmp_path_factory.mktemp("home"))


@pytest.fixture
def pulls(shared):
    inbox = emptied(shared)

    def make(watermark=None, time_zone="Asia/Shanghai", **said):
        binding = bound(**({"watermark": watermark} if watermark else {}), **said)
        return Pulls(inbox, "catalogue_updates", binding, time_zone)

    return make


def span(pulls, *arguments):
    task = pulls.task(*arguments)
    return task.since, task.until


# Where a pull begins and ends


def test_the_first_pull_has_no_beginning_and_the_next_begins_at_the_mark_less_the_overlap(pulls):
    city = pulls(DAILY)
    assert span(city) == (None, None)
    assert city.pull(update("2019-03-05 10:00:00")).mark == "2019-03-05 10:00:00"
    assert span(city) == ("2019-03-02 10:00:00", None)


@pytest.mark.parametrize(
    ("watermark", "mark", "since"),
    [
        ({"kind": "integer", "overlap": "10"}, "25", "15"),
        ({"kind": "integer"}, "25", "25"),
        ({"kind": "text"}, "A25", "A25"),
        ({"overlap": "90m"}, "2019-03-05 10:00:00.000001", "2019-03-05 08:30:00.000001"),
        ({"overlap": "3d"}, "0001-01-01 00:00:00", "0001-01-01 00:00:00"),
    ],
)
def test_an_overlap_is_of_the_watermarks_kind(pulls, watermark, mark, since):
    city = pulls({"column": "k", **watermark})
    city.pull({**update("2019-03-05"), "k": mark})
    assert span(city) == (since, None)


def test_a_dataset_without_a_watermark_is_always_pulled_whole_and_has_no_span(pulls):
    city = pulls()
    city.pull(update("2019-03-05"))
    assert span(city) == (None, None)
    with pytest.raises(ConfigurationError, match="catalogue_updates has no watermark"):
        city.task("2019-03-01")


def test_the_first_pull_begins_where_the_binding_says(pulls):
    assert span(pulls({**DAILY, "first": "2019-01-01"})) == ("2019-01-01 00:00:00", None)


def test_a_long_pull_is_cut_into_windows_until_now(pulls):
    city = pulls({**DAILY, "first": "2020-01-01", "window": "40d"})
    assert span(city) == ("2020-01-01 00:00:00", "2020-02-10 00:00:00")
    assert city.pull(update("2020-01-05 10:00:00")).mark == "2020-02-10 00:00:00"
    assert span(city) == ("2020-02-07 00:00:00", "2020-03-21 00:00:00")
    assert city.pull().mark == "2020-03-21 00:00:00"
    assert span(city) == ("2020-03-18 00:00:00", None)


def test_a_window_is_not_over_before_it_is_over_where_the_platform_is(pulls):
    window = {"column": "updated_at", "first": str(NOW - dt.timedelta(hours=4)), "window": "3h"}
    assert span(pulls(window))[1] is not None
    assert span(pulls(window, "UTC"))[1] is None  # it is eight hours earlier there


def test_windows_end_at_the_end_that_is_asked_for(pulls):
    city = pulls({**DAILY, "first": "2019-01-01", "window": "31d"})
    assert span(city, None, "2019-01-15") == ("2019-01-01 00:00:00", "2019-01-15 00:00:00")
    assert span(city, "2019-01-10", "2020-01-01") == ("2019-01-10 00:00:00", "2019-02-10 00:00:00")


@pytest.mark.parametrize("given", ["tomorrow", "5"])
def test_a_beginning_that_is_no_mark_is_refused(pulls, given):
    with pytest.raises(ConfigurationError, match=f"'{given}' is no time"):
        pulls(DAILY).task(given)


def test_a_beginning_with_an_offset_is_taken_to_the_platforms_zone(pulls):
    assert span(pulls(DAILY, "UTC"), "2019-03-05T10:00+08:00")[0] == "2019-03-05 02:00:00"


# How far it has come


def test_a_beginning_behind_the_mark_never_moves_it_back(pulls):
    city = pulls(DAILY)
    city.pull(update("2019-03-05 10:00:00"))
    pulled = city.pull(update("2019-01-05 10:00:00"), since="2019-01-01", until="2019-02-01")
    assert (pulled.outcome, pulled.mark) == ("landed", "2019-03-05 10:00:00")


def test_a_beginning_beyond_the_mark_leaves_it_since_what_lies_between_was_not_asked_for(pulls):
    city = pulls(DAILY)
    city.pull(update("2019-03-05 10:00:00"))
    assert city.pull(update("2019-06-05"), since="2019-06-01").mark == "2019-03-05 10:00:00"
    assert city.pull(update("2019-06-05")).mark == "2019-06-05 00:00:00"


def test_the_first_pull_from_somewhere_leaves_the_beginning_to_be_pulled(pulls):
    city = pulls(DAILY)
    assert city.pull(update("2019-03-05"), since="2019-03-01").mark is None
    assert span(city) == (None, None)


def test_an_answer_without_rows_leaves_the_mark(pulls):
    city = pulls(DAILY)
    city.pull(update("2019-03-05 10:00:00"))
    assert city.pull().mark == "2019-03-05 10:00:00"


@pytest.mark.parametrize(
    "other",
    [
        {"table": "other"},
        {"source": "elsewhere"},
        {"fields": {"entry_id": "updated_at"}},
        {"watermark": {"column": "entry_id"}},
    ],
)
def test_another_binding_starts_anew(pulls, other):
    city = pulls(DAILY)
    city.pull(update("2019-03-05"))
    assert span(pulls(**{"watermark": DAILY, **other})) == (None, None)


def test_another_time_zone_starts_anew(pulls):
    pulls(DAILY).pull(update("2019-03-05"))
    assert span(pulls(DAILY, "UTC")) == (None, None)


def test_tuning_a_binding_does_not_start_anew(pulls):
    pulls(DAILY).pull(update("2019-03-05"))
    tuned = pulls({**DAILY, "overlap": "1d", "window": "900d", "first": "2001-01-01"},
                  deadline="1h", at_least=0.9, may_be_empty=True)  # fmt: skip
    assert span(tuned) == ("2019-03-04 00:00:00", None)


def test_a_mark_is_of_one_dataset(pulls):
    city = pulls(DAILY)
    city.pull(update("2019-03-05"))
    assert mark_of(city.inbox.connection, city.source, city.binding, "certificates") is None


# What is suspicious


def rows(number):
    return [update("2019-03-05", f"e{n}") for n in range(number)]


def test_a_full_answer_without_rows_is_suspicious_unless_it_may_be_empty(pulls):
    assert pulls().doubt() == "no rows at all"
    assert pulls(may_be_empty=True).doubt() is None


def test_a_full_answer_of_less_than_half_of_the_last_good_one_is_suspicious(pulls):
    city = pulls()
    assert city.doubt(*rows(1)) is None
    city.pulled_before(10)
    city.pulled_before(1, outcome="suspicious")
    city.pulled_before(99, outcome="failed")
    assert city.doubt(*rows(4)) == "4 rows, where the last good answer had 10"
    assert city.doubt(*rows(5)) is None


def test_the_share_that_is_enough_is_the_bindings(pulls):
    city = pulls(at_least=0.9)
    city.pulled_before(10)
    assert city.doubt(*rows(8)) is not None
    assert city.doubt(*rows(9)) is None


def test_answers_of_another_binding_are_no_measure(pulls):
    pulls().pulled_before(1000)
    assert pulls(table="smaller").doubt(*rows(1)) is None


def test_no_new_rows_are_suspicious_where_there_were_a_thousand_a_night(pulls):
    city = pulls(DAILY)
    city.pull(update(str(NOW)))
    for number in (1000, 5000, 900, 2000):
        city.pulled_before(number, str(city.now - dt.timedelta(days=4)))
    assert city.doubt() == "no rows, where the last 4 pulls had 1,500 (median)"
    assert city.doubt(*rows(1)) is None
    assert pulls(DAILY, may_be_empty=True).doubt() is None


def test_few_rows_a_night_or_none_are_nothing_to_wonder_at(pulls):
    city = pulls(DAILY)
    city.pull(update(str(NOW)))
    for number in (5000, 999, 999):
        city.pulled_before(number, str(city.now - dt.timedelta(days=4)))
    assert city.doubt() is None


def test_a_span_is_held_against_spans_of_like_length_alone(pulls):
    city = pulls(DAILY)
    city.pull(update(str(NOW)))
    city.pulled_before(100_000, str(city.now - dt.timedelta(days=400)))
    assert city.doubt() is None


def test_a_total_that_is_not_what_came_is_suspicious(pulls):
    assert pulls().doubt(*rows(3), total=4) == (
        "the platform says that there are 4 rows, but 3 came"
    )
    assert pulls().doubt(*rows(3), total=3) is None


def test_what_somebody_vouches_for_is_believed(pulls):
    from dataclasses import replace

    from scorecard.pulling.books import suspicion

    city = pulls()
    task = replace(city.task(), accept=True)
    answer = city.answer(task, [])
    assert suspicion(city.inbox.connection, city.source, city.binding, answer, task) is None


def test_a_folder_without_new_files_is_nothing_to_wonder_at(pulls):
    from scorecard.pulling.books import suspicion

    city = pulls()
    binding = BINDING.validate_python({"kind": "files", "source": "bucket"})
    answer = Answer(None, None, (), 0, None)
    assert suspicion(city.inbox.connection, city.source, binding, answer, city.task()) is None
    assert known_files(city.inbox.connection, "catalogue_updates", "bucket") == frozenset()


def test_the_same_trouble_has_the_same_words_every_night():
    nights = [Pulled("evidence", "oa", "failed", seconds=s, note="refused") for s in (1.0, 2.5)]
    assert len({night.trouble for night in nights}) == 1
    assert len({night.line for night in nights}) == 2


def test_one_row_is_not_rows():
    assert "oa: 1 row, 1 unchanged (" in Pulled("a", "oa", "landed", 1, rows_unchanged=1).line
