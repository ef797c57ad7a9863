#!/usr/bin/env python3
"""Shows that the dashboard tells what the published file has, in a fresh Superset of its own.

    .venv/bin/python bi/superset/verify.py [--home DIR] [--browser /usr/bin/chromium --shots DIR]

With --home the charts are compared with that home's file, which is only read. Without, a small
demo city is made in a temporary folder, and a second night is published while Superset is up and
asked all the time: the charts have to give the old numbers or the new ones, and then the new.
"""

import argparse
import json
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from client import Superset, charts_of, read_yaml
from commands import HERE, REPOSITORY, Place, add_place_options, place_of
from expected import VARIABLES, DifferenceError, compare, expected_rows, opened

BUNDLE = HERE / "bundle"
SCORECARD = REPOSITORY / ".venv" / "bin" / "scorecard"
SECONDS = 300
ROW_LIMIT = 50_000
FIRST_NIGHT, SECOND_NIGHT = "2019-12-31", "2020-03-31"
REFUSED = (
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "attach '/tmp/other.duckdb' as other",
    "copy mart_scorecard to '/tmp/taken.csv'",
    "set enable_external_access = true",
    "create table more (id integer)",
    "delete from mart_scorecard",
    "install httpfs",
)
REFUSAL = re.compile(r"disabled|locked|read-only|not allowed|DML|mutat", re.IGNORECASE)


def main() -> None:
    """Runs the whole; ends with status 1 at the first difference."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    parser = argparse.ArgumentParser(description="Compares every chart with the published file.")
    add_place_options(parser)
    parser.set_defaults(home=None)
    parser.add_argument("--browser", help="a Chromium, to ask what the pages themselves ask")
    parser.add_argument("--shots", type=Path, help="a folder for pictures of the pages")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="superset-") as folder:
        given, temporary = arguments.home is not None, Path(folder)
        arguments.home = arguments.home or str(temporary / "home")
        arguments.state = str(temporary / "state")
        place = place_of(arguments)
        try:
            run(place, given, arguments.browser, arguments.shots)
        except DifferenceError as difference:
            print(f"DIFFERENT {difference}", file=sys.stderr)
            raise SystemExit(1) from None


def run(place: Place, given: bool, browser: str | None, shots: Path | None) -> None:
    """The checks in their order; what was compared goes to standard output."""
    home = place.published.parents[2]
    if not given:
        print("a demo city, and its first night ...")
        scorecard("demo", "--departments", "20", "--home", str(home))
        scorecard("nightly", "--as-of", FIRST_NIGHT, "--home", str(home))
    manage(place, "load")
    with served(place) as address:
        secret = json.loads(place.secrets.read_text("utf-8"))["admin_password"]
        superset = Superset(address, "admin", secret)
        check_charts(superset, place.published, "saved queries")
        check_refusals(superset)
        if browser:
            check_pages(superset, place.published, browser, secret, shots)
        if not given:
            check_new_version(superset, place.published, home)
    print("equal throughout")


def check_charts(superset: Superset, published: Path, what: str) -> dict[str, Any]:
    """Compares every chart under every set of filters of the dashboard; gives the plain rows."""
    file = published.resolve()
    numbers, plain, cells, asked = superset.chart_ids(), {}, 0, 0
    for name, chart in charts_of(BUNDLE).items():
        query = superset.saved_query(numbers[chart["uuid"]])
        for filters, variables in filter_sets(file, name):
            rows = superset.rows(query, filters)
            expected, ordered = expected_rows(file, name, variables)
            limit = query["queries"][0]["row_limit"]
            cells += compare(f"{name} {filters}", rows, expected, ordered, limit)
            asked += 1
            if not filters:
                plain[name] = rows
    print(f"{what}: {len(plain)} charts, {asked} answers, {cells} cells equal ({file.parent.name})")
    return plain


def filter_sets(published: Path, chart: str) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """The dashboard's filters, one more each time, as Superset and as the expectation take them.

    Only those whose scope has the chart: the dashboard's own settings say which.
    """
    with opened(published) as connection:
        found = connection.execute(
            """
            select
                dim_assessment.name_zh || ' (' || assessment_id || ')', assessment_id,
                shown_department.department, department_id, task.section, task.section
            from mart_section_task as task
            inner join dim_assessment using (assessment_id)
            inner join shown_department using (department_id)
            order by task.lost desc, department_id, task.section
            limit 1
            """
        ).fetchone()
    assert found is not None
    values = dict(zip(VARIABLES, zip(found[::2], found[1::2], strict=True), strict=True))
    filters: dict[str, str] = {}
    variables: dict[str, str] = {}
    yield {}, {}
    for column in filters_of(chart):
        filters[column], variables[column] = values[column]
        yield dict(filters), dict(variables)


def filters_of(chart: str) -> list[str]:
    """The columns of the dashboard's filters that reach a chart."""
    dashboard = read_yaml(BUNDLE / "dashboards" / "scorecard.yaml")
    number = dashboard["position"][f"CHART-{chart}"]["meta"]["chartId"]
    return [
        setting["targets"][0]["column"]["name"]
        for setting in dashboard["metadata"]["native_filter_configuration"]
        if number not in setting["scope"]["excluded"]
    ]


def check_refusals(superset: Superset) -> None:
    """SQL Lab must not read the server's files, write, or loosen its own settings."""
    superset.sql("select count(*) from mart_scorecard").raise_for_status()
    for sql in REFUSED:
        answer = superset.sql(sql)
        if answer.ok or not REFUSAL.search(answer.text):
            raise DifferenceError(f"SQL Lab, {sql}: {answer.status_code} {answer.text[:300]}")
    print(f"SQL Lab: {len(REFUSED)} of {len(REFUSED)} harmful statements refused")


def check_pages(
    superset: Superset, published: Path, browser: str, password: str, shots: Path | None
) -> None:
    """What the dashboard's pages ask in a browser gives the file's cells too."""
    from browse import asked_by_pages

    numbers = {chart["uuid"]: name for name, chart in charts_of(BUNDLE).items()}
    names = {number: numbers[uuid] for uuid, number in superset.chart_ids().items()}
    queries, outside = asked_by_pages(superset.address, password, browser, shots)
    missing = set(names) - set(queries)
    if missing or outside:
        raise DifferenceError(f"charts not asked: {missing}; requests that left: {outside}")
    cells = 0
    for number, query in queries.items():
        filters = query["queries"][0].get("filters", [])
        variables = {
            f["col"]: assessment_of(f["val"][0]) for f in filters if f["col"] == "assessment"
        }
        if bool(variables) != ("assessment" in filters_of(names[number])):
            raise DifferenceError(f"{names[number]}: asked under {filters}")
        expected, ordered = expected_rows(published.resolve(), names[number], variables)
        limit = query["queries"][0].get("row_limit") or ROW_LIMIT
        cells += compare(names[number], superset.rows(query, {}), expected, ordered, limit)
    print(f"pages in the browser: {len(queries)} charts, {cells} cells equal, no request left")


def assessment_of(label: str) -> str:
    """The assessment's id in what the filter shows."""
    return label.rsplit("(", 1)[1].rstrip(")")


def check_new_version(superset: Superset, published: Path, home: Path) -> None:
    """Publishes another night while the ranking is asked all the time, and compares again."""
    before = check_charts(superset, published, "before the night")
    old = published.resolve()
    number = superset.chart_ids()[charts_of(BUNDLE)["ranking"]["uuid"]]
    query, done = superset.saved_query(number), threading.Event()

    def ask() -> list[list[dict[str, Any]]]:
        seen = []
        while not done.is_set():
            seen.append(superset.rows(query, {}))
        return seen

    with ThreadPoolExecutor() as pool:
        asking = pool.submit(ask)
        try:
            started = time.monotonic()
            scorecard("nightly", "--as-of", SECOND_NIGHT, "--home", str(home))
            seconds = time.monotonic() - started
        finally:
            done.set()
        seen = asking.result()
    new = published.resolve()
    after = check_charts(superset, published, "after the night")
    versions = [expected_rows(file, "ranking", {})[0] for file in (old, new)]
    shown = [which(rows, versions) for rows in seen]
    changed = [name for name, rows in before.items() if rows != after[name]]
    if shown != sorted(shown) or "ranking" not in changed or old == new:
        raise DifferenceError(f"versions seen in turn: {shown}; charts that changed: {changed}")
    print(
        f"while Superset was up: a night of {seconds:.0f} s, {len(shown)} answers during it, "
        f"{shown.count(0)} of the old version and {shown.count(1)} of the new, none mixed; "
        f"{len(changed)} of {len(before)} charts changed"
    )


def which(rows: list[dict[str, Any]], versions: list[list[dict[str, Any]]]) -> int:
    """The version that rows are of, wholly.

    Raises:
        DifferenceError: they are of none.
    """
    for place, expected in enumerate(versions):
        try:
            compare("ranking", rows, expected, True, len(expected))
        except DifferenceError:
            continue
        return place
    raise DifferenceError("an answer during the night is of neither version")


def scorecard(*arguments: str) -> None:
    """One call of the product's command line, quiet unless it fails."""
    done = subprocess.run([SCORECARD, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"scorecard {arguments[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def manage(place: Place, *command: str) -> None:
    """One call of `run` for this place."""
    subprocess.run(run_command(place, *command), check=True)


def run_command(place: Place, *command: str) -> list[str]:
    """The words of a call of `run` for this place."""
    home = place.published.parents[2]
    where = ["--home", home, "--state", place.state, "--environment", place.environment]
    return [sys.executable, str(HERE / "run"), *map(str, where), *command]


@contextmanager
def served(place: Place) -> Iterator[str]:
    """A Superset on a free port of this machine, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (place.state / "serve.log").open("w")
    process = subprocess.Popen(
        run_command(place, "serve", "--port", str(port)), stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(SECONDS)
        log.close()


def wait_for(address: str, process: subprocess.Popen[bytes], seconds: int = SECONDS) -> None:
    """Waits until Superset answers.

    Raises:
        SystemExit: it ended, or did not answer in time.
    """
    for _ in range(seconds):
        if process.poll() is not None:
            break
        try:
            if requests.get(f"{address}/health", timeout=seconds).ok:
                return
        except requests.ConnectionError:
            time.sleep(1)
    raise SystemExit("Superset does not answer")


if __name__ == "__main__":
    main()
