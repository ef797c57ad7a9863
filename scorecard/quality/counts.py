"""What is counted of a dataset's rows, as SQL made from its contract.

Here is what a count is by and of, and which rows a test speaks of: everywhere `r` is a landed row
and `f` its file. How the counts are kept is in `profile`, what is made of them in `frame`.
"""

from __future__ import annotations

from collections.abc import Mapping

from scorecard.contract import Contract
from scorecard.quoting import literal

COUNT, AMOUNT = "bigint", "decimal(38, 6)"


def owner_column(contract: Contract, contracts: Mapping[str, Contract]) -> str | None:
    """The column by which a row's department is known; None where rows are the city's.

    It is the row's own `department_id`, else what points to one row of a dataset that has it.
    """
    if _has_department(contract):
        return "department_id"
    for reference in contract.references:
        target = contracts[reference.dataset]
        points_to_one = len(reference.columns) == 1 and target.key == reference.targets
        if points_to_one and _has_department(target):
            return reference.columns[0]
    return None


def _has_department(contract: Contract) -> bool:
    return any(column.name == "department_id" for column in contract.columns)


def subject_column(contract: Contract, owner: str | None) -> str | None:
    """By which steady columns are compared: the department, else what comes first in the key."""
    if not any(column.steady for column in contract.columns):
        return None
    return "department_id" if owner else contract.key[0]


def groups(contract: Contract, owner: str | None) -> dict[str, str]:
    """What the profile has a row for: the columns, with their SQL over landed rows `r`.

    `day` is the day of the period column, the first of the year where rows tell no more.
    """
    names = [name for reference in contract.references for name in reference.columns]
    names += [column.name for column in contract.columns if column.rulebook]
    names += [owner] if owner else [subject] if (subject := subject_column(contract, owner)) else []
    return {name: f'r."{name}"' for name in names} | {"day": day_of(contract)}


def day_of(contract: Contract) -> str:
    """SQL of the day that a landed row `r` speaks of; null where there is none."""
    if event := contract.event_column:
        return f'cast(r."{event}" as date)'
    if any(column.name == "year" for column in contract.columns):
        return 'case when r."year" between 1 and 9999 then make_date(r."year", 1, 1) end'
    return "cast(null as date)"


def measures(contract: Contract) -> dict[str, tuple[str, str]]:
    """What is counted: for each name its type and the aggregate over landed rows `r`."""
    is_after_delivery = " or ".join(after_delivery(contract))
    counts = {
        "rows": "count(*)",
        "missing_values": " + ".join(
            f'(count(*) - count(r."{name}"))' for name in required_columns(contract)
        ),
        "broken_rows": f"count(*) filter ({breaks_contract(contract)})",
        "rows_after_delivery": f"count(*) filter ({is_after_delivery or 'false'})",
    }
    for rule in contract.rules:
        if rule.holds:
            counts[f"rule__{rule.name}"] = f"count(*) filter ({breaks_rule(rule.holds)})"
    steady = [column.name for column in contract.columns if column.steady]
    counts |= {f"count__{name}": f'count(r."{name}")' for name in steady}
    sums = {f"sum__{name}": f'coalesce(sum(r."{name}"), 0)' for name in steady}
    return {name: (COUNT, sql) for name, sql in counts.items()} | {
        name: (AMOUNT, sql) for name, sql in sums.items()
    }


def required_columns(contract: Contract) -> list[str]:
    """The stored columns that must not be null."""
    return [column.name for column in contract.stored_columns if column.required]


def breaks_contract(contract: Contract) -> str:
    """SQL that is true of a landed row with a value that the contract does not allow.

    Landing lets none in, but a contract may become stricter than it was when the row landed.
    """
    tests = ["false"]
    for column in contract.stored_columns:
        if column.values:
            tests.append(f'r."{column.name}" not in ({", ".join(map(literal, column.values))})')
        if column.minimum is not None:
            tests.append(f'r."{column.name}" < {column.minimum}')
        if column.first_of_month:
            tests.append(f'day(r."{column.name}") <> 1')
    return " or ".join(tests)


def after_delivery(contract: Contract) -> list[str]:
    """SQL tests, one a column, that are true of a row dated later than its delivery allows.

    What has happened may lie a day later: a delivery that is dated by its file's name has that
    day's midnight, and the day still counts.
    """
    tests = []
    for column in contract.columns:
        value = f'r."{column.name}"'
        if column.latest == "delivery":
            tests.append(f"{value} >= f._delivered_at + interval 1 day")
        elif column.latest == "next_year":
            year = value if column.type == "I" else f"year({value})"
            tests.append(f"{year} > year(f._delivered_at) + 1")
    return tests


def breaks_rule(holds: str) -> str:
    """SQL that is true of a row for which a rule's predicate is false; unknown is not false."""
    return f"not ({holds}\n)"  # the line ends a comment that the predicate may end with


def with_files(contract: Contract, rows: str) -> str:
    """What to select from, to speak of landed rows as `r` and of the file of each as `f`."""
    return (
        f"({rows}) as r inner join (select file_id as _file, delivered_at as _delivered_at "
        f"from ops.file where dataset = {literal(contract.name)}) as f on f._file = r._file_id"
    )
