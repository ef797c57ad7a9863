"""The values a rulebook is written in; each type says in its description what is allowed."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints


def _as_date(value: object) -> object:
    # pydantic alone would take a plain number for seconds since 1970.
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("not a date")
    return value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    Field(description="a text"),
]
Name = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]*$"),
    Field(description="lower case letters, digits and underscores, a letter first"),
]
Code = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{3}$"),
    Field(description='three digits, like "007"'),
]
Points = Annotated[
    Decimal,
    Field(
        gt=0,
        max_digits=6,
        decimal_places=2,
        description="above 0, at most two decimals",
    ),
]
PointsOrZero = Annotated[
    Decimal,
    Field(
        ge=0,
        max_digits=6,
        decimal_places=2,
        description="0 or more, at most two decimals",
    ),
]
Above0 = Annotated[
    Decimal,
    Field(
        gt=0,
        max_digits=18,
        decimal_places=6,
        description="above 0, at most six decimals",
    ),
]
From0 = Annotated[
    Decimal,
    Field(
        ge=0,
        max_digits=18,
        decimal_places=6,
        description="0 or more, at most six decimals",
    ),
]
Day = Annotated[date, BeforeValidator(_as_date), Field(description="a date, like 2020-03-31")]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_list), Field(min_length=1)]


class Strict(BaseModel):
    """A block of a rulebook: a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
