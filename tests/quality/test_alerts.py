"""Alerts: what a night tells, to whom, how often, and that nothing of it can harm the night.

The addresses are real servers on this machine, reached the way apprise reaches any other.
"""

from __future__ import annotations

import json
import logging
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb
import pytest

from scorecard.alerts import alert, check_addresses, sending
from scorecard.alerts.message import MESSAGE_BYTES, problems
from scorecard.errors import ConfigurationError
from scorecard.models import metrics_of
from scorecard.quality.verdict import Verdict
from scorecard.rulebook import load_rulebook
from scorecard.settings import PROJECT, Settings
from tests.city import CITY_CODE, ROOT, City, contracts, models, rulebook

TOKEN = "s3cr3t-t0k3n"
LABELS = {c.name: (c.label_zh, c.label_en) for c in contracts().values()} | {
    "fct_part_score": ("评分项得分", "Part scores")
}


def failed(dataset: str, check: str, observed: str = "3", severity: str = "warn") -> Verdict:
    return Verdict(dataset, check, "validity", False, severity, observed, "0", "须为零", "zero")


def passed(dataset: str, check: str) -> Verdict:
    return Verdict(dataset, check, "validity", True, "warn", "0", "0", "须为零", "zero")


class Receiver(ThreadingHTTPServer):
    """A webhook: /500 refuses, /moved redirects, /hang never answers, /drip never ends."""

    daemon_threads = True

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)

    def url(self, path: str = "ok", query: str = "") -> str:
        return f"json://user:{TOKEN}@127.0.0.1:{self.server_port}/{path}/{TOKEN}{query}"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path.split("/")[1]
        if path == "hang":
            self.server.closing.wait(20)
            return
        self.send_response({"500": 500, "moved": 302}.get(path, 200))
        if path == "moved":
            self.send_header("Location", "/ok")
        self.end_headers()
        while path == "drip" and not self.server.closing.wait(0.05):
            self.wfile.write(b".")
        if path == "ok":
            self.server.messages.append(json.loads(body))

    def log_message(self, *_: object) -> None:
        """Keeps the addresses out of the tests' output, which is searched for them."""


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
    return scored


@pytest.fixture
def night(city: City, tmp_path: Path):
    """One night's alert: what failed, then the addresses; gives the lines for the summary."""

    def run(verdicts: list[Verdict], *urls: str, held_back: str | None = None) -> list[str]:
        settings = Settings(home=tmp_path, alert_urls=" \n".join(urls))
        return alert(settings, city.connection, verdicts, held_back, LABELS)

    return run


# What is said


def test_a_failing_dataset_is_told_with_its_points_its_departments_and_the_deadline(city: City):
    verdicts = [failed("network_links", "references_known"), passed("network_links", "keys_unique")]
    state = problems(city.connection, verdicts, None, LABELS)
    assert state.title == "政务考核告警：1 张数据表未通过检查 / scorecard: tables failing: 1"
    assert state.body.splitlines() == [
        "可整改至 mending helps until: huaibei-2019 2020-03-31",
        "• 外网链路 network_links：教育局、税务局各至多 6 分 / "
        "up to 6 points for each of 教育局, 税务局 [references_known]",
        "详情 details: scorecard quality",
    ]


def test_a_part_that_does_not_apply_to_a_department_is_not_at_stake_for_it():
    city = city_of("edu", "tax")
    for code in ("006", "007"):
        city.give(
            "applicability",
            {"indicator_code": code, "applicable": False, "decided_on": "2019-05-01"},
        )
    [row] = lines(city.score(), [failed("network_links", "keys_unique")])
    assert "：税务局至多 6 分 / up to 6 points for 税务局 [" in row


def test_a_late_dataset_puts_the_stale_parts_at_stake(city: City):
    [row] = lines(city, [failed("network_probes", "due_period_arrived")])
    assert "至多 3 分，按过期数据计分 / " in row
    assert "up to 3 points for each of 教育局, 税务局, scored on old data [due_period" in row


def test_where_a_dataset_is_in_time_nothing_is_at_stake_for_its_lateness():
    city = city_of("edu")
    city.give("network_probes", {"probed_at": "2019-12-31 23:55:00"})
    [row] = lines(city.score(), [failed("network_probes", "due_period_arrived")])
    assert "目前不涉及分值 / no points rest on it now [due_period_arrived]" in row
    [row] = lines(city, [failed("network_probes", "keys_unique")])
    assert "教育局至多 3 分" in row


def test_an_assessment_that_can_still_be_mended_goes_before_a_closed_one(tmp_path: Path):
    city = city_of("edu", rulebooks=(rulebook(), pilot(tmp_path))).score("2020-06-01")
    verdicts = [failed("network_links", "keys_unique"), failed("network_outages", "keys_unique")]
    state = problems(city.connection, verdicts, None, LABELS)
    assert state.body.splitlines()[:3] == [
        "可整改至 mending helps until: pilot-2020 2021-02-28",
        "• 外网链路 network_links：教育局至多 4 分 / up to 4 points for 教育局 [keys_unique]",
        "• 链路中断登记 network_outages：教育局至多 3 分（考核已截止） / "
        "up to 3 points for 教育局 (closed) [keys_unique]",
    ]


def test_it_is_said_when_every_assessment_is_closed():
    city = city_of("edu").score("2020-06-01")
    first, row, _ = problems(
        city.connection, [failed("network_links", "x")], None, LABELS
    ).body.splitlines()
    assert (
        first == "考核均已截止，整改不再影响得分 all assessments are closed, mending moves no score"
    )
    assert "closed" not in row


def test_what_blocks_comes_first_then_the_most_points(city: City):
    names = ["network_outages", "departments", "network_links", "fct_part_score", "evidence"]
    verdicts = [failed(name, "x") for name in names if name != "fct_part_score"]
    verdicts.append(failed("fct_part_score", "points_in_range", severity="error"))
    state = problems(city.connection, verdicts, "fct_part_score refused", LABELS)
    assert "，得分未发布 / " in state.title
    first, _, *rows, _ = state.body.splitlines()
    assert first.endswith("the last version stays: fct_part_score refused")
    told = [row.split("：")[0].split()[-1] for row in rows]
    assert told == ["fct_part_score", "evidence", "network_links", "network_outages", "departments"]
    assert "得分不可信 / scores not to be trusted" in rows[0]
    assert "基础数据" in rows[-1]


def test_eighty_departments_and_every_dataset_failing_fit_into_one_message():
    city = City(departments=tuple(f"d{n}" for n in range(80))).score()
    verdicts = [failed(name, f"check_{n}") for name in contracts() for n in range(9)]
    state = problems(city.connection, verdicts, "因得分异常 " * 200, LABELS)
    assert 1500 < len(f"{state.title}\r\n{state.body}".encode()) <= MESSAGE_BYTES < 2048
    *_, row, last = state.body.splitlines()
    assert "80 个部门各至多" in row
    assert "[check_0, check_1, check_2 +6]" in row
    shown = state.body.count("•")
    left = len(contracts()) - shown
    assert shown >= 5
    assert last == f"另有 {left} 张 and {left} more: scorecard quality"


def test_a_first_night_that_ends_before_there_are_scores_is_told_too():
    state = problems(City().connection, [], "a model failed", LABELS)
    assert state.title == "政务考核告警：得分未发布 / scorecard: scores not published"
    assert "a model failed" in state.body


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
    assert receiver.messages[3]["title"] == "政务考核：已恢复正常 / scorecard: all well again"
    assert receiver.messages[3]["type"] == "success"
    night([broken], receiver.url())
    assert len(receiver.messages) == 5


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
        "print(sending.send([sending.Address(1, sys.argv[1])], State('1', 'a', 'b')))"
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
        "select value from ops.setting where name = 'alerted'"
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
    settings = Settings(home=Path(sys.argv[1]), alert_urls=sys.argv[2])
    assert alert(settings, warehouse, [], None, {}) == []
assert not {"apprise", "requests"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path), urls], cwd=PROJECT, check=True)


# The addresses

FORMS = {
    "wecombot://693a91f6-7cee-4bc4-97a0-0ec2sifa5aaa": "NotifyWeComBot",
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7cee": "NotifyWeComBot",
    "dingtalk://a1b2c3d4e5f6": "NotifyDingTalk",
    "dingtalk://SEC0a1b2c3d@a1b2c3d4e5f6": "NotifyDingTalk",
    "feishu://7c1e33d0-90ab-4cde-8f01-23456789abcd": "NotifyFeishu",
    "mailtos://scorecard:p%40ss%20word@smtp.example.gov.cn:465"
    "?mode=ssl&from=scorecard@example.gov.cn&to=a@example.gov.cn,b@example.gov.cn": "NotifyEmail",
    "mailtos://scorecard:password@smtp.example.gov.cn:587"
    "?from=scorecard@example.gov.cn&to=a@example.gov.cn": "NotifyEmail",
    "mailto://smtp.example.gov.cn:25"
    "?from=scorecard@example.gov.cn&to=a@example.gov.cn": "NotifyEmail",
    "jsons://example.gov.cn/hooks/scorecard": "NotifyJSON",
    "json://user:password@10.1.2.3:8080/hooks/scorecard": "NotifyJSON",
}  # fmt: skip


@pytest.mark.parametrize(("url", "service"), FORMS.items())
def test_the_documented_forms_are_understood(url: str, service: str):
    opened, fault = sending.open_address(sending.Address(1, url))
    assert fault == ""
    assert type(opened).__name__ == service
    for page in ("alerts.md", "alerts.zh-CN.md"):
        form = url.partition("=" if url.startswith("https:") else "//")[0]
        assert form in (ROOT / "docs" / page).read_text(encoding="utf-8")


def test_a_mail_with_two_recipients_goes_to_both():
    [url] = [url for url in FORMS if ":465" in url]
    opened, _ = sending.open_address(sending.Address(1, url))
    assert [to for _, to in opened.targets] == ["a@example.gov.cn", "b@example.gov.cn"]
    assert opened.password == "p@ss word"
    assert opened.secure_mode == "ssl"


@pytest.mark.parametrize(
    "text",
    [
        "json://a/1 json://b/2?to=x,y",
        "json://a/1\n\n  json://b/2?to=x,y\n",
        "json://a/1, json://b/2?to=x,y",
        "json://a/1,json://b/2?to=x,y",
    ],
)
def test_blanks_separate_addresses_and_a_comma_inside_one_does_not(text: str):
    urls = [a.url for a in sending.addresses_of(Settings(alert_urls=text))]
    assert urls == ["json://a/1", "json://b/2?to=x,y"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"json://h wecomm://{TOKEN}", "address 2 (schema wecomm) is not understood"),
        (f"{TOKEN} json://h", "address 1 (schema missing) is not understood"),
        (f"wecombot://bad~{TOKEN}", "address 1 (schema wecombot) is not understood"),
        (f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}", "(schema https) is not"),
        (f"jsons://h/{TOKEN}?verify=no", "turns the check of certificates off"),
    ],
)
def test_checking_names_an_address_that_cannot_be_used_and_not_its_secret(
    text: str, what: str, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ConfigurationError) as error:
        check_addresses(Settings(alert_urls=text))
    assert what in str(error.value)
    assert "SCORECARD_ALERT_URLS" in str(error.value)
    assert TOKEN not in str(error.value) + repr(error.value)
    assert_unseen(TOKEN, caplog, capfd)


def test_checking_sound_addresses_names_their_kinds(monkeypatch):
    monkeypatch.setenv("SCORECARD_ALERT_URLS", f"wecombot://{TOKEN} jsons://h/{TOKEN}")
    assert check_addresses(Settings()) == "alerts: wecombot, jsons"
    monkeypatch.setenv("SCORECARD_ALERT_URLS", "")
    assert check_addresses(Settings()) == "alerts: none, SCORECARD_ALERT_URLS is empty"


def test_the_addresses_are_not_shown_with_the_settings():
    settings = Settings(alert_urls=f"json://h/{TOKEN}")
    assert TOKEN not in repr(settings) + str(sending.addresses_of(settings))


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
    assert len(text.splitlines()) == 3
    assert "• 外网链路 network_links：" in text


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, *arguments: object) -> None:
        self.mails: list[bytes] = []
        super().__init__(*arguments)


class MailHandler(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            verb = line.split()[0].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")


# Helpers

NAMES = {"edu": "教育局", "tax": "税务局"}


def city_of(*departments: str, rulebooks=()) -> City:
    city = City(*rulebooks, departments=())
    for name in departments:
        row = {"department_id": name, "short_name": NAMES[name], "active_from": "2010-01-01"}
        city.give("departments", row)
    return city


def pilot(folder: Path):
    text = (ROOT / "tests" / "rulebooks" / "tiny-2020.yaml").read_text(encoding="utf-8")
    file = folder / "pilot-2020.yaml"
    file.write_text(text.replace("340300", CITY_CODE), encoding="utf-8")
    return load_rulebook(file, metrics_of(models()))


def lines(city: City, verdicts: list[Verdict]) -> list[str]:
    """The datasets' lines of the message, without what stands around them."""
    return problems(city.connection, verdicts, None, LABELS).body.splitlines()[1:-1]


def assert_unseen(secret: str, caplog, capfd) -> None:
    out, err = capfd.readouterr()
    assert secret not in caplog.text + out + err
