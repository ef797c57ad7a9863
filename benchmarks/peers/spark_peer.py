"""The job in PySpark, local mode on all cores: built-in functions only, so all runs in the JVM."""

from __future__ import annotations

import pandas as pd
import pyspark
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as f

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

DRIVER_MEMORY = "4g"
YEAR_END = f"timestamp '{LAST_DAY} 00:00:00' + interval 1 day"
LONG_MONTHS, SHORT_MONTHS = "(?:0[13578]|1[02])31", "(?:0[13-9]|1[0-2])(?:29|30)"
YEARS = "(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
LEAP_YEARS = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
DAYS = f"(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])|{SHORT_MONTHS}|{LONG_MONTHS}"
IDENTITY = f"^[0-9]{{6}}(?:{YEARS}(?:{DAYS})|{LEAP_YEARS}0229)[0-9]{{3}}[0-9X]$"
USCC = "^[0-9A-HJ-NP-RTUWXY]{18}$"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def weighted(value: str, weights: list[int]) -> str:
    """The sum of the values of single characters, each with its weight."""
    terms = (
        f"{weight} * ({value.format(one=f'substring(subject_code, {place}, 1)')})"
        for place, weight in enumerate(weights, start=1)
    )
    return " + ".join(terms)


USCC_SUM = weighted(f"instr('{ALPHABET}', {{one}}) - 1", [3**n % 31 for n in range(17)] + [1])
IDENTITY_SUM = weighted("instr('0123456789X', {one}) - 1", [2 ** (17 - n) % 11 for n in range(18)])
HAS_KEY_INFORMATION = f"""
coalesce(subject_name <> '', false) and coalesce(core_information <> '', false) and coalesce(
    case
        when subject_kind = 'organization' and subject_code_kind = 'uscc'
            then subject_code rlike '{USCC}' and ({USCC_SUM}) % 31 = 0
        when subject_kind = 'person' and subject_code_kind = 'identity'
            then subject_code rlike '{IDENTITY}' and ({IDENTITY_SUM}) % 11 = 1
        when subject_kind = 'organization' and subject_code_kind = 'registration'
            or subject_kind = 'person' and subject_code_kind = 'other'
            then subject_code <> ''
    end,
    false
)
"""


def newest(spark: SparkSession, inputs: list[str], dataset: str, columns: list[str]) -> DataFrame:
    """The sound rows, of each key the last one delivered."""
    rows = spark.read.parquet(*inputs)
    for column in REQUIRED[dataset]:
        rows = rows.filter(f.col(column).isNotNull())
    for column, values in KNOWN.get(dataset, {}).items():
        rows = rows.filter(f.col(column).isin(*values))
    delivered = f.struct("_metadata.file_name", "_metadata.row_index")
    latest_first = Window.partitionBy(*KEYS[dataset]).orderBy(f.desc("_delivered"))
    return (
        rows.withColumn("_delivered", delivered)
        .select(*map(f.expr, columns), "_delivered")
        .withColumn("_place", f.row_number().over(latest_first))
        .filter("_place = 1")
    )


def credit_days(spark: SparkSession, inputs: list[str]) -> DataFrame:
    """Records of the year by directory."""
    columns = ["record_id", "directory_id", "pushed_at", "pushed_at <= due_at as on_time"]
    columns.append(f"{HAS_KEY_INFORMATION} as complete")
    return (
        newest(spark, inputs, "credit_records", columns)
        .filter(f"pushed_at >= timestamp '{FIRST_DAY} 00:00:00' and pushed_at < {YEAR_END}")
        .groupBy("directory_id")
        .agg(
            f.expr("count(*) as records"),
            f.expr("count_if(on_time) as on_time"),
            f.expr("count_if(complete) as complete"),
        )
    )


def certificate_days(spark: SparkSession, inputs: list[str]) -> DataFrame:
    """Certificates by type, department, city and day."""
    key = ["type_code", "department_id", "city_code"]
    columns = ["certificate_id", *key, "cast(issued_at as date) as issued_on"]
    rows = newest(spark, inputs, "certificates", columns)
    return rows.groupBy(*key, "issued_on").agg(f.expr("count(*) as certificates"))


def outages(spark: SparkSession, inputs: list[str]) -> DataFrame:
    """Major outages by link."""
    by_time = Window.partitionBy("link_id").orderBy("probed_at")
    lasted = f"least(until_at, {YEAR_END}) - greatest(probed_at, timestamp '{FIRST_DAY} 00:00:00')"
    return (
        newest(spark, inputs, "network_probes", ["link_id", "probed_at", "is_up"])
        .withColumn("was_up", f.lag("is_up").over(by_time))
        .filter("was_up is null or was_up <> is_up")
        .withColumn("next_at", f.lead("probed_at").over(by_time))
        .withColumn("until_at", f.expr(f"coalesce(next_at, {YEAR_END})"))
        .groupBy("link_id")
        .agg(f.expr(f"count_if(not is_up and {lasted} > interval {MAJOR_HOURS} hours) as outages"))
    )


def main() -> None:
    """Does the job."""
    work = begin()
    with work.step("start"):
        spark = (
            SparkSession.builder.master(f"local[{work.threads}]")
            .config("spark.driver.memory", DRIVER_MEMORY)
            .config("spark.local.dir", str(work.folder / "spill"))
            .config("spark.sql.shuffle.partitions", 4 * work.threads)
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.execution.arrow.pyspark.enabled", "true")
            .config("spark.ui.enabled", "false")
            .getOrCreate()
        )
        spark.sparkContext.setLogLevel("ERROR")
    steps: dict[str, pd.DataFrame] = {}
    for name, dataset, make in (
        ("credit_days", "credit_records", credit_days),
        ("certificate_days", "certificates", certificate_days),
        ("outages", "network_probes", outages),
    ):
        with work.step(name):
            steps[name] = make(spark, files(work.inputs, dataset)).toPandas()
    days = steps["certificate_days"]
    days["issued_on"] = pd.to_datetime(days["issued_on"])
    with work.step("answer"):
        rows = list(answer(read_small(work.inputs), **steps))
    spark.stop()
    work.answer(rows, {}, {"pyspark": pyspark.__version__})


if __name__ == "__main__":
    main()
