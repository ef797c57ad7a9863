"""A certificate authority of our own, and a server's certificate by it for 127.0.0.1 and .3."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.servers import program


@dataclass(frozen=True)
class Authority:
    ca: Path
    certificate: Path
    key: Path

    @classmethod
    def make(cls, folder: Path, owner: str | None = None) -> Authority:
        """Makes both; the server's key belongs to `owner`, as databases insist on."""
        openssl = program("openssl", "openssl")
        made = cls(folder / "ca.pem", folder / "server.pem", folder / "server.key")
        new = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
               "-nodes", "-days", "2"]  # fmt: skip
        authority = ["-subj", "/CN=City Authority", "-keyout", folder / "ca.key", "-out", made.ca]
        signed = ["-subj", "/CN=database", "-keyout", made.key, "-out", made.certificate,
                  "-CA", made.ca, "-CAkey", folder / "ca.key",
                  "-addext", "subjectAltName=IP:127.0.0.1,IP:127.0.0.3",
                  "-addext", "basicConstraints=critical,CA:false"]  # fmt: skip
        for arguments in (authority, signed):
            subprocess.run([*new, *arguments], check=True, capture_output=True)
        made.key.chmod(0o600)
        if owner and os.geteuid() == 0:
            shutil.chown(made.key, owner, owner)
        return made
