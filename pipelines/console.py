"""What a command prints while it works: one moving line on a terminal, plain lines otherwise."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable


class Console:
    """Progress of one command."""

    def __init__(self) -> None:
        self.is_terminal = sys.stdout.isatty()
        self.width = 0

    def progress(self, line: str) -> None:
        """Shows what is being done now."""
        if not self.is_terminal:
            print(line, flush=True)
            return
        shown = line[: shutil.get_terminal_size().columns - 1]
        print("\r" + shown.ljust(self.width), end="", flush=True)
        self.width = len(shown)

    def done(self) -> None:
        """Clears the moving line."""
        if self.is_terminal and self.width:
            print("\r" + " " * self.width + "\r", end="", flush=True)
            self.width = 0

    def print_result(self, lines: Iterable[str]) -> None:
        """Prints lasting lines of what progress told; off a terminal that stands there already."""
        if self.is_terminal:
            self.print_lines(lines)

    def print_lines(self, lines: Iterable[str]) -> None:
        """Prints lasting lines."""
        self.done()
        for line in lines:
            print(line)
