"""How much memory a process has had at the most."""

from __future__ import annotations

from pathlib import Path


def peak_mebibytes(pid: int | str = "self") -> float:
    """Of that process alone; its ru_maxrss begins with the memory of the one that started it."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
