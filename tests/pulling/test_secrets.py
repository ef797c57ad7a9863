"""A secret is named, read where it is used, and in no text that anybody is told."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

import pytest
import requests
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scorecard.errors import ConfigurationError
from scorecard.pulling.secrets import SHORTEST, Secrets

FORMS = {
    "as it is": str,
    "percent-encoded": lambda s: quote(s, safe=""),
    "percent-encoded in lower case": lambda s: _lower(quote(s, safe="")),
    "in a path": quote,
    "in a form": quote_plus,
    "in a query of requests": lambda s: urlencode({"k": s})[2:],
    "in an address of requests": lambda s: requests.utils.requote_uri(quote(s, safe="")),
    "by a browser": lambda s: quote(s, safe="!~*'()"),
    "in JSON": lambda s: json.dumps(s)[1:-1],
    "in JSON of UTF-8": lambda s: json.dumps(s, ensure_ascii=False)[1:-1],
    "in JSON of PHP": lambda s: json.dumps(s)[1:-1].replace("/", "\\/"),
    "as Python quotes it": lambda s: repr(s)[1:-1],
    "as Python quotes its bytes": lambda s: repr(s.encode())[2:-1],
    "in base64": lambda s: b64encode(s.encode()).decode(),
    "in base64 without its end": lambda s: b64encode(s.encode()).decode().rstrip("="),
    "in base64 of URLs": lambda s: urlsafe_b64encode(s.encode()).decode(),
    "in base64, percent-encoded": lambda s: quote(b64encode(s.encode()).decode(), safe=""),
}


def _lower(text: str) -> str:
    """Percent-encoded with small letters."""
    parts = text.split("%")
    return "%".join([parts[0], *(part[:2].lower() + part[2:] for part in parts[1:])])


@settings(deadline=None)
@given(
    secret=st.text(min_size=SHORTEST).filter(str.strip),
    other=st.text(min_size=SHORTEST).filter(str.strip),
    form=st.sampled_from(sorted(FORMS)),
    around=st.tuples(st.text(), st.text()),
)
@example("****", "abcd", "as it is", ("*", ""))
@example("*a*a", "a*a*a*", "as it is", ("", "*"))
def test_no_form_of_a_secret_is_left(secret: str, other: str, form: str, around: tuple[str, str]):
    secrets = Secrets({"A": secret, "B": other})
    secrets.read("env:A"), secrets.read("env:B")
    cleaned = secrets.clean(around[0] + FORMS[form](secret) + around[1] + other)
    assert not [name for name, written in FORMS.items() if written(secret) in cleaned]
    assert not [name for name, written in FORMS.items() if written(other) in cleaned]


def test_what_is_no_secret_stays():
    secrets = Secrets({"A": "hunter2!"})
    secrets.read("env:A")
    assert secrets.clean("user hunter: hunter2! refused") == "user hunter: *** refused"


def test_of_two_secrets_that_begin_alike_the_longer_one_goes_whole():
    secrets = Secrets({"A": "hunter2!", "B": "hunter2!-of-the-city"})
    secrets.read("env:A"), secrets.read("env:B")
    assert secrets.clean("hunter2!-of-the-city, hunter2!") == "***, ***"


def test_nothing_is_taken_out_before_anything_was_read():
    assert Secrets({"A": "hunter2!"}).clean("hunter2!") == "hunter2!"


def test_user_and_password_are_taken_out_as_http_sends_them():
    secrets = Secrets({})
    secrets.learn("scorecard:hunter2!")
    sent = requests.Request("GET", "http://h", auth=("scorecard", "hunter2!")).prepare()
    header = f"Authorization: {sent.headers['Authorization']}"
    assert secrets.clean(header) == "Authorization: Basic ***"


def test_a_secret_is_read_from_a_variable_or_a_file(tmp_path: Path):
    file = tmp_path / "share.secret"
    file.write_text("from-a-file\n", encoding="utf-8")
    secrets = Secrets({"A": "from-a-variable"})
    assert secrets.read("env:A") == "from-a-variable"
    assert secrets.read(f"file:{file}") == "from-a-file"
    assert secrets.clean("from-a-file from-a-variable") == "*** ***"


def test_a_secret_of_the_process_is_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SCORECARD_TEST_SECRET", "hunter2!")
    assert Secrets().read("env:SCORECARD_TEST_SECRET") == "hunter2!"


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe\xfd\xfc\xfb"])
def test_a_file_without_a_secret_in_it_is_told_by_its_name(tmp_path: Path, content: bytes | None):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        Secrets({}).read(f"file:{file}")
    assert str(caught.value) == (
        f"sources.yaml: the secret file:{file} is not there (put it into {file}, readable by us)"
    )


def test_those_that_are_missing_are_named(tmp_path: Path):
    secrets = Secrets({"A": "hunter2!", "B": "", "C": "  "})
    references = ("env:A", "env:B", "env:C", "env:D", f"file:{tmp_path / 'no'}")
    assert secrets.missing(references) == references[1:]


def test_a_secret_too_short_to_be_taken_out_is_refused_and_not_told():
    secrets = Secrets({"A": "q7z"})
    with pytest.raises(ConfigurationError) as caught:
        secrets.read("env:A")
    assert "the secret env:A has fewer than 4 characters" in str(caught.value)
    assert "q7z" not in str(caught.value)
    with pytest.raises(ConfigurationError) as caught:
        secrets.learn("q7z")
    assert "q7z" not in str(caught.value)
