"""Who we are to an HTTP platform (token, password, key, issued token), and who it has to be.

One implementation for every platform that is asked by HTTP. Each puts itself into a prepared
request, and may do so again (after a redirect, a retry, a renewal) without being there twice.
"""

from __future__ import annotations

import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from requests import PreparedRequest
from requests.auth import AuthBase

from scorecard.connectors.base import PullFailedError
from scorecard.errors import ConfigurationError
from scorecard.pulling.platforms import ApiKey, Auth, OAuth2, Tls
from scorecard.pulling.secrets import Secrets

_LIFETIME = 3600.0
"""Seconds that an issued token is good for, where its server does not say."""

Ask = Callable[[OAuth2, Mapping[str, str]], Any]
"""Asks the token server with a form; gives its answer."""


class InHeader(AuthBase):
    """A header that says who we are."""

    def __init__(self, name: str, value: str) -> None:
        self._name, self._value = name, value

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request with it."""
        request.headers[self._name] = self._value
        return request


class InQuery(AuthBase):
    """A query parameter that says who we are."""

    def __init__(self, name: str, value: str) -> None:
        self._name, self._value = name, value

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request with it."""
        parts = urlsplit(request.url or "")
        given = parse_qsl(parts.query, keep_blank_values=True)
        others = [(name, value) for name, value in given if name != self._name]
        query = urlencode([*others, (self._name, self._value)])
        request.url = parts._replace(query=query).geturl()
        return request


class Issued(AuthBase):
    """A token that is issued to us (OAuth2 client credentials), and again once it is over."""

    def __init__(self, grant: OAuth2, secret: str, secrets: Secrets, ask: Ask) -> None:
        self._grant, self._secret, self._secrets, self._ask = grant, secret, secrets, ask
        self._token = ""
        self._until = 0.0

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request with it."""
        if time.monotonic() >= self._until:
            self.renew()
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def renew(self) -> None:
        """Gets another token.

        Raises:
            PullFailedError: If none is issued.
        """
        form = {
            "grant_type": "client_credentials",
            "client_id": self._grant.client_id,
            "client_secret": self._secret,
        }
        if self._grant.scope is not None:
            form["scope"] = self._grant.scope
        answer = self._ask(self._grant, form)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            raise PullFailedError(
                "the token server's answer has no access_token",
                self._grant.token_url,
                "check token_url, client_id and scope",
            )
        self._secrets.learn(token)
        self._token = token
        self._until = time.monotonic() + _seconds(answer.get("expires_in"))


def credentials(auth: Auth | None, secrets: Secrets, ask: Ask) -> AuthBase | None:
    """What `auth` says, ready for requests; None where nothing is asked for.

    Raises:
        ConfigurationError: If a secret is not there, or cannot stand in a header.
    """
    if auth is None:
        return None
    if auth.oauth2 is not None:
        return Issued(auth.oauth2, secrets.read(auth.oauth2.client_secret), secrets, ask)
    if auth.basic is not None:
        pair = f"{auth.basic.user}:{secrets.read(auth.basic.password)}"
        secrets.learn(pair)
        return InHeader("Authorization", f"Basic {b64encode(pair.encode()).decode()}")
    if auth.bearer is not None:
        return InHeader("Authorization", f"Bearer {_for_header(auth.bearer, secrets)}")
    assert auth.api_key is not None
    return _key(auth.api_key, secrets)


def verification(tls: Tls) -> bool | str:
    """Whether a server has to prove who it is, or the file of the authority that vouches for it.

    Raises:
        ConfigurationError: If the file cannot be read.
    """
    if tls.ca is None or not tls.verify:
        return tls.verify
    try:
        ssl.create_default_context(cafile=tls.ca)
    except OSError as error:
        raise ConfigurationError(
            f"tls.ca {tls.ca} cannot be read", "sources.yaml", "name the authority's PEM file"
        ) from error
    return str(tls.ca)


def _key(key: ApiKey, secrets: Secrets) -> AuthBase:
    if key.query is not None:
        return InQuery(key.query, secrets.read(key.value))
    if key.header is not None:
        return InHeader(key.header, _for_header(key.value, secrets))
    raise ConfigurationError("api_key names neither header nor query", "sources.yaml", "name one")


def _for_header(reference: str, secrets: Secrets) -> str:
    secret = secrets.read(reference)
    if not (secret.isascii() and secret.isprintable()):
        raise ConfigurationError(
            f"the secret {reference} cannot stand in a header",
            "sources.yaml",
            "look for line breaks, blanks at its end or characters outside ASCII",
        )
    return secret


def _seconds(lifetime: object) -> float:
    try:
        return float(str(lifetime))
    except ValueError:
        return _LIFETIME
