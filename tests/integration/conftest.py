from __future__ import annotations

from pathlib import Path

import pytest

from tests.inboxes import Inbox


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)
