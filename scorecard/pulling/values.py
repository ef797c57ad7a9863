"""The values of `sources.yaml`: spans of time, time zones, references to secrets.

Everything in the file is text until it stands here.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SPAN = re.compile(r"(\d+)\s*([smhd])")


def _duration(given: Any) -> Any:
    """`30s`, `10m`, `2h` or `3d` as a time span; anything else is left for pydantic to refuse."""
    found = _SPAN.fullmatch(given.strip()) if isinstance(given, str) else None
    return dt.timedelta(seconds=int(found[1]) * _UNITS[found[2]]) if found else given


Duration = Annotated[
    dt.timedelta,
    BeforeValidator(_duration),
    PlainSerializer(lambda span: f"{int(span.total_seconds())}s", return_type=str),
    Field(description="a time span such as 30s, 10m, 2h or 3d"),
]
Secret = Annotated[
    str,
    Field(
        pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$",
        description="a reference to a secret: env:NAME or file:PATH, never the secret itself",
    ),
]
Texts = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)
]


def _zone(name: str) -> str:
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("no known time zone") from error
    return name


Zone = Annotated[
    str, AfterValidator(_zone), Field(description="a time zone such as Asia/Shanghai or UTC")
]


class Model(BaseModel):
    """The base of everything in the file: frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)
