"""Secrets: named in `sources.yaml`, read where they are used, taken out of whatever is told.

A reference is `env:NAME` or `file:PATH`. No message of this module has a secret's text in it.
"""

from __future__ import annotations

import os
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from json import dumps
from pathlib import Path
from urllib.parse import quote, quote_plus

from scorecard.errors import ConfigurationError

SHORTEST = 4
"""What is shorter cannot be taken out of a text without taking half of it."""

_SAFE = ("", "/", "!~*'()", "!#$&'()*+,/:;=?@[]~")
"""What is left as it is in a URL: by Python, in a path, by browsers, by requests."""
_HEX = re.compile("%[0-9A-F]{2}")


class Secrets:
    """Reads references and remembers what it read, so that it can be taken out of a text."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._forms: set[str] = set()

    def read(self, reference: str) -> str:
        """The secret behind a reference.

        Raises:
            ConfigurationError: If it is not there, empty or too short; says the reference alone.
        """
        secret = self._behind(reference)
        if not secret:
            kind, _, place = reference.partition(":")
            mend = f"set {place}" if kind == "env" else f"put it into {place}, readable by us"
            raise ConfigurationError(f"the secret {reference} is not there", "sources.yaml", mend)
        if len(secret) < SHORTEST:
            what = f"the secret {reference} has fewer than {SHORTEST} characters"
            mend = "have a longer one issued: so short a text cannot be kept out of messages"
            raise ConfigurationError(what, "sources.yaml", mend)
        self.learn(secret)
        return secret

    def missing(self, references: Iterable[str]) -> tuple[str, ...]:
        """Those of the references behind which there is nothing."""
        return tuple(reference for reference in references if not self._behind(reference))

    def learn(self, secret: str) -> None:
        """Remembers a secret that came otherwise: an issued token, or `user:password` as one text.

        Raises:
            ConfigurationError: If it is too short to be taken out of a text.
        """
        if len(secret) < SHORTEST:
            what = f"a secret has fewer than {SHORTEST} characters"
            raise ConfigurationError(what, "sources.yaml", "have a longer one issued")
        raw = secret.encode("utf-8", "surrogateescape")
        basic = b64encode(raw).decode(), urlsafe_b64encode(raw).decode()
        for text in (secret, *basic, *(each.rstrip("=") for each in basic)):
            self._forms |= _written(text)

    def clean(self, text: str) -> str:
        """The text with every secret, in every form that libraries write it in, as ***."""
        longest_first = sorted(self._forms, key=len, reverse=True)
        before = None
        while text != before:  # what is left around a *** may make another one
            before = text
            for form in longest_first:
                text = text.replace(form, "***")
        return text

    def _behind(self, reference: str) -> str:
        kind, _, place = reference.partition(":")
        secret = self._environment.get(place, "") if kind == "env" else _content(Path(place))
        return secret if secret.strip() else ""


def _written(text: str) -> set[str]:
    """The ways to write a text: as it is, in a URL, in JSON, as Python quotes it."""
    raw = text.encode("utf-8", "surrogateescape")
    percent = {quote(raw, safe=safe) for safe in _SAFE} | {quote_plus(raw)}
    percent |= {_HEX.sub(lambda found: found[0].lower(), each) for each in percent}
    escaped = {dumps(text)[1:-1], dumps(text, ensure_ascii=False)[1:-1]}
    escaped |= {each.replace("/", "\\/") for each in escaped}
    return {text, repr(text)[1:-1], repr(raw)[2:-1]} | percent | escaped


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
