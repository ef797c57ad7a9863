"""`scorecard check` says what is pulled, which secrets are missing, and where nothing is proven."""

from __future__ import annotations

from pathlib import Path

import pytest

from scorecard.checking import check_sources, check_workspace
from scorecard.errors import ConfigurationError
from scorecard.settings import Settings
from scorecard.workspace import Workspace

SOURCES = """\
sources:
  credit: {kind: sql, url: postgresql://scorecard@db/credit, password: env:TEST_CREDIT}
  sharing: {kind: http, base_url: https://share, auth: {bearer: env:TEST_TOKEN}, tls: {ca: /ca}}
  spare: {kind: http, base_url: https://spare, auth: {bearer: env:TEST_TOKEN}}
datasets:
  credit_records: {source: credit, table: gx.t_credit}
  credit_targets: {source: credit, table: gx.t_target}
  catalogue_entries: {source: sharing, path: /resources}
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TEST_CREDIT", "hunter2-hunter2")
    monkeypatch.setenv("TEST_TOKEN", "hunter3-hunter3")
    return Settings(home=tmp_path)


def write(settings: Settings, text: str = SOURCES) -> None:
    authority = settings.home / "ca.pem"
    authority.write_text("not looked into", encoding="utf-8")
    settings.sources.write_text(text.replace("/ca}", f"{authority}}}"), encoding="utf-8")


def checked(settings: Settings) -> list[str]:
    """What is said of the platforms alone; the rest of the check takes seconds."""
    return list(check_sources(Workspace.load(settings).sources, settings.sources))


def test_what_is_bound_is_counted(settings: Settings):
    write(settings)
    lines = list(check_workspace(settings))
    assert "sources: 3 datasets bound to 2 platforms, 2 of 2 secrets there" in lines
    assert not [line for line in lines if "TLS" in line]


def test_a_home_without_the_file_has_its_inbox(settings: Settings):
    assert checked(settings) == ["sources: none, all datasets come by the inbox"]


def test_missing_secrets_are_named_all_at_once(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    write(settings)
    monkeypatch.delenv("TEST_CREDIT")
    monkeypatch.delenv("TEST_TOKEN")
    with pytest.raises(ConfigurationError) as caught:
        checked(settings)
    assert "secrets are not there: env:TEST_CREDIT, env:TEST_TOKEN" in str(caught.value)
    assert str(settings.sources) in str(caught.value)


def test_a_file_that_is_not_there_is_found(settings: Settings):
    write(settings, SOURCES.replace("{ca: /ca}", "{ca: /no/such.pem}"))
    with pytest.raises(ConfigurationError, match=r"/no/such\.pem cannot be read"):
        checked(settings)


def test_a_secret_that_is_too_short_is_found(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    write(settings)
    monkeypatch.setenv("TEST_CREDIT", "q7z")
    with pytest.raises(ConfigurationError, match="env:TEST_CREDIT has fewer than 4") as caught:
        checked(settings)
    assert "q7z" not in str(caught.value)


def test_a_platform_that_need_not_prove_itself_is_told_in_capitals(settings: Settings):
    write(settings, SOURCES.replace("tls: {ca: /ca}", "tls: {verify: false}"))
    told = checked(settings)
    assert told[0].startswith("TLS VERIFICATION IS OFF FOR sharing: ")
    assert len(told) == 2


def test_a_workspace_is_not_loaded_with_a_file_that_is_wrong(settings: Settings):
    write(settings, SOURCES.replace("gx.t_credit", "gx.t_credit, path: /x"))
    with pytest.raises(ConfigurationError, match=r"sources\.yaml:6: .*key 'path' is unknown"):
        Workspace.load(settings)


def test_a_workspace_has_the_sources_of_its_home(settings: Settings):
    assert not Workspace.load(settings).sources.datasets
    write(settings)
    assert set(Workspace.load(settings).sources.datasets) == {
        "credit_records", "credit_targets", "catalogue_entries",
    }  # fmt: skip


def test_a_workspace_made_by_hand_has_none(settings: Settings):
    loaded = Workspace.load(settings)
    by_hand = Workspace(
        settings, loaded.contracts, loaded.published, loaded.models, loaded.rulebooks
    )
    assert by_hand == loaded
