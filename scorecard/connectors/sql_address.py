"""Where a database is, who we are there, and how it has to prove itself.

A server proves itself by TLS: by the authority of `tls: {ca: FILE}` or those of the system, and
by its name. Only on this machine (loopback, unix socket) may it go without, where no `ca` is
given: nobody listens in between. `tls: {verify: false}` leaves the encryption without the proof.
A URL's own parameters change nothing of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from scorecard.errors import ConfigurationError
from scorecard.pulling.platforms import DIALECTS, SqlSource, Tls
from scorecard.pulling.secrets import Secrets

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_ELSEWHERE = ("host", "hostaddr", "service", "unix_socket")
"""Parameters by which a URL can lead to another place than its host."""


class Proof(Enum):
    """What a server has to do before it is told anything."""

    CERTIFICATE = "certificate"
    ENCRYPTION = "encryption"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Address:
    """A database's place: its URL with the password (do not tell it), and what may be told."""

    url: URL
    place: str
    proof: Proof
    ca: Path | None


def address_of(source: SqlSource, secrets: Secrets) -> Address:
    """The database's address.

    Raises:
        ConfigurationError: If the URL, the driver or the password is not there.
    """
    try:
        url = make_url(source.url)
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            "the URL is not understood", "sources.yaml", "write dialect://user@host:port/database"
        ) from None
    dialect = DIALECTS.get(source.dialect)
    if dialect is None:
        known = ", ".join(DIALECTS)
        raise ConfigurationError(
            f"no database is known as {source.dialect}", "sources.yaml", f"write one of {known}"
        )
    if find_spec(dialect.library) is None:
        mend = f"uv sync --extra {dialect.extra}" if dialect.extra else "uv sync"
        raise ConfigurationError(f"{dialect.library} is not installed", "sources.yaml", mend)
    if source.password is not None:
        url = url.set(password=secrets.read(source.password))
    port = f":{url.port}" if url.port else ""
    place = f"{url.host or 'local socket'}{port}/{url.database or ''}"
    return Address(url, place, _proof(url, source.tls), source.tls.ca)


def _proof(url: URL, tls: Tls) -> Proof:
    if not tls.verify:
        return Proof.ENCRYPTION
    return Proof.NOTHING if tls.ca is None and _is_here(url) else Proof.CERTIFICATE


def _is_here(url: URL) -> bool:
    others = [str(url.query[key]) for key in _ELSEWHERE if key in url.query]
    places = [*([url.host] if url.host else []), *others]
    return bool(places) and all(p in LOOPBACK or p.startswith("/") for p in places)
