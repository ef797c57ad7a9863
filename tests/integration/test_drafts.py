"""A folder that is replaced is the old or the new one, whole, and never somebody else's."""

import threading
from pathlib import Path

import pytest

from scorecard import drafts
from scorecard.drafts import replacing
from scorecard.errors import ScorecardError

MARK = "index.html"


def write(folder: Path, text: str, error: BaseException | None = None) -> None:
    with replacing(folder, MARK) as draft:
        (draft / MARK).write_text(text)
        if error:
            raise error


def files_of(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("exchanges", [True, False])
def test_the_new_folder_takes_the_old_ones_place(tmp_path, monkeypatch, exchanges):
    if not exchanges:
        monkeypatch.setattr(drafts, "_exchange", lambda one, other: False)
    write(tmp_path / "made" / "site", "old")
    (tmp_path / "made" / "site" / "gone.html").write_text("old")
    write(tmp_path / "made" / "site", "new")
    assert files_of(tmp_path) == {"made/site/index.html": "new"}
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["site"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_is_not_finished_leaves_the_old_one_and_nothing_else(tmp_path, error):
    write(tmp_path / "site", "old")
    told = ScorecardError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(told):
        write(tmp_path / "site", "new", error)
    assert files_of(tmp_path) == {"site/index.html": "old"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_kill_between_two_renames_is_mended_by_the_next_writer(tmp_path):
    write(tmp_path / "site", "old")
    (tmp_path / "site").rename(tmp_path / ".site.old")
    (tmp_path / ".site.draft").mkdir()
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "site", "new", KeyboardInterrupt())
    assert files_of(tmp_path) == {"site/index.html": "old"}


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "letters.docx").write_text("mine")
    with pytest.raises(ScorecardError, match="holds other files"):
        write(tmp_path / "site", "new")
    assert files_of(tmp_path) == {"site/letters.docx": "mine"}


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "site").mkdir()
    write(tmp_path / "site", "new")
    assert files_of(tmp_path) == {"site/index.html": "new"}


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_folder_is_refused(tmp_path, kind):
    other = tmp_path / "other"
    other.mkdir()
    if kind == "file":
        (tmp_path / "site").write_text("mine")
    else:
        (tmp_path / "site").symlink_to(other)
    with pytest.raises(ScorecardError, match="no folder"):
        write(tmp_path / "site", "new")


def test_a_second_writer_waits_for_the_first(tmp_path):
    begun, order = threading.Event(), []

    def second() -> None:
        begun.set()
        write(tmp_path / "site", "second")
        order.append("second")

    with replacing(tmp_path / "site", MARK) as draft:
        writer = threading.Thread(target=second)
        writer.start()
        assert begun.wait(10)
        writer.join(0.2)
        order.append("first")
        (draft / MARK).write_text("first")
    writer.join(10)
    assert order == ["first", "second"]
    assert files_of(tmp_path) == {"site/index.html": "second"}
