"""From three rollups to the answer, in pandas: a few thousand rows, so it decides nothing.

Shared by the contenders that are no SQL: pandas, Polars and PySpark. The rollups are
`credit_days` (directory_id, records, on_time, complete; pushed in the year),
`certificate_days` (type_code, department_id, city_code, issued_on, certificates) and
`outages` (link_id, outages; the major ones).
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.peers.job import (
    CITY,
    CYCLE_DAYS,
    FIRST_DAY,
    LAST_DAY,
    SMALL,
    YEAR,
    Answer,
    files,
)

FIRST, LAST = pd.Timestamp(FIRST_DAY), pd.Timestamp(LAST_DAY)
Tables = dict[str, pd.DataFrame]


def read_small(inputs: Path) -> Tables:
    """The small datasets, days as timestamps."""
    tables = {name: pd.read_parquet(files(inputs, name)[0]) for name in SMALL}
    for table in tables.values():
        for column in table:
            if str(column).endswith(("_at", "_from", "_to")):
                table[column] = pd.to_datetime(table[column])
    return tables


def answer(
    tables: Tables, credit_days: pd.DataFrame, certificate_days: pd.DataFrame, outages: pd.DataFrame
) -> Answer:
    """The rows of the answer."""
    claimed = _claimed(tables["certificate_types"])
    yield from _network(tables, outages)
    yield from _credit(tables, credit_days)
    yield from _types_made(tables, claimed, certificate_days)
    yield from _volume(tables, claimed, certificate_days)


def _claimed(types: pd.DataFrame) -> pd.DataFrame:
    return types[types["claimed_at"] <= LAST]


def _network(tables: Tables, outages: pd.DataFrame) -> Answer:
    departments = tables["departments"]
    ends = departments["active_to"].fillna(LAST)
    assessed = departments[
        (departments["city_code"] == CITY)
        & (departments["active_from"] <= LAST)
        & (ends >= departments["active_from"].clip(lower=FIRST))
    ]
    links = tables["network_links"]
    serving = links[
        (links["connected_at"] <= LAST)
        & (
            links["disconnected_at"].isna()
            | (links["disconnected_at"] > links["connected_at"].clip(lower=FIRST))
        )
        & links["department_id"].isin(assessed["department_id"])
    ].merge(outages, how="left", on="link_id")
    for department, count in serving.groupby("department_id")["outages"].sum().items():
        yield str(department), "007", int(count), None


def _credit(tables: Tables, days: pd.DataFrame) -> Answer:
    counts = ["records", "on_time", "complete"]
    pushed = days.groupby("directory_id", as_index=False)[counts].sum()
    directories = tables["credit_directories"].merge(pushed, how="left", on="directory_id")
    in_force = directories["effective_to"].fillna(LAST).clip(upper=LAST) - directories[
        "effective_from"
    ].clip(lower=FIRST)
    is_due = in_force.dt.days + 1 >= directories["update_cycle"].map(CYCLE_DAYS)
    directories["due"], directories["supplied"] = is_due, is_due & (directories["records"] > 0)
    sums = directories.groupby("department_id")[[*counts, "due", "supplied"]].sum()
    targets = tables["credit_targets"]
    expected = targets[targets["year"] == YEAR].set_index("department_id")["expected_records"]
    for department, row in sums.iterrows():
        name, records = str(department), int(row["records"])
        yield name, "012", int(row["supplied"]), int(row["due"])
        if records:
            yield name, "014", int(row["on_time"]), records
            yield name, "015", int(row["complete"]), records
        if records and department not in expected.index:
            yield name, "013", records, None
    for department, target in expected.items():
        records = int(sums["records"].get(department, 0))
        yield str(department), "013", records, int(target)


def _types_made(tables: Tables, claimed: pd.DataFrame, days: pd.DataFrame) -> Answer:
    cities = {CITY, *tables["populations"]["city_code"]}
    counted = days[(days["issued_on"] <= LAST) & days["city_code"].isin(cities)]
    made = counted[["department_id", "type_code"]].drop_duplicates().assign(made=1)
    joined = claimed.merge(made, how="left", on=["department_id", "type_code"])
    for department, group in joined.groupby("department_id"):
        yield str(department), "027", int(group["made"].sum()), len(group)


def _volume(tables: Tables, claimed: pd.DataFrame, days: pd.DataFrame) -> Answer:
    populations = tables["populations"]
    own_city = populations[(populations["city_code"] == CITY) & (populations["year"] == YEAR)]
    issued = days[
        (days["city_code"] == CITY)
        & days["issued_on"].between(FIRST, LAST)
        & days["department_id"].isin(tables["departments"]["department_id"])
    ]
    volumes = issued.groupby("type_code")["certificates"].sum()
    own = claimed["type_code"].map(volumes).fillna(0).groupby(claimed["department_id"]).sum()
    for population in own_city["population"]:
        for department, volume in own.items():
            yield str(department), "028", int(volume), int(population)
