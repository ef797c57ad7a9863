"""The values of `sources.yaml`: spans of time, time zones, addresses, references to secrets.

Everything in the file is text until it stands here. What is refused here is told without its text
wherever that could hold a secret.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SPAN = re.compile(r"(\d+)\s*([smhd])", re.ASCII)
_PASSWORD = re.compile(r"[^/?#@]*:[^@]*@")
_PASSWORD_KEYS = {"password", "passwd", "pwd", "sslpassword", "odbc_connect"}
_NO_PASSWORD = "write `password: env:NAME` or `file:PATH` beside it"
_NO_USER = "write them under keys of their own, the password as env:NAME or file:PATH"


def finding(what: str, mend: str) -> PydanticCustomError:
    """A problem in our own words, to be raised by a validator; neither text has a secret in it."""
    return PydanticCustomError("finding", "{what} ({mend})", {"what": what, "mend": mend})


def span(text: str) -> dt.timedelta | None:
    """`30s`, `10m`, `2h` or `3d` as a time span; None for any other text."""
    found = _SPAN.fullmatch(text.strip())
    try:
        return dt.timedelta(seconds=int(found[1]) * _UNITS[found[2]]) if found else None
    except (OverflowError, ValueError):  # more than a calendar holds
        return None


def _duration(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    if not (found := span(given)):  # 0s is no time to do anything in
        raise ValueError("no time span")
    return found


Duration = Annotated[
    dt.timedelta,
    BeforeValidator(_duration),
    PlainSerializer(lambda given: f"{int(given.total_seconds())}s", return_type=str),
    Field(description="a time span such as 30s, 10m, 2h or 3d"),
]


class Reference(str):
    """The name of a secret; a class of its own so that references can be told from other texts."""

    __slots__ = ()


Secret = Annotated[
    str,
    Field(
        pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$",
        description="a reference to a secret: env:NAME or file:PATH, never the secret itself",
    ),
    AfterValidator(Reference),
]
Texts = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)
]


def _without_password(url: str, info: ValidationInfo) -> str:
    scheme, separator, rest = url.partition("://")
    if not (scheme and separator):
        raise finding(f"`{info.field_name}` is no address", "write scheme://host/path")
    asked = {key.lower() for key, _ in parse_qsl(rest.partition("?")[2], keep_blank_values=True)}
    if _PASSWORD.match(rest) or asked & _PASSWORD_KEYS:
        raise finding(f"`{info.field_name}` has a password in it", _NO_PASSWORD)
    return url


def _web_address(url: str, info: ValidationInfo) -> str:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if "@" in url.partition("://")[2].partition("/")[0] or _PASSWORD.match(url.partition("://")[2]):
        raise finding(f"`{info.field_name}` has a user or password in it", _NO_USER)
    if not sound:
        raise finding(f"`{info.field_name}` is no address", "write https://host/path")
    if parts.query or parts.fragment:
        mend = "write parameters under `params`, a key under `auth: {api_key: {query: NAME}}`"
        raise finding(f"`{info.field_name}` has parameters in it", mend)
    return url


Url = Annotated[str, AfterValidator(_without_password), Field(description="a URL: scheme://host")]
WebAddress = Annotated[
    str, AfterValidator(_web_address), Field(description="an address such as https://host/api")
]


def _zone(name: str) -> str:
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("no known time zone") from error
    return name


Zone = Annotated[
    str, AfterValidator(_zone), Field(description="a time zone such as Asia/Shanghai or UTC")
]


class Model(BaseModel):
    """The base of everything in the file: frozen, no unknown keys.

    Built when first used, since a command that finds no file needs none; its errors never quote
    what was given, which may be a secret in the wrong place.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True, hide_input_in_errors=True
    )
