"""MariaDB (as MySQL's family), by a real server: what comes, what is refused, what is told."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from scorecard.connectors.base import PullFailedError, Tally
from scorecard.errors import ConfigurationError
from tests.connectors.pulls import Row, batches, child, rows
from tests.servers.mariadb import PASSWORD, Mariadb, mariadb
from tests.servers.stalling import stalling

MANY = 1_000_000
TABLES = f"""
set time_zone = '+08:00', sql_mode = 'ANSI_QUOTES,ALLOW_INVALID_DATES';
create table many (id int primary key, name varchar(40)) as
select seq as id, concat('淮北市第', seq, '号') as name from seq_1_to_{MANY};
create table marks (
    id int, at datetime(6), zoned timestamp(6) null, day date, seconds bigint, code varchar(20)
) collate utf8mb4_general_ci;
insert into marks values
    (1, '2019-03-05 10:00:00', '2019-03-05 10:00:00', '2019-03-05', 1551751200, 'B'),
    (2, '2019-03-05 10:00:00.000001', '2019-03-05 10:00:00.000001', '2019-03-05', 1551751201, 'a'),
    (3, '2019-03-05 10:00:00.000001', '2019-03-05 10:00:00.000001', '2019-03-05', 1551751201, 'a'),
    (4, '2019-03-05 10:00:00.000002', '2019-03-05 10:00:00.000002', '2019-03-06', 1551751202,
     'o''b\\\\A%s :y');
create table "Odd Table" (
    id int, "数量" decimal(65, 30), big bigint unsigned, zero date, none datetime, hours time,
    flag bit, bits bit(12), kind enum('机构', 'person'), kinds set('a', 'b'), paper json,
    raw varbinary(8), picture blob, text longtext, half double, year year, empty varchar(1),
    nothing varchar(1)
);
insert into "Odd Table" values (
    1, 12345678901234567890123456789.0123456789, 18446744073709551615, '0000-00-00',
    '2019-02-30 00:00:00', '-838:59:59', 1, 0x101, '机构', 'a,b', '{{"a": [1, null]}}',
    0xde00ad, 0xff, '👩‍💻 \\\\ " % :x', 0.1, 2019, '', null
);
create table gone (id int);
delimiter //
create function writing() returns int
begin
    insert into marks (id) values (99);
    return 1;
end//
delimiter ;
grant insert on city.marks to reader@'127.0.0.1';
"""
ODD = {
    "id": "1", "数量": "12345678901234567890123456789.012345678900000000000000000000",
    "big": "18446744073709551615", "zero": "0000-00-00", "none": "2019-02-30 00:00:00",
    "hours": "-838:59:59", "flag": "1", "bits": "257", "kind": "机构", "kinds": "a,b",
    "paper": '{"a": [1, null]}', "raw": "de00ad", "picture": "ff", "text": '👩‍💻 \\ " % :x',
    "half": "0.1", "year": "2019", "empty": "", "nothing": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Mariadb]:
    with mariadb() as started:
        started.run(TABLES)
        yield started


def pulled(server: Mariadb, *given: Any, **how: Any) -> list[Row]:
    return rows(how.pop("url", server.url()), how.pop("password", PASSWORD), *given, **how)


def failure(server: Mariadb, *given: Any, **how: Any) -> str:
    with pytest.raises(PullFailedError) as caught:
        pulled(server, *given, **how)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


def test_a_million_rows_come_whole_in_bounded_memory(server: Mariadb) -> None:
    with child(server.url(), PASSWORD, table="many", names=["id", "name"]) as pulling:
        out, _ = pulling.communicate()
    count, mebibytes = map(int, out.split()[1:])
    assert count == MANY
    assert mebibytes < 400


def test_every_row_comes_once_and_in_order(server: Mariadb) -> None:
    found = pulled(server, query="select id from many where id <= 45000", names=("ID",))
    assert [row["ID"] for row in found] == [str(i + 1) for i in range(45_000)]


def test_values_are_what_the_server_writes(server: Mariadb) -> None:
    tally = Tally()
    assert pulled(server, "city.Odd Table", names=tuple(ODD), tally=tally) == [ODD]
    assert tally.columns == tuple(ODD)
    assert tally.requests == 2


def test_times_of_a_zone_come_in_the_sources(server: Mariadb) -> None:
    for zone, hour in (("Asia/Shanghai", "10"), ("UTC", "02")):
        found = pulled(server, "marks", names=("zoned",), time_zone=zone)
        assert found[0] == {"zoned": f"2019-03-05 {hour}:00:00.000000"}


def test_a_zone_with_summer_time_that_the_server_does_not_know_is_told(server: Mariadb) -> None:
    with pytest.raises(ConfigurationError, match="does not know the time zone Europe/Berlin"):
        pulled(server, "marks", time_zone="Europe/Berlin")


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
    server: Mariadb, column: str, since: str | None, until: str | None, ids: str
) -> None:
    mark = {"column": column}
    found = pulled(server, "marks", watermark=mark, since=since, until=until)
    assert "".join(str(row["id"]) for row in found) == ids


@pytest.mark.parametrize("mode", ["", "NO_BACKSLASH_ESCAPES"])
@pytest.mark.parametrize(
    ("mark", "since", "ids"),
    [
        ({"column": "day"}, "2019-03-06 00:00:00", "4"),
        ({"column": "seconds", "kind": "integer"}, "1551751201", "234"),
        ({"column": "seconds", "format": "epoch_s"}, "2019-03-05 10:00:01.5", "234"),
        ({"column": "code", "kind": "text"}, "B", "1234"),  # without case, a is before B
        ({"column": "code", "kind": "text"}, "o'b\\A%s :y", "4"),
        ({"column": "code", "kind": "text"}, "x' or 'a' = 'a", ""),
    ],
)
def test_a_mark_is_compared_as_its_kind_is(
    server: Mariadb, mark: dict[str, str], since: str, ids: str, mode: str
) -> None:
    server.run(f"set global sql_mode = '{mode}'")
    found = pulled(server, "marks", watermark=mark, since=since)
    assert "".join(str(row["id"]) for row in found) == ids


def test_rows_that_are_added_while_it_reads_come_the_next_time(server: Mariadb) -> None:
    query = "select id from many where id <= 100000 or id > 2000000"
    reading = batches(server.url(), PASSWORD, query=query)
    count = next(reading).num_rows
    server.run("insert into many (id) select 2000000 + seq from seq_1_to_1000")
    assert count + sum(batch.num_rows for batch in reading) == 100_000
    server.run("delete from many where id > 2000000")


def test_a_query_that_writes_is_refused(server: Mariadb) -> None:
    assert "the statement would write (1792)" in failure(server, query="select writing() as id")
    assert server.run("select count(*) from marks where id = 99") == "0"


def test_a_statement_ends_at_the_deadline_or_before(server: Mariadb) -> None:
    began = time.monotonic()
    assert "took too long" in failure(server, query="select sleep(30) as id", deadline=1)
    assert "took too long" in failure(
        server, query="select sleep(30) as id", statement_timeout="1s"
    )
    assert time.monotonic() - began < 15


USED = """select if(variable_value = '', 'plain', 'tls') as id
from information_schema.session_status where variable_name = 'Ssl_cipher'"""


@pytest.mark.parametrize("way", ["", "?ssl_disabled=true"])
def test_a_private_authority_is_believed(server: Mariadb, way: str) -> None:
    ca = {"ca": str(server.authority.ca)}
    assert pulled(server, url=server.url() + way, query=USED, tls=ca) == [{"id": "tls"}]


def test_another_authority_or_another_name_is_refused(server: Mariadb) -> None:
    ca = {"ca": str(server.authority.ca)}
    assert "certificate is not valid for 'localhost'" in failure(
        server, url=server.url("localhost"), query=USED, tls=ca
    )
    other = {"ca": str(server.authority.certificate)}
    assert "does not prove itself by TLS" in failure(server, query=USED, tls=other)


def test_a_server_without_tls_is_refused_where_it_is_asked_for() -> None:
    with mariadb(tls=False) as plain:
        ca = {"ca": str(plain.authority.ca)}
        assert "SSL is required but the server doesn't support it" in failure(
            plain, query=USED, tls=ca
        )
        assert pulled(plain, query=USED) == [{"id": "plain"}]


def test_verification_off_leaves_it_encrypted(server: Mariadb) -> None:
    url = server.url("localhost")
    assert pulled(server, url=url, query=USED, tls={"verify": False}) == [{"id": "tls"}]


def test_a_file_that_is_no_authority_is_told(server: Mariadb) -> None:
    with pytest.raises(ConfigurationError, match="holds no certificate"):
        pulled(server, query=USED, tls={"ca": str(server.authority.key.parent / "none")})


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"password": "wrong-Secret"}, "user or password is refused"),
        ({"url": "mysql://reader@127.0.0.1:1/city"}, "nothing answers there"),
        ({"url": "mysql://reader@host.invalid/city"}, "the host is not known"),
        ({"table": "none"}, "there is no such table: Table 'city.none' doesn't exist"),
        ({"table": "mysql.user"}, "the user may not read this"),
        ({"names": ("none",)}, "there is none of the columns wanted, only id, name"),
        ({"query": "select none from many"}, "there is no such column"),
        ({"query": "select from from"}, "the statement is not understood"),
    ],
)
def test_what_goes_wrong_is_told_in_plain_words(
    server: Mariadb, how: dict[str, Any], words: str
) -> None:
    told = failure(server, **({} if "query" in how else {"table": "many"}) | how)
    assert words in told
    assert "wrong-Secret" not in told


@pytest.mark.parametrize("way", ["reset", "close"])
@pytest.mark.parametrize("after", [50, 300, 3000, 2_000_000])
def test_a_connection_that_breaks_is_told_and_never_an_end(
    server: Mariadb, way: Any, after: int
) -> None:
    with stalling(server.port, after, way) as port:
        told = failure(server, "many", url=server.url(port=port), names=("id", "name"))
    assert "the connection was lost before all rows came" in told


def test_a_connection_that_stalls_is_given_up_after_the_deadline(server: Mariadb) -> None:
    began = time.monotonic()
    with stalling(server.port, 100_000, "stall") as port:
        told = failure(server, "many", url=server.url(port=port), deadline=1)
    assert "the connection was lost before all rows came" in told
    assert time.monotonic() - began < 20


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_an_answer_that_is_left_early_is_not_read_to_its_end(server: Mariadb) -> None:
    reading = batches(server.url(), PASSWORD, "many", names=("id", "name"))
    next(reading)
    began = time.monotonic()
    reading.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 1


def test_a_pull_that_is_killed_leaves_the_server_as_it_was(server: Mariadb) -> None:
    names = ["id", "name"]
    with child(server.url(), PASSWORD, hold=True, table="many", names=names) as pulling:
        assert pulling.stdout
        assert pulling.stdout.readline() == "begun\n"
        busy = "select count(*) from information_schema.processlist where user = 'reader'"
        assert server.run(busy) == "1"
        pulling.kill()
    until = time.monotonic() + 10
    while server.run(busy) != "0":
        assert time.monotonic() < until
        time.sleep(0.1)
    assert len(pulled(server, "marks")) == 4
