"""The demo city: the same bytes for the same seed, sound codes, and the story it promises to tell.

One small city is written for the whole module; its heavy datasets are read with DuckDB.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from stdnum.cn import ric
from stdnum.cn import uscc as stdnum_uscc

from scorecard.contract import load_contracts
from scorecard.demo import DemoSummary, write_demo
from scorecard.demo.catalogue import catalogue_tables
from scorecard.demo.chance import Chance
from scorecard.demo.codes import subjects
from scorecard.demo.deliveries import EVENTS
from scorecard.demo.departments import EDU_DUTIES, Town, reference_tables
from scorecard.demo.heavy import FULL_YEAR, event_counts
from scorecard.demo.network import links, outages
from scorecard.demo.tables import Table
from scorecard.errors import ConfigurationError
from scorecard.settings import PROJECT

SCALE, DEPARTMENTS = 0.001, 12


def hashes(inbox: Path) -> dict[str, str]:
    return {
        path.relative_to(inbox).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(inbox.rglob("*"))
        if path.is_file()
    }


def table(tables: list[Table], name: str) -> list[dict[str, object]]:
    found = next(one for one in tables if one.dataset == name)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def rows(sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    return write_demo(tmp_path_factory.mktemp("demo"), scale=SCALE, departments=DEPARTMENTS)


@pytest.fixture(scope="module")
def town() -> Town:
    return Town(2019, 0.003, 60)


def test_the_same_seed_writes_the_same_bytes(demo: DemoSummary, tmp_path: Path) -> None:
    again = write_demo(tmp_path, scale=SCALE, departments=DEPARTMENTS)
    assert hashes(tmp_path) == hashes(demo.inbox)
    assert (again.files, again.rows, again.troubles) == (demo.files, demo.rows, demo.troubles)


def test_another_seed_writes_other_bytes_under_the_same_names(
    demo: DemoSummary, tmp_path: Path
) -> None:
    write_demo(tmp_path, seed=2020, scale=SCALE, departments=DEPARTMENTS)
    one, other = hashes(demo.inbox), hashes(tmp_path)
    assert one.keys() == other.keys()
    for dataset in ("network_probes", "credit_records", "certificates", "evidence"):
        names = [name for name in one if name.startswith(f"{dataset}/")]
        assert any(one[name] != other[name] for name in names), dataset


def test_every_dataset_has_rows_in_a_folder_of_its_own(demo: DemoSummary) -> None:
    datasets = set(load_contracts(PROJECT / "contracts"))
    assert {folder.name for folder in demo.inbox.iterdir()} == datasets
    assert set(demo.datasets) == datasets
    assert min(demo.datasets.values()) > 0
    assert demo.files == len(hashes(demo.inbox))


def test_files_come_in_all_the_formats_that_departments_use(demo: DemoSummary) -> None:
    endings = Counter("".join(Path(name).suffixes[-2:]) for name in hashes(demo.inbox))
    for ending in (".xlsx", ".csv", ".tsv", ".json", ".jsonl", ".csv.gz", ".parquet"):
        assert endings[ending] > 0, ending
    marked = (demo.inbox / "sections" / "sections_2020-01-06.csv").read_bytes()
    assert marked.startswith(b"\xef\xbb\xbf")
    chinese = (demo.inbox / "responsibilities" / "responsibilities_2020-01-06.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        chinese.decode("utf-8")
    labels = load_contracts(PROJECT / "contracts")["responsibilities"].columns
    header = chinese.decode("gb18030").splitlines()[0].split(",")
    assert header == [column.label_zh for column in labels]


def test_headers_are_names_or_labels_of_the_contract(demo: DemoSummary) -> None:
    contracts = load_contracts(PROJECT / "contracts")
    for name in ("investment_cases", "certificate_uses", "official_documents", "credit_records"):
        columns = contracts[name].read_columns
        path = sorted((demo.inbox / name).glob(f"{name}_2019-*"))[0]
        shown = {row[0] for row in rows(f"describe from '{path}'")}
        assert shown in ({c.name for c in columns}, {c.label_zh for c in columns}), name


def test_zipped_files_bear_no_time(demo: DemoSummary) -> None:
    zipped = sorted(demo.inbox.rglob("*.csv.gz"))
    assert {path.parent.name for path in zipped} == {"catalogue_mounts", "investment_cases"}
    for path in zipped:
        assert path.read_bytes()[4:8] == b"\0\0\0\0", path.name
        assert gzip.decompress(path.read_bytes())


def test_event_datasets_follow_the_scale(demo: DemoSummary) -> None:
    for dataset, full in FULL_YEAR.items():
        wanted = max(3 * 365, round(full * SCALE))
        found = rows(
            f"select count(*) from '{demo.inbox}/{dataset}/*-01.{EVENTS[dataset].ending}'"
        )[0][0]
        assert found == wanted, dataset
    assert sum(event_counts(1).values()) + 60 * 525_600 == 94_536_000
    probes = rows(f"select count(*) from '{demo.inbox}/network_probes/*.parquet'")[0][0]
    assert isinstance(probes, int)
    assert 0.95 < probes / (DEPARTMENTS * 365 * 2) < 1.2  # every twelve hours at most


def test_every_link_in_service_is_probed_every_day(demo: DemoSummary) -> None:
    found = rows(
        "select link_id, count(distinct probed_at::date), max(probed_at)::date, "
        "count(*) - count(distinct probed_at) "
        f"from '{demo.inbox}/network_probes/*.parquet' group by link_id"
    )
    days = {str(link): (count, last, doubled) for link, count, last, doubled in found}
    swapped = [key for key, (count, _, _) in days.items() if count != 365]
    assert len(days) == DEPARTMENTS + 1
    assert len(swapped) == 2
    assert sum(int(str(days[key][0])) for key in swapped) == 365
    assert {doubled for _, _, doubled in days.values()} == {0}
    assert date(2019, 12, 31) in {last for _, last, _ in days.values()}


def test_an_outage_keeps_its_exact_length_however_rare_the_probes(
    demo: DemoSummary,
) -> None:
    town = Town(2019, SCALE, DEPARTMENTS)
    link = f"lk-{town.other(7).department_id}-1"
    changes = rows(
        f"select probed_at, is_up from '{demo.inbox}/network_probes/*.parquet' "
        f"where link_id = '{link}' and probed_at::date = date '2019-05-22' order by probed_at"
    )
    first_down = next(at for at, is_up in changes if not is_up)
    first_up = next(at for at, is_up in changes if is_up and at > first_down)  # type: ignore[operator]
    assert first_up - first_down == timedelta(hours=4)  # type: ignore[operator]


def test_the_last_day_of_the_year_has_events(demo: DemoSummary) -> None:
    for dataset, column in (
        ("network_probes", "probed_at"),
        ("credit_records", "pushed_at"),
        ("certificates", "issued_at"),
    ):
        newest = rows(
            f"select max({column})::date from '{demo.inbox}/{dataset}/*_2020-01-01.parquet'"
        )
        assert newest == [(date(2019, 12, 31),)], dataset


def test_codes_are_sound_unless_they_are_wrong_on_purpose() -> None:
    pool = subjects(Chance(2019))
    for kind, is_valid in (("uscc", stdnum_uscc.is_valid), ("identity", ric.is_valid)):
        found = [one for one in pool if one.code_kind == kind and one.code]
        sound = [one for one in found if one.is_sound]
        assert all(is_valid(one.code) for one in sound)
        assert 0.6 < len(sound) / len(found) < 1


def test_identity_numbers_are_of_nobody_alive() -> None:
    numbers = [one.code for one in subjects(Chance(7)) if one.code_kind == "identity" and one.code]
    years = {int(number[6:10]) for number in numbers if number[:6] == "340621"}
    assert years <= set(range(1840, 1870))


def test_departments_bear_valid_social_credit_codes(town: Town) -> None:
    found = table(reference_tables(town), "departments")
    codes = [
        str(one["unified_social_credit_code"]) for one in found if one["unified_social_credit_code"]
    ]
    assert len(codes) > 50
    assert all(stdnum_uscc.is_valid(code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_sixty_departments_are_assessed_and_three_stand_by(town: Town) -> None:
    found = table(reference_tables(town), "departments")
    assert sum(one["city_code"] == "340600" and one["active_to"] is None for one in found) == 60
    assert sorted(str(one["department_id"]) for one in found[60:]) == [
        "bozhou-data",
        "hefei-data",
        "tourism",
    ]
    assert found[0]["department_id"] == "edu"


def test_the_education_bureau_has_its_decomposition(town: Town) -> None:
    tables = reference_tables(town)
    sections = {
        one["section_id"]: one["name"]
        for one in table(tables, "sections")
        if one["department_id"] == "edu"
    }
    assert set(sections.values()) == {
        "政策法规科", "办公室", "信息中心", "计财科", "装备科", "诚信办", "基教科", "人事科",
        "师资科",
    }  # fmt: skip
    duties = [one for one in table(tables, "responsibilities") if one["department_id"] == "edu"]
    leads = {
        one["indicator_code"]: sections[one["section_id"]]
        for one in duties
        if one["role"] == "lead"
    }
    assert sorted(map(str, leads)) == [f"{number:03d}" for number in range(1, 36)]
    assert Counter(leads.values()) == {
        "信息中心": 17, "政策法规科": 7, "诚信办": 5, "计财科": 3, "办公室": 2, "装备科": 1,
    }  # fmt: skip
    support = [sections[one["section_id"]] for one in duties if one["indicator_code"] == "023"]
    assert support == ["信息中心", "政策法规科", "基教科", "人事科", "计财科", "师资科"]


def test_every_indicator_of_every_department_has_one_lead(town: Town) -> None:
    duties = table(reference_tables(town), "responsibilities")
    leads = Counter(
        (one["department_id"], one["indicator_code"]) for one in duties if one["role"] == "lead"
    )
    sections = {
        (one["department_id"], one["section_id"])
        for one in table(reference_tables(town), "sections")
    }
    assert {(one["department_id"], one["section_id"]) for one in duties} <= sections
    assert len(EDU_DUTIES) == 35
    assert len(leads) == 63 * 35
    assert set(leads.values()) == {1}


def test_populations_name_the_sixteen_cities(town: Town) -> None:
    found = table(reference_tables(town), "populations")
    assert len({one["city_code"] for one in found}) == 16
    assert {one["year"] for one in found} == {2019}
    by_name = {one["city_name"]: one["population"] for one in found}
    assert by_name["淮北市"] == 1_970_265
    assert by_name["合肥市"] == 9_369_881
    assert by_name["铜陵市"] == 1_311_726


@pytest.mark.parametrize("seed", [1, 2019])
def test_the_education_bureau_has_mounted_87_of_120_entries(seed: int) -> None:
    end = date(2019, 12, 31)
    tables = catalogue_tables(Town(seed, 0.003, 60))
    active = {
        one["entry_id"]
        for one in table(tables, "catalogue_entries")
        if one["department_id"] == "edu"
        and min(one["due_at"], one["published_at"] or date.max) <= end  # type: ignore[type-var]
        and (one["retired_at"] is None or one["retired_at"] > end)  # type: ignore[operator]
    }
    mounted = {
        one["entry_id"]
        for one in table(tables, "catalogue_mounts")
        if one["mounted_at"] <= end  # type: ignore[operator]
        and (one["unmounted_at"] is None or one["unmounted_at"] > end)  # type: ignore[operator]
    }
    assert (len(active), len(active & mounted)) == (120, 87)


def test_a_link_is_down_once_a_day_at_most(town: Town) -> None:
    lines = links(town)
    downs = outages(town, lines)
    days = Counter((down.link_id, down.started_at.date()) for down in downs)
    assert max(days.values()) == 1
    assert len(lines) == 61
    longest = max(
        down.ended_at - down.started_at for down in downs if down.link_id.startswith("lk-edu")
    )
    assert longest < timedelta(hours=4)


def test_the_summary_tells_every_kind_of_trouble(demo: DemoSummary) -> None:
    kinds = Counter(trouble.kind for trouble in demo.troubles)
    assert set(kinds) >= {
        "late", "same file twice", "delivered twice", "broken row", "truncated file", "wrong kind",
        "empty file", "silent department", "orphan", "title rows", "unknown column", "no rows",
        "missing period", "numbers for codes", "left alone",
    }  # fmt: skip
    names = {name.split("/")[1] for name in hashes(demo.inbox)}
    assert {one.file_name for one in demo.troubles if one.file_name} <= names


def test_the_silent_department_is_in_the_registers_only(demo: DemoSummary) -> None:
    assert not [
        path
        for path in demo.inbox.rglob("*.json*")
        if '"archives"' in path.read_text(encoding="utf-8")
    ]
    sections = (demo.inbox / "sections" / "sections_2020-01-06.csv").read_text("utf-8-sig")
    assert "archives" in sections


@pytest.mark.parametrize(("scale", "departments"), [(0, 60), (17, 60), (0.003, 0), (0.003, 301)])
def test_a_number_out_of_range_is_refused(tmp_path: Path, scale: float, departments: int) -> None:
    with pytest.raises(ConfigurationError, match="cannot have"):
        write_demo(tmp_path, scale=scale, departments=departments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("departments", [1, 2, 300])
def test_the_smallest_and_the_largest_city_can_be_written(tmp_path: Path, departments: int) -> None:
    summary = write_demo(tmp_path, scale=0.0001, departments=departments)
    assert summary.departments == departments
    assert min(summary.datasets.values()) > 0
