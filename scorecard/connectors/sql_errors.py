"""What a database or its driver complains of, in plain words and without secrets or rows.

By SQLSTATE where there is one (PostgreSQL), by number elsewhere (MySQL), and by words for what has
neither: libpq's before a server says anything, SQLite's, Oracle's. The server's own text is
repeated only for kinds of errors that speak of names; one about a value would quote it.
"""

from __future__ import annotations

import re
import ssl
from typing import NamedTuple

from scorecard.connectors.base import PullFailedError
from scorecard.pulling.secrets import Secrets


class Words(NamedTuple):
    """What went wrong and what to do; `quote` if the server's text may be repeated."""

    what: str
    mend: str
    quote: bool = False


PASSWORD = Words("user or password is refused", "check the user in `url` and `password`")
REFUSED = Words("nothing answers there", "check host and port in `url`, and that the server runs")
UNKNOWN_HOST = Words("the host is not known", "check the host in `url`")
TLS = Words(
    "the server does not prove itself by TLS",
    "give its authority's PEM file as `tls: {ca: FILE}`, and the name in its certificate in `url`",
    quote=True,
)
TIMEOUT = Words(
    "the statement took too long and was ended",
    "raise `deadline` or `statement_timeout`, give a `watermark`, or index its column",
)
LOST = Words("the connection was lost before all rows came", "pull again")
NO_ANSWER = Words("the server does not answer in time", "check host, port and firewall")
DATABASE = Words("there is no such database", "check the database in `url`")
TABLE = Words("there is no such table", "write `table` as schema.table, as it is there", quote=True)
COLUMN = Words("there is no such column", "write its name as it is there", quote=True)
PERMISSION = Words("the user may not read this", "grant select on it", quote=True)
SYNTAX = Words("the statement is not understood", "check `query` or `watermark`", quote=True)
WRITING = Words("the statement would write", "only read in `query`")
BUSY = Words("the server has no room for us", "pull later, or lower `parallel`")
ENCODING = Words(
    "a text is not in the encoding that the database claims",
    "convert it in `query`, in PostgreSQL by convert(bytes, 'GBK', 'UTF8')",
)
OTHER = Words("the database reports an error", "look it up in the database's manual and its log")

BY_STATE = {
    "28": PASSWORD, "3D": DATABASE, "42P01": TABLE, "3F": TABLE, "42703": COLUMN,
    "42501": PERMISSION, "42": SYNTAX, "25006": WRITING, "57014": TIMEOUT, "57P": LOST,
    "08": LOST, "53": BUSY, "22021": ENCODING,
}  # fmt: skip
"""By the start of an SQLSTATE, the longest that fits."""
BY_NUMBER = {
    1045: PASSWORD, 1698: PASSWORD, 1049: DATABASE, 1146: TABLE, 1054: COLUMN, 1044: PERMISSION,
    1142: PERMISSION, 1143: PERMISSION, 1370: PERMISSION, 1064: SYNTAX, 1792: WRITING,
    1290: WRITING, 1969: TIMEOUT, 3024: TIMEOUT, 1317: TIMEOUT, 1040: BUSY, 1203: BUSY,
    2006: LOST, 2013: LOST, 2026: TLS,
}  # fmt: skip
"""MySQL and MariaDB."""
BY_TEXT = {
    r"no such table|ORA-00942": TABLE,
    r"no such column|ORA-00904": COLUMN,
    r"readonly database|ORA-01456": WRITING,
    r"ORA-01017": PASSWORD,
    r"DPY-4024|DPI-1067|DPI-1080": TIMEOUT,
    r"PQgetCopyData|Failed to execute query|server closed the connection|Connection reset"
    r"|Lost connection|Broken pipe|unexpected eof|EOF occurred": LOST,
    r"password authentication failed|no password supplied|no pg_hba\.conf entry": PASSWORD,
    r"Connection refused|No such file or directory": REFUSED,
    r"could not translate host name|Name or service not known|nodename nor servname": UNKNOWN_HOST,
    r"certificate|does not support SSL|SSL error|SSL is required": TLS,
    r'database "[^"]*" does not exist': DATABASE,
    r"timeout expired|timed out|No route to host|unreachable": NO_ANSWER,
    r"too many (clients|connections)|remaining connection slots|starting up": BUSY,
}
"""What is said without a number: SQLite, Oracle, libpq before it is connected, sockets.

The first that fits.
"""


def told(error: BaseException, place: str, secrets: Secrets) -> PullFailedError:
    """The error to raise for what a driver raised."""
    words, code = _words(error)
    said = f": {_said(error)}" if words.quote else ""
    number = f" ({code})" if code else ""
    return PullFailedError(secrets.clean(f"{words.what}{said}{number}"), place, words.mend)


def _words(error: BaseException) -> tuple[Words, str]:
    """The words for an error, and its code in the database's manual."""
    if isinstance(error, UnicodeDecodeError):
        return ENCODING, ""
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        return TLS, ""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else None
    if number in BY_NUMBER:
        return BY_NUMBER[number], str(number)
    state = getattr(error, "sqlstate", None)
    if state and number is None:
        fits = [start for start in BY_STATE if state.startswith(start)]
        return BY_STATE[max(fits, key=len)] if fits else OTHER, f"SQLSTATE {state}"
    text = str(error)
    for pattern, words in BY_TEXT.items():
        if re.search(pattern, text):
            return words, str(number or "")
    return OTHER, str(number or type(error).__name__)


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what it came from; pymysql keeps a socket's as `original_exception`."""
    chain: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in chain:
        chain.append(at)
        at = getattr(at, "original_exception", None) or at.__cause__ or at.__context__
    return chain


def _said(error: BaseException) -> str:
    """The server's own text: its first line, without what the driver puts around it."""
    text = str(error.args[1]) if len(error.args) > 1 else str(error)
    line = text.strip().partition("\n")[0]
    return re.split(r"ERROR:|failed: ", line)[-1].strip()[:300]
