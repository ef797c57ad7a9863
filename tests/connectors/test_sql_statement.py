"""Statements and addresses of databases that no server is needed for."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import mssql, oracle, sqlite
from sqlalchemy.dialects.mysql import pymysql
from sqlalchemy.dialects.postgresql.base import PGDialect

from scorecard.connectors.base import Task, Wanted
from scorecard.connectors.sql import connect, texts
from scorecard.connectors.sql_address import Proof, address_of
from scorecard.connectors.statement import matched, names_statement, rows_statement
from scorecard.errors import ConfigurationError
from scorecard.pulling import platforms
from scorecard.pulling.bindings import SqlBinding
from scorecard.pulling.platforms import SqlSource
from scorecard.pulling.secrets import Secrets

DIALECTS: dict[str, Any] = {
    "postgresql": PGDialect(paramstyle="named"),
    "mysql": pymysql.dialect(),
    "oracle": oracle.dialect(),
    "mssql": mssql.dialect(),
    "sqlite": sqlite.dialect(),
}


def source(url: str, **settings: Any) -> SqlSource:
    return SqlSource.model_validate({"kind": "sql", "url": url, **settings})


def sql(dialect: str, since: str | None = None, mark: Any = None, **origin: str) -> tuple[str, Any]:
    binding = SqlBinding.model_validate({"kind": "sql", "source": "s", **origin, "watermark": mark})
    task = Task("d", since, None, Path(), dt.datetime(2019, 3, 5), 60)
    made = rows_statement(binding, ("Id", "UPD"), ("Id",), task, "Asia/Shanghai", dialect).compile(
        dialect=DIALECTS[dialect], compile_kwargs={"literal_binds": dialect == "postgresql"}
    )
    return " ".join(str(made).split()), list(made.params.values())


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgresql", 'SELECT CAST("Id" AS TEXT) AS "Id" FROM gx."T_Credit"'),
        ("mysql", "SELECT `Id` FROM gx.`T_Credit`"),
        ("oracle", 'SELECT "Id" FROM gx."T_Credit"'),
        ("mssql", "SELECT [Id] FROM gx.[T_Credit]"),
    ],
)
def test_names_are_quoted_as_the_dialect_quotes(dialect: str, text: str) -> None:
    assert sql(dialect, table="gx.T_Credit") == (text, [])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_query_is_taken_as_it_is_written(dialect: str) -> None:
    query = r"select a::int, ':x', '\:y', 10 % 3 from t -- all"
    given, parameters = sql(dialect, query=f"{query};")
    percent = query.replace("%", "%%") if dialect == "mysql" else query  # pymysql puts it back
    assert f"FROM ({percent} ) {'' if dialect == 'oracle' else 'AS '}pulled" in given
    assert parameters == []


@pytest.mark.parametrize(
    ("dialect", "mark", "since", "given"),
    [
        ("mysql", {}, "2019-03-05 10:00:00.5", dt.datetime(2019, 3, 5, 10, 0, 0, 500_000)),
        ("oracle", {}, "2019-03-05 10:00:00", dt.datetime(2019, 3, 5, 10)),
        ("sqlite", {}, "2019-03-05 10:00:00", "2019-03-05 10:00:00"),
        ("mssql", {"kind": "integer"}, "7", 7),
        ("mysql", {"kind": "text"}, "o'b\\", "o'b\\"),
        ("mysql", {"format": "epoch_s"}, "2019-03-05 10:00:00.9", 1_551_751_200),
        ("mysql", {"format": "epoch_ms"}, "2019-03-05 10:00:00.9", 1_551_751_200_900),
        ("oracle", {"format": "%Y%m%d%H%M%S"}, "2019-03-05 10:00:00", "20190305100000"),
    ],
)
def test_a_mark_is_a_parameter_of_its_kind(
    dialect: str, mark: dict[str, str], since: str, given: Any
) -> None:
    text, parameters = sql(dialect, since, {"column": "upd", **mark}, table="t")
    assert ">= " in text
    assert since not in text
    assert parameters == [given]


def test_only_names_are_asked_for_at_first() -> None:
    binding = SqlBinding.model_validate({"kind": "sql", "source": "s", "table": "t"})
    text = str(names_statement(binding).compile(dialect=DIALECTS["oracle"]))
    assert " ".join(text.split()) == "SELECT * FROM t WHERE 0 = 1"


def test_names_match_exactly_before_they_match_in_another_case() -> None:
    assert matched(("id", "upd", "none"), ("ID", "id", "UPD", "Upd")) == {"id": "id", "upd": "UPD"}


@pytest.mark.parametrize(
    ("url", "tls", "proof"),
    [
        ("mysql://u@db.city.local/x", {}, Proof.CERTIFICATE),
        ("mysql://u@db.city.local/x", {"verify": False}, Proof.ENCRYPTION),
        ("mysql://u@127.0.0.1/x", {}, Proof.NOTHING),
        ("mysql://u@localhost/x", {"ca": "ca.pem"}, Proof.CERTIFICATE),
        ("mysql://u@localhost/x?unix_socket=/run/mysqld/s", {}, Proof.NOTHING),
        ("postgresql://u@[::1]/x", {}, Proof.NOTHING),
        ("postgresql://u@/x?host=/run/postgresql", {}, Proof.NOTHING),
        ("postgresql://u@localhost/x?host=db.city.local", {}, Proof.CERTIFICATE),
        ("postgresql://u@localhost/x?hostaddr=10.0.0.5", {}, Proof.CERTIFICATE),
        ("postgresql:///x", {}, Proof.CERTIFICATE),
    ],
)
def test_only_this_machine_need_not_prove_itself(url: str, tls: Any, proof: Proof) -> None:
    assert address_of(source(url, tls=tls), Secrets({})).proof is proof


@pytest.mark.parametrize(
    ("url", "verify", "proof"),
    [
        ("citydb://u@db.city.local/x", False, Proof.ENCRYPTION),
        ("citydb://u@db.city.local/x", True, None),
        ("citydb://u@localhost/x", True, Proof.NOTHING),
        ("citydb://u@localhost/x?alt_hosts=db.city.local", True, None),
        ("citydb:///{file}", True, Proof.NOTHING),
        ("citydb:///{file}?server=db.city.local", True, None),
        ("citydb:///x", True, None),
    ],
)
def test_a_dialect_that_we_do_not_know_proves_nothing_but_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, verify: bool, proof: Proof | None
) -> None:
    file = tmp_path / "city.db"
    file.touch()
    monkeypatch.setitem(platforms.DIALECTS, "citydb", platforms.Dialect("", "sqlite3"))
    given = source(url.format(file=file), tls={"verify": verify})
    if proof is None:
        with pytest.raises(ConfigurationError, match="does not check a server's certificate"):
            address_of(given, Secrets({}))
    else:
        assert address_of(given, Secrets({})).proof is proof


def test_an_address_never_shows_the_password() -> None:
    given = Secrets({"P": "pass-Word"})
    address = address_of(source("mysql://u@127.0.0.1:3306/x", password="env:P"), given)
    assert address.place == "127.0.0.1:3306/x"
    assert "pass-Word" not in repr(address)


@pytest.mark.parametrize(
    ("url", "extra", "library"),
    [
        ("oracle://u@127.0.0.1/x", "oracle", "oracledb"),
        ("mssql://u@127.0.0.1/x", "sqlserver", "pymssql"),
        ("dm://u@127.0.0.1/x", "dameng", "dmPython"),
    ],
)
def test_a_missing_driver_is_told_with_the_extra_that_brings_it(
    url: str, extra: str, library: str
) -> None:
    if find_spec(library):
        pytest.skip(f"{library} is installed")
    with pytest.raises(ConfigurationError, match=f"uv sync --extra {extra}"):
        connect(source(url), SqlBinding(kind="sql", source="s", table="t"), Wanted(()), Secrets({}))


@pytest.mark.parametrize(
    ("url", "what"),
    [("db2://u@127.0.0.1/x", "no database is known as db2"), ("mysql://u@h:x/y", "not understood")],
)
def test_an_address_that_nobody_knows_is_told(url: str, what: str) -> None:
    with pytest.raises(ConfigurationError, match=what):
        address_of(source(url), Secrets({}))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("0.10"), "0.10"),
        (dt.datetime(2019, 3, 5, 10, 0, 0, 5), "2019-03-05 10:00:00.000005"),
        (dt.date(2019, 3, 5), "2019-03-05"),
        (True, "true"),
        (b"\xde\x00", "de00"),
        ("淮北", "淮北"),
        (7, "7"),
    ],
)
def test_a_drivers_value_is_written_as_in_a_csv(value: Any, text: str) -> None:
    assert texts([None, value]).to_pylist() == [None, text]
