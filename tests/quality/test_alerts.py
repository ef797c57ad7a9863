"""Alerts: to whom a night tells its state, how often, and that nothing of it can harm the night.

The addresses are real servers on this machine, reached the way apprise reaches any other.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from assets.alerting import tell
from assets.night_run import NightRun
from scorecard.alerts import alert, sending
from scorecard.night import Plan
from scorecard.quality.release import held_back
from scorecard.quality.verdict import Verdict, keep_verdicts
from scorecard.settings import PROJECT, Settings
from tests.city import City
from tests.quality.alerting import (
    LABELS,
    TOKEN,
    MailHandler,
    MailServer,
    Receiver,
    assert_unseen,
    city_of,
    failed,
    passed,
)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.closing.set()
        server.shutdown()


@pytest.fixture(scope="module")
def scored() -> City:
    return city_of("edu", "tax").score()


@pytest.fixture
def city(scored: City) -> City:
    scored.connection.execute("delete from ops.setting")
    scored.connection.execute("delete from ops.notice")
    return scored


@pytest.fixture
def night(city: City, tmp_path: Path):
    """One night's alert: what failed, then the addresses; gives the lines for the summary."""

    def run(
        verdicts: list[Verdict],
        *urls: str,
        held_back: str | None = None,
        troubles: Sequence[str] = (),
    ) -> list[str]:
        settings = Settings(home=tmp_path, alert_urls=" \n".join(urls))
        return alert(settings, city.connection, verdicts, held_back, LABELS, troubles)

    return run


# Who is told, and how often


def test_a_failure_is_sent_once_then_again_when_it_changes_and_when_it_is_over(night, receiver):
    broken = failed("network_links", "references_known", "3")
    assert night([broken], receiver.url()) == []
    assert night([failed("network_links", "references_known", "4")], receiver.url()) == []
    assert len(receiver.messages) == 1
    assert "network_links" in receiver.messages[0]["message"]
    assert receiver.messages[0]["type"] == "warning"

    night([broken, failed("evidence", "keys_unique")], receiver.url())
    assert [m["title"].split(" / ")[1] for m in receiver.messages] == [
        "scorecard: tables failing: 1", "scorecard: tables failing: 2"
    ]  # fmt: skip
    night([broken, failed("evidence", "keys_unique")], receiver.url(), held_back="refused")
    assert "得分未发布" in receiver.messages[2]["title"]

    well = [passed("network_links", "references_known")]
    night(well, receiver.url())
    night(well, receiver.url())
    assert len(receiver.messages) == 4
    assert receiver.messages[3]["title"] == (
        "政务考核：得分恢复发布，已恢复正常 / scorecard: scores published again, all well again"
    )
    assert receiver.messages[3]["type"] == "success"
    night([broken], receiver.url())
    assert len(receiver.messages) == 5


# The inbox


def note(city: City, place: str, seen_at: str) -> None:
    city.connection.execute(
        "insert into ops.notice values (?, 'a file outside', ?)", [place, seen_at]
    )


def test_a_notice_is_told_once_and_is_no_news_when_it_is_gone(night, receiver, city):
    note(city, "old.csv", "2020-01-02 02:00:00")
    for _ in range(2):
        night([], receiver.url())
    note(city, "new.csv", "2020-01-03 02:00:00.5")
    for _ in range(2):
        night([], receiver.url())
    first, second = (message["message"] for message in receiver.messages)
    assert "- old.csv: a file outside" in first
    assert "- new.csv: a file outside" in second
    assert "old.csv" not in second
    assert [m["type"] for m in receiver.messages] == ["warning", "warning"]


def test_a_trouble_that_stays_is_told_once_and_one_that_comes_again_anew(night, receiver):
    nights = [["a"], ["a"], ["b", "a"], [], ["a"]]
    for troubles in nights:
        night([], receiver.url(), troubles=[f"could not be opened: evidence/{t}" for t in troubles])
    told = [re.findall(r"evidence/(\w)", m["message"]) for m in receiver.messages]
    assert told == [["a"], ["b", "a"], ["a"]]


def test_a_notice_that_could_not_be_sent_is_sent_after_the_next_night(night, receiver, city):
    note(city, "old.csv", "2020-01-02 02:00:00")
    receiver.is_down = True
    assert night([], receiver.url()) != []
    receiver.is_down = False
    assert night([], receiver.url()) == []
    [message] = receiver.messages
    assert "old.csv" in message["message"]


def test_trouble_in_the_inbox_shows_no_identity_number(night, receiver):
    night([], receiver.url(), troubles=["could not be taken: x:\n  11010519491231002X.csv"])
    [message] = receiver.messages
    assert "- could not be taken: x: ***.csv" in message["message"]


def test_what_a_run_could_not_open_or_take_is_in_its_alert(city, receiver, tmp_path: Path):
    settings = Settings(home=tmp_path, alert_urls=receiver.url())
    workspace = SimpleNamespace(settings=settings, labels=LABELS)
    run = NightRun(workspace, city.connection, dt.date(2020, 3, 31), ())
    run.plan = Plan(run.as_of, (), {}, (), unreadable={"evidence/a.csv": "Permission denied"})
    run.troubles.append("could not be taken: evidence: IOException")
    tell(run, None)
    [message] = receiver.messages
    assert "- could not be opened: evidence/a.csv: Permission denied" in message["message"]
    assert "- could not be taken: evidence: IOException" in message["message"]


def test_only_who_heard_that_scores_were_held_back_hears_that_they_are_published_again(
    night, receiver
):
    broken = [failed("network_links", "x")]
    night(broken, receiver.url("ok", "?-n=1"), held_back="OutOfMemoryException")
    night(broken, receiver.url("ok", "?-n=1"), receiver.url("ok", "?-n=2"))
    assert sorted("得分恢复发布" in m["title"] for m in receiver.messages) == [False, False, True]


MOVED = failed("mart_scorecard", "total_moves_little", severity="error")
HELD = "held back by mart_scorecard.total_moves_little: {}, expected within 10 points, or accepted"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("edu 60.00 -> 75.00 (+15.00)", "tax 60.00 -> 75.00 (+15.00)"),
        ("edu 60.00 -> 75.00 (+15.00)", "edu 60.00 -> 75.00 (+15.00), tax 61.00 -> 75.00 (+14.00)"),
        ("101 60.00 -> 75.00 (+15.00)", "102 60.00 -> 75.00 (+15.00)"),
        ("edu-1 60.00 -> 75.00 (+15.00)", "edu-2 60.00 -> 75.00 (+15.00)"),
        ("a-2019 edu 60.00 -> 75.00 (+15.00)", "a-2020 edu 60.00 -> 75.00 (+15.00)"),
        ("edu 60.00 -> 75.00 (+15.00)", "edu 60.00 -> 不再考核 / no longer assessed"),
    ],
)
def test_a_version_held_back_for_another_departments_total_is_told_anew(
    night, receiver, first: str, second: str
):
    night([MOVED], receiver.url(), held_back=HELD.format(first))
    night([MOVED], receiver.url(), held_back=HELD.format(second))
    assert [second in m["message"] for m in receiver.messages] == [False, True]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("edu 60.00 -> 75.00 (+15.00)", "edu 60.10 -> 75.30 (+15.20)"),
        ("101 60.00 -> 75.00 (+15.00)", "101 60.10 -> 75.30 (+15.20)"),
        (
            "edu 60.00 -> 75.00 (+15.00), tax 71.00 -> 57.00 (-14.00)",
            "tax 71.00 -> 55.00 (-16.00), edu 60.00 -> 75.00 (+15.00)",
        ),
        ("edu 60.00 -> 75.00 (+15.00) and 7 more", "edu 60.00 -> 75.00 (+15.00) and 8 more"),
    ],
)
def test_a_version_held_back_for_the_same_totals_is_told_once_whatever_their_figures(
    night, receiver, first: str, second: str
):
    for observed in (first, second):
        night([MOVED], receiver.url(), held_back=HELD.format(observed))
    assert len(receiver.messages) == 1


def test_a_version_held_back_by_a_corrupted_model_after_a_moved_total_is_told_anew(
    night, receiver, city
):
    day = dt.date(2020, 3, 31)
    for check, observed in (
        ("total_moves_little", "edu 60.00 -> 75.00 (+15.00)"),
        ("total_adds_up", "60"),
        ("total_adds_up", "61"),
    ):
        verdict = failed("mart_scorecard", check, observed, "error")
        keep_verdicts(city.connection, day, [verdict])
        night([verdict], receiver.url(), held_back=held_back(city.connection))
    assert ["total_adds_up: 60" in m["message"] for m in receiver.messages] == [False, True]


@pytest.mark.parametrize(
    ("reasons", "told"),
    [
        (["OutOfMemoryException", "OutOfMemoryException", "IOException"], 2),
        (["scores.part_score failed: ConversionException: on the data",
          "scores.adjustment failed: ConversionException: on the data"], 2),
        (["3 models were not built for 2020-03-20, such as marts.a",
          "4 models were not built for 2020-03-21, such as marts.a"], 1),
    ],
)  # fmt: skip
def test_a_night_that_breaks_for_another_cause_is_told_anew(night, receiver, reasons, told: int):
    for reason in reasons:
        night([], receiver.url(), held_back=reason)
    assert len(receiver.messages) == told


def test_more_stale_indicators_are_told_though_the_same_checks_fail(tmp_path: Path, receiver):
    city = city_of("edu")
    late = [failed("network_probes", "due_period_arrived")]
    told = []
    for decided_on, applicable in (
        ("2019-05-01", False),
        ("2019-05-02", False),
        ("2019-06-01", True),
    ):
        city.give(
            "applicability",
            {"indicator_code": "006", "applicable": applicable, "decided_on": decided_on},
        )
        settings = Settings(home=tmp_path, alert_urls=receiver.url())
        alert(settings, city.score().connection, late, None, LABELS)
        told.append(len(receiver.messages))
    assert told == [1, 1, 2]
    stale = [re.search(r"stale indicators: .*", m["message"])[0] for m in receiver.messages]
    assert ["006" in line for line in stale] == [False, True]


def test_points_and_deadlines_that_change_are_no_news(night, receiver, city):
    verdicts = [failed("network_links", "references_known")]
    night(verdicts, receiver.url())
    city.connection.begin()
    city.connection.execute("update marts.fct_part_score set points = points / 2")
    city.connection.execute("update marts.dim_assessment set decisions_until = '2020-04-30'")
    night(verdicts, receiver.url())
    city.connection.rollback()
    assert len(receiver.messages) == 1


def test_a_version_that_goes_out_again_is_told_though_datasets_still_fail(night, receiver):
    warns = failed("network_links", "references_known")
    night([warns, MOVED], receiver.url(), held_back=HELD.format("edu 60.00 -> 75.00 (+15.00)"))
    for _ in range(2):
        night([warns], receiver.url())
    assert ["得分未发布" in m["title"] for m in receiver.messages] == [True, False]


def test_an_address_that_was_down_when_all_was_well_again_hears_it_once_later(night, receiver):
    night([failed("network_links", "x")], receiver.url())
    receiver.is_down = True
    assert len(night([], receiver.url())) == 1
    receiver.is_down = False
    night([], receiver.url())
    night([], receiver.url())
    assert [m["type"] for m in receiver.messages] == ["warning", "success"]


def test_a_night_without_failures_is_silent(night, receiver):
    assert night([passed("network_links", "references_known")], receiver.url()) == []
    assert receiver.messages == []


def test_every_message_has_the_word_that_a_robot_may_ask_for(night, receiver):
    night([failed("network_links", "x")], receiver.url())
    night([], receiver.url())
    assert ["考核" in m["title"] for m in receiver.messages] == [True, True]


def test_an_address_that_was_down_is_told_next_night_and_the_others_not_again(night, receiver):
    verdicts = [failed("network_links", "references_known")]
    night(verdicts, receiver.url("500"), receiver.url("ok"))
    assert len(receiver.messages) == 1
    [line] = night(verdicts, receiver.url("500"), receiver.url("ok"))
    assert "address 1" in line
    assert len(receiver.messages) == 1


def test_a_new_address_is_told_what_stands(night, receiver):
    verdicts = [failed("network_links", "references_known")]
    night(verdicts, receiver.url())
    night(verdicts, receiver.url(), receiver.url(query="?-new=yes"))
    assert len(receiver.messages) == 2


def test_a_mail_is_plain_text_with_its_subject(night, monkeypatch):
    with MailServer(("127.0.0.1", 0), MailHandler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        port = server.server_address[1]
        url = f"mailto://127.0.0.1:{port}?from=scorecard@example.gov.cn&to=a@example.gov.cn"
        assert night([failed("network_links", "x")], url) == []
        server.shutdown()
    [mail] = [message_from_bytes(raw) for raw in server.mails]
    subject = str(make_header(decode_header(mail["Subject"])))
    assert subject == "政务考核告警：1 张数据表未通过检查 / scorecard: tables failing: 1"
    assert mail.get_content_type() == "text/plain"
    text = mail.get_payload(decode=True).decode("utf-8")
    assert len(text.splitlines()) == 4
    assert "• 外网链路 network_links：" in text


# Nothing of it harms the night


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("path", "query", "cause"),
    [
        ("500", "", "the server answered 500"),
        ("moved", "", "the server answered 302"),
        ("hang", "?rto=0.2", "timeout"),
        ("refused", "", "connection refused"),
    ],
)
def test_a_failed_alert_is_told_in_one_line_and_shows_no_secret(
    night, receiver, caplog, capfd, path: str, query: str, cause: str
):
    caplog.set_level(logging.DEBUG)
    url = receiver.url(path, query)
    if path == "refused":
        url = url.replace(str(receiver.server_port), str(closed_port()))
    told = night([failed("network_links", "references_known")], url)
    assert told == [f"an alert could not be sent to address 1 (schema json): {cause}"]
    assert_unseen(TOKEN, caplog, capfd)


def test_a_server_that_never_ends_its_answer_costs_no_more_than_the_patience(
    night, receiver, monkeypatch
):
    monkeypatch.setattr(sending, "PATIENCE_SECONDS", 0.5)
    begun = time.monotonic()
    [line] = night([failed("network_links", "x")], receiver.url("drip"))
    assert time.monotonic() - begun < 2
    assert line.endswith("timeout, no answer in 0.5 s")


def test_addresses_do_not_wait_for_each_other(night, receiver):
    urls = [receiver.url("hang", f"?rto=0.8&-n={n}") for n in range(4)]
    begun = time.monotonic()
    told = night([failed("network_links", "x")], *urls, receiver.url())
    assert time.monotonic() - begun < 2
    assert len(told) == 4
    assert len(receiver.messages) == 1


def test_a_process_ends_although_a_server_still_hangs(receiver, tmp_path: Path):
    program = (
        "import sys; from scorecard.alerts import sending; "
        "from scorecard.alerts.message import State; sending.PATIENCE_SECONDS = 0.3; "
        "print(sending.send({sending.Address(1, sys.argv[1]): State('1', 'a', 'b')}))"
    )
    begun = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", program, receiver.url("drip")],
        cwd=PROJECT, capture_output=True, text=True, timeout=15, check=True,
    )  # fmt: skip
    assert time.monotonic() - begun < 10
    assert "no answer" in ended.stdout
    assert TOKEN not in ended.stdout + ended.stderr


def test_a_misspelt_address_is_told_and_the_others_are_served(night, receiver, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    told = night([failed("network_links", "x")], f"wecomm://{TOKEN}", receiver.url())
    assert told == ["an alert could not be sent to address 1 (schema wecomm): it is not understood"]
    assert len(receiver.messages) == 1
    assert_unseen(TOKEN, caplog, capfd)


def test_a_warehouse_that_cannot_be_read_costs_the_alert_and_not_the_night(tmp_path: Path):
    settings = Settings(home=tmp_path, alert_urls="json://127.0.0.1")
    with duckdb.connect() as empty:
        [line] = alert(settings, empty, [failed("network_links", "x")], None, LABELS)
    assert line.endswith("CatalogException")


def test_what_was_told_is_kept_without_the_address(night, receiver, city):
    night([failed("network_links", "x")], receiver.url())
    [(kept,)] = city.connection.execute(
        "select value from ops.setting where name = 'told'"
    ).fetchall()
    assert TOKEN not in kept
    assert "127.0.0.1" not in kept


@pytest.mark.parametrize("urls", ["", "json://127.0.0.1/x"])
def test_apprise_is_not_imported_while_there_is_nothing_to_send(urls: str, tmp_path: Path):
    program = """
import sys, duckdb
from pathlib import Path
from scorecard.alerts import alert
from scorecard.settings import Settings
with duckdb.connect() as warehouse:
    warehouse.execute("create schema ops")
    warehouse.execute("create table ops.setting (name text primary key, value text)")
    warehouse.execute("create table ops.notice (place text, what text, seen_at timestamp)")
    settings = Settings(home=Path(sys.argv[1]), alert_urls=sys.argv[2])
    assert alert(settings, warehouse, [], None, {}) == []
assert not {"apprise", "requests"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path), urls], cwd=PROJECT, check=True)
