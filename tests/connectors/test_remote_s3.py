"""Files of an S3-compatible store: what comes, what does not come twice, what is said of faults."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scorecard.connectors.base import PullFailedError, Tally
from scorecard.errors import ConfigurationError
from scorecard.pulling.platforms import FilesSource, Tls
from tests.connectors.remote_folders import (
    BIG,
    connector,
    contents,
    peaks,
    pulled,
    pulled_while,
    task,
)
from tests.servers import free_port
from tests.servers.s3 import S3, s3, s3_with_certificate


@pytest.fixture(scope="module")
def store() -> Iterator[S3]:
    with s3() as running:
        yield running


@pytest.fixture
def source(store: S3, monkeypatch: pytest.MonkeyPatch) -> FilesSource:
    monkeypatch.setenv("S3_KEY", store.reader[0])
    monkeypatch.setenv("S3_SECRET", store.reader[1])
    return FilesSource(
        kind="files", url="s3://city/inbox", endpoint=store.endpoint, addressing="path",
        key="env:S3_KEY", secret="env:S3_SECRET",
    )  # fmt: skip


def complaint(source: FilesSource, folder: Path) -> str:
    with pytest.raises(PullFailedError) as refused:
        pulled(connector(source, "any"), folder)
    told = str(refused.value)
    for hidden in (os.environ["S3_KEY"], os.environ["S3_SECRET"]):
        assert hidden not in told
        assert hidden not in repr(refused.value)
    return told


def test_new_objects_come_in_the_order_of_the_bytes_of_their_names(
    store: S3, source: FilesSource, tmp_path: Path
):
    for name in ("b.csv", "2019/03/a.csv", "证照/电子证照 2019.csv", "Z.csv"):
        store.put(f"inbox/new/{name}", name.encode())
    store.put("inbox/new/2019/", b"")  # what consoles make of a folder
    files = pulled(connector(source, "new"), tmp_path)
    assert list(contents(files).items()) == [
        (name, name.encode())
        for name in ("2019/03/a.csv", "Z.csv", "b.csv", "证照/电子证照 2019.csv")
    ]
    assert {file.path.parent for file in files} == {tmp_path}
    assert all(file.etag for file in files)


def test_an_object_comes_again_only_when_it_has_changed(
    store: S3, source: FilesSource, tmp_path: Path
):
    store.put("inbox/again/a.csv", b"one")
    store.put("inbox/again/b.csv", b"two")
    first = pulled(connector(source, "again"), tmp_path / "1")
    assert pulled(connector(source, "again"), tmp_path / "2", first) == []
    store.put("inbox/again/a.csv", b"ONE")  # as long as before, and perhaps in the same second
    second = pulled(connector(source, "again"), tmp_path / "3", first)
    assert contents(second) == {"a.csv": b"ONE"}


def test_only_what_is_a_delivery_and_matches_the_pattern_comes(
    store: S3, source: FilesSource, tmp_path: Path
):
    for name in ("a.csv", "deep/b.csv", "c.xlsx", ".d.csv", "~$e.csv", ".git/f.csv", "g.csv.part",
                 "../h.csv", "../../i.csv", "deep/"):  # fmt: skip
        store.put(f"inbox/some/{name}", b"x")
    store.put("inbox/somebody/else.csv", b"x")
    names = [file.name for file in pulled(connector(source, "some", "*.csv"), tmp_path)]
    assert names == ["a.csv", "deep/b.csv"]


def test_a_prefix_without_objects_is_an_empty_folder(source: FilesSource, tmp_path: Path):
    tally = Tally()
    assert list(connector(source, "empty").files(task(tmp_path), tally, frozenset())) == []
    assert tally.requests == 1


def test_an_object_that_is_replaced_or_removed_meanwhile_waits_for_the_next_night(
    store: S3, source: FilesSource, tmp_path: Path
):
    for name in ("a", "b", "c", "d"):
        store.put(f"inbox/half/{name}.csv", b"whole")
    files = connector(source, "half").files(task(tmp_path / "1"), Tally(), frozenset())
    first = next(files)
    store.put("inbox/half/b.csv", b"WHOLE")
    store.writer.delete_object(Bucket="city", Key="inbox/half/c.csv")
    came = [first, *files]
    assert [file.name for file in came] == ["a.csv", "d.csv"]
    assert sorted(path.name for path in (tmp_path / "1").iterdir()) == ["000000.csv", "000003.csv"]
    after = pulled(connector(source, "half"), tmp_path / "2", came)
    assert contents(after) == {"b.csv": b"WHOLE"}


def test_an_object_that_changes_while_it_is_fetched_waits_for_the_next_night(
    store: S3, source: FilesSource, tmp_path: Path
):
    store.put("inbox/during/a.csv", b"x")
    store.put("inbox/during/b.csv", bytes(1 << 20))
    names = pulled_while(
        connector(source, "during"), tmp_path, lambda: store.put("inbox/during/b.csv", b"new")
    )
    assert names == ["a.csv"]


def test_a_wrong_secret_is_refused_without_being_told(
    source: FilesSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("S3_SECRET", "wrong-secret-of-ours")
    assert complaint(source, tmp_path) == (
        "s3://city/inbox/any: the key or its secret is refused (SignatureDoesNotMatch) "
        "(check the source's `key` and `secret`, and that they are not expired)"
    )


def test_an_unknown_key_is_refused_without_being_told(
    source: FilesSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("S3_KEY", "AKIAUNKNOWNTOEVERYBODY")
    assert "the key or its secret is refused (InvalidAccessKeyId)" in complaint(source, tmp_path)


def test_missing_rights_a_missing_bucket_and_a_dead_host_are_told_apart(
    source: FilesSource, tmp_path: Path
):
    closed = source.model_copy(update={"url": "s3://closed/inbox"})
    assert "the key may not read it (AccessDenied)" in complaint(closed, tmp_path)
    nowhere = source.model_copy(update={"url": "s3://nowhere"})
    assert "s3://nowhere/any: there is no such bucket (NoSuchBucket)" in complaint(
        nowhere, tmp_path
    )
    dead = source.model_copy(update={"endpoint": f"http://127.0.0.1:{free_port()}"})
    assert "cannot be reached or broke off (EndpointConnectionError)" in complaint(dead, tmp_path)


def test_only_a_trusted_certificate_is_taken_unless_the_source_says_otherwise(
    source: FilesSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with s3_with_certificate() as (endpoint, authority):
        far = source.model_copy(update={"endpoint": endpoint})
        monkeypatch.setenv("AWS_CA_BUNDLE", str(authority))  # what lies about does not count
        told = complaint(far, tmp_path)
        assert f"the certificate of {endpoint} is not trusted" in told
        assert "tls: {ca: ...}" in told
        for tls in (Tls(ca=authority), Tls(verify=False)):
            assert pulled(connector(far.model_copy(update={"tls": tls})), tmp_path) == []


def test_neither_the_environment_nor_the_home_folder_changes_who_we_are(
    store: S3, source: FilesSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store.put("inbox/alone/a.csv", b"x")
    aws = tmp_path / ".aws"
    aws.mkdir()
    (aws / "config").write_text("[profile other]\nendpoint_url = http://127.0.0.1:1\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_PROFILE", "that-is-nowhere")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "somebody-elses")
    assert len(pulled(connector(source, "alone"), tmp_path / "files")) == 1
    for missing in ("key", "secret"):
        with pytest.raises(ConfigurationError, match="needs a bucket, `key` and `secret`"):
            connector(source.model_copy(update={missing: None}))


def test_a_full_disk_is_told_as_such(store: S3, source: FilesSource, tmp_path: Path):
    store.put("inbox/full/a.csv", b"x" * 100_000)
    (tmp_path / "000000.csv").symlink_to("/dev/full")
    with pytest.raises(PullFailedError, match="the disk is full") as full:
        pulled(connector(source, "full"), tmp_path)
    assert full.value.where == str(tmp_path)


def test_an_object_goes_to_disk_without_being_held_in_memory(
    store: S3, source: FilesSource, tmp_path: Path
):
    store.put("inbox/weights/1.csv", b"x")
    store.put("inbox/weights/2.csv", bytes(2 * BIG))  # more than what s3fs fetches as one block
    (_, before), (size, after) = peaks(source, tmp_path)
    assert size == 2 * BIG
    assert after - before < 15
    assert after < 250


def test_a_bucket_may_be_part_of_the_hosts_name(
    store: S3, source: FilesSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store.put("inbox/virtual/a.csv", b"x")
    hosts: list[str] = []
    resolve = socket.getaddrinfo

    def resolved(host: str, *rest: Any, **more: Any) -> Any:
        hosts.append(host)
        return resolve("127.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    endpoint = store.endpoint.replace("127.0.0.1", "localhost")
    virtual = source.model_copy(update={"endpoint": endpoint, "addressing": "virtual"})
    assert len(pulled(connector(virtual, "virtual"), tmp_path)) == 1
    assert set(hosts) == {"city.localhost"}
