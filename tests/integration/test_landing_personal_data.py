"""Personal data never stays: what a rule needs of it is worked out while landing."""

from __future__ import annotations

import logging
import stat

import pytest

from scorecard.settings import Settings
from tests.inboxes import (
    KEY,
    Inbox,
    columns_of,
    csv_bytes,
    json_bytes,
    jsonl_bytes,
    parquet_bytes,
    sheet_of,
    specimen,
    workbook_bytes,
)  # fmt: skip

NAME, OTHER_NAME = "欧阳无忌", "Zhang Wuji"
IDENTITY, USCC, PASSPORT = "11010519491231002X", "91110000600037341L", "G98765432"
SUBSTANCE = "拖欠货款三十七万"
SECRETS = (NAME, OTHER_NAME, IDENTITY, USCC, PASSPORT, SUBSTANCE)


def records():
    """Good and bad rows, each with personal data in its place or slipped into another."""
    people = [
        {"subject_name": NAME, "subject_code": IDENTITY},
        {"subject_name": OTHER_NAME, "subject_code": PASSPORT, "subject_code_kind": "other"},
        {"subject_name": NAME, "subject_code": USCC, "subject_kind": "organization",
        "subject_code_kind": "uscc"},
    ]  # fmt: skip
    slips = [{}] + [
        {column: secret}
        for column in ("subject_kind", "subject_code_kind", "due_at", "pushed_at")
        for secret in SECRETS
    ]
    return [
        specimen("credit_records",
        core_information=SUBSTANCE) | person | slip | {"record_id": f"r{i}-{j}"}
        for i, person in enumerate(people)
        for j, slip in enumerate(slips)
    ]  # fmt: skip


def certificates():
    return [
        specimen("certificates", certificate_id="c1", holder_code=IDENTITY),
        specimen("certificates", certificate_id="c2", holder_code=PASSPORT),
        specimen("certificates", certificate_id="c3", holder_code=IDENTITY, issued_at=NAME),
        specimen("certificates", certificate_id="c4", holder_code=USCC, issued_at=IDENTITY),
    ]


def forms(*rows):
    quoted = csv_bytes(*rows)
    return {
        "a.csv": quoted,
        "b.csv": csv_bytes(*rows, encoding="gb18030"),
        "c.csv": quoted + b"short," + NAME.encode() + b"," + IDENTITY.encode() + b"\n",
        "d.csv": quoted + b'r,"' + NAME.encode() + b"," + IDENTITY.encode() + b"\n",
        "e.csv": quoted + b'r,"' + NAME.encode() + b'"' + IDENTITY.encode() + b",x\n",
        "f.csv": "\n".join(quoted.decode().splitlines()[1:]).encode(),
        "g.tsv": csv_bytes(*rows, delimiter="\t", encoding="utf-16"),
        "h.json": json_bytes(*rows, [NAME], {"subject_name": [NAME, IDENTITY]}),
        "i.jsonl": jsonl_bytes(*rows) + b'\n{"' + NAME.encode() + b'": "' + IDENTITY.encode(),
        "j.json": json_bytes(*rows)[:-40],
        "k.xlsx": workbook_bytes(sheet_of(*rows)),
        "l.parquet": parquet_bytes(columns_of(*rows)),
        "m.csv.gz": quoted[:-40],
        "n.csv": quoted + NAME.encode() + b"\xff\xff",
    }


def assert_nothing_personal(home):
    """Neither the bytes of any file that landing wrote, nor any text in it."""
    for path in home.rglob("*"):
        if path.is_file() and "inbox" not in path.relative_to(home).parts:
            content = path.read_bytes()
            for secret in SECRETS:
                for encoding in ("utf-8", "gb18030", "utf-16-le"):
                    assert secret.encode(encoding) not in content, (path, secret)


def assert_no_personal_cell(inbox):
    tables = inbox.rows(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "union all select 'temp.' || table_name from duckdb_tables() where temporary"
    )
    assert ("raw.credit_records",) in tables
    for (table,) in tables:
        text = str(inbox.rows(f"select * from {table}"))
        assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.parametrize("dataset", ["credit_records", "certificates"])
def test_no_name_or_number_stands_anywhere_after_landing(tmp_path, caplog, capfd, dataset):
    caplog.set_level(logging.DEBUG)
    inbox = Inbox(tmp_path, in_file=True)
    rows = records() if dataset == "credit_records" else certificates()
    for name, content in forms(*rows).items():
        inbox.put(dataset, name, content)
    landed = inbox.land()
    assert len(landed) == 14
    assert sum(item.rows_loaded for item in landed.values()) > 10
    assert sum(item.rows_quarantined for item in landed.values()) > 10
    assert_no_personal_cell(inbox)
    assert_nothing_personal(tmp_path)  # the write-ahead log too, before it is written back
    inbox.connection.execute("checkpoint")
    assert_nothing_personal(tmp_path)
    inbox.connection.close()
    assert_nothing_personal(tmp_path)
    told = f"{landed} {inbox.notices} {caplog.text} {capfd.readouterr()}"
    assert [secret for secret in SECRETS if secret in told] == []
    assert list((tmp_path / "scratch").iterdir()) == []


def test_personal_columns_are_not_columns_of_the_warehouse(tmp_path):
    inbox = Inbox(tmp_path)
    for schema in ("raw", "staging"):
        names = [row[0] for row in inbox.rows(f"describe {schema}.credit_records")]
        assert names == [
            "record_id", "directory_id", "due_at", "pushed_at", "has_key_information", "_file_id",
            "_line",
        ]  # fmt: skip
        names = [row[0] for row in inbox.rows(f"describe {schema}.certificates")]
        assert names[-3:] == ["holder_code_hash", "_file_id", "_line"]


def test_what_may_be_shown_of_a_bad_row_with_personal_columns(tmp_path):
    inbox = Inbox(tmp_path)
    slips = [
        ("due_at", "2019-02-30", "2019-02-30"), ("due_at", "2019/13/1 25:00", "2019/13/1 25:00"),
        ("due_at", "李四", "***"), ("due_at", "li si", "***"), ("due_at", IDENTITY, "***"),
        ("due_at", "13805611234", "***"), ("due_at", "34060001", "***"), ("due_at", "G12345678",
        "***"),
        ("subject_kind", "Person", "Person"), ("subject_kind", "李四", "***"),
        ("subject_kind", "lisi", "***"), ("subject_code_kind", "USCC", "USCC"),
        ("subject_code_kind", IDENTITY, "***"), ("subject_kind", "", None),
    ]  # fmt: skip
    rows = [specimen("credit_records", **{column: value}) for column, value, _ in slips]
    inbox.take("credit_records", "a.csv", csv_bytes(*rows))
    assert [(column, value) for _, column, value, _ in inbox.faults()] == [
        (column, shown) for column, _, shown in slips
    ]


COMPLETE = [
    ("organization", NAME, "uscc", USCC, SUBSTANCE, True),
    ("organization", NAME, "uscc", "91110000600037342L", SUBSTANCE, False),
    ("organization", NAME, "uscc", USCC.lower(), SUBSTANCE, False),
    ("organization", NAME, "uscc", USCC[:-1], SUBSTANCE, False),
    ("organization", NAME, "registration", "3406001", SUBSTANCE, True),
    ("organization", NAME, "registration", "", SUBSTANCE, False),
    ("organization", NAME, "identity", IDENTITY, SUBSTANCE, False),
    ("organization", NAME, "other", "1", SUBSTANCE, False),
    ("person", NAME, "identity", IDENTITY, SUBSTANCE, True),
    ("person", NAME, "identity", f" {IDENTITY}\u3000", SUBSTANCE, True),
    ("person", NAME, "identity", "110105194912310021", SUBSTANCE, False),
    ("person", NAME, "identity", "110105194913310020", SUBSTANCE, False),
    ("person", NAME, "other", PASSPORT, SUBSTANCE, True),
    ("person", NAME, "other", "", SUBSTANCE, False),
    ("person", NAME, "uscc", USCC, SUBSTANCE, False),
    ("person", "", "identity", IDENTITY, SUBSTANCE, False),
    ("person", "\u3000", "identity", IDENTITY, SUBSTANCE, False),
    ("person", NAME, "identity", IDENTITY, "", False),
    ("person", NAME, "identity", "", SUBSTANCE, False),
]


@pytest.mark.parametrize("form", ["csv", "json", "xlsx", "parquet"])
def test_key_information_is_judged_while_landing(tmp_path, form):
    inbox = Inbox(tmp_path)
    names = (
        "subject_kind",
        "subject_name",
        "subject_code_kind",
        "subject_code",
        "core_information",
    )
    rows = [
        specimen("credit_records", record_id=f"r{i}") | dict(zip(names, case[:5], strict=True))
        for i, case in enumerate(COMPLETE)
    ]
    content = {
        "csv": csv_bytes(*rows), "json": json_bytes(*rows), "xlsx": workbook_bytes(sheet_of(*rows)),
        "parquet": parquet_bytes(columns_of(*rows)),
    }[form]  # fmt: skip
    inbox.take("credit_records", f"a.{form}", content)
    assert inbox.values("credit_records", "has_key_information") == [case[5] for case in COMPLETE]


def test_personal_columns_may_be_absent_and_then_nothing_is_complete(tmp_path):
    inbox = Inbox(tmp_path)
    absent = {"subject_name": ..., "subject_code": ..., "core_information": ...}
    inbox.take("credit_records", "a.csv", csv_bytes(specimen("credit_records", **absent)))
    inbox.take("certificates", "b.csv", csv_bytes(specimen("certificates", holder_code=...)))
    assert inbox.values("credit_records", "has_key_information") == [False]
    assert inbox.values("certificates", "holder_code_hash") == [None]


# The key of hashes


def hashes(folder, key, *codes):
    folder.mkdir()
    inbox = Inbox(folder, key=key)
    rows = [
        specimen("certificates", certificate_id=f"c{i}", holder_code=code)
        for i, code in enumerate(codes)
    ]
    inbox.take("certificates", "a.csv", csv_bytes(*rows))
    return inbox.values("certificates", "holder_code_hash")


def test_a_hash_is_stable_for_its_key_and_differs_for_another(tmp_path):
    first = hashes(tmp_path / "1", KEY, IDENTITY, f" {IDENTITY} ", PASSPORT, "")
    again = hashes(tmp_path / "2", KEY, IDENTITY, IDENTITY, PASSPORT, "")
    other = hashes(tmp_path / "3", KEY[::-1], IDENTITY, IDENTITY, PASSPORT, "")
    assert first == again
    assert first[0] == first[1] != first[2]
    assert first[3] is None
    assert len(set(first[:3]) | set(other[:3])) == 4
    assert all(len(value) == 32 for value in first[:3])


def test_the_key_is_made_once_in_the_home_and_is_its_owners_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("SCORECARD_HASH_KEY", raising=False)
    settings = Settings(home=tmp_path)
    key = settings.read_hash_key()
    assert len(key) == 64
    assert Settings(home=tmp_path).read_hash_key() == key
    assert Settings(home=tmp_path / "other").read_hash_key() != key
    [file] = [path for path in tmp_path.glob("warehouse/*") if path.is_file()]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_key_of_the_environment_goes_first_and_is_never_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("SCORECARD_HASH_KEY", KEY)
    settings = Settings(home=tmp_path)
    assert settings.read_hash_key() == KEY
    assert not list(tmp_path.iterdir())
    assert KEY not in f"{settings!r} {settings.model_dump()}"
