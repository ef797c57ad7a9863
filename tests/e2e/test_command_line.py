"""The command line: what it explains, what it refuses, and with which exit status."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from scorecard.settings import PROJECT
from tests.e2e.home import SCORECARD, Home

COMMANDS = ["demo", "nightly", "backfill", "explain", "check", "ui"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_itself(tmp_path: Path, command: str):
    done = Home(tmp_path, afresh=True).run(command, "--help")
    assert f"scorecard {command}" in done.stdout
    assert "--home" in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nightly", "--as-of", "2019-02-30"], "2019-02-30"),
        (["nightly", "--as-of", "2999-01-01"], "future"),
        (["nightly", "--as-of", "2018-12-31"], "2019-01-01 or later"),
        (["nightly", "--assessment", "nowhere-2019"], "huaibei-2019"),
        (["nightly", "--asof", "2019-12-31"], "--asof"),
        (["backfill", "--from", "2019-01-01"], "--to"),
        (["backfill", "--from", "2019-02-01", "--to", "2019-01-03"], "swap"),
        (["backfill", "--from", "2019-01-02", "--to", "2019-01-03"], "no month ends"),
        (
            ["backfill", "--from", "2018-12-31", "--to", "2019-01-31", "--every", "day"],
            "2019-01-01",
        ),
        (["backfill", "--from", "2019-01-01", "--to", "2019-02-01", "--every", "hour"], "hour"),
        (["demo", "--departments", "0"], "--departments"),
        (["nonsense"], "nonsense"),
    ],
)
def test_a_wrong_call_is_told_in_one_line_with_status_2(
    tmp_path: Path, words: list[str], told: str
):
    done = Home(tmp_path).run(*words, status=2)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert told in done.stderr


def test_the_home_may_be_named_before_the_command_or_by_the_environment(city: Home, tmp_path: Path):
    told = city.run("explain", "edu", "021").stdout
    before = [str(SCORECARD), "--home", str(city.folder), "explain", "edu", "021"]
    done = subprocess.run(before, capture_output=True, text=True, check=True)
    assert done.stdout == told
    named = city.environment(SCORECARD_HOME=str(city.folder))
    bare = [str(SCORECARD), "explain", "edu", "021"]
    done = subprocess.run(bare, capture_output=True, text=True, check=True, env=named, cwd=tmp_path)
    assert done.stdout == told


def test_explain_shows_the_rule_the_arithmetic_the_files_and_the_checks(city: Home):
    text = city.run("explain", "edu", "021").stdout
    assert "2.18 / 3.00" in text
    assert "87" in text
    assert "120" in text
    assert "口径 reading" not in text, "021 has no reading"
    assert "catalogue_entries/" in text
    assert "catalogue_mounts/" in text
    assert "通过 passed" in text


def test_explain_shortens_many_files_and_lists_them_when_asked(city: Home):
    short = city.run("explain", "edu", "007").stdout
    long = city.run("explain", "edu", "007", "--files").stdout
    assert short.count("network_probes/") == 4
    assert "8 more, listed by --files" in short
    assert long.count("network_probes/") == 12
    assert "listed by --files" not in long


@pytest.mark.parametrize("words", [("edu", "21"), ("教育局", "021"), ("淮北市教育局", "21")])
def test_explain_takes_names_and_short_codes_too(city: Home, words: tuple[str, str]):
    assert city.run("explain", *words).stdout == city.run("explain", "edu", "021").stdout


def test_explain_works_for_every_indicator(city: Home):
    from scorecard.explanation import explain

    codes = [code for (code,) in city.read("select indicator_code from dim_indicator order by 1")]
    assert len(codes) == 35
    for code in codes:
        lines = list(explain(city.published, "edu", code))
        assert any(line.startswith("得分 score") for line in lines)
        assert not any("None" in line for line in lines), code


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (["explain", "nobody", "021"], "edu"),
        (["explain", "edu", "999"], "035"),
        (["explain", "局", "021"], "edu 教育局"),
        (["explain", "edu", "021", "--assessment", "x"], "huaibei-2019"),
    ],
)
def test_explain_names_what_it_knows_when_asked_for_what_it_does_not(
    city: Home, words: list[str], known: str
):
    done = city.run(*words, status=2)
    assert done.stderr.count("\n") == 1
    assert known in done.stderr


def test_explain_before_the_first_night_says_what_to_run(tmp_path: Path):
    done = Home(tmp_path, afresh=True).run("explain", "edu", "021", status=1)
    assert "run: scorecard nightly" in done.stderr


def test_ui_on_a_port_that_is_taken_says_so_in_one_line(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = Home(tmp_path, afresh=True).run("ui", "--port", port, status=1)
    assert done.stderr.count("\n") == 1
    assert port in done.stderr


def test_ui_serves_the_workspace_and_stops_when_told(city: Home, tmp_path: Path):
    home = city.copy(tmp_path / "home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shell = " ".join(home.command("ui", "--port", str(port)))
    ui = subprocess.Popen(
        ["/bin/sh", "-c", f"{shell} >/dev/null 2>&1 & echo $!; wait"],
        stdout=subprocess.PIPE,
        text=True,
    )
    process = int(ui.stdout.readline())
    try:
        for _ in range(240):
            try:
                with urlopen(f"http://127.0.0.1:{port}/server_info") as answer:
                    assert b"dagster" in answer.read()
                break
            except URLError:
                time.sleep(0.25)
        else:
            raise AssertionError("the UI did not answer within a minute")
    finally:
        os.kill(process, signal.SIGTERM)
    assert ui.wait(60) is not None


def test_check_finds_nothing_wrong_with_the_project(tmp_path: Path):
    done = Home(tmp_path / "home").run("check")
    assert "34 datasets" in done.stdout
    assert not (tmp_path / "home").exists(), "checking makes nothing"


def test_check_names_file_and_line_of_a_wrong_rulebook(tmp_path: Path):
    rulebooks = tmp_path / "rulebooks"
    shutil.copytree(PROJECT / "rulebooks", rulebooks)
    file = rulebooks / "huaibei-2019.yaml"
    text = file.read_text(encoding="utf-8")
    line = 1 + text[: text.index("metric: entries_mounted")].count("\n")
    file.write_text(text.replace("metric: entries_mounted", "metric: entries_mountd"), "utf-8")
    done = Home(tmp_path, afresh=True).run("check", status=2, SCORECARD_RULEBOOKS=str(rulebooks))
    assert f"huaibei-2019.yaml:{line}" in done.stderr
    assert "entries_mountd" in done.stderr
    assert "entries_mounted" in done.stderr


def test_check_names_a_model_that_does_not_run(tmp_path: Path):
    sql = tmp_path / "sql"
    shutil.copytree(PROJECT / "sql", sql)
    model = sql / "metrics" / "filed_projects.sql"
    model.write_text(model.read_text().replace("filed_at", "filled_at"))
    done = Home(tmp_path, afresh=True).run("check", status=2, SCORECARD_SQL=str(sql))
    assert "filed_projects.sql" in done.stderr
    assert "filled_at" in done.stderr


def test_another_year_is_another_file_and_both_are_scored(city: Home, tmp_path: Path):
    home = city.copy(tmp_path / "home")
    rulebooks = tmp_path / "rulebooks"
    shutil.copytree(PROJECT / "rulebooks", rulebooks)
    tiny = (PROJECT / "tests" / "rulebooks" / "tiny-2020.yaml").read_text(encoding="utf-8")
    (rulebooks / "tiny-2020.yaml").write_text(tiny, encoding="utf-8")
    home.run("nightly", "--as-of", "2020-06-30", SCORECARD_RULEBOOKS=str(rulebooks))
    states = home.read("select assessment_id, state from dim_assessment order by all")
    assert states == [("huaibei-2019", "closed"), ("tiny-2020", "open")]
    home.run(
        "nightly", "--as-of", "2020-06-30", "--assessment", "tiny-2020",
        SCORECARD_RULEBOOKS=str(rulebooks),
    )  # fmt: skip
    assert home.read("select assessment_id from dim_assessment") == [("tiny-2020",)]


def test_a_home_in_which_there_never_was_anything_is_refused(tmp_path: Path):
    done = Home(tmp_path / "home", afresh=True).run("nightly", status=2)
    assert "there is nothing to score" in done.stderr
    assert done.stderr.count("\n") == 1, "no library that is loaded says anything there either"
    assert not (tmp_path / "home" / "published").exists()
