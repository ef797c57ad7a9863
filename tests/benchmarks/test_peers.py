import csv
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from benchmarks.peers import report
from benchmarks.peers.codes_numpy import is_identity_number, is_uscc
from benchmarks.peers.compare import Numbers, best_of, differences
from benchmarks.peers.contenders import GOALS, growth
from scorecard.settings import PROJECT

USCC = ["91340600MA2T000008", "91340600MA2T00000X", "91350100M000100Y43", "91350100m000100Y43",
        "91350100M000100Y4", "91350100M000100I43", "", None]  # fmt: skip
IDENTITY = ["11010519491231002X", "110105194912310021", "11010519490229002X", "440524188001010014",
            "11010520000229001X", "110105199902290010", "110105000001010010", "11010519491231002x",
            "1101051949123100", None]  # fmt: skip
ALL_DAYS = [
    f"110105{year}{month:02}{day:02}001{check}"
    for year in ("1900", "2000", "2019", "0000")
    for month in (0, 2, 4, 12, 13)
    for day in (0, 1, 28, 29, 30, 31, 32)
    for check in "0123456789X"
]
SMALL = {
    "departments": (
        "select unnest(['edu', 'fire']) as department_id, '局' as name, '局' as short_name,"
        " '340600' as city_code, date '2010-01-01' as active_from, null::date as active_to"
    ),
    "network_links": (
        "select 'lk-1' as link_id, 'edu' as department_id, date '2018-01-01' as connected_at,"
        " null::date as disconnected_at, 'dedicated' as access_mode"
    ),
    "credit_directories": (
        "select 'dir-1' as directory_id, 'edu' as department_id, 'daily' as update_cycle,"
        " date '2018-01-01' as effective_from, null::date as effective_to, '目录' as name"
    ),
    "credit_targets": "select 'edu' as department_id, 2019::bigint as year,"
    " 10::bigint as expected_records",
    "certificate_types": (
        "select 'type-1' as type_code, 'fire' as department_id, date '2019-05-01' as claimed_at,"
        " '证照' as name"
    ),
    "certificate_volumes": (
        "select '340100' as city_code, 'type-1' as type_code, 2019::bigint as year,"
        " 5::bigint as volume"
    ),
    "populations": (
        "select unnest(['340600', '340100']) as city_code, 2019::bigint as year,"
        " 1000::bigint as population, unnest(['淮北市', '合肥市']) as city_name"
    ),
}
RECORD = (
    "select * from (values {rows}) as t (record_id, directory_id, subject_kind, subject_name,"
    " subject_code_kind, subject_code, core_information, due_at, pushed_at)"
)
CERTIFICATE = (
    "select * from (values {rows}) as t (certificate_id, type_code, department_id, city_code,"
    " issued_at, holder_code)"
)
PROBE = "select * from (values {rows}) as t (link_id, probed_at, is_up, latency_ms)"


def record(number: str, code: str | None, pushed: str, name: str | None = "'甲'") -> str:
    code = "null" if code is None else f"'{code}'"
    return (
        f"('{number}', 'dir-1', 'person', {name}, 'identity', {code}, '核心',"
        f" timestamp '2019-06-01 12:00', timestamp '{pushed}')"
    )


def probe(at: str, is_up: bool | None) -> str:
    return f"('lk-1', timestamp '{at}', {'null' if is_up is None else is_up}, 1.5::decimal(18, 2))"


# in the first files rows that are refused, in the second ones rows that replace older ones, of the
# first file and of their own
EVENTS = {
    ("credit_records", "2019-06-01"): RECORD.format(
        rows=", ".join(
            [
                record("cr-1", "11010519491231002X", "2019-06-01 12:00"),
                record("cr-2", "11010519490229002X", "2019-06-01 12:00:01"),
                record("cr-3", None, "2019-06-01"),
                record("cr-4", "11010519491231002X", "2018-12-31 23:59:59"),
                record("cr-5", "11010519491231002X", "2019-01-01", name="null"),
                record("cr-6", "11010519491231002X", "2019-01-01 00:00:00", name="''"),
                record("cr-7", None, "2019-06-01").replace("'dir-1'", "null"),
                record("cr-8", None, "2019-06-01").replace("'person'", "'company'"),
            ]
        )
    ),
    ("credit_records", "2019-07-01"): RECORD.format(
        rows=record("cr-2", None, "2019-06-02 11:00:00")
        + ", "
        + record("cr-2", "11010519491231002X", "2019-06-02 12:00:00")
    ),
    ("certificates", "2019-06-01"): CERTIFICATE.format(
        rows="('ct-1', 'type-1', 'fire', '340600', timestamp '2019-05-02', 'x'),"
        " ('ct-2', 'type-1', 'fire', '341600', timestamp '2019-05-02', null),"
        " ('ct-3', 'type-1', 'edu', '340600', timestamp '2018-05-02', null),"
        " ('ct-4', 'type-1', 'fire', '340600', null, null)"
    ),
    ("certificates", "2019-07-01"): CERTIFICATE.format(
        rows="('ct-2', 'type-1', 'fire', '341600', timestamp '2019-05-04', null),"
        " ('ct-2', 'type-1', 'fire', '340600', timestamp '2019-05-03', null)"
    ),
    # exactly four hours; four hours and a second, over two files; down at the end of the year;
    # one that the second file takes back
    ("network_probes", "2019-06-01"): PROBE.format(
        rows=", ".join(
            [
                probe("2019-01-01 00:00", True),
                probe("2019-02-01 00:00", False),
                probe("2019-02-01 04:00", True),
                probe("2019-03-01 00:00", False),
                probe("2019-03-01 06:00", None),
                probe("2019-05-31 23:00", False),
            ]
        )
    ),
    ("network_probes", "2019-07-01"): PROBE.format(
        rows=", ".join(
            [
                probe("2019-03-01 00:00", True),
                probe("2019-06-01 01:00", False),
                probe("2019-06-01 03:00:01", False),
                probe("2019-06-01 03:00:01", True),
                probe("2019-12-31 19:59:59", False),
            ]
        )
    ),
}
EXPECTED = [
    ["edu", "007", "2", ""],
    ["edu", "012", "1", "1"],
    ["edu", "013", "5", "10"],
    ["edu", "014", "4", "5"],
    ["edu", "015", "2", "5"],
    ["fire", "027", "1", "1"],
    ["fire", "028", "2", "1000"],
]
KEPT = [
    ["(all)", "rows of certificates", "3", ""],
    ["(all)", "rows of credit_records", "6", ""],
    ["(all)", "rows of network_probes", "8", ""],
]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("job")
    files = {(name, "2019-12-31"): sql for name, sql in SMALL.items()} | EVENTS
    for (dataset, day), sql in files.items():
        (folder / dataset).mkdir(exist_ok=True)
        duckdb.execute(f"copy ({sql}) to '{folder}/{dataset}/{dataset}_{day}.parquet'")
    return folder


def answer_of(contender: str, inputs: Path, folder: Path) -> list[list[str]]:
    command = [sys.executable, "-m", f"benchmarks.peers.{contender}"]
    command += ["--inputs", str(inputs), "--folder", str(folder), "--threads", "1"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with (folder / "answer.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize(
    ("contender", "keeps_rows"),
    [("product", True), ("floor", True), ("floor_without_rows", False), ("pandas_peer", False)],
)
def test_a_contender_gives_the_numbers_counted_by_hand(
    contender: str, keeps_rows: bool, inputs: Path, tmp_path: Path
) -> None:
    expected = EXPECTED + (KEPT if keeps_rows else [])
    assert answer_of(contender, inputs, tmp_path) == expected


@pytest.mark.parametrize(
    ("macro", "check", "codes"),
    [
        ("is_uscc", is_uscc, USCC),
        ("is_identity_number", is_identity_number, IDENTITY + ALL_DAYS),
    ],
)
def test_numpy_judges_codes_as_the_product_does(macro, check, codes) -> None:
    with duckdb.connect() as connection:
        connection.execute((PROJECT / "sql" / "macros" / "codes.sql").read_text(encoding="utf-8"))
        rows = connection.execute(
            f"select {macro}(code) from (select unnest($1::varchar[]) as code)", [codes]
        ).fetchall()
    told = [valid for (valid,) in rows]
    assert check(pa.array(codes, pa.string())).tolist() == told
    assert {True, False} <= set(told)


def test_a_slice_of_a_column_is_judged_by_its_own_codes() -> None:
    codes = pa.array(["", "11010519491231002X", None, "110105194912310021"])[1:]
    assert is_identity_number(codes).tolist() == [True, False, False]


def test_another_number_is_told_with_both_contenders_names() -> None:
    ones = [["edu", "014", "4", "5"], ["(all)", "rows of credit_records", "6", ""]]
    [told] = differences("product", ones, "pandas", [["edu", "014", "3", "5"]])
    assert "product: edu, 014, 4, 5" in told
    assert "pandas: edu, 014, 3, 5" in told


def test_a_line_too_many_is_a_difference_even_if_it_says_the_same() -> None:
    ones = [["edu", "014", "4", "5"]]
    assert differences("product", ones, "pandas", ones) == []
    assert differences("product", ones, "pandas", ones * 2) != []


def test_kept_rows_are_held_against_each_other_only_where_both_keep_them() -> None:
    ones, others = ([["(all)", "rows of certificates", rows, ""]] for rows in "34")
    assert differences("product", ones, "pandas", []) == []
    assert differences("product", ones, "floor", others) != []


def run(seconds: float, outcome: str = "done", session: str = "today") -> dict[str, Any]:
    return {"seconds": seconds, "cpu_seconds": seconds, "peak_bytes": 10**9, "outcome": outcome,
            "session": session}  # fmt: skip


def result(scale: float = 1, rows: int = 100, **runs: dict[str, Any]) -> dict[str, Any]:
    machine = dict.fromkeys(("cores", "memory", "processor", "system", "python"), "")
    told = {"machine": machine, "versions": {}, "rounds": "Best of 1"}
    sessions = {one["session"]: told for one in runs.values()}
    return {"scale": scale, "rows": rows, "megabytes": 1, "sessions": sessions, "runs": runs,
            "small": {"rows": 10, "run": run(1)} if "product" in runs else None}  # fmt: skip


def test_a_goal_says_whether_it_is_reached() -> None:
    floor = GOALS[0]
    assert floor.line({"product": run(125), "floor": run(100)})[2] == "reached"
    assert floor.line({"product": run(126), "floor": run(100)})[2] == "**missed**"


def test_a_goal_against_somebody_who_ran_out_of_memory_has_no_figure() -> None:
    runs = {"product": run(1), "pandas_peer": run(9, "out of memory")}
    [line] = [line for goal in GOALS if "fast as pandas" in (line := goal.line(runs))[0]]
    assert line[1:] == ("pandas_peer out of memory", "no figure")


def test_a_goal_against_somebody_who_did_not_run_is_told_as_not_measured() -> None:
    text = report.goals_table(result(product=run(1)))
    assert "| at least 3 times as fast as PySpark | not measured | not measured |" in text


def test_growth_is_held_against_that_of_the_rows_by_both_clocks() -> None:
    assert growth(result(product=run(10)))[2] == "reached"
    assert growth(result(product=run(11)))[2] == "**missed**"
    assert growth(result(product=run(10) | {"cpu_seconds": 11}))[2] == "**missed**"
    assert growth(result(floor=run(10)))[2] == "not measured"


def test_a_run_of_another_session_stays_and_is_marked() -> None:
    kept = result(product=run(9, session="then"), dbt_peer=run(4, session="then"))
    both = report.merged(kept, result(product=run(2), floor=run(2)))
    assert {name: one["session"] for name, one in both["runs"].items()} == {
        "product": "today", "floor": "today", "dbt_peer": "then",
    }  # fmt: skip
    text = report.page(both)
    assert "| dbt-duckdb | 4.0 | 2.00 * | 4.0 | 1.00 | yes | then |" in text
    assert "| the floor: DuckDB by hand | 2.0 | 1.00 | 2.0 | 1.00 | yes | today |" in text
    assert "| at least 1 times as fast as dbt-duckdb | 2.00 * | reached |" in text
    assert "Session then:" in text


def test_runs_over_other_inputs_are_not_kept() -> None:
    kept = result(rows=99, dbt_peer=run(4, session="then"))
    assert set(report.merged(kept, result(product=run(2)))["runs"]) == {"product"}


def test_growth_stays_with_the_product_that_it_was_measured_beside() -> None:
    kept = result(product=run(9, session="then"))
    assert report.merged(kept, result(floor=run(2)))["small"] == kept["small"]


def rounds(*took: float) -> Callable[[], tuple[dict[str, Any], list[list[str]]]]:
    """Rounds of which only the first answers 3."""
    told = iter(enumerate(took))

    def once() -> tuple[dict[str, Any], list[list[str]]]:
        number, seconds = next(told)
        return run(seconds), [["edu", "014", "4" if number else "3", "5"]]

    return once


def test_every_round_is_held_against_the_first_numbers() -> None:
    numbers = Numbers()
    best = best_of(rounds(2, 1, 3), 3, partial(numbers.hold, "floor"))
    assert best["seconds"] == 1
    assert ["edu, 014, 4, 5" in problem for problem in numbers.problems] == [True, True]


def test_who_takes_long_has_one_round() -> None:
    assert best_of(rounds(31, 1), 2, lambda answer: None)["seconds"] == 31


def test_a_round_that_does_not_end_well_is_told() -> None:
    told = iter([(run(2), []), (run(1, "out of memory"), [])])
    assert best_of(lambda: next(told), 2, lambda answer: None)["outcome"] == "out of memory"
