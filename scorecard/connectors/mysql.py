"""What is special about MySQL and MariaDB, by pymysql.

Their protocol sends texts; without converters they come as the server writes them: decimals with
all digits, zero dates, times over 24 hours.
"""

from __future__ import annotations

import datetime as dt
import ssl
import zoneinfo
from typing import Any

from pymysql.constants import ER, FIELD_TYPE
from pymysql.converters import encoders
from pymysql.cursors import SSCursor
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from scorecard.connectors.sql_address import CONNECT_SECONDS, Address, Proof
from scorecard.errors import ConfigurationError


def arguments(address: Address, seconds: int) -> dict[str, Any]:
    """Arguments of pymysql; none of them can be overridden in the URL.

    Raises:
        ConfigurationError: If the authority's file cannot be read.
    """
    found: dict[str, Any] = {
        "charset": "utf8mb4",
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": seconds + 5,  # a query that sorts says nothing before; the server ends it
        "conv": {**encoders, FIELD_TYPE.BIT: _bits},
        "local_infile": False,  # a server that is not ours must not ask for our files
        "ssl_disabled": False,
    }
    if address.url.password:
        found["password"] = address.url.password.encode()  # a text would have to be Latin-1
    if address.proof is not Proof.NOTHING:
        found["ssl"] = _context(address)
    return found


def begin(connection: Connection, seconds: float, time_zone: str) -> None:
    """Makes the session read-only, ended by the server in time, in the source's time zone."""
    is_mariadb = bool(getattr(connection.dialect, "is_mariadb", False))
    limit = ("max_statement_time", 1) if is_mariadb else ("max_execution_time", 1000)
    for statement in (
        "set session transaction read only",
        f"set session {limit[0]} = {int(seconds * limit[1])}",
        f"set session net_write_timeout = {int(seconds)}",  # while we write down what came
    ):
        connection.exec_driver_sql(statement)
    _in_zone(connection, time_zone)


class Stream(SSCursor):
    """A cursor that streams, and can be left before the end."""

    def leave(self) -> None:
        """Has closing not read all the rest first; the connection is of no use afterwards."""
        result: Any = getattr(self, "_result", None)
        if result is not None:
            result.unbuffered_active = False


def _in_zone(connection: Connection, name: str) -> None:
    """Sets the zone by name, or by offset where the server does not know names of zones.

    Raises:
        ConfigurationError: If it knows none and the offset changes with the seasons.
    """
    try:
        connection.exec_driver_sql("set session time_zone = %s", (name,))
        return
    except DBAPIError as error:
        if error.orig is None or error.orig.args[0] != ER.UNKNOWN_TIME_ZONE:
            raise
    zone, year = zoneinfo.ZoneInfo(name), dt.date.today().year
    offsets = {dt.datetime(year, month, 1, tzinfo=zone).strftime("%z") for month in range(1, 13)}
    if len(offsets) > 1:
        raise ConfigurationError(
            f"the server does not know the time zone {name}",
            "sources.yaml",
            "have mysql_tzinfo_to_sql run there, or set `time_zone` to one without summer time",
        )
    offset = offsets.pop()
    connection.exec_driver_sql("set session time_zone = %s", (f"{offset[:3]}:{offset[3:]}",))


def _context(address: Address) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=address.ca and str(address.ca))
    except (OSError, ssl.SSLError):
        raise ConfigurationError(
            f"{address.ca} holds no certificate", "sources.yaml", "name a PEM file under `tls: ca`"
        ) from None
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # authorities of cities are rarely that strict
    if address.proof is Proof.ENCRYPTION:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _bits(given: bytes) -> str:
    """A BIT as a number, as most use it for yes and no."""
    return str(int.from_bytes(given, "big"))
