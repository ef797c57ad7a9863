"""The demo city's platforms: what the files hold is what is served, and faults do what they say.

One small city is served for the whole module. Its files are read here once more, by other readers
than landing's.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
import requests
from python_calamine import CalamineError, CalamineWorkbook

from scorecard.contract import Contract, load_contracts
from scorecard.demo import write_demo
from scorecard.demo.serve import CityServer, serve, write_sources
from scorecard.errors import ConfigurationError
from scorecard.pulling.bindings import HttpBinding, Mapped
from scorecard.pulling.config import load_sources
from scorecard.pulling.model import Sources
from scorecard.settings import PROJECT

SMALL: dict[str, Any] = {"scale": 0.0001, "departments": 12}
CONTRACTS = load_contracts(PROJECT / "contracts")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("city")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[CityServer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DEMO_TOKEN", raising=False)
        with serve(folder, port=0, **SMALL) as server:
            yield server


@pytest.fixture(scope="module")
def sources(server: CityServer, tmp_path_factory: pytest.TempPathFactory) -> Sources:
    path = tmp_path_factory.mktemp("home") / "new" / "sources.yaml"
    assert write_sources(path, server.sources)
    return load_sources(path, CONTRACTS)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("files"), **SMALL).inbox


@pytest.fixture
def client(server: CityServer) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {server.token}"
        yield session
        server.faults.switch([])


def ask(client: requests.Session, server: CityServer, dataset: str, **asked: int) -> Any:
    answer = client.get(f"{server.address}/v1/{dataset}", params=asked, timeout=10)
    answer.raise_for_status()
    return answer.json()


def rows(client: requests.Session, server: CityServer, dataset: str, size: int = 700) -> list[Any]:
    """All pages of a dataset, until it has given as many rows as it says there are."""
    found: list[Any] = []
    page, total = 1, 1
    while len(found) < total:
        data = ask(client, server, dataset, page=page, size=size)["data"]
        assert data["list"]
        found, page, total = found + data["list"], page + 1, data["total"]
    assert len(found) == total
    return found


def text(value: Any) -> str | None:
    """A value as a csv file would have it; None where nothing stands."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value in (None, "") else str(value)


def table_of(path: Path) -> list[list[Any]]:
    """The lines of a file, the header first; none where it is no such file."""
    if path.suffix == ".xlsx":
        try:
            workbook = CalamineWorkbook.from_path(str(path))
        except CalamineError:
            return []
        return workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    if path.suffix == ".parquet":
        result = duckdb.execute("select columns(*)::varchar from read_parquet(?)", [str(path)])
        return [[column[0] for column in result.description], *map(list, result.fetchall())]
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        decoded = content.decode("gb18030")
    if ".json" in path.name:
        lines = decoded.splitlines() if path.suffix == ".jsonl" else [decoded]
        parsed = [json.loads(line, parse_float=str, parse_int=str) for line in lines]
        objects = parsed if path.suffix == ".jsonl" else parsed[0]
        return [list(objects[0]), *(list(one.values()) for one in objects)]
    delimiter = "\t" if path.suffix == ".tsv" else ","
    return list(csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter))


def delivered(inbox: Path, contract: Contract) -> list[dict[str, str | None]]:
    """What the files of a dataset hold, in the order of their names; equal files once."""
    names = {column.label_zh: column.name for column in contract.read_columns}
    seen, found = set(), []
    for path in sorted((inbox / contract.name).iterdir(), key=lambda path: path.name.encode()):
        if path.name.startswith("~$") or path.suffix == ".txt" or path.read_bytes() in seen:
            continue
        seen.add(path.read_bytes())
        header, *lines = table_of(path) or [[]]
        columns = [names.get(name, name) for name in header]
        if not {column.name for column in contract.read_columns if column.required} <= {*columns}:
            continue
        for line in lines:
            if len(line) == len(columns) and any(line):
                row = dict(zip(columns, map(text, line), strict=True))
                found.append({c.name: row.get(c.name) for c in contract.read_columns})
    return found


def mapped(contract: Contract, binding: HttpBinding, served: dict[str, Any]) -> dict[str, Any]:
    """A served row as the contract has it, by what the binding says."""
    row = {}
    for name in (column.name for column in contract.read_columns):
        field = binding.fields.get(name, Mapped(source=name))
        value = served[field.source]
        if field.time_zone and value is not None:
            moment = dt.datetime.fromisoformat(value).replace(tzinfo=ZoneInfo(field.time_zone))
            value = str(moment.astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None))
        row[name] = (field.values or {}).get(value, value)
    return row


def test_every_dataset_of_the_contracts_is_served(server: CityServer):
    assert set(server.city.rows) == set(CONTRACTS)
    assert all(server.city.rows.values())


@pytest.mark.parametrize("dataset", sorted(CONTRACTS))
def test_what_is_served_is_what_the_files_hold_in_their_order(
    server: CityServer, client: requests.Session, inbox: Path, sources: Sources, dataset: str
):
    contract, binding = CONTRACTS[dataset], sources.datasets[dataset]
    assert isinstance(binding, HttpBinding)
    served = rows(client, server, dataset)
    assert [row["_seq"] for row in served] == list(range(1, len(served) + 1))
    assert [mapped(contract, binding, row) for row in served] == delivered(inbox, contract)


def test_a_platform_has_its_own_names_codes_and_clock(server: CityServer, client: requests.Session):
    [record] = ask(client, server, "credit_records", size=1)["data"]["list"]
    assert {"RID", "ZTLX", "TS_SJ"} < set(record)
    assert record["ZTLX"] in ("1", "2")
    [document] = ask(client, server, "official_documents", size=1)["data"]["list"]
    assert document["receivedAt"].startswith("2018-12-31 ")  # it was New Year in local time


def test_a_pull_begins_at_its_mark(server: CityServer, client: requests.Session):
    total = server.city.rows["departments"]
    data = ask(client, server, "departments", since=total - 2, size=2)["data"]
    assert data["total"] == 3
    assert [row["_seq"] for row in data["list"]] == [total - 2, total - 1]
    assert ask(client, server, "departments", since=total + 1)["data"] == {"total": 0, "list": []}
    assert ask(client, server, "departments", page=99)["data"] == {"total": total, "list": []}


@pytest.mark.parametrize("asked", ["size=0x", "size=5001", "page=-1", "since=x"])
def test_a_wrong_number_is_refused(server: CityServer, client: requests.Session, asked: str):
    answer = client.get(f"{server.address}/v1/departments?{asked}", timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, 400)


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"X-Key": "密".encode()}]
)
def test_nobody_gets_rows_or_switches_faults_without_the_token(
    server: CityServer, headers: dict[str, Any]
):
    for answer in (
        requests.get(f"{server.address}/v1/departments", headers=headers, timeout=10),
        requests.post(f"{server.address}/faults/slow", headers=headers, timeout=10),
    ):
        assert answer.status_code == 401
        assert answer.json()["data"] is None
    assert not server.faults.active


def test_the_token_of_the_environment_is_taken(
    server: CityServer, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DEMO_TOKEN", "given")
    with serve(folder, port=0, **SMALL) as second:
        assert (second.token, second.made_token) == ("given", False)
    assert server.token != "given"
    assert server.made_token


def test_a_city_is_made_once_and_replaced_by_another(
    server: CityServer, folder: Path, tmp_path: Path
):
    place = tmp_path / "city"
    shutil.copytree(folder, place)
    told: list[str] = []
    with serve(place, port=0, **SMALL, progress=told.append) as same:
        assert told == ["the city is there from before"]
        assert same.city.rows == server.city.rows
    with serve(place, port=0, **SMALL | {"departments": 11}, progress=told.append) as other:
        assert other.city.rows["departments"] == server.city.rows["departments"] - 1
    assert len(list(place.iterdir())) == 1
    left_out = [line for line in told if line.startswith("left out: it_projects/")]
    assert any("it_projects_2019-09-09.xlsx: no readable xlsx workbook" in s for s in left_out)
    assert "left out: base_library_uses/base_library_uses_2019-10-02.csv: 1 broken lines" in told


def test_a_port_that_is_taken_is_said(server: CityServer, folder: Path):
    with (
        pytest.raises(ConfigurationError, match=r"port \d+ is taken"),
        serve(folder, port=server.server_port, **SMALL),
    ):
        pass


def test_one_connection_serves_many_pages_and_packs_them(server: CityServer):
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    asked = {"Authorization": f"Bearer {server.token}", "Accept-Encoding": "gzip"}
    with closing(connection):
        connection.connect()
        kept = connection.sock
        for page in (1, 2):
            connection.request("GET", f"/v1/credit_records?page={page}", headers=asked)
            answer = connection.getresponse()
            body = answer.read()
            assert answer.getheader("Content-Encoding") == "gzip"
            assert len(json.loads(gzip.decompress(body))["data"]["list"]) == 1000
            assert connection.sock is kept


def test_no_row_goes_into_a_log(
    server: CityServer, client: requests.Session, capfd: pytest.CaptureFixture[str]
):
    ask(client, server, "credit_records")
    client.get(f"{server.address}/nothing", timeout=10)
    assert capfd.readouterr() == ("", "")


def switch(client: requests.Session, server: CityServer, names: str) -> requests.Response:
    return client.post(f"{server.address}/faults/{names}", timeout=10)


def test_faults_are_switched_while_it_runs(server: CityServer, client: requests.Session):
    assert switch(client, server, "slow,wrong").json()["data"] == {"faults": ["slow", "wrong"]}
    assert switch(client, server, "none").json()["data"] == {"faults": []}
    refused = switch(client, server, "sloe")
    assert refused.status_code == 400
    assert "known are: slow, flaky, wrong" in refused.json()["msg"]


def test_a_slow_page_is_late_by_the_same_time_again(server: CityServer, client: requests.Session):
    switch(client, server, "slow")
    delays = [server.faults.delay("departments", page) for page in range(1, 50)]
    assert min(delays) >= 0.2
    assert max(delays) <= 0.8
    assert len(set(delays)) > 20
    began = time.monotonic()
    ask(client, server, "departments")
    assert time.monotonic() - began >= delays[0]


def test_a_flaky_platform_fails_now_and_then_and_again_the_same_way(
    server: CityServer, client: requests.Session
):
    def told() -> object:
        try:
            answer = client.get(f"{server.address}/v1/responsibilities", timeout=10)
        except requests.exceptions.ChunkedEncodingError as error:
            return "reset" if "reset" in str(error).lower() else str(error)
        if answer.status_code == 429:
            assert answer.headers["Retry-After"] == "1"
        return answer.status_code

    switch(client, server, "flaky")
    expected: list[object] = [200] * 14
    expected[6], expected[10], expected[12], expected[13] = 503, "reset", 429, 503
    assert [told() for _ in range(14)] == expected


def test_a_wrong_platform_answers_what_cannot_be_true(server: CityServer, client: requests.Session):
    switch(client, server, "wrong")
    first, second, third = (
        ask(client, server, "network_probes", page=page, size=100)["data"]["list"]
        for page in (1, 2, 3)
    )
    assert first == second != third
    assert third[0]["_seq"] == 201
    records = ask(client, server, "credit_records", size=1000)["data"]["list"]
    assert [row["_seq"] for row in records if row["ZTLX"] == "7"] == [500, 1000]
    failed = ask(client, server, "certificate_types")
    assert (failed["code"], failed["data"]) == (500, None)
    assert ask(client, server, "information_systems")["data"] == {"total": 0, "list": []}
    assert ask(client, server, "departments")["data"]["list"]


def test_the_page_says_what_there_is_and_what_goes_wrong(
    server: CityServer, client: requests.Session
):
    switch(client, server, "flaky")
    page = requests.get(server.address, timeout=10).text
    assert 'value="flaky" checked' in page
    assert 'value="slow">' in page
    assert server.token not in page
    for name, contract in CONTRACTS.items():
        assert f'href="/v1/{name}?size=3"' in page
        assert contract.label_zh in page
        assert f'<td class="number">{server.city.rows[name]:,}</td>' in page


def test_the_sources_yaml_binds_every_dataset(server: CityServer, sources: Sources):
    assert set(sources.datasets) == set(CONTRACTS)
    for name, binding in sources.datasets.items():
        assert binding.may_be_empty == CONTRACTS[name].may_be_empty


def test_the_sources_yaml_says_that_keys_come_again_as_they_do(
    server: CityServer, client: requests.Session, sources: Sources
):
    keys = [row["outage_id"] for row in rows(client, server, "network_outages")]
    assert len(set(keys)) < len(keys)
    assert all(getattr(binding, "versions", False) for binding in sources.datasets.values())


def test_the_sources_yaml_leaves_no_served_field_out(
    server: CityServer, client: requests.Session, sources: Sources
):
    for name, binding in sources.datasets.items():
        assert isinstance(binding, HttpBinding)
        [row] = ask(client, server, name, size=1)["data"]["list"]
        read = [
            binding.fields.get(c.name, Mapped(source=c.name)) for c in CONTRACTS[name].read_columns
        ]
        assert {*(field.source for field in read), "_seq"} == set(row)


def test_a_sources_yaml_that_is_there_is_left_alone(server: CityServer, tmp_path: Path):
    path = tmp_path / "sources.yaml"
    path.write_text("parallel: 2\n")
    assert not write_sources(path, server.sources)
    assert path.read_text() == "parallel: 2\n"
