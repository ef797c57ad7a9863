"""An S3-compatible object store (moto) that knows its users, by plain HTTP or with a certificate.

`reader` may list and read, save in the bucket `closed`; `writer` may do everything.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import requests

from tests.servers import answers, folder_of, free_port, running
from tests.servers.authority import Authority

READS = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::closed*"},
    ],
}
WRITES = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@dataclass(frozen=True)
class S3:
    endpoint: str
    reader: tuple[str, str]
    writer: Any
    """A client of boto3."""

    def put(self, key: str, body: bytes) -> None:
        self.writer.put_object(Bucket="city", Key=key, Body=body)


@contextmanager
def s3() -> Iterator[S3]:
    """A store with the buckets `city` and `closed`, at work."""
    with _store() as endpoint:
        reader = _user(endpoint, "reader", READS)
        writer = _client(endpoint, "s3", *_user(endpoint, "writer", WRITES))
        requests.post(f"{endpoint}/moto-api/reset-auth", data="0").raise_for_status()
        # from now on logins and policies count
        for bucket in ("city", "closed"):
            writer.create_bucket(Bucket=bucket)
        yield S3(endpoint, reader, writer)


@contextmanager
def s3_with_certificate() -> Iterator[tuple[str, Path]]:
    """A store without users behind TLS, and the PEM file of the authority that vouches for it."""
    with folder_of() as folder:
        made = Authority.make(folder)
        with _store("--ssl-cert", made.certificate, "--ssl-key", made.key) as endpoint:
            https = endpoint.replace("http:", "https:")
            boto3.client(
                "s3", endpoint_url=https, verify=str(made.ca), region_name="us-east-1",
                aws_access_key_id="a", aws_secret_access_key="b",
            ).create_bucket(Bucket="city")  # fmt: skip
            yield https, made.ca


@contextmanager
def _store(*options: str | Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port), *options]
    with folder_of() as folder, running(command, folder, lambda: answers(port)):
        yield f"http://127.0.0.1:{port}"


def _client(endpoint: str, service: str, key: str, secret: str) -> Any:
    return boto3.client(
        service, endpoint_url=endpoint, region_name="us-east-1",
        aws_access_key_id=key, aws_secret_access_key=secret,
    )  # fmt: skip


def _user(endpoint: str, name: str, policy: dict[str, Any]) -> tuple[str, str]:
    iam = _client(endpoint, "iam", "anybody", "anything")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="its", PolicyDocument=json.dumps(policy))
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return made["AccessKeyId"], made["SecretAccessKey"]
