"""Who we are to a REST platform, who it is to us, and that nobody else learns of either."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scorecard.connectors.base import PullFailedError
from scorecard.connectors.guard import GuardedSession, RefusedError
from scorecard.errors import ConfigurationError
from scorecard.pulling.platforms import PrometheusSource
from scorecard.pulling.secrets import Secrets
from tests.connectors.rest import SECRETS, Pull, auth_of, failures
from tests.servers.authority import Authority
from tests.servers.faulty import Asked, Platform, platform

BASIC = "Basic " + b64encode(b"scorecard:s3kr!t/basic").decode()


@pytest.fixture(scope="module")
def _server() -> Iterator[Platform]:
    with platform() as server:
        yield server


@pytest.fixture
def server(_server: Platform) -> Platform:
    _server.forget()
    return _server


@pytest.fixture(scope="module")
def _tokens() -> Iterator[Platform]:
    with platform() as server:
        yield server


@pytest.fixture
def tokens(_tokens: Platform) -> Platform:
    """A token server of its own."""
    _tokens.forget()
    return _tokens


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def secured(authority: Authority) -> Iterator[Platform]:
    """A platform whose certificate a private authority vouches for."""
    with platform(authority) as server:
        yield server


def _said(question: Asked) -> tuple[str | None, str | None, str | None]:
    headers = question.headers
    return headers.get("Authorization"), headers.get("X-Api-Key"), question.query.get("key")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("bearer", ("Bearer s3kr!t/bearer", None, None)),
        ("basic", (BASIC, None, None)),
        ("header", (None, "s3kr!t/header", None)),
        ("query", (None, None, "s3kr!t/query")),
    ],
)
@pytest.mark.parametrize("paging", ["page_number", "next_link", "header_link"])
def test_every_question_says_who_we_are(
    server: Platform, kind: str, said: tuple[str | None, ...], paging: str
) -> None:
    """Also those that follow a link or a redirect, and each once."""
    ways: dict[str, Any] = {
        "page_number": {"rows": "10"}, "next_link": {"path": "$.next"}, "header_link": {},
    }  # fmt: skip
    binding = {"paging": {paging: ways[paging]}}
    path = "redirect" if paging == "page_number" else "rows"
    pull = Pull(server, path, source={"auth": auth_of(kind, server)}, binding=binding)
    assert len(pull.rows()) == 45
    assert {_said(question) for question in server.asked} == {said}
    assert not any(question.raw_query.count("key=") > 1 for question in server.asked)


def test_a_password_may_be_in_any_language(server: Platform) -> None:
    auth = {"basic": {"user": "张三", "password": "env:P"}}
    Pull(server, source={"auth": auth}, secrets=Secrets({"P": "很长的密码"})).rows()
    said = "Basic " + b64encode("张三:很长的密码".encode()).decode()
    assert {question.headers["Authorization"] for question in server.asked} == {said}


@pytest.mark.parametrize("kind", ["bearer", "header"])
def test_a_secret_that_no_header_can_carry_is_told_by_its_name(server: Platform, kind: str) -> None:
    pull = Pull(server, source={"auth": auth_of(kind, server)})
    pull.secrets = Secrets({kind: "s3cr\net"})
    with pytest.raises(ConfigurationError, match=f"env:{kind} cannot stand in a header") as caught:
        pull.rows()
    assert "s3cr" not in repr(caught.value)
    assert server.asked == []


def test_a_secret_that_is_not_there_is_told_by_its_name(server: Platform) -> None:
    pull = Pull(server, source={"auth": {"bearer": "env:ABSENT"}})
    with pytest.raises(ConfigurationError, match="env:ABSENT is not there"):
        pull.rows()


def _issued(server: Platform, tokens: Platform, path: str, **grant: str) -> Pull:
    oauth2 = {**auth_of("oauth2", tokens)["oauth2"], **grant}
    return Pull(server, path, source={"auth": {"oauth2": oauth2}})


def test_a_token_is_issued_once_and_said_to_the_platform_alone(
    server: Platform, tokens: Platform
) -> None:
    pull = _issued(server, tokens, "rows", scope="read")
    pull.source = {**pull.source, "headers": {"X-Tenant": "huaibei"}}
    assert len(pull.rows()) == 45
    (question,) = tokens.asked
    assert "scope=read" in question.body
    assert "client_secret=s3kr%21t%2Foauth2" in question.body
    assert not {"Authorization", "X-Tenant"} & set(question.headers)
    assert {_said(asked)[0] for asked in server.asked} == {"Bearer issued-1-t0ken"}
    assert not any("s3kr" in str(asked) for asked in server.asked)
    assert pull.tally.requests == 6


def test_an_issued_token_is_taken_out_of_texts(server: Platform, tokens: Platform) -> None:
    pull = _issued(server, tokens, "rows")
    pull.rows()
    assert pull.secrets.clean("Bearer issued-1-t0ken") == "Bearer ***"


def test_a_token_that_is_over_is_renewed_once(server: Platform) -> None:
    """The platform forgets it in the middle of the pages."""
    pull = _issued(server, server, "expiring")
    assert len(pull.rows()) == 45
    assert len(server.tokens) == 3  # the first, the one nobody knew, and its successor
    assert [question.path for question in server.asked].count("/token") == 2
    assert [question.path for question in server.asked].count("/expiring") == 6


def test_a_token_is_renewed_before_it_is_over(server: Platform) -> None:
    server.lifetime = 0
    pull = _issued(server, server, "rows")
    assert len(pull.rows()) == 45
    assert len(server.tokens) > 5


def test_a_second_401_is_a_failure(server: Platform) -> None:
    error = _issued(server, server, "never-known").failure()
    assert "answers 401 Unauthorized" in str(error)
    assert [question.path for question in server.asked] == [
        "/token", "/never-known", "/token", "/never-known",
    ]  # fmt: skip


def test_a_401_is_final_where_nothing_can_be_renewed(server: Platform) -> None:
    for kind in ("bearer", "basic", "header", "query"):
        server.forget()
        Pull(server, "401", source={"auth": auth_of(kind, server)}).failure()
        assert len(server.asked) == 1


def test_a_token_server_that_refuses_us_is_told(server: Platform, tokens: Platform) -> None:
    pull = _issued(server, tokens, "rows")
    pull.secrets = Secrets({**SECRETS, "oauth2": "wr0ng s3cret"})
    error = pull.failure()
    assert f"{tokens.url}/token: issues no token: answers 401" in str(error)
    assert "check client_id, client_secret and scope" in str(error)
    assert server.asked == []


def test_an_answer_without_a_token_is_told(server: Platform, tokens: Platform) -> None:
    error = _issued(server, tokens, "rows", token_url=f"{tokens.url}/rows").failure()
    assert "has no access_token" in str(error)


def test_a_token_server_that_fails_for_a_moment_is_asked_again(
    server: Platform, tokens: Platform
) -> None:
    tokens.token_failures = 2
    assert len(_issued(server, tokens, "rows").rows()) == 45
    assert len(tokens.asked) == 3


def test_a_token_server_cannot_send_the_secret_elsewhere(
    server: Platform, tokens: Platform
) -> None:
    tokens.elsewhere = server.url
    pull = _issued(server, tokens, "rows", token_url=f"{tokens.url}/redirect-away")
    assert "redirects a POST" in str(pull.failure())
    assert server.asked == []


def test_a_server_that_nobody_vouches_for_is_refused_at_once(secured: Platform) -> None:
    secured.forget()
    error = failures(secured, "rows")
    assert "does not prove who it is: " in str(error)
    assert "as tls.ca of the source" in str(error)
    assert secured.asked == []


def test_one_that_our_authority_vouches_for_is_believed(
    secured: Platform, authority: Authority
) -> None:
    for kind in SECRETS:
        source = {"tls": {"ca": str(authority.ca)}, "auth": auth_of(kind, secured)}
        assert len(Pull(secured, source=source).rows()) == 45


def test_another_name_than_the_certificates_is_refused(
    secured: Platform, authority: Authority
) -> None:
    address = secured.url.replace("127.0.0.1", "127.1")
    error = Pull(secured, source={"base_url": address, "tls": {"ca": str(authority.ca)}}).failure()
    assert "Hostname mismatch" in str(error)


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_the_proof_can_be_turned_off(secured: Platform) -> None:
    assert len(Pull(secured, source={"tls": {"verify": "false"}}).rows()) == 45


def test_a_server_that_speaks_no_tls_is_told(server: Platform) -> None:
    address = server.url.replace("http:", "https:")
    error = Pull(server, source={"base_url": address}).failure()
    assert "does not speak TLS as it should (check whether base_url wants http" in str(error)


def test_an_authority_that_cannot_be_read_is_told(secured: Platform, tmp_path: Path) -> None:
    broken = tmp_path / "ca.pem"
    broken.write_text("no certificate")
    for file in (broken, tmp_path / "absent.pem"):
        with pytest.raises(ConfigurationError, match=f"tls.ca {file} cannot be read"):
            Pull(secured, source={"tls": {"ca": str(file)}}).rows()


def test_whoever_asks_by_himself_is_known_too(secured: Platform, authority: Authority) -> None:
    """Prometheus and Zabbix go through the same session."""
    secured.forget()
    source = PrometheusSource.model_validate(
        {
            "kind": "prometheus",
            "base_url": secured.url,
            "auth": auth_of("basic", secured),
            "tls": {"ca": str(authority.ca)},
        }
    )
    pull = Pull(secured)
    with GuardedSession(source, pull.secrets, 5, pull.tally) as session:
        assert session.answer("GET", "rows", {"page": "1"})["code"] == "0"
        with pytest.raises(RefusedError) as caught:
            session.answer("GET", "403")
    assert isinstance(caught.value, PullFailedError)
    assert {_said(question)[0] for question in secured.asked} == {BASIC}
