"""Codes with right check characters: organisations, persons and the pool the credit data draws on.

Everything here is invented. Identity numbers carry birth dates from 1840 to 1869, so that no living
person can hold one; organisations take a series of their own (`XY`).
Sources: GB 32100-2015 (unified social credit code), GB 11714-1997 (organisation code, its digits
9 to 17), GB 11643-1999 (identity number).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scorecard.demo.chance import Chance
from scorecard.demo.names import COMPANY_KINDS, COMPANY_WORDS, GIVEN_NAMES, SURNAMES

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PLAIN_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_CHECKS = "0X987654321"  # by the remainder by 11, as 11 less it
USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECKS = "10X98765432"

# A county whose code has been in force without a gap, so that every birth year fits it.
COUNTY = "340621"
BORN = (date(1840, 1, 1), date(1869, 12, 31))


def uscc(kind: str, region: str, serial: int) -> str:
    """A unified social credit code: `kind` (two characters), six-digit region, serial number."""
    body = f"XY{serial:06d}"
    total = sum(
        PLAIN_ALPHABET.index(char) * weight
        for char, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)
    )
    code = f"{kind}{region}{body}{ORGANISATION_CHECKS[total % 11]}"
    total = sum(
        USCC_ALPHABET.index(char) * weight for char, weight in zip(code, USCC_WEIGHTS, strict=True)
    )
    return code + USCC_ALPHABET[(31 - total % 31) % 31]


def identity_number(born_on: date, serial: int) -> str:
    """An identity number of the county for that birth date and serial (0..999)."""
    body = f"{COUNTY}{born_on:%Y%m%d}{serial:03d}"
    total = sum(int(char) * weight for char, weight in zip(body, IDENTITY_WEIGHTS, strict=True))
    return body + IDENTITY_CHECKS[total % 11]


def spoil(code: str) -> str:
    """The same code with another, hence wrong, last character."""
    return code[:-1] + ("7" if code[-1] != "7" else "3")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a credit record speaks of; `is_sound` when its code is right for its kind."""

    kind: str
    name: str
    code_kind: str
    code: str | None
    is_sound: bool


def subjects(chance: Chance, count: int = 900) -> list[Subject]:
    """The pool of subjects: sound and unsound ones, organisations and persons by turns."""
    return [
        _organisation(chance, place) if place % 2 else _person(chance, place)
        for place in range(count)
    ]


def _organisation(chance: Chance, place: int) -> Subject:
    words = [chance.pick(COMPANY_WORDS, "company", place, side) for side in (0, 1)]
    name = f"淮北{''.join(words)}{chance.pick(COMPANY_KINDS, 'company kind', place)}"
    code = uscc("91", "340600", chance.below(1_000_000, "company code", place))
    kind = place % 20
    if kind == 1:
        return Subject("organization", name, "registration", f"3406{place:011d}", True)
    if kind == 3:
        return Subject("organization", name, "uscc", spoil(code), False)
    if kind == 5:
        return Subject("organization", name, "uscc", code.lower()[:17], False)
    if kind == 7:
        return Subject("organization", name, "identity", code, False)
    return Subject("organization", name, "uscc", code, True)


def _person(chance: Chance, place: int) -> Subject:
    name = chance.pick(SURNAMES, "surname", place) + chance.pick(GIVEN_NAMES, "given", place)
    born_on = chance.day(*BORN, "born", place)
    number = identity_number(born_on, chance.below(1000, "serial", place))
    kind = place % 20
    if kind == 0:
        return Subject("person", name, "other", f"P{place:08d}", True)
    if kind == 2:
        return Subject("person", name, "identity", spoil(number), False)
    if kind == 4:
        # The check digit is right, but 30 February was in no year.
        return Subject("person", name, "identity", _impossible(number), False)
    if kind == 6:
        return Subject("person", name, "other", None, False)
    return Subject("person", name, "identity", number, True)


def _impossible(number: str) -> str:
    body = f"{number[:10]}0230{number[14:17]}"
    total = sum(int(char) * weight for char, weight in zip(body, IDENTITY_WEIGHTS, strict=True))
    return body + IDENTITY_CHECKS[total % 11]
