from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scorecard.contract import load_contracts
from scorecard.errors import ConfigurationError
from scorecard.settings import PROJECT

Folder = Callable[..., Path]
CREDIT = ("credit_records", "credit_directories")


@pytest.fixture
def altered(tmp_path: Path) -> Folder:
    """A folder with a contract in which one text was replaced, and those that it refers to."""

    def make(old: str, new: str, dataset: str = "network_links") -> Path:
        for name in {"departments", "populations", dataset, *(CREDIT if dataset in CREDIT else ())}:
            text = (PROJECT / "contracts" / f"{name}.yaml").read_text("utf-8")
            if name == dataset:
                assert old in text
                text = text.replace(old, new, 1)
            (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
        return tmp_path

    return make


@pytest.fixture
def refused(altered: Folder) -> Callable[..., None]:
    """Asserts that a contract with a text replaced is refused, with the line and the mend."""

    def check(old: str, new: str, what: str, line: str, dataset: str = "network_links") -> None:
        folder = altered(old, new, dataset)
        with pytest.raises(ConfigurationError) as caught:
            load_contracts(folder)
        assert what in caught.value.what
        path, number = str(caught.value.where).rsplit(":", 1)
        assert Path(path) == folder / f"{dataset}.yaml"
        assert line in Path(path).read_text("utf-8").splitlines()[int(number) - 1]
        assert caught.value.mend
        assert "\n" not in str(caught.value)

    return check
