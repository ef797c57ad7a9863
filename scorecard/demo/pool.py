"""Whom the events speak of: a pool of subjects, sound and unsound, that grows with the scale.

A small city has the 900 of `codes.subjects`, as a table. Beyond that, about a million to a real
city's year, no table would stay small: there a subject is worked out from its place in the pool
wherever an event draws it, by joins with small tables of pieces (`pool_sql`). No two subjects share
a code, but for those with an impossible birth date.

Rules and sources are those of `codes`, and so is what keeps real people out: birth dates from 1840
to 1869, organisations of the series `XY`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb

from scorecard.demo.chance import Chance
from scorecard.demo.codes import (
    BORN,
    COUNTY,
    IDENTITY_CHECKS,
    IDENTITY_WEIGHTS,
    ORGANISATION_CHECKS,
    ORGANISATION_WEIGHTS,
    PLAIN_ALPHABET,
    USCC_ALPHABET,
    USCC_WEIGHTS,
    Subject,
    subjects,
)
from scorecard.demo.names import COMPANY_KINDS, COMPANY_WORDS, GIVEN_NAMES, SURNAMES
from scorecard.demo.pool_sql import LARGE, NAMED, SMALL, TABLES, UNNAMED

SMALLEST_POOL = 900
LARGEST_SMALL_SCALE = 0.003
SUBJECTS_A_YEAR = 1_000_000

_ORGANISATIONS = len(USCC_ALPHABET) ** 2 * 10
_BIRTHS = (BORN[1] - BORN[0]).days + 1
_NO_DAYS = ("0230", "0231", "0431", "0631", "0931", "1131")
_NO_BIRTHS = (BORN[1].year - BORN[0].year + 1) * len(_NO_DAYS)

# How many bodies of codes there are, then where heads, tails and last characters begin in their
# tables.
_ORGANISATION = (_ORGANISATIONS * 1000, 0, 0, 0)
_ORGANISATION_SPOILT = (_ORGANISATIONS * 1000, 0, 0, 31)
_PERSON = (_BIRTHS * 1000, _ORGANISATIONS, 11_000, 62)
_PERSON_SPOILT = (_BIRTHS * 1000, _ORGANISATIONS, 22_000, 62)
_PERSON_NEVER_BORN = (_NO_BIRTHS * 1000, _ORGANISATIONS + _BIRTHS, 11_000, 62)

# Persons at even places, organisations at odd ones.
_SOUND = (
    ("person", "other", "paper", _PERSON),
    ("organization", "registration", "registration", _ORGANISATION),
    *(
        ("person", "identity", "whole", _PERSON),
        ("organization", "uscc", "whole", _ORGANISATION),
    ) * 6,
)  # fmt: skip
_UNSOUND = (
    ("person", "identity", "whole", _PERSON_SPOILT),
    ("organization", "uscc", "whole", _ORGANISATION_SPOILT),
    # The check digit is right, but there is no such day.
    ("person", "identity", "whole", _PERSON_NEVER_BORN),
    ("organization", "uscc", "cut", _ORGANISATION),
    ("person", "other", "none", _PERSON),
    ("organization", "identity", "whole", _ORGANISATION),
)

# What the statements of `pool_sql` name.
_WORDS: dict[str, object] = {
    "organisations": _ORGANISATIONS,
    "regions": ["340600", "340602", "340603", "340604", "340621"],
    "births": _BIRTHS,
    "first_birth": BORN[0],
    "no_births": _NO_BIRTHS,
    "no_days": list(_NO_DAYS),
    "county": COUNTY,
    "plain_alphabet": PLAIN_ALPHABET,
    "uscc_alphabet": USCC_ALPHABET,
    "organisation_weights": list(ORGANISATION_WEIGHTS),
    "organisation_checks": ORGANISATION_CHECKS,
    "uscc_weights": list(USCC_WEIGHTS),
    "identity_weights": list(IDENTITY_WEIGHTS),
    "identity_checks": IDENTITY_CHECKS,
    "words": list(COMPANY_WORDS),
    "company_kinds": list(COMPANY_KINDS),
    "surnames": SURNAMES,
    "given_names": list(GIVEN_NAMES),
}


class Pool:
    """The subjects of a city: `size` of them, the first `sound` with a right code.

    Args:
        connection: Where the tables go that the SQL reads.
        chance: What they are drawn from.
        scale: The city's.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, chance: Chance, scale: float) -> None:
        self.size = pool_size(scale)
        self.is_small = self.size == SMALLEST_POOL
        self.salt = chance.salt("subjects")
        if self.is_small:
            self.sound = _fill_small(connection, subjects(chance, self.size))
        else:
            _fill_large(connection)
            kinds = len(_SOUND), len(_UNSOUND)
            self.sound = self.size * kinds[0] // sum(kinds) // 2 * 2

    def told(self, dealt: str, drawn: str, *, names: bool) -> str:
        """CTEs, the last of them `told`: a relation's rows beside kind, code_kind and code.

        Args:
            dealt: The relation, as it stands in a FROM.
            drawn: SQL of each row's place in the pool.
            names: Whether there is to be a `name` as well.
        """
        if self.is_small:
            return SMALL.format(dealt=dealt, drawn=drawn)
        large = LARGE.format(
            dealt=dealt,
            drawn=drawn,
            sound=self.sound,
            sound_variants=len(_SOUND),
            unsound_variants=len(_UNSOUND),
            pool_salt=self.salt,
        )
        return large + (NAMED if names else UNNAMED)


def pool_size(scale: float) -> int:
    """How many subjects a city of that scale has; even, since half of them are persons."""
    more = SUBJECTS_A_YEAR * max(0.0, scale - LARGEST_SMALL_SCALE)
    return SMALLEST_POOL + round(more / 2) * 2


def fill_table(
    connection: duckdb.DuckDBPyConnection, name: str, /, **columns: Sequence[object]
) -> None:
    """Creates a small table from columns of equal length."""
    shown = ", ".join(f"unnest(${key}) as {key}" for key in columns)
    connection.execute(f"create table {name} as select {shown}", columns)


def _fill_small(connection: duckdb.DuckDBPyConnection, pool: list[Subject]) -> int:
    # The sound ones stand first, so that a bound is all it takes to draw from them.
    pool = sorted(pool, key=lambda one: not one.is_sound)
    fill_table(
        connection,
        "subjects",
        place=list(range(len(pool))),
        kind=[one.kind for one in pool],
        name=[one.name for one in pool],
        code_kind=[one.code_kind for one in pool],
        code=[one.code for one in pool],
    )
    return sum(one.is_sound for one in pool)


def _fill_large(connection: duckdb.DuckDBPyConnection) -> None:
    variants = _SOUND + _UNSOUND
    fill_table(
        connection,
        "subject_variants",
        variant=list(range(len(variants))),
        kind=[kind for kind, *_ in variants],
        code_kind=[code_kind for _, code_kind, *_ in variants],
        form=[form for _, _, form, _ in variants],
        bodies=[code[0] for *_, code in variants],
        head_from=[code[1] for *_, code in variants],
        tail_from=[code[2] for *_, code in variants],
        last_from=[code[3] for *_, code in variants],
    )
    for statement in TABLES:
        names = set(re.findall(r"\$(\w+)", statement))
        connection.execute(statement, {name: _WORDS[name] for name in names})
