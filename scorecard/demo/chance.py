"""Where the demo city's variety comes from: hashes of a seed and a key, never a generator's state.

The same seed and key give the same number on every machine and in any order of calls, so a table
can be added without moving the others. `SQL_MACROS` is the counterpart for the heavy datasets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

Item = TypeVar("Item")

# Plain 31-bit arithmetic instead of the engine's hash(), whose values may change with a release.
# Two multiplicative steps (the factors are the usual Lehmer ones) with a shift between them.
SQL_MACROS = """
create or replace macro step(x, factor) as (x * factor) % 2147483647;
create or replace macro stir(x) as step(xor(x, x >> 13), 69621);
create or replace macro mix(n, salt) as stir(step((n + salt) % 2147483629 + 7, 48271));
create or replace macro chance(n, salt) as mix(n, salt) / 2147483647.0::double;
"""


class Chance:
    """Numbers drawn by key: `chance.below(6, "systems", department_id)`."""

    def __init__(self, seed: int) -> None:
        self._key = str(seed).encode()[:64]

    def _number(self, key: tuple[object, ...]) -> int:
        text = "|".join(map(str, key)).encode()
        digest = hashlib.blake2b(text, digest_size=8, key=self._key).digest()
        return int.from_bytes(digest, "big")

    def unit(self, *key: object) -> float:
        """A number from 0 up to, but not including, 1."""
        return (self._number(key) >> 11) / 2**53

    def below(self, limit: int, *key: object) -> int:
        """A whole number from 0 up to, but not including, `limit`."""
        return self._number(key) * limit >> 64

    def between(self, low: int, high: int, *key: object) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1, *key)

    def hit(self, probability: float, *key: object) -> bool:
        """True with that probability."""
        return self.unit(*key) < probability

    def pick(self, items: Sequence[Item], *key: object) -> Item:
        """One of the items, each as likely."""
        return items[self.below(len(items), *key)]

    def day(self, first: date, last: date, *key: object) -> date:
        """A day from `first` to `last`, both included."""
        return first + timedelta(days=self.below((last - first).days + 1, *key))

    def office_time(self, day: date, *key: object) -> datetime:
        """A moment of that day between 08:00 and 18:00."""
        start = datetime(day.year, day.month, day.day, 8)
        return start + timedelta(seconds=self.below(36_000, *key))

    def salt(self, *key: object) -> int:
        """A number that the SQL macros take as their seed (below 2 to the 30th)."""
        return self._number(key) >> 34
