"""One way to break a night, and what becomes of it: caught, accepted with a reason, or a gap.

Mutations are declared by what is broken: `lost`, `keys`, `times`, `values`, `files`, `scores`.
Whoever adds a check adds one that it catches, and writes the page anew (`table`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.mutations.inbox import Inbox


@dataclass(frozen=True)
class Mutation:
    """One way to break a night.

    Attributes:
        name_zh: What is broken, in Chinese.
        name: The same in English.
        subject: The dataset or published table.
        breaks: What is done to the delivered files, or SQL run on what was made of sound ones.
        caught_by: Checks that must fail, as `dataset.check`; with them nothing below is given.
        why_zh: Why nothing fails, in Chinese.
        why_en: The same in English.
        is_gap: It ought to be caught, and is not yet.
    """

    name_zh: str
    name: str
    subject: str
    breaks: Callable[[Inbox], None] | str
    caught_by: frozenset[str] = frozenset()
    why_zh: str = ""
    why_en: str = ""
    is_gap: bool = False


def caught(
    name_zh: str, name: str, subject: str, breaks: Callable[[Inbox], None] | str, *checks: str
) -> Mutation:
    """One that these checks must catch; a check without a dataset is the subject's."""
    assert checks, name
    by = frozenset(check if "." in check else f"{subject}.{check}" for check in checks)
    return Mutation(name_zh, name, subject, breaks, by)


def accepted(
    name_zh: str,
    name: str,
    subject: str,
    breaks: Callable[[Inbox], None] | str,
    why_zh: str,
    why_en: str,
) -> Mutation:
    """One that nothing need catch, and why."""
    return Mutation(name_zh, name, subject, breaks, why_zh=why_zh, why_en=why_en)


def gap(
    name_zh: str,
    name: str,
    subject: str,
    breaks: Callable[[Inbox], None] | str,
    why_zh: str,
    why_en: str,
) -> Mutation:
    """One that slips through and should not; why it does."""
    return Mutation(name_zh, name, subject, breaks, why_zh=why_zh, why_en=why_en, is_gap=True)
