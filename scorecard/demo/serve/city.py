"""The demo city as its platforms hold it: one DuckDB file of texts, a table a dataset.

The city's files are written, opened by landing's own readers and put one after another, in the
order in which landing takes them; `_seq` numbers the rows of a dataset from 1. So the newest row of
a key is the same one as with the files. What no reader can read is left out, and said.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scorecard.contract import Contract, load_contracts
from scorecard.demo.serve.spelling import spelling
from scorecard.demo.write import write_demo
from scorecard.landing.inbox import InboxFile, scan
from scorecard.landing.load import STAGED, UNREADABLE, open_file
from scorecard.landing.source import FileRejectedError, Source, is_about_content
from scorecard.quoting import literal
from scorecard.settings import PROJECT
from scorecard.warehouse import prepare

MACROS = PROJECT / "sql" / "macros"


@dataclass(frozen=True)
class City:
    """The open city; `contracts` are of the datasets that it has, `rows` how many each has."""

    connection: duckdb.DuckDBPyConnection
    contracts: Mapping[str, Contract]
    rows: Mapping[str, int]

    def objects(
        self, dataset: str, first: int, last: int, instead: Mapping[str, str] | None = None
    ) -> str:
        """The rows from `first` to `last` of `_seq` as JSON objects with commas between.

        `instead` gives SQL for fields that are not to be as they are.
        """
        replaced = ", ".join(f'{sql} as "{name}"' for name, sql in (instead or {}).items())
        columns = f"* replace ({replaced})" if replaced else "*"
        [(text,)] = (
            self.connection.cursor()
            .execute(
                "select coalesce(string_agg(cast(to_json(one) as varchar), ',' order by _seq), '') "
                f'from (select {columns} from "{dataset}" where _seq between $1 and $2) as one',
                [first, last],
            )
            .fetchall()
        )
        return str(text)

    def close(self) -> None:
        """Ends it; requests that still run end by themselves."""
        self.connection.close()


def city_in(
    folder: Path, *, seed: int, scale: float, departments: int, tell: Callable[[str], None]
) -> City:
    """Opens the city that lies in the folder, made from the same arguments and code, or makes it.

    Raises:
        ConfigurationError: When a number is out of its range or a contract cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contracts = load_contracts(PROJECT / "contracts")
    path = folder / f"city-{_digest(seed, scale, departments)}.duckdb"
    if path.exists():
        tell("the city is there from before")
    else:
        for other in folder.glob("city-*.duckdb"):
            other.unlink()
        with tempfile.TemporaryDirectory(dir=folder) as place:
            inbox, made = Path(place, "inbox"), Path(place, "city.duckdb")
            write_demo(inbox, seed=seed, scale=scale, departments=departments, progress=tell)
            _fill(made, inbox, contracts, tell)
            made.rename(path)  # a start that was killed leaves no half city behind
    connection = duckdb.connect(path, read_only=True, config={"memory_limit": "256MB"})
    rows = {
        name: int(connection.execute(f'select count(*) from "{name}"').fetchall()[0][0])
        for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()
    }
    there = {name: contract for name, contract in contracts.items() if name in rows}
    return City(connection, there, rows)


def _digest(*arguments: object) -> str:
    """Of whatever a city comes out of."""
    library = PROJECT / "scorecard"
    sources = [library.glob("demo/**/*.py"), library.glob("landing/*.py"), MACROS.glob("*.sql")]
    digest = hashlib.sha256(repr((duckdb.__version__, arguments)).encode())
    for file in sorted(file for group in sources for file in group):
        digest.update(file.read_bytes())
    for file in sorted((PROJECT / "contracts").glob("*.yaml")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _fill(
    path: Path, inbox: Path, contracts: Mapping[str, Contract], tell: Callable[[str], None]
) -> None:
    files, _ = scan(inbox, contracts)
    spill = str(path.parent / "spill")
    with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": spill}) as connection:
        connection.execute("set timezone = 'Asia/Shanghai'")
        prepare(connection, (), MACROS)
        connection.execute(f"attach {literal(str(path))} as city")
        seen: set[tuple[str, str]] = set()
        for file in files:
            if (known := (file.dataset, file.sha256())) in seen:
                continue  # bytes that came before are no delivery
            seen.add(known)
            contract = contracts[file.dataset]
            connection.execute(_table(contract))
            try:
                left_out = _append(connection, contract, file, path.parent)
            except FileRejectedError as rejected:
                tell(f"left out: {file.dataset}/{file.name}: {rejected.reason.en}")
            else:
                if left_out:
                    tell(f"left out: {file.dataset}/{file.name}: {left_out} broken lines")
            finally:
                for table in STAGED:
                    connection.execute(f"drop table if exists temp.{table}")
        connection.execute("detach city")


def _table(contract: Contract) -> str:
    words = spelling(contract.name)
    names = ", ".join(f'"{words.name(column.name)}" varchar' for column in contract.read_columns)
    return f'create table if not exists city."{contract.name}" (_seq bigint, {names})'


def _append(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile, folder: Path
) -> int:
    """Adds a file's rows; gives the number of its lines that are no rows.

    Raises:
        FileRejectedError: If it cannot be read.
    """
    try:
        _, source = open_file(connection, contract, file, folder)
        connection.execute(
            f'insert into city."{contract.name}" '
            f'select (select coalesce(max(_seq), 0) from city."{contract.name}") '
            f"+ row_number() over (order by _line), {_texts(contract, source)} "
            f"from {source.relation} as delivered order by _line",
            {f"p{i}": value for i, value in enumerate(source.parameters)},
        )
    except duckdb.Error as error:
        if is_about_content(error):
            raise UNREADABLE from error
        raise
    if source.rejects is None:
        return 0
    [(broken,)] = connection.execute(f"select count(*) from {source.rejects}").fetchall()
    return int(broken)


def _texts(contract: Contract, source: Source) -> str:
    """SQL of a row as the platform has it: texts, null where nothing stands."""
    words = spelling(contract.name)
    return ", ".join(
        words.sql(column, f"nullif(cast({source.columns[column.name].sql} as varchar), '')")
        if column.name in source.columns
        else "null"
        for column in contract.read_columns
    )
