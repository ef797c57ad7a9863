"""What a platform does wrong, switched on by name: late, now and then broken, or plainly false.

All of it is counted, nothing drawn by chance, so that a pull meets the same faults each time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Literal
from zlib import crc32

from scorecard.errors import ConfigurationError

FAULTS: Mapping[str, tuple[str, str]] = {
    "slow": ("每页慢 200 至 800 毫秒。", "Every page takes 200 to 800 ms longer."),
    "flaky": (
        "每第 7 次请求答 503，每第 11 次中途断开，每第 13 次答 429（1 秒后重试）。",
        "Every 7th request gets 503, every 11th is reset mid-body, every 13th gets 429 "
        "(retry after 1 s).",
    ),
    "wrong": (
        "network_probes 第 2 页重复第 1 页，credit_records 有未知代码，"
        "certificate_types 以 200 答 code 500，information_systems 为空。",
        "network_probes gives page 1 again as page 2, credit_records has unknown codes, "
        "certificate_types answers code 500 with status 200, information_systems is empty.",
    ),
}
"""What each does, in both languages."""

Trouble = Literal["unavailable", "reset", "too many"]
_EVERY: tuple[tuple[int, Trouble], ...] = ((13, "too many"), (11, "reset"), (7, "unavailable"))


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is false about a dataset; `codes` are SQL for fields."""

    page_twice: bool = False
    fails: bool = False
    empty: bool = False
    codes: Mapping[str, str] | None = None


_RIGHT = Wrong()
_WRONG: Mapping[str, Wrong] = {
    "network_probes": Wrong(page_twice=True),
    "credit_records": Wrong(codes={"ZTLX": "case when _seq % 500 = 0 then '7' else \"ZTLX\" end"}),
    "certificate_types": Wrong(fails=True),
    "information_systems": Wrong(empty=True),
}


class Faults:
    """Those that are on; threads ask and switch at will.

    Args:
        names: What is on from the start.
    """

    def __init__(self, names: Collection[str] = ()) -> None:
        self.active: frozenset[str] = frozenset()
        self._requests, self._lock = 0, Lock()
        self.switch(names)

    def switch(self, names: Collection[str]) -> None:
        """Turns these on and all others off; counting begins anew.

        Raises:
            ConfigurationError: If there is no such fault.
        """
        if unknown := [name for name in names if name not in FAULTS]:
            known = f"known are: {', '.join(FAULTS)}"
            raise ConfigurationError(f"no fault is called '{unknown[0]}'", "--faults", known)
        with self._lock:
            self.active, self._requests = frozenset(names), 0

    def delay(self, dataset: str, page: int) -> float:
        """Seconds by which a page is late."""
        if "slow" not in self.active:
            return 0
        return (200 + crc32(f"{dataset} {page}".encode()) % 601) / 1000

    def trouble(self) -> Trouble | None:
        """What befalls the request that just came."""
        with self._lock:
            self._requests += 1
            count = self._requests
        if "flaky" not in self.active:
            return None
        return next((trouble for every, trouble in _EVERY if count % every == 0), None)

    def wrong(self, dataset: str) -> Wrong:
        """What is false about a dataset's rows."""
        return _WRONG.get(dataset, _RIGHT) if "wrong" in self.active else _RIGHT
