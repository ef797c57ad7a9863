"""The one clock: local time in Asia/Shanghai, which all dates and times of the data are in."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

TIME_ZONE = ZoneInfo("Asia/Shanghai")


def local_now() -> dt.datetime:
    """The time, without a zone, as the warehouse keeps it."""
    return dt.datetime.now(TIME_ZONE).replace(tzinfo=None)
