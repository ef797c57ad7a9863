"""What goes wrong with real deliveries, put in on purpose and told in the summary.

Each function spoils the deliveries, or adds one, and says what it did. Nothing here changes a
score: broken rows have keys of their own or are mended by a later delivery, broken files hold a
register that comes again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from scorecard.demo.departments import YEAR, Town
from scorecard.demo.files import SHAPES, Delivery
from scorecard.demo.tables import Row


@dataclass(frozen=True, slots=True)
class Trouble:
    """One deliberate fault: its kind, where it is, and what should become of it."""

    kind: str
    dataset: str
    file_name: str | None
    note: str


class Deliveries:
    """All deliveries to be written, found by dataset and day."""

    def __init__(self, found: list[Delivery]) -> None:
        self._found = {(one.dataset, one.day, one.suffix): one for one in found}

    def __iter__(self) -> Iterator[Delivery]:
        return iter(self._found.values())

    def at(self, dataset: str, day: date) -> Delivery:
        """The dataset's delivery of that day; raises KeyError if there is none."""
        return self._found[dataset, day, ""]

    def add(self, delivery: Delivery) -> None:
        """Takes one more delivery; raises ValueError where there is one already."""
        key = (delivery.dataset, delivery.day, delivery.suffix)
        if key in self._found:
            raise ValueError(delivery.name)
        self._found[key] = delivery


def spoil_deliveries(found: Deliveries, town: Town) -> list[Trouble]:
    """Puts in every trouble that lies in the rows or in a file's day."""
    told = [trouble for spoil in _SPOILERS for trouble in spoil(found, town)]
    if town.silent is not None:
        note = f"{town.silent.department_id} is assessed and delivers nothing at all"
        told.append(Trouble("silent department", "departments", None, note))
    return told


def _late(found: Deliveries, town: Town) -> Iterator[Trouble]:
    yield Trouble(
        "late", "credit_check_matters", "credit_check_matters_2019-11-04.xlsx",
        "nothing came after this one: the dataset is stale for the year",
    )  # fmt: skip
    yield Trouble(
        "late", "legal_supervision_records", "legal_supervision_records_2020-04-07.csv",
        "The last quarter came a week after the decisions closed",
    )  # fmt: skip


def _broken_rows(found: Deliveries, town: Town) -> Iterator[Trouble]:
    other = town.other(1).department_id
    spoiled: list[tuple[str, date, Row, str]] = [
        ("joint_sanction_cases", date(2019, 4, 3),
         ("case-broken-1", other, "punishment", "行业惩戒", "2019年2月30日",
          date(2019, 3, 20), None),
         "an impossible date, 30 February"),
        ("catalogue_entries", date(2019, 7, 2),
         ("cat-broken-1", other, "接口信息", "部分共享", "monthly", date(2019, 6, 1), None, None),
         "an unknown share type"),
        ("resource_inspections", date(2019, 7, 3),
         ("ins-broken-1", "cat-edu-0001", date(2019, 6, 4), "accuracy", 40, -3),
         "a negative count"),
        ("certificate_volumes", date(2020, 1, 22),
         ("340100", "340600001", YEAR, "12,480"),
         "a thousands separator"),
        ("resource_requests", date(2019, 7, 2),
         ("req-broken-1", other, "res-0001", "city", date(2019, 6, 3), None, None,
          "补充说明", "见附件"),
         "two fields too many"),
        ("trading_platform_scores", date(2019, 6, 5),
         (other, date(2019, 5, 15), Decimal("88.0"), 100),
         "a month that is not a first"),
        ("network_outages", date(2019, 8, 1),
         ("out-broken-1", "lk-edu-1", datetime(2019, 7, 5, 9), datetime(2019, 7, 5, 10),
          "不详", None),
         "neither yes nor no"),
        ("evidence", date(2019, 6, 8),
         ("ev-broken-1", other, "001", "meetings", YEAR, "", None, None, None,
          datetime(2019, 6, 3, 9), "pending", None, None),
         "an empty title, which is required"),
    ]  # fmt: skip
    for dataset, day, row, note in spoiled:
        delivery = found.at(dataset, day)
        delivery.rows = [*delivery.rows[:2], row, *delivery.rows[2:]]
        yield Trouble("broken row", dataset, delivery.name, f"{note}: that row is quarantined")


def _unclosed_quote(found: Deliveries, town: Town) -> Iterator[Trouble]:
    delivery = found.at("base_library_uses", date(2019, 10, 2))
    delivery.tail = 'edu,"population,2019/9/30,12\nedu,legal_entity,2019/9/30,4\n'
    yield Trouble(
        "broken row", "base_library_uses", delivery.name,
        "a quote that never closes: the rest of the file is one quarantined row",
    )  # fmt: skip


def _credit_supplement(found: Deliveries, town: Town) -> Iterator[Trouble]:
    columns = (
        "record_id", "directory_id", "subject_kind", "subject_name", "subject_code_kind",
        "subject_code", "core_information", "due_at", "pushed_at",
    )  # fmt: skip
    due, pushed = datetime(2019, 12, 20, 18), datetime(2019, 12, 20, 9, 30)
    rest = ("组织甲", "registration", "340600000000001", "补报", due, pushed)
    rows: list[Row] = [
        ("cr-extra-1", "dir-unknown-1", "organization", *rest),
        ("cr-extra-2", "dir-unknown-1", "organization", *rest),
        ("cr-extra-3", "dir-edu-1", "公司", *rest),
        ("cr-extra-4", "dir-edu-1", "organization", *rest[:-1], "2019-13-01 09:00:00"),
    ]
    delivery = Delivery("credit_records", date(2019, 12, 21), SHAPES["gb"], columns, rows, "_补报")
    found.add(delivery)
    yield Trouble("orphan", "credit_records", delivery.name, "two records of an unknown directory")
    yield Trouble(
        "broken row", "credit_records", delivery.name,
        "an unknown kind of subject and an impossible month; personal data stays masked",
    )  # fmt: skip


def _orphans(found: Deliveries, town: Town) -> Iterator[Trouble]:
    delivery = found.at("evidence", date(2019, 7, 8))
    delivery.rows.append((
        "ev-edu-036-1", "edu", "036", "meetings", YEAR, "不存在的指标", date(2019, 6, 3),
        None, None, datetime(2019, 6, 4, 10), "pending", None, None,
    ))  # fmt: skip
    yield Trouble("orphan", "evidence", delivery.name, "an indicator that no rulebook has")
    delivery = found.at("network_links", date(2019, 7, 3))
    delivery.rows.append(("lk-heritage-1", "heritage", "other", date(2019, 2, 1), date(2019, 2, 2)))
    yield Trouble("orphan", "network_links", delivery.name, "a link of an unknown department")


def _redelivered(found: Deliveries, town: Town) -> Iterator[Trouble]:
    link = f"lk-{town.other(25).department_id}-1"
    entry = ("out-open-1", link, datetime(2019, 10, 30, 20))
    first = found.at("network_outages", date(2019, 11, 1))
    first.rows.append((*entry, None, False, "设备故障"))
    later = found.at("network_outages", date(2019, 12, 1))
    later.rows.append((*entry, datetime(2019, 10, 30, 21, 10), False, "设备故障"))
    yield Trouble(
        "delivered twice", "network_outages", later.name,
        "an outage that was still open in the file before has ended: the later row wins",
    )  # fmt: skip
    volumes = found.at("certificate_volumes", date(2020, 1, 22))
    wrong = [row for row in volumes.rows if row[0] == "340100" and isinstance(row[3], int)][:3]
    volumes.rows = [
        (*row[:3], int(str(row[3])) * 10) if row in wrong else row for row in volumes.rows
    ]
    mended = Delivery(
        "certificate_volumes",
        date(2020, 2, 5),
        SHAPES["workbook"],
        volumes.columns,
        wrong,
    )
    found.add(mended)
    yield Trouble(
        "delivered twice", "certificate_volumes", mended.name,
        "the bulletin's corrigendum: three volumes with a digit too many",
    )  # fmt: skip
    yield Trouble(
        "delivered twice", "evidence", None,
        "papers come as pending first and again when they are decided",
    )  # fmt: skip


def _odd_headers(found: Deliveries, town: Town) -> Iterator[Trouble]:
    delivery = found.at("network_links", date(2020, 1, 3))
    delivery.columns = (*delivery.columns, "备注")
    delivery.rows = [(*row, "") for row in delivery.rows]
    yield Trouble("unknown column", "network_links", delivery.name, "备注 is not in the contract")
    adjustments = found.at("adjustments", date(2020, 3, 12))
    adjustments.rows = [(*row[:2], int(str(row[2])), *row[3:]) for row in adjustments.rows]
    yield Trouble(
        "numbers for codes", "adjustments", adjustments.name,
        "the workbook has 8 for indicator 008, as workbooks do",
    )  # fmt: skip
    yield Trouble(
        "title rows", "it_projects", "it_projects_2019-04-08.xlsx",
        "a title and a date stand above the header; the register comes again in July",
    )  # fmt: skip
    yield Trouble(
        "no rows", "security_incidents", "security_incidents_2019-03-15.csv",
        "a header alone, which is a delivery of no rows",
    )  # fmt: skip
    columns = found.at("security_incidents", date(2020, 1, 1)).columns
    found.add(Delivery("security_incidents", date(2019, 3, 15), SHAPES["marked"], columns))


def _gaps(found: Deliveries, town: Town) -> Iterator[Trouble]:
    if len(town.senders) > 1:
        note = f"{town.other(6).department_id} has no score for August: a hole in a dense dataset"
        yield Trouble("missing period", "trading_platform_scores", None, note)


_SPOILERS: tuple[Callable[[Deliveries, Town], Iterator[Trouble]], ...] = (
    _late, _redelivered, _broken_rows, _unclosed_quote, _credit_supplement, _orphans, _odd_headers,
    _gaps,
)  # fmt: skip


def spoil_files(inbox: Path) -> list[Trouble]:
    """Puts in the files that are broken as files, after the good ones are written."""
    told: list[Trouble] = []

    def put(dataset: str, day: date, ending: str, data: bytes, kind: str, note: str) -> None:
        name = f"{dataset}_{day.isoformat()}{ending}"
        (inbox / dataset / name).write_bytes(data)
        told.append(Trouble(kind, dataset, name, note))

    whole = (inbox / "information_systems" / "information_systems_2020-01-08.xlsx").read_bytes()
    put("information_systems", date(2019, 7, 8), ".xlsx", whole[: len(whole) * 2 // 5],
        "truncated file", "a workbook cut off in transfer: quarantined whole")  # fmt: skip
    page = "<html><body>登录超时，请重新登录</body></html>\n".encode()
    put("it_projects", date(2019, 9, 9), ".xlsx", page,
        "wrong kind", "a log-in page saved as a workbook: quarantined whole")  # fmt: skip
    put("internet_egress", date(2019, 6, 30), ".csv", b"",
        "empty file", "not one byte in it: quarantined whole")  # fmt: skip
    twice = date(2019, 7, 3)
    original = inbox / "credit_directories" / f"credit_directories_{twice.isoformat()}.csv"
    put("credit_directories", twice, " - 副本.csv", original.read_bytes(),
        "same file twice", "the same bytes under a second name: ignored")  # fmt: skip
    (inbox / "evidence" / "~$evidence_2020-01-08.xlsx").write_bytes(b"\x05admin" + b" " * 49)
    told.append(
        Trouble(
            "left alone",
            "evidence",
            "~$evidence_2020-01-08.xlsx",
            "an office lock file",
        )
    )
    (inbox / "evidence" / "说明.txt").write_text("佐证材料按月报送。\n", encoding="utf-8")
    told.append(Trouble("left alone", "evidence", "说明.txt", "an ending that is not read"))
    return told
