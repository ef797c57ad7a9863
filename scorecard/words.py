"""Words for what the published file codes, the same on pages, sheets and the command line.

They are those of the contracts of the published tables and of the data dictionary.
"""

from __future__ import annotations

Pair = tuple[str, str]
"""Chinese and English."""

STATES: dict[str, Pair] = {
    "open": ("考核期内", "Open"),
    "deciding": ("认定中", "Deciding"),
    "closed": ("已结束", "Closed"),
}
STATUSES: dict[str, Pair] = {
    "scored": ("已计分", "Scored"),
    "missing": ("缺报", "Missing"),
    "not_applicable": ("不适用", "Not applicable"),
    "adjusted": ("人工调整", "Adjusted"),
}
STALE: Pair = ("数据过期", "Stale")
PART_MISSING: Pair = ("有缺报项", "Part missing")
INTERIM: Pair = ("阶段性结果", "interim result")
"""What scores are before the assessment is closed."""
