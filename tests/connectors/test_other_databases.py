"""Databases beside PostgreSQL and MariaDB: SQLite for real, the others by stand-ins for drivers.

The stand-in for Oracle's driver does what makes Oracle different: it describes columns in upper
case, and knows a quoted name only as it is described.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.oracle.base import OracleDialect

from scorecard.connectors.base import PullFailedError, Tally, Task, Wanted
from scorecard.connectors.sql import connect
from scorecard.errors import ConfigurationError
from scorecard.pulling.bindings import SqlBinding
from scorecard.pulling.platforms import SqlSource
from scorecard.pulling.secrets import Secrets
from scorecard.settings import PROJECT

TABLES = """
create table "T_Credit" (ID integer, Upd text, kind, "数量" real);
insert into "T_Credit" values
    (1, '2019-03-05 10:00:00', '机构', 0.1),
    (2, '2019-03-05 10:00:01', 7, null),
    (3, '2019-03-06 00:00:00', x'de00', 1e20);
"""


def source(url: str, **settings: Any) -> SqlSource:
    return SqlSource.model_validate({"kind": "sql", "url": url, **settings})


def rows(
    url: str,
    names: tuple[str, ...] = ("id",),
    *,
    since: str | None = None,
    until: str | None = None,
    tally: Tally | None = None,
    settings: dict[str, Any] | None = None,
    **origin: Any,
) -> list[dict[str, str | None]]:
    binding = SqlBinding.model_validate({"kind": "sql", "source": "s", **origin})
    task = Task("d", since, until, Path(), dt.datetime(2019, 3, 5), 60)
    secrets = Secrets({"PASSWORD": "pass-Word"})
    made = connect(source(url, **settings or {}), binding, Wanted(names), secrets)
    return [row for batch in made.batches(task, tally or Tally()) for row in batch.to_pylist()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "city.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(TABLES)
    return path


def test_a_file_of_sqlite_is_read(file: Path) -> None:
    tally = Tally()
    found = rows(f"sqlite:///{file}", ("id", "kind", "数量"), table="T_Credit", tally=tally)
    assert found == [
        {"id": "1", "kind": "机构", "数量": "0.1"},
        {"id": "2", "kind": "7", "数量": None},
        {"id": "3", "kind": "de00", "数量": "1e+20"},
    ]
    assert tally.columns == ("id", "kind", "数量", "Upd")
    assert tally.requests == 2


@pytest.mark.parametrize(
    ("mark", "since", "until", "ids"),
    [
        ({"column": "UPD"}, "2019-03-05 10:00:00", "2019-03-06 00:00:00", "12"),
        ({"column": "upd"}, "2019-03-05 10:00:01", None, "23"),
        ({"column": "id", "kind": "integer"}, "2", None, "23"),
        ({"column": "upd", "kind": "text"}, "2019-03-06", None, "3"),
    ],
)
def test_a_mark_of_sqlite_is_included_and_an_end_is_not(
    file: Path, mark: dict[str, str], since: str, until: str | None, ids: str
) -> None:
    found = rows(f"sqlite:///{file}", table="T_Credit", watermark=mark, since=since, until=until)
    assert "".join(str(row["id"]) for row in found) == ids


def test_many_rows_of_sqlite_come_whole_and_in_order(file: Path) -> None:
    many = "with recursive n(id) as (select 1 union all select id + 1 from n where id < 45000) "
    found = rows(f"sqlite:///{file}", query=f"{many} select id from n")
    assert [row["id"] for row in found] == [str(i + 1) for i in range(45_000)]


def test_a_file_of_sqlite_is_read_only_and_stays_as_it_was(file: Path) -> None:
    before = file.read_bytes()
    query = "select query_only as id from pragma_query_only"
    assert rows(f"sqlite:///{file}", query=query) == [{"id": "1"}]
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ({"table": "none"}, "there is no such table: no such table: none"),
        ({"query": 'select none from "T_Credit"'}, "there is no such column: no such column: none"),
    ],
)
def test_what_sqlite_complains_of_is_told(file: Path, origin: dict[str, str], words: str) -> None:
    with pytest.raises(PullFailedError) as caught:
        rows(f"sqlite:///{file}", **origin)
    assert words in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_file_that_is_not_there_by_its_whole_path_is_told_and_not_made(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)  # a pull's own folder is another one
    for url in (f"sqlite:///{file.parent}/none.db", f"sqlite:///{file.name}", "sqlite://"):
        with pytest.raises(ConfigurationError, match="write sqlite:////absolute/path"):
            rows(url, table="T_Credit")
    assert list(file.parent.iterdir()) == [file]


def test_a_url_that_a_dialect_does_not_take_is_told_without_the_password(file: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        rows(f"sqlite:///{file}", table="t", settings={"password": "env:PASSWORD"})
    assert "SQLAlchemy cannot load sqlite: Invalid SQLite URL" in str(caught.value)
    assert "pass-Word" not in str(caught.value)


class StandIn(ModuleType):
    """A driver with one table; `told` is what it was told, in order."""

    apilevel, threadsafety, paramstyle = "2.0", 1, "named"
    version = __version__ = "3.0.0"
    COLUMNS = ("RID", "UPD", "Odd")
    ROWS = ((1, dt.datetime(2019, 3, 5, 10), "a"), (2, None, "b"))

    class Error(Exception):
        """The driver's, as PEP 249 has it."""

    DatabaseError = InterfaceError = Error

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)
        self.told: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return type(name, (), {})  # types of columns, which a dialect looks up

    def makedsn(self, *place: Any, **named: Any) -> str:
        return f"{place}{named}"

    def connect(self, **arguments: Any) -> Connection:
        self.told.append(arguments)
        return Connection(self)


class Connection:
    """The stand-in's connection, of which only what SQLAlchemy asks for is there."""

    version, max_identifier_length, autocommit, thin = "19.0.0", 128, False, True
    current_schema = "CITY"

    def __init__(self, module: StandIn) -> None:
        self.module, self.limits = module, [0]

    @property
    def call_timeout(self) -> int:
        return self.limits[-1]

    @call_timeout.setter
    def call_timeout(self, given: int) -> None:
        self.module.told.append(f"call_timeout {given}")
        self.limits.append(given)

    def cursor(self, *_: Any) -> Cursor:
        return Cursor(self.module)

    def commit(self) -> None:
        self.module.told.append("commit")

    def rollback(self) -> None:
        self.module.told.append("rollback")

    def close(self) -> None:
        self.module.told.append("close")


class Cursor:
    """Answers as Oracle does: a quoted name is known only as it is described."""

    description: list[Any] | None = None
    arraysize, rowcount, lastrowid = 100, -1, None

    def __init__(self, module: StandIn) -> None:
        self.module, self.rows = module, [("1.1",)]

    def __enter__(self) -> Cursor:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def execute(self, statement: str, given: Any = None) -> None:
        text = " ".join(statement.split())
        self.module.told.append((text, given) if given else text)
        if " gx.t_credit" not in text:
            self.description = [("X", *[None] * 6)]
            return
        described = self.module.COLUMNS
        for name in re.findall(r'"([^"]*)"', text):
            if name not in described:
                raise self.module.Error(f'ORA-00904: "{name}": invalid identifier\nHelp: none')
        asked = re.findall(r'"([^"]*)"', text.partition(" FROM ")[0]) or described
        self.description = [(name, *[None] * 6) for name in asked]
        at = [described.index(name) for name in asked]
        is_empty = text.endswith("WHERE 0 = 1")
        self.rows = [] if is_empty else [tuple(row[i] for i in at) for row in self.module.ROWS]

    def fetchmany(self, count: int) -> list[Any]:
        taken, self.rows = self.rows[:count], self.rows[count:]
        return taken

    def fetchone(self) -> Any:
        return next(iter(self.fetchmany(1)), None)

    def fetchall(self) -> list[Any]:
        return self.fetchmany(len(self.rows))

    def close(self) -> None:
        """Nothing to do."""


@pytest.fixture
def driver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    name = getattr(request, "param", "oracledb")
    made = StandIn(name)
    monkeypatch.setitem(sys.modules, name, made)
    return made


ORACLE = "oracle://u@127.0.0.1/x"


def test_names_are_asked_for_as_oracle_has_them(driver: StandIn) -> None:
    tally = Tally()
    mark = {"column": "upd"}
    since = "2019-03-05 10:00:00"
    how: dict[str, Any] = {"table": "gx.t_credit", "watermark": mark, "since": since}
    assert rows(ORACLE, ("rid", "UPD", "odd"), tally=tally, **how) == [
        {"rid": "1", "UPD": "2019-03-05 10:00:00", "odd": "a"},
        {"rid": "2", "UPD": None, "odd": "b"},
    ]
    assert tally.columns == ("rid", "UPD", "odd")
    text, given = next(told for told in driver.told if isinstance(told, tuple))
    assert text == 'SELECT "RID", "UPD", "Odd" FROM gx.t_credit WHERE "UPD" >= :param_1'
    assert given == {"param_1": dt.datetime(2019, 3, 5, 10)}


def test_what_oracle_complains_of_is_told(driver: StandIn) -> None:
    with pytest.raises(PullFailedError) as caught:
        rows(ORACLE, query='select "none" as rid from gx.t_credit')
    assert 'there is no such column: ORA-00904: "none": invalid identifier' in str(caught.value)
    assert "Help" not in str(caught.value)


def test_oracle_is_told_limits_before_anything_else(driver: StandIn) -> None:
    rows(ORACLE, ("rid",), table="gx.t_credit", settings={"statement_timeout": "7s"})
    arguments, limit, *_ = driver.told
    assert arguments["tcp_connect_timeout"] == 10
    assert limit == "call_timeout 7000"


def test_a_session_of_oracle_reads_only_and_is_rolled_back(driver: StandIn) -> None:
    rows(ORACLE, ("rid",), table="gx.t_credit")
    at = driver.told.index("set transaction read only")
    assert "rollback" not in driver.told[at:-2]
    assert driver.told[-2:] == ["rollback", "close"]
    assert "commit" not in driver.told


@pytest.mark.parametrize("driver", ["pymssql"], indirect=True)
def test_sql_server_is_told_limits_whatever_the_url_says(
    driver: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(**arguments: Any) -> None:
        driver.told.append(arguments)
        raise driver.Error("Login failed")

    monkeypatch.setattr(driver, "connect", refuses, raising=False)
    url = "mssql://u@127.0.0.1/x?timeout=0&autocommit=true"
    with pytest.raises(PullFailedError):
        rows(url, table="t", settings={"statement_timeout": "7s"})
    (arguments,) = driver.told
    limits = {"timeout": 7, "login_timeout": 10, "autocommit": False}
    assert arguments == {"user": "u", "host": "127.0.0.1", "database": "x", **limits}


class Dameng(OracleDialect):
    """A stand-in for Dameng's dialect, which is another package's."""

    supports_statement_cache = True
    default_paramstyle = "qmark"
    driver = "dmPython"

    @classmethod
    def import_dbapi(cls) -> Any:
        return sys.modules["dmPython"]

    def initialize(self, connection: Any) -> None:
        """Asks nothing."""


@pytest.fixture
def dameng() -> Iterator[None]:
    kept = dict(registry.impls)
    registry.register("dm.dmPython", __name__, "Dameng")
    yield
    registry.impls = kept


@pytest.mark.parametrize("driver", ["dmPython"], indirect=True)
def test_dameng_is_told_limits_and_not_to_commit(driver: StandIn, dameng: None) -> None:
    driver.paramstyle = "qmark"
    how: dict[str, Any] = {"table": "gx.t_credit", "settings": {"statement_timeout": "7s"}}
    assert rows("dm://u@127.0.0.1:5236", ("rid",), **how) == [{"rid": "1"}, {"rid": "2"}]
    arguments = driver.told[0]
    assert (arguments["connection_timeout"], arguments["login_timeout"]) == (7, 10)
    assert arguments["autoCommit"] is False  # its driver's default is True
    assert "set transaction read only" in driver.told
    assert driver.told[-2:] == ["rollback", "close"]


@pytest.mark.parametrize("driver", ["dmPython"], indirect=True)
def test_a_driver_without_its_dialect_is_told(driver: StandIn) -> None:
    if "dm" in registry.impls:
        pytest.skip("the dialect is there")
    with pytest.raises(ConfigurationError, match=r"SQLAlchemy cannot load dm\+dmPython"):
        rows("dm://u@127.0.0.1:5236", table="t")


DIALECT = """
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

class Dialect(SQLiteDialect_pysqlite):
    name = "citydb"
    supports_statement_cache = True
"""
ASKED = """
import sys
from scorecard.pulling.checks import source_findings
from tests.connectors.test_other_databases import rows, source

for url in sys.argv[1:]:
    print([what for _, what, _ in source_findings(source(url))])
print(rows(sys.argv[1], query='select id from "T_Credit" where id < 3'))
"""


def test_a_dialect_that_another_package_brings_is_known_and_read(file: Path) -> None:
    packages = file.parent / "packages"
    about = packages / "citydb-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: citydb\nVersion: 1\n")
    entry = "[sqlalchemy.dialects]\ncitydb.any = city_dialect:Dialect\n"
    (about / "entry_points.txt").write_text(entry)
    (packages / "city_dialect.py").write_text(DIALECT)
    asked = subprocess.run(
        [sys.executable, "-c", ASKED, f"citydb+any:///{file}", "db2://u@127.0.0.1/x"],
        env={**os.environ, "PYTHONPATH": str(packages)},
        stdout=subprocess.PIPE, text=True, cwd=PROJECT, check=True,
    )  # fmt: skip
    assert asked.stdout.splitlines() == [
        "[]",
        "['`url` begins with no known database']",
        "[{'id': '1'}, {'id': '2'}]",
    ]
