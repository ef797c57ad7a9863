"""The commands that bring Superset up: what they refuse, what they keep secret, what they lock."""

import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.bi.conftest import SUPERSET, module

COMMANDS = module("commands")
LOCK = tomllib.loads((SUPERSET / "uv.lock").read_text("utf-8"))
PACKAGES = {package["name"]: package for package in LOCK["package"]}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SUPERSET / "run"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def place(tmp_path: Path):
    """A place whose environment does nothing, successfully."""
    binaries = tmp_path / "environment" / "bin"
    binaries.mkdir(parents=True)
    for name in ("superset", "python", "gunicorn"):
        (binaries / name).write_text("#!/bin/sh\n")
        (binaries / name).chmod(0o755)
    published = tmp_path / "scorecard.duckdb"
    published.touch()
    return COMMANDS.Place(tmp_path / "environment", tmp_path / "state", published)


def test_load_without_a_published_file_says_what_writes_it(tmp_path: Path):
    done = run("--home", str(tmp_path), "load")
    assert done.returncode == 1
    assert "scorecard nightly" in done.stderr
    assert not (tmp_path / "superset").exists()


def test_serve_before_install_says_what_comes_first(tmp_path: Path):
    done = run("--home", str(tmp_path), "--environment", str(tmp_path / "none"), "serve")
    assert done.returncode == 1
    assert "run install" in done.stderr


def test_secrets_are_made_once_for_their_owner_alone_and_never_printed(place, capsys):
    COMMANDS.load(place)
    made = place.secrets.read_text()
    assert stat.S_IMODE(place.secrets.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.state.stat().st_mode) == 0o700
    COMMANDS.load(place)
    assert place.secrets.read_text() == made
    printed = capsys.readouterr().out
    assert str(place.secrets) in printed
    assert not [word for word in re.findall(r'"([\w-]{20,})"', made) if word in printed]


def test_secrets_that_are_gone_are_not_replaced_under_a_database_made_with_them(place):
    COMMANDS.load(place)
    (place.state / "superset.db").touch()
    place.secrets.unlink()
    with pytest.raises(COMMANDS.CommandError, match="put it back"):
        COMMANDS.load(place)
    assert not place.secrets.exists()


def test_a_step_that_fails_is_named_with_its_log(place):
    (place.environment / "bin" / "superset").write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(COMMANDS.CommandError, match=r"superset db: failed; see .*load\.log"):
        COMMANDS.load(place)


def test_superset_is_served_on_this_machine_only(place, monkeypatch):
    called: list[list[str]] = []
    monkeypatch.setattr(COMMANDS.os, "execve", lambda path, words, env: called.append(words))
    place.state.mkdir()
    (place.state / "superset.db").touch()
    COMMANDS.serve(place, 8088)
    ((_, option, address, *_),) = called
    assert (option, address) == ("--bind", "127.0.0.1:8088")


def test_the_lock_file_names_public_sources_only():
    text = (SUPERSET / "uv.lock").read_text("utf-8")
    hosts = set(re.findall(r"\w+://([^/\"]+)", text))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}
    assert "file:" not in text


def test_the_lock_file_has_a_duckdb_that_follows_the_swapped_link():
    assert PACKAGES["apache-superset"]["version"] == "6.1.0"
    version = tuple(int(part) for part in PACKAGES["duckdb"]["version"].split("."))
    assert (1, 5, 5) <= version < (2,)
