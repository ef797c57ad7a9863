"""The books: where the next pull begins, how far a dataset has come, what is suspicious."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from scorecard.connectors.base import Answer
from scorecard.errors import ConfigurationError
from scorecard.freshness import newest_pulls
from scorecard.pulling.books import Pulled, known_files, mark_of, record
from scorecard.pulling.suspicion import suspicion
from tests.inboxes import NOW, Inbox, contracts
from tests.pulling.landings import BINDING, Pulls, bound, emptied

DAILY = {"column": "updated_at", "overlap": "3d"}
NUMBERED = {"column": "k", "kind": "integer"}


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


@pytest.fixture
def probes(shared):
    """Probes every ten seconds until a minute ago, in windows of five minutes."""

    def make(first):
        binding = {"kind": "prometheus", "source": "city", "up": "u", "link": {"label": "l"}}
        watermark = {"first": str(first), "window": "5m"}
        given = BINDING.validate_python({**binding, "watermark": watermark})
        return Pulls(emptied(shared), "network_probes", given)

    return make


def probed(seconds_ago):
    at = NOW - dt.timedelta(seconds=seconds_ago)
    return {"link_id": "l1", "probed_at": f"{at}+08:00", "is_up": "true"}


def test_a_window_of_probes_is_not_over_before_its_last_minute_is_read(probes):
    assert span(probes(NOW - dt.timedelta(minutes=5, seconds=59)))[1] is None
    assert span(probes(NOW - dt.timedelta(minutes=6)))[1] == str(NOW - dt.timedelta(minutes=1))


def test_an_end_in_the_last_minute_leaves_the_mark_of_probes_at_the_last_one_read(probes):
    links = probes(NOW - dt.timedelta(minutes=4))
    pulled = links.pull(probed(70), until=str(NOW - dt.timedelta(seconds=30)))
    assert pulled.mark == str(NOW - dt.timedelta(seconds=70))


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


def test_an_end_that_is_still_to_come_was_not_read_to(pulls):
    city = pulls(DAILY)
    ahead = str(NOW + dt.timedelta(seconds=1))
    assert city.pull(update("2019-03-05 10:00:00"), until=ahead).mark == "2019-03-05 10:00:00"
    assert city.pull(until=ahead).mark == ahead


def test_an_end_is_to_come_by_the_platforms_clock(pulls):
    city = pulls(DAILY, "UTC")
    city.pull(update("2019-03-05 10:00:00"))
    city.now = NOW
    assert city.pull(until=str(NOW)).mark == "2019-03-05 10:00:00"


def put_back(city, *rows, since, until=None):
    task = replace(city.task(since, until), asked=True, accept=True)
    return city.land(task, city.answer(task, rows))


def numbered(number):
    return {**update("2019-03-05", f"e{number}"), "k": str(number)}


def test_a_mark_that_jumped_is_put_back_to_where_an_accepted_pull_ended(pulls):
    city = pulls(NUMBERED)
    city.pull(numbered(20), numbered(999_999_999_999))
    assert city.pull(numbered(21), since="15").mark == "999999999999"
    assert put_back(city, numbered(20), numbered(21), since="15").mark == "21"
    assert span(city) == ("21", None)
    assert put_back(city, since="7").mark == "7"


def test_what_is_accepted_beyond_the_mark_leaves_it_since_what_lies_between_was_not_asked_for(
    pulls,
):
    city = pulls(NUMBERED)
    city.pull(numbered(20))
    assert put_back(city, numbered(90), since="80").mark == "20"


def test_a_mark_of_times_is_put_back_to_the_end_of_the_span(pulls):
    city = pulls(DAILY)
    city.pull(update("2019-12-05 10:00:00"))
    put = put_back(city, update("2019-02-05"), since="2019-02-01", until="2019-03-01")
    assert put.mark == "2019-03-01 00:00:00"


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


def test_a_platform_that_stays_empty_is_never_believed_and_never_delivers(pulls):
    city = pulls({**DAILY, "overlap": "1h"})
    city.pull(update(str(NOW)))
    for _ in range(4):
        city.pulled_before(2000, str(city.now - dt.timedelta(hours=26)))
    task = city.task(str(city.now - dt.timedelta(days=1)))
    newest = newest_pulls(city.inbox.connection, contracts().values())
    for _ in range(9):
        assert city.doubt() == "no rows, where the last 4 pulls had 2,000 (median)"
        city.pulled_before(0, task.since, outcome="suspicious")
    assert newest_pulls(city.inbox.connection, contracts().values()) == newest


def test_what_somebody_asked_for_is_no_measure_of_a_night(pulls):
    city = pulls(DAILY)
    city.pull(update(str(NOW)))
    since = str(city.now - dt.timedelta(days=2))
    asked = replace(city.task(since), asked=True)
    landed = Pulled("catalogue_updates", "city", "landed", 5000, 5000)
    record(city.inbox.connection, city.source, city.binding, asked, landed, city.now)
    assert city.doubt() is None
    city.pulled_before(5000, since)
    assert city.doubt() is not None


@pytest.mark.parametrize("kind", ["integer", "text"])
def test_the_row_that_the_mark_came_from_comes_again_or_the_mark_is_in_doubt(pulls, kind):
    city = pulls({**NUMBERED, "kind": kind})
    assert city.doubt() == "no rows at all"
    city.pull(numbered(25))
    assert city.doubt(numbered(25)) is None
    assert "scorecard pull catalogue_updates --since MARK --accept" in city.doubt()
    assert pulls({**NUMBERED, "kind": kind}, may_be_empty=True).doubt() is None


def test_a_mark_that_no_row_has_is_in_no_doubt(pulls):
    city = pulls(NUMBERED)
    city.pull(numbered(25))
    put_back(city, since="7")
    assert city.pull().mark == "7"
    assert city.doubt() is None


def test_a_span_is_held_against_spans_that_are_not_much_longer_alone(pulls):
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
    city = pulls()
    task = replace(city.task(), accept=True)
    answer = city.answer(task, [])
    assert suspicion(city.inbox.connection, city.source, city.binding, answer, task) is None


def test_a_folder_without_new_files_is_nothing_to_wonder_at(pulls):
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


@pytest.mark.parametrize("carrier", [{}, {"until_parameter": "until"}])
def test_a_platform_is_asked_up_to_a_mark_only_if_it_can_be(pulls, carrier):
    mark = {"column": "updated_at", "parameter": "since"}
    city = pulls()
    city.binding = BINDING.validate_python(
        {"kind": "http", "source": "city", "path": "/x", "watermark": mark | carrier}
    )
    if carrier:
        assert span(city, "2019-03-01", "2019-04-01")[1] == "2019-04-01 00:00:00"
    else:
        with pytest.raises(ConfigurationError, match="cannot be asked up to a mark"):
            city.task("2019-03-01", "2019-04-01")


@pytest.mark.parametrize(("window", "is_doubted"), [({"window": "31d"}, False), ({}, True)])
def test_a_window_that_is_over_may_have_been_quiet(pulls, window, is_doubted):
    city = pulls({"column": "updated_at", "first": "2019-01-01", **window})
    city.pulled_before(20_000, since="2020-03-31 02:00:00")
    assert bool(city.doubt()) == is_doubted
