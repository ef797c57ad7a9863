"""A REST platform that fails: what passes is waited for, what stays is told, and no row is lost.

Every failure is tried with every kind of credentials at once, and none of them tells a secret.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from scorecard.connectors.base import SuspiciousAnswerError
from scorecard.connectors.guard import GuardedSession, RefusedError
from tests.connectors.rest import Pull, failures
from tests.servers import free_port
from tests.servers.faulty import ROWS, Platform, platform

LINKS = {"next_link": {"path": "$.next"}, "pages": "20"}


@pytest.fixture(scope="module")
def _server() -> Iterator[Platform]:
    with platform() as server:
        yield server


@pytest.fixture
def server(_server: Platform) -> Platform:
    _server.forget()
    return _server


@pytest.fixture(scope="module")
def foreign() -> Iterator[Platform]:
    """Another server; it must never hear from us."""
    with platform() as server:
        yield server


@pytest.mark.parametrize(
    "fault", ["429", "503-until-a-date", "500-twice", "reset-once", "cut-once"]
)
def test_what_passes_is_waited_for(server: Platform, fault: str) -> None:
    pull = Pull(server, fault)
    assert [row["id"] for row in pull.rows()] == [row["id"] for row in ROWS]
    assert pull.tally.requests == (7 if fault == "500-twice" else 6)


def test_the_server_says_how_long_to_wait(server: Platform) -> None:
    Pull(server, "429").rows()
    assert server.asked[1].at - server.asked[0].at >= 1


def test_it_may_say_so_by_a_date(server: Platform) -> None:
    Pull(server, "503-until-a-date").rows()
    assert server.asked[1].at - server.asked[0].at >= 0.9


def test_a_wait_beyond_the_deadline_is_not_begun(server: Platform) -> None:
    began = time.monotonic()
    error = failures(server, "429-for-an-hour")
    assert "429 Too Many Requests, and asks to wait 3600 s (tries: 1," in str(error)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("500", "answers 500 Internal Server Error (tries: 2"),
        ("reset", "broke off in the middle of an answer (tries: 2"),
        ("cut", "answers JSON that is cut off or broken (tries: 2"),
    ],
)
def test_what_does_not_pass_is_told_with_the_tries(server: Platform, fault: str, told: str) -> None:
    error = failures(server, fault, source={"retries": "1"})
    assert told in str(error)
    assert f"{server.url}/{fault}: " in str(error)


@pytest.mark.parametrize(
    ("fault", "told", "mend"),
    [
        ("400", "answers 400 Bad Request", "check path and params"),
        ("401", "answers 401 Unauthorized", "check auth and its secret"),
        ("403", "answers 403 Forbidden", "ask the platform to let us read"),
        ("404", "answers 404 Not Found", "check base_url and path"),
        ("html", "answers no JSON but text/html", "where one has to log in"),
        ("busy", "answers $.code = 500, not 0", "see what the platform says"),
        ("null", "answers without a list of rows at", "check rows"),
        ("no-total", "has no number at", "check paging"),
        ("redirect-for-ever", "redirects a GET 6 times", "check base_url"),
    ],
)
def test_what_stays_is_told_at_once(server: Platform, fault: str, told: str, mend: str) -> None:
    error = failures(server, fault)
    assert told in str(error)
    assert mend in str(error)
    asked = [question.path for question in server.asked if question.path == f"/basic/{fault}"]
    assert len(asked) == (6 if fault == "redirect-for-ever" else 1)


@pytest.mark.parametrize("fault", ["echo-type", "echo-code"])
def test_a_server_that_sends_the_secret_back_does_not_make_us_tell_it(
    server: Platform, fault: str
) -> None:
    """Nor the half of it for which there is room."""
    assert "xxx***" in str(failures(server, fault))


def test_success_without_rows_is_no_empty_answer(server: Platform) -> None:
    """Without `expect`, too: a platform that is busy has no list of rows."""
    error = failures(server, "busy", source={"expect": {}})
    assert "answers without a list of rows" in str(error)


def test_a_body_that_drips_ends_with_the_deadline(server: Platform) -> None:
    began = time.monotonic()
    error = failures(server, "loris", task={"deadline": 1.5})
    assert "gave no whole answer within 2 s" in str(error)
    assert 1.4 < time.monotonic() - began < 10


def test_a_server_that_falls_silent_is_given_up(server: Platform) -> None:
    source = {"timeout": {"connect": "2s", "read": "1s"}, "retries": "0"}
    error = failures(server, "silent", source=source)
    assert "sends nothing (timeout)" in str(error)


def test_nobody_there_is_told() -> None:
    error = failures(Platform(f"http://127.0.0.1:{free_port()}"), "rows", source={"retries": "1"})
    assert "cannot be reached: nothing listens there (connection refused)" in str(error)


def test_an_unknown_name_is_told() -> None:
    error = failures(Platform("https://no.such.host.invalid"), "rows", source={"retries": "0"})
    assert "its name is not known (DNS)" in str(error)


def test_pages_without_end_are_stopped(server: Platform) -> None:
    error = failures(server, "endless", binding={"paging": LINKS})
    assert isinstance(error, SuspiciousAnswerError)
    assert "gives more than 20 pages" in str(error)
    assert not error.again


@pytest.mark.parametrize(("fault", "page"), [("twice", 2), ("deaf", 1)])
def test_a_page_that_comes_twice_is_not_believed(server: Platform, fault: str, page: int) -> None:
    for task in ({}, {"accept": True}):  # rows are missing: nobody can vouch for them
        error = failures(server, fault, task=task)
        assert not isinstance(error, SuspiciousAnswerError)
        assert f"gives page {page} twice, so that another is missing" in str(error)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("missing", "says it has 45 rows, and gives 35"),
        ("growing", "says it has 46 rows, and 51 at the last page"),
    ],
)
def test_rows_that_change_while_they_are_paged_through_are_asked_for_again(
    server: Platform, fault: str, told: str
) -> None:
    error = failures(server, fault)
    assert isinstance(error, SuspiciousAnswerError)
    assert told in str(error)
    assert error.again
    assert len(Pull(server, fault, task={"accept": True}).rows()) == (
        35 if fault == "missing" else 45
    )


def test_pages_that_end_early_are_missed(server: Platform) -> None:
    paging = {"page_number": {"rows": "10", "total_pages": "$.data.pages"}}
    error = failures(server, "ends-early", binding={"paging": paging})
    assert "says it has 5 pages, and gives 3" in str(error)


@pytest.mark.parametrize("fault", ["redirect-away", "link-away"])
def test_no_other_server_is_asked(server: Platform, foreign: Platform, fault: str) -> None:
    server.elsewhere = foreign.url.replace("127.0.0.1", "localhost")
    error = failures(server, fault, binding={"paging": LINKS})
    assert "leads to another server (http://localhost:" in str(error)
    assert foreign.asked == []


def test_another_port_is_another_server(server: Platform, foreign: Platform) -> None:
    server.elsewhere = foreign.url
    assert "leads to another server" in str(failures(server, "redirect-away"))
    assert foreign.asked == []


def test_a_link_that_is_no_address_is_told(server: Platform) -> None:
    error = failures(server, "link-nowhere", binding={"paging": LINKS})
    assert "gives an address of the next page that is none" in str(error)


def test_a_redirect_within_the_server_is_followed(server: Platform) -> None:
    assert len(Pull(server, "redirect").rows()) == 45


def test_an_answer_too_large_to_hold_is_not_held(
    server: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size counts that it has unpacked."""
    monkeypatch.setattr("scorecard.connectors.guard.MOST_BYTES", 1 << 20)
    server.rows = [{"id": "0" * 1000}] * 2000
    error = failures(server, "rows", binding={"paging": {}, "params": {"size": "2000"}})
    assert "answers more than 1 MB at once" in str(error)
    assert server.packed == 5


def test_a_posted_question_may_be_refused_with_reasons(server: Platform) -> None:
    """For those who ask by themselves: the status, and what came with it."""
    pull = Pull(server)
    with GuardedSession(pull.http_source(), pull.secrets, 5, pull.tally) as session:
        with pytest.raises(RefusedError) as caught:
            session.answer("POST", "400", json={"jsonrpc": "2.0"})
        assert (caught.value.status, caught.value.body) == (400, {"error": "no"})
        assert session.answer("GET", "rows", {"page": "5"})["data"]["total"] == "45"
    assert server.asked[0].body == '{"jsonrpc": "2.0"}'


def test_nothing_is_logged_that_holds_a_secret(
    server: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for fault in ("500", "reset", "403", "link-away"):
        failures(server, fault, source={"retries": "1"}, binding={"paging": LINKS})
    assert "s3kr" not in caplog.text
