"""Where a database is, who we are there, and how it has to prove itself.

A server proves itself by TLS: by the authority of `tls: {ca: FILE}` or those of the system, and
by its name. Only on this machine (loopback, unix socket) may it go without, where no `ca` is
given: nobody listens in between, and nobody at all where the database is a file. With `tls:
{verify: false}` there is encryption without the proof. A URL's own parameters change nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from scorecard.errors import ConfigurationError
from scorecard.pulling.platforms import DIALECTS, LOOPBACK, SqlSource
from scorecard.pulling.secrets import Secrets

CONNECT_SECONDS = 10
DRIVERS = {
    "postgresql": "postgresql",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "oracle": "oracle+oracledb",
    "mssql": "mssql+pymssql",
    "dm": "dm+dmPython",
}
"""The drivers that we chose, whatever a URL says; of other dialects, the URL's own."""
PROVING = ("postgresql", "mysql", "mariadb")
"""The dialects whose drivers check a server's certificate as we ask."""
_ELSEWHERE = ("host", "hostaddr", "service", "unix_socket")
"""Parameters by which a URL can lead to another place than its host, in the drivers we know."""


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
        raise ConfigurationError(
            f"no database is known as {source.dialect}",
            "sources.yaml",
            f"write one of {', '.join(DIALECTS)}, or install what brings its SQLAlchemy dialect",
        )
    if find_spec(dialect.library) is None:
        what = f"{dialect.library} is not installed"
        raise ConfigurationError(what, "sources.yaml", dialect.mend)
    if source.password is not None:
        url = url.set(password=secrets.read(source.password))
    if source.dialect == "sqlite" and not _is_file(url):
        raise ConfigurationError(
            f"there is no file {url.database}", "sources.yaml", "write sqlite:////absolute/path"
        )
    return Address(url, _place(url), _proof(url, source), source.tls.ca)


def _place(url: URL) -> str:
    if _is_file(url):
        return str(url.database)
    port = f":{url.port}" if url.port else ""
    return f"{url.host or 'local socket'}{port}/{url.database or ''}"


def _proof(url: URL, source: SqlSource) -> Proof:
    if not source.tls.verify:
        return Proof.ENCRYPTION
    is_here = _is_file(url) or _is_on_this_machine(url, source.dialect)
    if source.tls.ca is None and is_here:
        return Proof.NOTHING
    if source.dialect in PROVING:
        return Proof.CERTIFICATE
    raise ConfigurationError(
        f"the driver of {source.dialect} does not check a server's certificate",
        "sources.yaml",
        "`tls: {verify: false}` goes without, and every night says so",
    )


def _is_file(url: URL) -> bool:
    path = Path(url.database or "")
    return not url.host and not url.query and path.is_absolute() and path.is_file()


def _is_on_this_machine(url: URL, dialect: str) -> bool:
    # What a parameter does in a driver that we do not know, nobody can say: any may lead away.
    keys = _ELSEWHERE if dialect in DRIVERS else tuple(url.query)
    others = [str(url.query[key]) for key in keys if key in url.query]
    places = [*([url.host] if url.host else []), *others]
    return bool(places) and all(p in LOOPBACK or p.startswith("/") for p in places)
