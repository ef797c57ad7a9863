"""sources.yaml is read as written, and refused with file, line and mend where it is unsound."""

from __future__ import annotations

import datetime as dt
import json
import re
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from scorecard.connectors.base import Tally, Task, Wanted
from scorecard.contract import load_contracts
from scorecard.errors import ConfigurationError
from scorecard.pulling.bindings import HttpBinding, SqlBinding
from scorecard.pulling.config import SourcesError, load_sources
from scorecard.pulling.model import Sources
from scorecard.pulling.secrets import Secrets

ROOT = Path(__file__).parents[2]
CONTRACTS = load_contracts(ROOT / "contracts")
PASSWORD = "hunter2-hunter2"
PLATFORMS = """\
sources:
  credit: {kind: sql, url: postgresql://scorecard@db:5432/credit, password: env:CREDIT}
  sharing: {kind: http, base_url: https://share.example.gov.cn/api, auth: {bearer: env:TOKEN}}
  monitoring: {kind: prometheus, base_url: https://prom:9090}
  zabbix: {kind: zabbix, base_url: https://zabbix/api_jsonrpc.php, token: env:ZABBIX}
  share: {kind: files, url: file:///mnt/share}
"""
LINES = PLATFORMS.count("\n")

Read = Callable[[str], Sources]
Problems = Callable[[str], list[str]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Loads sources.yaml of this text."""

    def load(text: str) -> Sources:
        path = tmp_path / "sources.yaml"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return load_sources(path, CONTRACTS)

    return load


@pytest.fixture
def problems(read: Read, tmp_path: Path) -> Problems:
    """What is told of sources.yaml of this text, without the folder."""

    def load(text: str) -> list[str]:
        try:
            read(text)
        except SourcesError as error:
            return str(error).replace(f"{tmp_path}/", "").splitlines()
        return []

    return load


def bound(text: str) -> str:
    """The platforms above, and this of `datasets`."""
    return PLATFORMS + "datasets:\n" + textwrap.indent(textwrap.dedent(text).strip(), "  ")


# What is read


def test_without_the_file_everything_comes_by_the_inbox(tmp_path: Path):
    sources = load_sources(tmp_path / "sources.yaml", CONTRACTS)
    assert sources == Sources()
    assert (sources.parallel, sources.sources, sources.datasets) == (4, {}, {})


def test_a_binding_is_of_its_sources_kind(read: Read):
    sources = read(
        bound("""
        credit_records: {source: credit, table: gx.t_credit}
        catalogue_entries: {source: sharing, path: /resources, rows: $.data.list}
        network_probes: {source: zabbix}
        certificates: {source: share, folder: certificates}
        """)
    )
    kinds = {name: binding.kind for name, binding in sources.datasets.items()}
    assert kinds == {
        "credit_records": "sql",
        "catalogue_entries": "http",
        "network_probes": "zabbix",
        "certificates": "files",
    }


def test_texts_become_what_they_stand_for(read: Read):
    sources = read(
        bound("""
        credit_records:
          source: credit
          table: gx.t_credit
          deadline: 30m
          at_least: 0.8
          watermark: {column: UPD_TIME, overlap: 3d, window: 31d, first: 2019-01-01}
          fields:
            record_id: RID
            subject_kind: {from: ZTLX, values: {'1': organization, '2': person}}
            due_at: {from: YTS_SJ, time_zone: UTC}
        """).replace("credit: {kind: sql,", "credit: {kind: sql, tls: {verify: 'false'},")
    )
    binding = sources.datasets["credit_records"]
    assert isinstance(binding, SqlBinding)
    assert binding.deadline == dt.timedelta(minutes=30)
    assert binding.watermark
    assert binding.watermark.window == dt.timedelta(days=31)
    assert binding.fields["record_id"].source == "RID"
    assert binding.fields["subject_kind"].values == {"1": "organization", "2": "person"}
    assert sources.warnings == (
        "TLS VERIFICATION IS OFF FOR credit: WHO IT IS AND WHAT IT SENDS IS NOT PROVEN",
    )


def test_all_secrets_that_are_named_are_known(read: Read):
    sources = read("""
        sources:
          a: {kind: http, base_url: https://a, auth: {basic: {user: u, password: env:A}}}
          b: {kind: http, base_url: https://b, auth: {api_key: {header: X, value: 'file:/b'}}}
          c: {kind: sql, url: 'mysql://u@c/c', password: env:A}
          d: {kind: files, url: 's3://d/d', key: env:K, secret: env:S}
          e: {kind: http, base_url: https://e, auth: {oauth2: {
              token_url: https://f/token, client_id: i, client_secret: env:C}}}
        """)
    assert sources.references == ("env:A", "file:/b", "env:K", "env:S", "env:C")


def test_a_second_copy_of_a_binding_is_the_same(read: Read):
    binding = read(
        bound("""
        catalogue_entries:
          source: sharing
          paging: {page_number: {size: pageSize}}
          watermark: {column: at, window: 31d, first: 2019-01-01, parameter: a, until_parameter: b}
        """)
    ).datasets["catalogue_entries"]
    line = binding.model_dump_json(exclude_unset=True, by_alias=True)
    assert HttpBinding.model_validate_json(line) == binding


# What is refused

REFUSED_BINDINGS = {
    "an unknown dataset": (
        "credit_recrods: {source: credit, table: t}",
        "datasets.credit_recrods: no dataset is called 'credit_recrods' (known: adjustments,",
    ),
    "an unknown source": (
        "credit_records: {source: creditt, table: t}",
        "`source` is missing or names no source (known: credit, sharing, monitoring, zabbix,",
    ),
    "no source": ("credit_records: {table: t}", "`source` is missing or names no source"),
    "a binding that says nothing": ("credit_records:", "says nothing (write `key: value` below"),
    "a kind, which its source has": (
        "credit_records: {source: credit, kind: sql, table: t}",
        "datasets.credit_records.kind: key 'kind' is unknown (remove it)",
    ),
    "an unknown key": (
        "credit_records: {source: credit, tabel: t, table: t}",
        "key 'tabel' is unknown (known: source, deadline, at_least, may_be_empty, fields, "
        "watermark, table, query)",
    ),
    "a key of another kind": (
        "credit_records: {source: credit, table: t, path: /x}",
        "key 'path' is unknown (known: source,",
    ),
    "an unknown key of a column": (
        "credit_records: {source: credit, table: t, fields: {record_id: {form: RID}}}",
        "datasets.credit_records.fields.record_id.form: key 'form' is unknown "
        "(known: from, values, constant, time_zone, format)",
    ),
    "an unknown column": (
        "credit_records: {source: credit, table: t, fields: {record: RID}}",
        "credit_records has no column 'record' (known: record_id,",
    ),
    "a value outside of the enumeration": (
        "credit_records: {source: credit, table: t, "
        "fields: {subject_kind: {from: Z, values: {'1': firm}}}}",
        "fields.subject_kind.values.1: 'firm' is no value of 'subject_kind' (known: ",
    ),
    "a constant outside of the enumeration": (
        "catalogue_entries: {source: credit, table: t, fields: {share_type: {constant: free}}}",
        "'free' is no value of 'share_type' (known: unconditional, conditional, none)",
    ),
    "a name and a constant": (
        "credit_records: {source: credit, table: t, fields: {record_id: {from: a, constant: b}}}",
        "the column has no one origin (give one of from and constant)",
    ),
    "a constant with codes": (
        "credit_records: {source: credit, table: t, "
        "fields: {record_id: {constant: b, values: {a: b}}}}",
        "a constant is taken as it is (remove what stands beside it)",
    ),
    "a table and a query": (
        "credit_records: {source: credit, table: t, query: select 1}",
        "the rows have no one origin (give one of table and query)",
    ),
    "neither table nor query": ("credit_records: {source: credit}", "give one of table and query"),
    "a statement that is none": (
        "credit_records: {source: credit, query: selec 1 from t}",
        "`query` is not readable as SQL of postgresql",
    ),
    "two statements": (
        "credit_records: {source: credit, query: select 1; select 2}",
        "`query` is not exactly one SELECT",
    ),
    "a statement that is no SELECT": (
        "credit_records: {source: credit, query: delete from t}",
        "`query` is not exactly one SELECT",
    ),
    "a SELECT that writes": (
        "credit_records: {source: credit, "
        "query: 'with w as (insert into t values (1) returning a) select * from w'}",
        "`query` writes (write a SELECT that only reads)",
    ),
    "a watermark without its column": (
        "credit_records: {source: credit, table: t, watermark: {overlap: 3d}}",
        "datasets.credit_records.watermark: `column` is missing",
    ),
    "an overlap of a number that is a time": (
        "credit_records: {source: credit, table: t, "
        "watermark: {column: a, kind: integer, overlap: 3d}}",
        "`overlap` is '3d' (expected a whole number)",
    ),
    "an overlap of a time that is a number": (
        "credit_records: {source: credit, table: t, watermark: {column: a, overlap: '3'}}",
        "`overlap` is '3' (expected a time span such as 3d)",
    ),
    "an overlap of a text": (
        "credit_records: {source: credit, table: t, "
        "watermark: {column: a, kind: text, overlap: '3'}}",
        "a text has no overlap (remove it)",
    ),
    "a window of numbers": (
        "credit_records: {source: credit, table: t, "
        "watermark: {column: a, kind: integer, window: 3d, first: '1'}}",
        "a window cuts times, and the kind is integer (remove it)",
    ),
    "a window that begins nowhere": (
        "credit_records: {source: credit, table: t, watermark: {column: a, window: 3d}}",
        "a window, and `first` is missing (say where the first one begins, such as 2019-01-01)",
    ),
    "a window of no time": (
        "credit_records: {source: credit, table: t, "
        "watermark: {column: a, window: 0d, first: 2019-01-01}}",
        "`window` is '0d' (expected a time span such as 30s, 10m, 2h or 3d)",
    ),
    "a beginning that is no time": (
        "credit_records: {source: credit, table: t, watermark: {column: a, first: '2019'}}",
        "`first` is '2019' (expected a time such as 2019-01-01 08:00:00)",
    ),
    "a beginning with an offset": (
        "credit_records: {source: credit, table: t, "
        "watermark: {column: a, first: '2019-01-01T00:00:00Z'}}",
        "`first` is '2019-01-01T00:00:00Z'",
    ),
    "a format of a time that is none": (
        "credit_records: {source: credit, table: t, watermark: {column: a, format: epoch}}",
        "`format` is 'epoch' for kind time (for times: epoch_s, epoch_ms,",
    ),
    "a mark of texts that do not sort": (
        "credit_records: {source: credit, table: t, "
        "watermark: {column: a, format: '%d.%m.%Y %H:%M'}}",
        "watermark.format: texts written as '%d.%m.%Y %H:%M' do not sort by time (only %Y %m %d",
    ),
    "a mark of texts of different width": (
        "credit_records: {source: credit, table: t, watermark: {column: a, format: '%Y-%-m-%d'}}",
        "cast the column to a time in a `query`, or give `kind: text`",
    ),
    "a mark that nothing carries": (
        "catalogue_entries: {source: sharing, watermark: {column: a}}",
        "no parameter carries since (give `parameter`, or a param with {since} in it)",
    ),
    "a window's end that nothing carries": (
        "catalogue_entries: {source: sharing, "
        "watermark: {column: a, parameter: p, window: 3d, first: 2019-01-01}}",
        "no parameter carries until (give `until_parameter`, or a param with {until} in it)",
    ),
    "a place for a mark without one": (
        "catalogue_entries: {source: sharing, params: {q: 'at:{since}'}}",
        "params.q: {since} stands for a mark, and there is no watermark",
    ),
    "rows that are no JSONPath": (
        "catalogue_entries: {source: sharing, rows: '$.data['}",
        "datasets.catalogue_entries.rows: '$.data[' is no JSONPath",
    ),
    "a total that is no JSONPath": (
        "catalogue_entries: {source: sharing, paging: {offset: {total: $..}}}",
        "paging.offset.total: '$..' is no JSONPath",
    ),
    "two ways to page": (
        "catalogue_entries: {source: sharing, paging: {offset: {}, page_number: {}}}",
        "`paging` says more than one way",
    ),
    "probes of what has none": (
        "certificates: {source: monitoring, up: probe_success, link: {label: link_id}}",
        "certificates has no link_id, probed_at, is_up, and monitoring gives probes of links",
    ),
    "a watermark's column where samples have their time": (
        "network_probes: {source: zabbix, watermark: {column: clock}}",
        "`column` has no place here: the time of a sample is its mark",
    ),
}


@pytest.mark.parametrize("written", ["%Y%m%d", "%Y-%m-%d %H:%M:%S.%f", "%Y/%m", "epoch_ms"])
def test_a_mark_of_texts_that_sort_by_time_is_taken(read: Read, written: str):
    mark = f"{{column: a, format: '{written}'}}"
    assert read(bound(f"credit_records: {{source: credit, table: t, watermark: {mark}}}")).datasets


def test_a_platform_that_compares_by_itself_may_write_times_as_it_likes(read: Read):
    mark = "{column: a, parameter: p, format: '%d.%m.%Y'}"
    assert read(bound(f"catalogue_entries: {{source: sharing, watermark: {mark}}}")).datasets


@pytest.mark.parametrize("case", REFUSED_BINDINGS)
def test_a_binding_is_refused_with_its_line(problems: Problems, case: str):
    text, expected = REFUSED_BINDINGS[case]
    found = problems(bound(text))
    assert any(expected in problem for problem in found), found
    assert all(problem.startswith(f"sources.yaml:{LINES + 2}: ") for problem in found)


def test_a_computed_column_cannot_be_mapped(problems: Problems):
    dataset, column = next(
        (name, column.name)
        for name, contract in CONTRACTS.items()
        for column in contract.columns
        if column.logic
    )
    found = problems(bound(f"{dataset}: {{source: credit, table: t, fields: {{{column}: a}}}}"))
    assert f"'{column}' is computed while landing (to be mapped are: " in found[0]


REFUSED_SOURCES = {
    "an unknown kind": (
        "{kind: rest, base_url: https://h}",
        "`kind` is missing or unknown (known: http, sql, prometheus, zabbix, files)",
    ),
    "an unknown preset": (
        "{kind: http, preset: dkan, base_url: https://h}",
        "no preset is called 'dkan' (known: ckan)",
    ),
    "a preset of another kind": (
        "{kind: prometheus, preset: ckan, base_url: https://h}",
        "key 'preset' is unknown",
    ),
    "no way to log in": ("{kind: http, base_url: https://h, auth: {}}", "give one of bearer,"),
    "two ways to log in": (
        "{kind: http, base_url: https://h, auth: "
        "{bearer: env:A, basic: {user: a, password: env:B}}}",
        "`auth` does not say one way (give one of bearer, basic, api_key and oauth2)",
    ),
    "a key in two places": (
        "{kind: http, base_url: https://h, auth: {api_key: {header: a, query: b, value: env:A}}}",
        "`api_key` is not in one place (give one of header and query)",
    ),
    "a key in no place": (
        "{kind: http, base_url: https://h, auth: {api_key: {value: env:A}}}",
        "give one of header and query",
    ),
    "an address that is none": ("{kind: http, base_url: h/api}", "`base_url` is no address"),
    "an address with parameters": (
        "{kind: http, base_url: 'https://h/api?key=hunter2-hunter2'}",
        "`base_url` has parameters in it",
    ),
    "an expectation that is no JSONPath": (
        "{kind: http, base_url: https://h, expect: {'$.': ok}}",
        "expect.$.: '$.' is no JSONPath",
    ),
    "a zone that is none": (
        "{kind: http, base_url: https://h, time_zone: Mars}",
        "`time_zone` is 'Mars' (expected a time zone such as Asia/Shanghai",
    ),
    "a database nobody knows": (
        "{kind: sql, url: 'sybase://u@h/d'}",
        "`url` begins with no known database (known: postgresql, mysql, mariadb, oracle, mssql,",
    ),
    "a library that is not installed": (
        "{kind: sql, url: 'dm://u@h/d'}",
        "the library dmPython is not installed (uv sync --extra dameng)",
    ),
    "a scheme nobody knows": (
        "{kind: files, url: 'ftp://h/d'}",
        "`url` begins with no known scheme (known: s3, sftp, smb, file)",
    ),
    "a server whose key nobody knows": (
        "{kind: files, url: 'sftp://u@h/d', key_file: /k}",
        "`known_hosts` is missing",
    ),
    "S3 without a key": ("{kind: files, url: 's3://b/p', secret: env:S}", "`key` is missing"),
    "a name with a slash": ("{kind: http, base_url: https://h}", "'a/b' is no name"),
}


@pytest.mark.parametrize("case", REFUSED_SOURCES)
def test_a_platform_is_refused_with_its_line(
    problems: Problems, case: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("scorecard.pulling.checks.find_spec", lambda name: None)
    text, expected = REFUSED_SOURCES[case]
    name = "a/b" if "slash" in case else "a"
    found = problems(f"sources:\n  {name}: {text}\n")
    assert any(expected in problem for problem in found), found
    assert all(problem.startswith(f"sources.yaml:2: sources.{name}") for problem in found)


LEAKS = {
    "as a bearer token": f"{{kind: http, base_url: https://h, auth: {{bearer: {PASSWORD}}}}}",
    "as a password": f"{{kind: sql, url: 'mysql://u@h/d', password: {PASSWORD}}}",
    "as the whole of auth": f"{{kind: http, base_url: https://h, auth: {PASSWORD}}}",
    "as a list": f"{{kind: sql, url: 'mysql://u@h/d', password: [{PASSWORD}]}}",
    "in a database's URL": f"{{kind: sql, url: 'mysql://u:{PASSWORD}@h/d'}}",
    "with a slash in a URL": f"{{kind: sql, url: 'mysql://u:/{PASSWORD}@h/d'}}",
    "as a parameter of a URL": f"{{kind: sql, url: 'mysql://u@h/d?password={PASSWORD}'}}",
    "in an address": f"{{kind: http, base_url: 'https://u:{PASSWORD}@h'}}",
    "with a slash in an address": f"{{kind: http, base_url: 'https://u:/{PASSWORD}@h'}}",
    "as the user of an address": f"{{kind: http, base_url: 'https://{PASSWORD}@h'}}",
    "in a folder's URL": f"{{kind: files, url: 'sftp://u:{PASSWORD}@h/d', known_hosts: /k}}",
    "as a header": (
        f"{{kind: http, base_url: https://h, headers: {{Authorization: Bearer {PASSWORD}}}}}"
    ),
    "as a header of its own": (
        f"{{kind: zabbix, base_url: https://h, token: env:T, headers: {{X-Api-Key: {PASSWORD}}}}}"
    ),
    "as all headers": f"{{kind: http, base_url: https://h, headers: {PASSWORD}}}",
    "in the address of tokens": (
        "{kind: http, base_url: https://h, auth: {oauth2: {client_id: i, client_secret: env:S, "
        f"token_url: 'https://i:{PASSWORD}@h/token'}}}}}}"
    ),
}


@pytest.mark.parametrize("place", LEAKS)
def test_a_secret_written_out_is_refused_and_not_told(read: Read, place: str):
    with pytest.raises(SourcesError) as caught:
        read(f"sources:\n  a: {LEAKS[place]}\n")
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_secret_among_the_parameters_is_refused(problems: Problems):
    found = problems(
        bound(f"catalogue_entries: {{source: sharing, params: {{token: {PASSWORD}}}}}")
    )
    assert "`token` looks like a secret written out" in found[0]
    assert PASSWORD not in found[0]


def test_all_problems_come_at_once_in_the_order_of_the_file(problems: Problems):
    found = problems("""\
        paralel: 3
        sources:
          a: {kind: http, base_url: https://a, retries: often}
          b: {kind: sql, url: 'mysql://u@h/d', timeout: 3s}
        datasets:
          credit_records: {source: b, table: t, query: select 1}
          certificates: {source: c}
          sections: {source: a, row: $}
        """)
    assert [problem.split(": ")[0] for problem in found] == [
        f"sources.yaml:{line}" for line in (1, 3, 4, 6, 7, 8)
    ]


def test_a_key_that_stands_twice_is_told(problems: Problems):
    found = problems("parallel: 1\nparallel: 2\n")
    assert found == ["sources.yaml:2: key 'parallel' stands twice (first on line 1)"]


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_file_is_refused_without_a_word_of_rulebooks(read: Read, text: str):
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    assert str(caught.value).endswith("sources.yaml: is empty (write it, or remove it)")


@pytest.mark.parametrize("text", ["credit", "[a, b]", "sources: [a]", "sources: {a: b}"])
def test_a_file_of_another_shape_is_refused(problems: Problems, text: str):
    assert problems(text)


def test_sections_may_be_left_empty(read: Read):
    assert read("parallel: 2\nsources:\ndatasets:\n").parallel == 2


def test_a_link_that_leads_nowhere_is_not_taken_for_no_file(tmp_path: Path):
    (tmp_path / "sources.yaml").symlink_to(tmp_path / "gone")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_sources(tmp_path / "sources.yaml", CONTRACTS)


# Presets

CKAN = """
sources:
  portal: {kind: http, preset: ckan, base_url: %s}
datasets:
  catalogue_entries: {source: portal%s}
"""


def test_what_the_file_says_goes_before_the_preset(read: Read):
    more = ", fields: {title: name, share_type: {constant: none}}, watermark: {overlap: 9d}"
    binding = read(CKAN % ("https://data.example.gov.cn", more)).datasets["catalogue_entries"]
    assert isinstance(binding, HttpBinding)
    assert binding.fields["title"].source == "name"
    assert binding.fields["share_type"].constant == "none"
    assert binding.fields["department_id"].source == "organization.name"
    assert binding.watermark
    assert (binding.watermark.overlap, binding.watermark.column) == ("9d", "metadata_modified")


@contextmanager
def ckan(entries: list[dict[str, object]]) -> Iterator[tuple[str, list[dict[str, list[str]]]]]:
    """A server that answers package_search as CKAN does; gives its address and what was asked."""
    asked: list[dict[str, list[str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            assert url.path == "/api/3/action/package_search"
            query = parse_qs(url.query)
            asked.append(query)
            start, rows = int(query.get("start", ["0"])[0]), min(int(query["rows"][0]), 1000)
            page = entries[start : start + rows]
            body = json.dumps(
                {"success": True, "result": {"count": len(entries), "results": page}}
            ).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json;charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def test_the_preset_of_ckan_reads_a_whole_catalogue(read: Read, tmp_path: Path):
    from scorecard.connectors.http import connect

    entries: list[dict[str, object]] = [
        {"id": f"e{i:04}", "title": f"目录 {i}", "organization": {"name": "edu"}, "extras": []}
        for i in range(1500)
    ]
    task = Task(
        "catalogue_entries", "2019-03-05 10:00:00.5", None, tmp_path, dt.datetime(2026, 1, 1), 30
    )
    wanted = Wanted(("id", "organization.name", "title"))
    with ckan(entries) as (address, asked):
        sources = read(CKAN % (address, ""))
        source, binding = sources.sources["portal"], sources.datasets["catalogue_entries"]
        batches = list(connect(source, binding, wanted, Secrets({})).batches(task, Tally()))
    rows = [row for batch in batches for row in batch.to_pylist()]
    assert [row["id"] for row in rows] == [entry["id"] for entry in entries]
    assert {row["organization.name"] for row in rows} == {"edu"}
    assert [query.get("start", ["0"]) for query in asked] == [["0"], ["1000"]]
    assert {query["fq"][0] for query in asked} == {"metadata_modified:[2019-03-05T10:00:00Z TO *]"}


# The manual


def test_every_example_of_the_manual_is_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("scorecard.pulling.checks.find_spec", lambda name: True)
    manual = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", manual, re.DOTALL)
    assert len(blocks) >= 6
    for number, block in enumerate(blocks):
        path = tmp_path / f"example-{number}.yaml"
        path.write_text(block, encoding="utf-8")
        load_sources(path, CONTRACTS)


@pytest.mark.parametrize(
    "source",
    [
        "{kind: http, base_url: http://10.1.2.3/api}",
        "{kind: zabbix, base_url: http://zabbix/api_jsonrpc.php, token: env:T}",
        "{kind: files, url: s3://b/p, endpoint: http://minio, key: env:K, secret: env:S}",
        "{kind: http, base_url: https://a, auth: {oauth2: {token_url: http://a/t, client_id: c, "
        "client_secret: env:S}}}",
    ],
)
def test_an_address_in_clear_is_refused_unless_the_file_says_so_loudly(
    problems: Problems, read: Read, source: str
):
    [told] = problems(f"sources:\n  a: {source}\n")
    assert "goes in clear" in told
    loud = source.replace("{kind:", "{tls: {verify: false}, kind:", 1)
    assert len(read(f"sources:\n  a: {loud}\n").warnings) == 1


def test_this_machine_may_be_asked_in_clear(read: Read):
    assert not read("sources:\n  a: {kind: http, base_url: 'http://127.0.0.1:80'}\n").warnings
