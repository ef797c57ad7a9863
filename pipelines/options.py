"""Options that several commands share, and reading them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from scorecard.settings import Settings

Home = Annotated[
    Path | None,
    typer.Option("--home", help="The workspace's folder; also SCORECARD_HOME. [default: ./var]"),
]
Assessment = Annotated[
    str | None, typer.Option("--assessment", help="The one assessment (a rulebook's file name).")
]
Version = Annotated[
    str | None,
    typer.Option("--version", help="A kept version, as published/versions has. [default: newest]"),
]


def read_settings(home: Path | None) -> Settings:
    """The settings of the home that is given, else of the environment.

    Raises:
        ConfigurationError: If one of them cannot be used.
    """
    from pydantic import ValidationError

    from scorecard.errors import ConfigurationError
    from scorecard.settings import Settings

    try:
        return Settings(home=home) if home else Settings()
    except ValidationError as error:
        problem = error.errors()[0]
        name = "SCORECARD_" + "_".join(str(part) for part in problem["loc"]).upper()
        raise ConfigurationError(problem["msg"], f"the setting {name}", "correct it") from None


def read_day(text: str | None, option: str) -> dt.date | None:
    """The day that an option gives.

    Raises:
        ConfigurationError: If it is no date.
    """
    from scorecard.errors import ConfigurationError

    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"'{text}' is no date", option, "write it as 2019-12-31") from None
