"""An SFTP server (OpenSSH) with host keys of its own and one user, ourselves, let in by key."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import answers, folder_of, free_port, program, running

CONFIGURATION = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_ed25519
HostKey {folder}/host_ecdsa
PidFile none
AuthorizedKeysFile {folder}/user.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
Subsystem sftp internal-sftp
"""


@dataclass(frozen=True)
class Sftp:
    port: int
    folder: Path
    """What it serves, as it lies here."""
    user: str
    keys: Path
    """user, stranger (let in nowhere), host_ed25519, host_ecdsa; each with .pub."""

    def known_hosts(self, *keys: str) -> str:
        """Lines that vouch for the server by the named public keys."""
        return "".join(
            f"[127.0.0.1]:{self.port} {(self.keys / f'{key}.pub').read_text()}" for key in keys
        )


@contextmanager
def sftp() -> Iterator[Sftp]:
    """A server at work."""
    sshd, keygen = program("sshd", "openssh-server"), program("ssh-keygen", "openssh-client")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where it separates its privileges
    port = free_port()
    with folder_of() as folder:
        for name in ("user", "stranger", "host_ed25519", "host_ecdsa"):
            kind = name.partition("host_")[2] or "ed25519"
            subprocess.run([keygen, "-q", "-t", kind, "-N", "", "-f", folder / name], check=True)
        (folder / "out").mkdir()
        (folder / "sshd_config").write_text(CONFIGURATION.format(port=port, folder=folder))
        command = [sshd, "-D", "-e", "-f", folder / "sshd_config"]
        with running(command, folder, lambda: answers(port)):
            yield Sftp(port, folder / "out", pwd.getpwuid(os.geteuid()).pw_name, folder)
