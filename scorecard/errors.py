"""The errors that a user sees.

Each says what is wrong, where, and how to mend it, on one line. Anything that can be traced to a
wrong call, file or setting is a `ConfigurationError` and ends the command with status 2; other
`ScorecardError`s end it with status 1. Never put a row's content into one: rows hold personal data.
"""

from __future__ import annotations


class ScorecardError(Exception):
    """Something that stops the work and that its reader can mend.

    Args:
        what: What is wrong, with the offending value.
        where: File, `file:line`, table or command.
        mend: What to do about it.
    """

    def __init__(self, what: str, where: str | None = None, mend: str | None = None) -> None:
        self.what, self.where, self.mend = what, where, mend
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        mend = f" ({self.mend})" if self.mend else ""
        return f"{place}{self.what}{mend}"


class ConfigurationError(ScorecardError):
    """A wrong call, setting, contract, rulebook or model: exit status 2."""
