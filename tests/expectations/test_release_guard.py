"""What publishing asks of the judgement, and what a kill in the midst of publishing leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.moves import compared_totals
from scorecard import publication
from scorecard.night import publish_night, score
from scorecard.publication import current_version
from scorecard.quality.release import (
    HeldBackError,
    forget_judgement,
    mark_judged,
)
from scorecard.settings import Settings
from scorecard.workspace import Workspace
from tests.city import City

AS_OF = dt.date(2020, 3, 31)
NOW = dt.datetime(2020, 4, 1, 2, tzinfo=dt.UTC)
DIGEST, OTHER = "0a", "0b"


class KilledError(BaseException):
    """Stands for the end of the process: nothing that follows is done."""


@pytest.fixture(scope="module")
def scored() -> City:
    city = City()
    workspace = Workspace.load(Settings())
    score(workspace, city.connection, AS_OF, workspace.rulebooks)
    return city


class Night:
    """Nights of a city of one department, whose total a test sets."""

    def __init__(self, city: City, home: Path) -> None:
        self.connection = city.connection
        self.workspace = Workspace.load(Settings(home=home))
        self.nights = 0

    def scores(self, total: int) -> None:
        """A night makes its scores; they stand and are judged by the checks of `DIGEST`."""
        score(self.workspace, self.connection, AS_OF, self.workspace.rulebooks, selected=())
        self.connection.execute("update marts.mart_scorecard set total = ?", [total])
        mark_judged(self.connection, AS_OF, DIGEST)

    def publish(self, digest: str = DIGEST) -> str:
        self.nights += 1
        now = NOW + dt.timedelta(minutes=self.nights)
        return publish_night(self.workspace, self.connection, digest, now)

    def current(self) -> str | None:
        return current_version(self.workspace.settings.published)

    def kept(self) -> list[tuple]:
        """The versions whose totals are kept, with the total."""
        return self.connection.execute(
            "select version, total::integer from ops.published_total order by all"
        ).fetchall()

    def held(self) -> list[str]:
        """The versions that what stands moved too far from."""
        with compared_totals(self.connection):
            rows = self.connection.execute(
                "select previous_version from total_move where is_held"
            ).fetchall()
        return [version for (version,) in rows]


@pytest.fixture
def night(scored: City, tmp_path: Path) -> Iterator[Night]:
    yield Night(scored, tmp_path)
    for table in ("published_total", "score_history"):
        scored.connection.execute(f"delete from ops.{table}")
    scored.connection.execute("delete from ops.setting where name <> 'as_of'")


def killed(night: Night, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """A night is killed as this step of publishing begins."""

    def kill(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(publication, step, kill)
        with pytest.raises(KilledError):
            night.publish()


# Who judged ------------------------------------------------------------------------------------


def test_what_the_current_checks_judged_is_published_with_its_totals(night: Night):
    night.scores(40)
    version = night.publish()
    assert night.current() == version
    assert night.kept() == [(version, 40)]


def test_what_other_checks_judged_is_not_published_until_a_whole_night_judges_it(night: Night):
    night.scores(40)
    with pytest.raises(HeldBackError, match="judged by other checks") as refused:
        night.publish(OTHER)
    assert refused.value.mend == "run: scorecard nightly"
    assert night.current() is None
    mark_judged(night.connection, AS_OF, OTHER)
    assert night.publish(OTHER) == night.current()


def test_what_nobody_judged_is_told_from_what_others_judged(night: Night):
    night.scores(40)
    forget_judgement(night.connection)
    with pytest.raises(HeldBackError, match="not judged yet"):
        night.publish()
    assert night.current() is None


# Kills -----------------------------------------------------------------------------------------


def test_totals_that_readers_never_got_are_not_compared_with(
    night: Night, monkeypatch: pytest.MonkeyPatch
):
    night.scores(40)
    first = night.publish()
    night.scores(48)
    killed(night, monkeypatch, "_swap")
    assert night.current() == first
    assert [total for _, total in night.kept()] == [40, 48]
    night.scores(56)  # 8 more than in the version that was never linked, 16 more than readers have
    assert night.held() == [first]
    assert night.kept() == [(first, 40)]


def test_totals_that_readers_got_just_before_a_kill_are_compared_with(
    night: Night, monkeypatch: pytest.MonkeyPatch
):
    night.scores(40)
    first = night.publish()
    night.scores(48)
    killed(night, monkeypatch, "_prune")
    second = night.current()
    assert second != first
    night.scores(56)
    assert night.held() == []
    assert night.kept() == [(first, 40), (second, 48)]
    night.scores(60)
    assert night.held() == [second]


@pytest.mark.parametrize("step", ["_swap", "_prune"])
def test_a_night_with_nothing_new_publishes_what_a_killed_one_could_not(
    night: Night, monkeypatch: pytest.MonkeyPatch, step: str
):
    night.scores(40)
    killed(night, monkeypatch, step)
    linked = night.current()
    last = night.publish()
    assert night.current() == last
    assert [version for version, _ in night.kept()] == [v for v in (linked, last) if v]


def test_a_kill_before_a_version_is_whole_keeps_no_totals(
    night: Night, monkeypatch: pytest.MonkeyPatch
):
    night.scores(40)
    killed(night, monkeypatch, "_write")
    assert night.kept() == []


def test_a_version_stays_to_be_compared_with_when_its_folder_is_taken_away(night: Night):
    night.scores(40)
    version = night.publish()
    (night.workspace.settings.published / "current").unlink()
    night.scores(56)
    assert night.held() == [version]
