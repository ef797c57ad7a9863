"""The job in Polars: lazy scans of all files, run by the streaming engine.

Check characters by the same numpy functions as pandas uses, a batch at a time: Polars has no
expression for them that would be faster.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl

from benchmarks.peers.codes_numpy import is_identity_number, is_uscc
from benchmarks.peers.job import (
    FIRST_DAY,
    KEYS,
    KNOWN,
    LAST_DAY,
    MAJOR_HOURS,
    REQUIRED,
    begin,
    files,
)
from benchmarks.peers.small_tables import answer, read_small

YEAR_START = pl.lit(FIRST_DAY).str.to_datetime("%Y-%m-%d")
YEAR_END = pl.lit(LAST_DAY).str.to_datetime("%Y-%m-%d").dt.offset_by("1d")


def rows_of(paths: list[str], dataset: str) -> pl.LazyFrame:
    """The sound rows of all files in the order of delivery."""
    tests = [pl.col(column).is_not_null() for column in REQUIRED[dataset]]
    tests += [pl.col(name).is_in(values) for name, values in KNOWN.get(dataset, {}).items()]
    return pl.scan_parquet(paths).filter(tests)


def newest(rows: pl.LazyFrame, dataset: str) -> pl.LazyFrame:
    """The last row of each key, in any order: to keep the order would not stream."""
    return rows.unique(list(KEYS[dataset]), keep="last")


def is_valid(code: pl.Expr, check) -> pl.Expr:
    """A check of columns as an expression of single rows: streaming may cut anywhere."""
    return code.map_batches(
        lambda codes: pl.Series(check(codes.to_arrow())),
        return_dtype=pl.Boolean,
        is_elementwise=True,
    )


def has_key_information() -> pl.Expr:
    """Name, core information and a valid code, by the kind of the subject and of its code."""
    code = pl.col("subject_code")

    def of_kind(subject: str, code_kind: str) -> pl.Expr:
        kinds = pl.col("subject_kind") == subject, pl.col("subject_code_kind") == code_kind
        return kinds[0] & kinds[1]

    given = (pl.col("subject_name").fill_null("") != "") & (
        pl.col("core_information").fill_null("") != ""
    )
    organization, person = of_kind("organization", "uscc"), of_kind("person", "identity")
    other = of_kind("organization", "registration") | of_kind("person", "other")
    return given & (
        (organization & is_valid(pl.when(organization).then(code), is_uscc))
        | (person & is_valid(pl.when(person).then(code), is_identity_number))
        | (other & (code.fill_null("") != ""))
    )


def collect(frame: pl.LazyFrame) -> pd.DataFrame:
    """Runs it; few rows come."""
    return frame.collect(engine="streaming").to_pandas()


def credit_days(paths: list[str]) -> pd.DataFrame:
    """Records of the year by directory."""
    rows = rows_of(paths, "credit_records").select(
        "record_id",
        "directory_id",
        "pushed_at",
        on_time=pl.col("pushed_at") <= pl.col("due_at"),
        complete=has_key_information(),
    )
    in_year = (pl.col("pushed_at") >= YEAR_START) & (pl.col("pushed_at") < YEAR_END)
    return collect(
        newest(rows, "credit_records")
        .filter(in_year)
        .group_by("directory_id")
        .agg(records=pl.len(), on_time=pl.col("on_time").sum(), complete=pl.col("complete").sum())
    )


def certificate_days(paths: list[str]) -> pd.DataFrame:
    """Certificates by type, department, city and day."""
    rows = rows_of(paths, "certificates").select(
        "certificate_id",
        "type_code",
        "department_id",
        "city_code",
        issued_on=pl.col("issued_at").dt.truncate("1d"),
    )
    key = ["type_code", "department_id", "city_code", "issued_on"]
    return collect(newest(rows, "certificates").group_by(key).agg(certificates=pl.len()))


def outages(paths: list[str]) -> pd.DataFrame:
    """Major outages by link."""
    rows = rows_of(paths, "network_probes").select("link_id", "probed_at", "is_up")
    changes = (
        newest(rows, "network_probes")
        .sort("link_id", "probed_at")
        .filter(
            (pl.col("is_up") != pl.col("is_up").shift())
            .or_(pl.col("link_id") != pl.col("link_id").shift())
            .fill_null(True)
        )
        .with_columns(
            until=pl.when(pl.col("link_id") == pl.col("link_id").shift(-1)).then(
                pl.col("probed_at").shift(-1)
            )
        )
        .with_columns(
            lasted=pl.min_horizontal(pl.col("until").fill_null(YEAR_END), YEAR_END)
            - pl.max_horizontal("probed_at", YEAR_START)
        )
    )
    is_major = ~pl.col("is_up") & (pl.col("lasted") > pl.duration(hours=MAJOR_HOURS))
    return collect(changes.group_by("link_id").agg(outages=is_major.sum()))


def main() -> None:
    """Does the job."""
    work = begin()
    steps = {}
    for name, dataset, make in (
        ("credit_days", "credit_records", credit_days),
        ("certificate_days", "certificates", certificate_days),
        ("outages", "network_probes", outages),
    ):
        with work.step(name):
            steps[name] = make(files(work.inputs, dataset))
    with work.step("answer"):
        rows = list(answer(read_small(work.inputs), **steps))
    work.answer(rows, {}, {"polars": pl.__version__, "numpy": np.__version__})


if __name__ == "__main__":
    main()
