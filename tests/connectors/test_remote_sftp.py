"""Files of an SFTP server: whom we believe, who we are, what comes and what waits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scorecard.connectors.base import PullFailedError, Tally
from scorecard.errors import ConfigurationError
from scorecard.pulling.platforms import FilesSource
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
from tests.servers.sftp import Sftp, sftp


@pytest.fixture(scope="module")
def server() -> Iterator[Sftp]:
    with sftp() as running:
        yield running


@pytest.fixture
def source(server: Sftp, tmp_path: Path) -> FilesSource:
    return FilesSource(
        kind="files",
        url=f"sftp://{server.user}@127.0.0.1:{server.port}{server.folder}",
        key_file=server.keys / "user",
        known_hosts=vouched(tmp_path, server.known_hosts("host_ed25519")),
    )


def vouched(folder: Path, lines: str) -> Path:
    path = folder / "known_hosts"
    path.write_text(lines)
    return path


def lay(server: Sftp, name: str, content: bytes = b"x") -> Path:
    path = server.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def complaint(source: FilesSource, folder: Path) -> str:
    with pytest.raises(PullFailedError) as refused:
        pulled(connector(source, "any"), folder / "files")
    return str(refused.value)


def test_new_files_come_in_the_order_of_the_bytes_of_their_names(
    server: Sftp, source: FilesSource, tmp_path: Path
):
    names = ["2019/03/a.csv", "Z.csv", "b.csv", "证照/电子证照 2019.csv"]
    for name in reversed(names):
        lay(server, f"new/{name}", name.encode())
    files = pulled(connector(source, "new"), tmp_path / "files")
    assert list(contents(files).items()) == [(name, name.encode()) for name in names]


def test_a_name_that_is_no_utf8_is_told_as_such(server: Sftp, source: FilesSource, tmp_path: Path):
    (server.folder / "old").mkdir()
    name = "证照.csv".encode("gb18030")
    Path(os.fsdecode(os.fsencode(server.folder) + b"/old/" + name)).write_bytes(b"x")
    with pytest.raises(PullFailedError, match="the name of a file is not UTF-8"):
        pulled(connector(source, "old"), tmp_path / "files")


def test_a_file_comes_again_only_when_it_has_changed(
    server: Sftp, source: FilesSource, tmp_path: Path
):
    changing = lay(server, "again/a.csv", b"one")
    lay(server, "again/b.csv", b"two")
    first = pulled(connector(source, "again"), tmp_path / "1")
    assert pulled(connector(source, "again"), tmp_path / "2", first) == []
    changing.write_bytes(b"ONE")
    os.utime(changing, (0, changing.stat().st_mtime + 1))
    second = pulled(connector(source, "again"), tmp_path / "3", first)
    assert contents(second) == {"a.csv": b"ONE"}


def test_only_what_is_a_delivery_and_matches_the_pattern_comes(
    server: Sftp, source: FilesSource, tmp_path: Path
):
    for name in ("a.csv", "deep/b.csv", "c.xlsx", ".d.csv", ".git/e.csv", "f.csv.part"):
        lay(server, f"some/{name}")
    names = [file.name for file in pulled(connector(source, "some", "*.csv"), tmp_path / "files")]
    assert names == ["a.csv", "deep/b.csv"]


def test_a_link_is_followed_only_to_a_file_of_the_folder(
    server: Sftp, source: FilesSource, tmp_path: Path
):
    within = lay(server, "links/real/a.csv")
    outside = lay(server, "elsewhere/b.csv")
    for name, to in {
        "in.csv": within, "out.csv": outside, "up": server.folder, "gone.csv": tmp_path / "no",
    }.items():  # fmt: skip
        (server.folder / "links" / name).symlink_to(to)
    names = [file.name for file in pulled(connector(source, "links"), tmp_path / "files")]
    assert names == ["in.csv", "real/a.csv"]


def test_a_file_that_grows_or_goes_meanwhile_waits_for_the_next_night(
    server: Sftp, source: FilesSource, tmp_path: Path
):
    paths = [lay(server, f"half/{name}.csv", b"whole") for name in "abcd"]
    folder = tmp_path / "1"
    files = connector(source, "half").files(task(folder), Tally(), frozenset())
    first = next(files)
    paths[1].write_bytes(b"whole and more")
    paths[2].unlink()
    came = [first, *files]
    assert [file.name for file in came] == ["a.csv", "d.csv"]
    assert sorted(path.name for path in folder.iterdir()) == ["000000.csv", "000003.csv"]
    after = pulled(connector(source, "half"), tmp_path / "2", came)
    assert contents(after) == {"b.csv": b"whole and more"}


def test_a_file_that_grows_while_it_is_fetched_waits_for_the_next_night(
    server: Sftp, source: FilesSource, tmp_path: Path
):
    lay(server, "during/a.csv")
    growing = lay(server, "during/b.csv", bytes(1 << 20))

    def grow() -> None:
        with growing.open("ab") as stream:
            stream.write(b"more")

    assert pulled_while(connector(source, "during"), tmp_path / "files", grow) == ["a.csv"]


def test_an_unknown_host_key_is_refused_with_its_fingerprint_and_a_mend(
    server: Sftp, source: FilesSource, tmp_path: Path
):
    vouched(tmp_path, "")
    told = complaint(source, tmp_path)
    assert "the server's host key is not known: ssh-ed25519 SHA256:" in told
    assert f"`ssh-keyscan -p {server.port} 127.0.0.1` to {source.known_hosts}" in told


def test_a_changed_host_key_is_refused(server: Sftp, source: FilesSource, tmp_path: Path):
    vouched(tmp_path, server.known_hosts("stranger"))
    told = complaint(source, tmp_path)
    assert "shows another host key than before, SHA256:" in told
    assert f"`ssh-keygen -R '[127.0.0.1]:{server.port}'" in told


def test_a_server_known_by_another_kind_of_key_is_asked_for_that_kind(
    server: Sftp, source: FilesSource, tmp_path: Path
):
    lay(server, "kind/a.csv")
    vouched(tmp_path, server.known_hosts("host_ecdsa"))
    assert len(pulled(connector(source, "kind"), tmp_path / "files")) == 1


def test_a_wrong_key_is_refused_and_no_other_one_is_tried(
    server: Sftp, source: FilesSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    ssh = tmp_path / ".ssh"
    ssh.mkdir()
    (ssh / "id_ed25519").write_bytes((server.keys / "user").read_bytes())
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PASSWORD_OF_SFTP", "a-password-of-ours")
    wrong = source.model_copy(
        update={"key_file": server.keys / "stranger", "password": "env:PASSWORD_OF_SFTP"}
    )
    told = complaint(wrong, tmp_path)
    assert f"user {server.user} is refused (check the user and the key or password)" in told
    assert "a-password-of-ours" not in told


def test_a_missing_folder_and_a_dead_host_are_told_apart(
    server: Sftp, source: FilesSource, tmp_path: Path
):
    assert f"{server.folder}/any: there is no such folder (check `url`" in complaint(
        source, tmp_path
    )
    url = f"sftp://{server.user}@127.0.0.1:{free_port()}/out"
    dead = vouched(tmp_path, "")
    told = complaint(source.model_copy(update={"url": url, "known_hosts": dead}), tmp_path)
    assert "cannot be reached" in told


def test_an_empty_folder_is_no_error(server: Sftp, source: FilesSource, tmp_path: Path):
    (server.folder / "empty").mkdir()
    assert pulled(connector(source, "empty"), tmp_path / "files") == []


@pytest.mark.parametrize("key", ["key_file", "known_hosts"])
def test_a_file_that_is_not_there_is_a_fault_of_the_configuration(source: FilesSource, key: str):
    with pytest.raises(ConfigurationError, match=f"{key}: /nowhere is not there"):
        connector(source.model_copy(update={key: Path("/nowhere")}))


@pytest.mark.parametrize("key", ["key_file", "known_hosts"])
def test_neither_a_login_nor_known_hosts_may_be_left_out(source: FilesSource, key: str):
    with pytest.raises(ConfigurationError, match="`known_hosts`, and `key_file` or `password`"):
        connector(source.model_copy(update={key: None}))


def test_a_file_goes_to_disk_without_being_held_in_memory(
    server: Sftp, source: FilesSource, tmp_path: Path
):
    lay(server, "weights/1.csv")
    lay(server, "weights/2.csv", bytes(BIG))
    (_, before), (size, after) = peaks(source, tmp_path / "files")
    assert size == BIG
    assert after - before < 15
    assert after < 250
