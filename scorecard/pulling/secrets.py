"""Secrets: named in `sources.yaml`, read where they are used, taken out of whatever is told.

A reference is `env:NAME` or `file:PATH`. No message of this module has a secret's text in it.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from scorecard.errors import ConfigurationError


class Secrets:
    """Reads references and remembers what it read, so that it can be taken out of a text."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._forms: set[str] = set()

    def read(self, reference: str) -> str:
        """The secret behind a reference.

        Raises:
            ConfigurationError: If it is not there, or empty; says the reference alone.
        """
        kind, _, place = reference.partition(":")
        secret = self._environment.get(place, "") if kind == "env" else _content(Path(place))
        if not secret:
            mend = f"set {place}" if kind == "env" else f"put it into {place}, readable by us"
            raise ConfigurationError(f"the secret {reference} is not there", "sources.yaml", mend)
        self.learn(secret)
        return secret

    def learn(self, secret: str) -> None:
        """Remembers a secret that came otherwise, such as a token that was issued to us."""
        raw = secret.encode()
        self._forms |= {
            secret, quote(secret, safe=""), quote_plus(secret), b64encode(raw).decode(),
            b64encode(raw).decode().rstrip("="), repr(secret)[1:-1],
        }  # fmt: skip

    def clean(self, text: str) -> str:
        """The text with every secret, in every form that libraries write it in, as ***."""
        for form in sorted(self._forms, key=len, reverse=True):
            text = text.replace(form, "***")
        return text


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
