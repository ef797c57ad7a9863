"""PostgreSQL, by a real server: what comes, what is refused, and what is told."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from scorecard.connectors.base import PullFailedError, Tally
from tests.connectors.pulls import Row, batches, child, rows
from tests.servers.postgres import PASSWORD, Postgres, postgres
from tests.servers.stalling import stalling

MANY = 1_000_000
TABLES = f"""
create table gx.many as
select i as id, '淮北市第' || i || '号' as name, timestamp '2019-01-01' + i * interval '1 s' as at
from generate_series(1, {MANY}) as numbers (i);
create table gx.marks (
    id int, at timestamp(6), zoned timestamptz, day date, seconds bigint,
    code text collate "und-x-icu"
);
insert into gx.marks
select i, t, t at time zone 'Asia/Shanghai', date '2019-03-05' + i / 4, 1551751199 + i, code
from (values
    (1, timestamp '2019-03-05 10:00:00', 'B'),
    (2, timestamp '2019-03-05 10:00:00.000001', 'a'),
    (3, timestamp '2019-03-05 10:00:00.000001', 'a'),
    (4, timestamp '2019-03-05 10:00:00.000002', E'o''b\\\\A%s :y')
) as given (i, t, code);
create type gx.kind as enum ('机构', 'person');
create table gx."Odd Table" (id int, "数量" numeric, "group" gx.kind);
insert into gx."Odd Table" values (1, 12345678901234567890123456789.0123456789, '机构');
create table gx.secret (id int);
revoke select on gx.secret from reader;
create function gx.writing() returns int language sql as
    'insert into gx.marks (id) values (99) returning 1';
grant insert on gx.marks to reader;
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as started:
        started.run(TABLES)
        yield started


def pulled(server: Postgres, *given: Any, **how: Any) -> list[Row]:
    return rows(how.pop("url", server.url()), how.pop("password", PASSWORD), *given, **how)


def failure(server: Postgres, *given: Any, **how: Any) -> str:
    with pytest.raises(PullFailedError) as caught:
        pulled(server, *given, **how)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


def test_a_million_rows_come_whole_in_bounded_memory(server: Postgres) -> None:
    with child(server.url(), PASSWORD, table="gx.many", names=["id", "name", "at"]) as pulling:
        out, _ = pulling.communicate()
    count, mebibytes = map(int, out.split()[1:])
    assert count == MANY
    assert mebibytes < 400


def test_names_are_those_that_are_wanted_and_there_in_whatever_case(server: Postgres) -> None:
    tally = Tally()
    found = pulled(server, "gx.marks", names=("ID", "Day", "none"), tally=tally)
    assert found[0] == {"ID": "1", "Day": "2019-03-05"}
    assert tally.columns == ("ID", "Day", "at", "zoned", "seconds", "code")
    assert tally.requests == 2


def test_names_with_blanks_capitals_and_chinese_are_names(server: Postgres) -> None:
    found = pulled(server, "gx.Odd Table", names=("id", "数量", "group"))
    assert found == [
        {"id": "1", "数量": "12345678901234567890123456789.0123456789", "group": "机构"}
    ]


def test_a_column_is_taken_by_its_exact_name_before_one_in_another_case(server: Postgres) -> None:
    query = 'select 1 as "ID", 2 as id'
    assert pulled(server, query=query, names=("id", "ID")) == [{"id": "2", "ID": "1"}]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("numeric 'NaN'", "NaN"),
        ("1e-30::numeric", "0.000000000000000000000000000001"),
        ("0.1::float8", "0.1"),
        ("timestamp 'infinity'", "infinity"),
        ("date '-infinity'", "-infinity"),
        ("timestamptz '2019-03-05 02:00:00.5Z'", "2019-03-05 10:00:00.5+08"),
        ("timestamp '2019-03-05 02:00:00'", "2019-03-05 02:00:00"),
        ("'person'::gx.kind", "person"),
        ("jsonb '{\"a\": [1, null]}'", '{"a": [1, null]}'),
        ("bytea '\\xde00ad'", "\\xde00ad"),
        ("b'0101'", "0101"),
        ("true", "true"),
        ("char(4) '是'", "是"),
        ("interval '1 month 25:00'", "1 mon 25:00:00"),
        ("array['a', null]", "{a,NULL}"),
        ("inet '10.0.0.0/8'", "10.0.0.0/8"),
        ("text '👩‍💻 \\ '' \" % :x'", "👩‍💻 \\ ' \" % :x"),
        ("''", ""),
        ("null", None),
    ],
)
def test_a_value_is_what_the_server_writes(
    server: Postgres, expression: str, text: str | None
) -> None:
    query = f"select {expression} as value -- a comment at its end"
    assert pulled(server, query=query, names=("value",)) == [{"value": text}]


def test_a_text_in_another_encoding_than_the_database_claims_is_told(server: Postgres) -> None:
    server.run("create database ascii encoding 'SQL_ASCII' locale 'C' template template0")
    url, query = server.url().replace("/postgres", "/ascii"), "select E'\\xc3\\x28' as id"
    assert "a text is not in the encoding" in failure(server, url=url, query=query)
    query = "select convert_from(convert('\\xbbb4', 'GBK', 'UTF8'), 'SQL_ASCII') as id"
    assert pulled(server, url=url, query=query) == [{"id": "淮"}]


@pytest.mark.parametrize("column", ["at", "ZONED"])
@pytest.mark.parametrize(
    ("since", "until", "ids"),
    [
        (None, None, "1234"),
        ("2019-03-05 10:00:00.000001", None, "234"),
        ("2019-03-05 10:00:00", "2019-03-05 10:00:00.000001", "1"),
        ("2019-03-05 10:00:00.000001", "2019-03-05 10:00:00.000002", "23"),
        ("2019-03-05 10:00:00.000003", None, ""),
    ],
)
def test_a_mark_of_time_is_included_and_an_end_is_not(
    server: Postgres, column: str, since: str | None, until: str | None, ids: str
) -> None:
    mark = {"column": column}
    found = pulled(server, "gx.marks", watermark=mark, since=since, until=until)
    assert "".join(str(row["id"]) for row in found) == ids


@pytest.mark.parametrize(
    ("mark", "since", "ids"),
    [
        ({"column": "day"}, "2019-03-06 00:00:00", "4"),
        ({"column": "seconds", "kind": "integer"}, "1551751201", "234"),
        ({"column": "seconds", "format": "epoch_s"}, "2019-03-05 10:00:01.5", "234"),
        ({"column": "code", "kind": "text"}, "B", "1234"),  # by language, a is before B
        ({"column": "code", "kind": "text"}, "o'b\\A%s :y", "4"),
        ({"column": "code", "kind": "text"}, "x' or 'a' = 'a", ""),
    ],
)
def test_a_mark_is_compared_as_its_kind_is(
    server: Postgres, mark: dict[str, str], since: str, ids: str
) -> None:
    found = pulled(server, "gx.marks", watermark=mark, since=since)
    assert "".join(str(row["id"]) for row in found) == ids


def test_rows_that_are_added_while_it_reads_come_the_next_time(server: Postgres) -> None:
    reading = batches(server.url(), PASSWORD, "gx.many")
    count = next(reading).num_rows
    server.run("insert into gx.many (id) select 0 from generate_series(1, 1000)")
    assert count + sum(batch.num_rows for batch in reading) == MANY
    server.run("delete from gx.many where id = 0")


@pytest.mark.parametrize("way", ["", "?options=-c%20default_transaction_read_only%3Doff"])
def test_a_query_that_writes_is_refused_whatever_the_url_says(server: Postgres, way: str) -> None:
    told = failure(server, url=server.url() + way, query="select gx.writing() as id")
    assert "the statement would write (SQLSTATE 25006)" in told
    assert server.run("select count(*) from gx.marks where id = 99") == "0"


def test_a_statement_ends_at_the_deadline_or_before(server: Postgres) -> None:
    query = "select cast(pg_sleep(30) as text) as id"
    began = time.monotonic()
    assert "took too long" in failure(server, query=query, deadline=1)
    assert "took too long" in failure(server, query=query, statement_timeout="1s")
    assert time.monotonic() - began < 15


USED = "select ssl::text as id from pg_stat_ssl where pid = pg_backend_pid()"


def test_a_private_authority_is_believed(server: Postgres) -> None:
    assert pulled(server, query=USED, tls={"ca": str(server.authority.ca)}) == [{"id": "true"}]


@pytest.mark.parametrize("way", ["", "?sslmode=disable", "?sslmode=require&hostaddr=127.0.0.1"])
def test_a_server_elsewhere_has_to_prove_itself_whatever_the_url_says(
    server: Postgres, way: str
) -> None:
    assert "does not prove itself" in failure(server, url=server.url("127.0.0.3") + way, query=USED)


def test_another_authority_or_another_name_is_refused(server: Postgres) -> None:
    ca = {"ca": str(server.authority.ca)}
    assert "does not match host name" in failure(
        server, url=server.url("127.0.0.2"), query=USED, tls=ca
    )
    other = {"ca": str(server.authority.certificate)}
    assert "certificate verify failed" in failure(server, query=USED, tls=other)


def test_the_systems_authorities_are_believed_without_a_ca(server: Postgres) -> None:
    url, system = server.url("127.0.0.3"), {"SSL_CERT_FILE": str(server.authority.ca)}
    with child(url, PASSWORD, environment=system, query=USED, names=["id"]) as pulling:
        out, _ = pulling.communicate()
    assert out.split()[:2] == ["begun", "1"]


def test_verification_off_leaves_it_encrypted(server: Postgres) -> None:
    url = server.url("127.0.0.2")
    assert pulled(server, url=url, query=USED, tls={"verify": False}) == [{"id": "true"}]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"password": "wrong-Secret"}, "user or password is refused"),
        ({"url": "postgresql://reader@127.0.0.1:1/postgres"}, "nothing answers there"),
        ({"url": "postgresql://reader@host.invalid/postgres"}, "the host is not known"),
        ({"url": "/nowhere"}, "there is no such database"),
        ({"table": "gx.none"}, 'there is no such table: relation "gx.none" does not exist'),
        ({"table": "gx.secret"}, "the user may not read this: permission denied for table secret"),
        ({"names": ("none",)}, "there is none of the columns wanted, only id, name, at"),
        ({"query": "select none from gx.many"}, "there is no such column"),
        ({"query": "select from from"}, "the statement is not understood"),
        (
            {"query": "select cast(name as int) as id from gx.many"},
            "reports an error (SQLSTATE 22P",
        ),
    ],
)
def test_what_goes_wrong_is_told_in_plain_words(
    server: Postgres, how: dict[str, Any], words: str
) -> None:
    if how.get("url") == "/nowhere":
        how = {"url": server.url().replace("/postgres", "/nowhere")}
    told = failure(server, **({} if "query" in how else {"table": "gx.many"}) | how)
    assert words in told
    assert "wrong-Secret" not in told
    assert "淮北" not in told


@pytest.mark.parametrize("way", ["reset", "close"])
@pytest.mark.parametrize("after", [100, 3000, 5_000_000])
def test_a_connection_that_breaks_is_told_and_never_an_end(
    server: Postgres, way: Any, after: int
) -> None:
    with stalling(server.port, after, way) as port:
        told = failure(server, "gx.many", url=server.url(port=port), names=("id", "name", "at"))
    assert "the connection was lost before all rows came" in told


def test_a_pull_that_is_killed_leaves_the_server_as_it_was(server: Postgres) -> None:
    names = ["id", "name", "at"]
    with child(server.url(), PASSWORD, hold=True, table="gx.many", names=names) as pulling:
        assert pulling.stdout
        assert pulling.stdout.readline() == "begun\n"
        busy = "select count(*) from pg_stat_activity where application_name = 'scorecard'"
        assert server.run(busy) == "1"
        pulling.kill()
    until = time.monotonic() + 10
    while server.run(busy) != "0":
        assert time.monotonic() < until
        time.sleep(0.1)
    assert len(pulled(server, "gx.marks")) == 4
