"""Values of HTTP: addresses, JSON, how long a server asks to be left alone."""

from __future__ import annotations

import datetime as dt
import json
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from requests import Response

_PORTS = {"http": 80, "https": 443}


def origin(address: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port: what makes a server the same."""
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "", None, None


def shown(address: str) -> str:
    """An address without user and query."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def parsed(body: bytes) -> Any:
    """JSON whose numbers are texts, as they were written."""
    return json.loads(body, parse_float=str, parse_int=str, parse_constant=str)


def parsed_or_none(body: bytes) -> Any:
    """The same, of what may be something else."""
    try:
        return parsed(body)
    except (ValueError, RecursionError):
        return None


def retry_after(response: Response) -> float:
    """The seconds of Retry-After, which is a number of them or a date."""
    given = response.headers.get("Retry-After", "").strip()
    if given.isdecimal():
        return float(given)
    try:
        at = parsedate_to_datetime(given)
    except ValueError:
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return max(0.0, (at - dt.datetime.now(dt.UTC)).total_seconds())
