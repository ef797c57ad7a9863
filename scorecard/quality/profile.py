"""The profile: counts of every dataset's newest rows, kept up to date file by file.

`profile.<dataset>` has a row for each combination of what a dataset's rows refer to and the day
they speak of, with counts that add up: rows, nulls, rows that break a rule, sums of steady columns.
The gate reads these few rows and never the landed ones. A new file adds its rows and takes away
the older ones that they replaced, which landing put by. All is only counted again when a contract
changes what to count, and as long as a rule raises on the rows: then they are counted without the
contract's rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import duckdb

from scorecard.contract import Contract
from scorecard.errors import ConfigurationError, ScorecardError
from scorecard.quality.counts import (
    breaks_rule,
    groups,
    measures,
    owner_column,
    with_files,
)
from scorecard.quoting import quoted_names
from scorecard.shortage import raise_shortage
from scorecard.transaction import transaction

RAISED_ON_ROWS = (duckdb.DataError, duckdb.InvalidInputException)
"""What SQL raises for values that it does not fit, as a cast does; anything else, such as memory or
disk that does not suffice, is no source's fault."""

UNASKED = "unasked: "
"""What stands before the rules that raised, in place of the digest; so all is counted next time."""

STATE = """
select dataset, max(file_id), null from ops.file group by dataset
union all
select dataset, file_id, digest from ops.profiled
"""


class UnaskableError(ScorecardError):
    """SQL of a contract that raised on rows of the dataset: the dataset's fault alone."""


def update_profiles(
    connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]
) -> None:
    """Brings every `profile.<dataset>` up to the files that have landed.

    Datasets without new files cost one small query together. Each of the others is one transaction
    with its line in `ops.profiled`, so a kill leaves it wholly before or wholly after. A dataset
    whose rules raise on its rows is profiled without them, see `unaskable_rules`.

    Raises:
        ConfigurationError: If a rule of a contract does not fit the dataset's columns.
        ScorecardError: If the rows cannot be counted.
    """
    newest: dict[str, int] = {}
    profiled: dict[str, tuple[int, str]] = {}
    for dataset, file_id, digest in connection.execute(STATE).fetchall():
        if digest is None:
            newest[dataset] = file_id
        else:
            profiled[dataset] = file_id, digest
    for name, contract in contracts.items():
        owner = owner_column(contract, contracts)
        digest = _digest(contract, owner)
        after, known = profiled.get(name, (0, None))
        to = newest.get(name, 0)
        if digest != known or to > after:
            start = after if digest == known else 0
            _update(connection, contract, owner, start, to, digest)


def unaskable_rules(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """By dataset the rules that raise on its rows, with what they raise; those can not be judged.

    It ends with the next profile, once the contract or the rows are corrected.
    """
    rows = connection.execute(
        "select dataset, digest[len($mark) + 1:] from ops.profiled "
        "where starts_with(digest, $mark)",
        {"mark": UNASKED},
    ).fetchall()
    return dict(rows)


@contextmanager
def naming_contract(contract: Contract) -> Iterator[None]:
    """Says whose rules failed, in an error that repeats no value of a row."""
    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
        raise ConfigurationError(
            f"a rule does not fit the dataset: {str(error).splitlines()[0]}",
            str(contract.path),
            "correct the SQL of the rule",
        ) from None
    except RAISED_ON_ROWS as error:
        raise UnaskableError(
            f"a rule raises {type(error).__name__} on rows of {contract.name}",
            str(contract.path),
            "correct the rule, or the rows",
        ) from None
    except duckdb.Error as error:
        raise_shortage(error, f"counting {contract.name}")
        raise ScorecardError(
            f"the rows of {contract.name} could not be counted: {type(error).__name__}",
            str(contract.path),
            "see whether memory and disk suffice",
        ) from None


def _update(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    owner: str | None,
    after: int,
    to: int,
    digest: str,
) -> None:
    """Takes in the files after one; after 0 everything is counted anew."""
    with naming_contract(contract):
        try:
            _take_in(connection, contract, owner, after, to, digest)
        except RAISED_ON_ROWS:
            raising = ", ".join(_raising_rules(connection, contract))
            if not raising:
                raise
            # Whether the newest period arrived rests on the profile, so the rest is counted.
            ruleless = replace(contract, rules=())
            _take_in(connection, ruleless, owner, 0, to, f"{UNASKED}{raising}")


def _take_in(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    owner: str | None,
    after: int,
    to: int,
    digest: str,
) -> None:
    """Counts, and keeps what was counted, in one transaction."""
    name, table = contract.name, f'profile."{contract.name}"'
    parts = [_counted(contract, owner, 1, f'select * from raw."{name}" where _file_id > {after}')]
    if after:
        gone = f'select * from replaced."{name}" where _file_id <= {after}'
        parts += [_counted(contract, owner, -1, gone), f"select * from {table}"]
    with transaction(connection):
        connection.execute(f"create or replace table {table} as {_sum(contract, owner, parts)}")
        connection.execute(f'truncate replaced."{name}"')
        connection.execute("delete from ops.profiled where dataset = ?", [name])
        connection.execute(
            "insert into ops.profiled values (?, ?, ?, ?)", [name, to, digest, owner]
        )


def _raising_rules(connection: duckdb.DuckDBPyConnection, contract: Contract) -> Iterator[str]:
    """Which rules raise on the newest rows, each asked alone, with what they raise."""
    rows = with_files(contract, f'select * from staging."{contract.name}"')
    for rule in contract.rules:
        if rule.holds:
            try:
                connection.execute(
                    f"select count(*) filter ({breaks_rule(rule.holds)}) from {rows}"
                ).fetchall()
            except RAISED_ON_ROWS as error:
                yield f"{rule.name} ({type(error).__name__})"


def _counted(contract: Contract, owner: str | None, sign: int, rows: str) -> str:
    columns = [f'{sql} as "{name}"' for name, sql in groups(contract, owner).items()]
    columns += [
        f'cast({sign} * ({sql}) as {kind}) as "{name}"'
        for name, (kind, sql) in measures(contract).items()
    ]
    return (
        f"select {', '.join(columns)} from {with_files(contract, rows)} "
        "group by all having count(*) > 0"
    )


def _sum(contract: Contract, owner: str | None, parts: list[str]) -> str:
    """What the parts come to together; a group that lost its last row is gone."""
    if len(parts) == 1:
        return parts[0]
    columns = [f'"{name}"' for name in groups(contract, owner)]
    columns += [
        f'cast(sum("{name}") as {kind}) as "{name}"'
        for name, (kind, _) in measures(contract).items()
    ]
    union = " union all ".join(parts)
    return f'select {", ".join(columns)} from ({union}) group by all having sum("rows") <> 0'


def _digest(contract: Contract, owner: str | None) -> str:
    """Changes with what is counted, what a row's key is, and how its department is known."""
    counted = _counted(contract, owner, 1, f"{quoted_names(contract.key)}, owner: {owner}")
    return hashlib.sha256(counted.encode()).hexdigest()
