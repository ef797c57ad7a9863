"""The job in pandas: file by file, whole columns at a time, check characters by numpy.

Only what is needed later stays of a file, keys as Arrow texts. The newest row of a key needs all
keys at once, which is where the memory goes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.peers.codes_numpy import Flags, is_identity_number, is_uscc
from benchmarks.peers.job import (
    FIRST_DAY,
    KNOWN,
    LAST_DAY,
    MAJOR_HOURS,
    REQUIRED,
    begin,
    files,
)
from benchmarks.peers.small_tables import FIRST, LAST, answer, read_small

YEAR_END = LAST + pd.Timedelta(days=1)


def read(path: str, dataset: str, unread: tuple[str, ...] = ()) -> pa.Table:
    """A file's sound rows."""
    names = [name for name in pq.read_schema(path).names if name not in unread]
    table = pq.read_table(path, columns=names)
    for column, values in KNOWN.get(dataset, {}).items():
        table = table.filter(pc.field(column).isin(values))
    if any(table[column].null_count for column in REQUIRED[dataset]):
        table = table.filter(_is_complete(table, dataset))
    return table


def _is_complete(table: pa.Table, dataset: str) -> pa.ChunkedArray:
    complete = table[REQUIRED[dataset][0]].is_valid()
    for column in REQUIRED[dataset][1:]:
        complete = pc.and_(complete, table[column].is_valid())
    return complete


def is_given(texts: pa.ChunkedArray) -> Flags:
    """Which are neither null nor empty."""
    return pc.fill_null(pc.not_equal(texts, ""), False).to_numpy()


def has_key_information(table: pa.Table) -> Flags:
    """Name, core information and a valid code, by the kind of the subject and of its code."""
    result = is_given(table["subject_name"]) & is_given(table["core_information"])
    kind, code_kind = table["subject_kind"], table["subject_code_kind"]
    valid = np.zeros(len(table), dtype=bool)
    for subject, of_kind, check in (
        ("organization", "uscc", is_uscc),
        ("organization", "registration", None),
        ("person", "identity", is_identity_number),
        ("person", "other", None),
    ):
        rows = pc.and_(pc.equal(kind, subject), pc.equal(code_kind, of_kind)).to_numpy() & result
        codes = table["subject_code"].filter(pa.array(rows))
        valid[rows] = check(codes.combine_chunks()) if check else is_given(codes)
    return valid


def newest(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """The last row of each key; Arrow finds equal texts without making Python objects of them."""
    numbers, _ = pd.factorize(frame[key])
    return frame[~pd.Series(numbers).duplicated(keep="last").to_numpy()]


def credit_days(paths: list[str]) -> pd.DataFrame:
    """Records of the year by directory."""
    frames = []
    for path in paths:
        table = read(path, "credit_records")
        frames.append(
            pd.DataFrame(
                {
                    "record_id": pd.Series(table["record_id"], dtype="string[pyarrow]"),
                    "directory_id": table["directory_id"].dictionary_encode().to_pandas(),
                    "pushed_at": table["pushed_at"].to_pandas(),
                    "on_time": pc.less_equal(table["pushed_at"], table["due_at"]).to_numpy(),
                    "complete": has_key_information(table),
                }
            )
        )
    directories = pd.api.types.union_categoricals([one["directory_id"] for one in frames])
    for frame in frames:
        frame["directory_id"] = frame["directory_id"].cat.set_categories(directories.categories)
    records = newest(pd.concat(frames, ignore_index=True), "record_id")
    in_year = records["pushed_at"].between(FIRST, YEAR_END, inclusive="left")
    grouped = records[in_year].groupby("directory_id", observed=True)
    return grouped.agg(
        records=("on_time", "size"), on_time=("on_time", "sum"), complete=("complete", "sum")
    ).reset_index()


def certificate_days(paths: list[str]) -> pd.DataFrame:
    """Certificates by type, department, city and day."""
    key = ["type_code", "department_id", "city_code"]
    tables = [read(path, "certificates", ("holder_code",)) for path in paths]
    table = pa.concat_tables(tables).combine_chunks()
    frame = pd.DataFrame({name: table[name].dictionary_encode().to_pandas() for name in key})
    frame["certificate_id"] = pd.Series(table["certificate_id"], dtype="string[pyarrow]")
    frame["issued_on"] = table["issued_at"].to_pandas().dt.normalize()
    days = newest(frame, "certificate_id").groupby([*key, "issued_on"], observed=True).size()
    return days.rename("certificates").reset_index().astype(dict.fromkeys(key, "str"))


def outages(paths: list[str]) -> pd.DataFrame:
    """Major outages by link."""
    table = pa.concat_tables(
        [read(path, "network_probes", ("latency_ms",)) for path in paths]
    ).combine_chunks()
    links = table["link_id"].combine_chunks().dictionary_encode()
    link = links.indices.to_numpy()
    at = table["probed_at"].to_numpy().astype("datetime64[us]")
    up = table["is_up"].to_numpy()
    order = np.lexsort((at, link))  # stable: of equal keys the last delivered stands last
    link, at, up = link[order], at[order], up[order]
    last_of_key = np.append((link[1:] != link[:-1]) | (at[1:] != at[:-1]), True)
    link, at, up = link[last_of_key], at[last_of_key], up[last_of_key]
    changed = np.append(True, (link[1:] != link[:-1]) | (up[1:] != up[:-1]))
    link, at, up = link[changed], at[changed], up[changed]
    year_end = np.datetime64(LAST_DAY) + np.timedelta64(1, "D")
    until = np.append(np.where(link[1:] == link[:-1], at[1:], year_end), year_end)
    lasted = np.minimum(until, year_end) - np.maximum(at, np.datetime64(FIRST_DAY))
    is_major = ~up & (lasted > np.timedelta64(MAJOR_HOURS, "h"))
    counts = np.bincount(link[is_major], minlength=len(links.dictionary))
    return pd.DataFrame({"link_id": links.dictionary.to_pandas(), "outages": counts})


def main() -> None:
    """Does the job."""
    work = begin()
    pa.set_cpu_count(work.threads)
    inputs: Path = work.inputs
    steps = {}
    for name, dataset, make in (
        ("credit_days", "credit_records", credit_days),
        ("certificate_days", "certificates", certificate_days),
        ("outages", "network_probes", outages),
    ):
        with work.step(name):
            steps[name] = make(files(inputs, dataset))
    with work.step("answer"):
        rows = list(answer(read_small(inputs), **steps))
    work.answer(rows, {}, {"pandas": pd.__version__, "numpy": np.__version__})


if __name__ == "__main__":
    main()
