"""Files of an S3-compatible object store (MinIO, OBS, OSS, AWS), by s3fs.

Only what `sources.yaml` says counts: no `~/.aws`, no AWS_* or proxy variables, no anonymous try.
A folder is a prefix of names here, so one that nobody wrote to is empty, not missing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiobotocore.session import AioSession  # type: ignore[import-untyped]
from botocore import exceptions  # type: ignore[import-untyped]
from s3fs import S3FileSystem

from scorecard.connectors.base import PullFailedError
from scorecard.connectors.remote import CONNECT_SECONDS, READ_SECONDS, State, local_time
from scorecard.errors import ConfigurationError
from scorecard.pulling.platforms import FilesSource
from scorecard.pulling.secrets import Secrets

_NOTHING_AMBIENT = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""Variables of a session: key in a file, environment variable, default, conversion."""
_REFUSED = (
    "the key or its secret is refused ({code})",
    "check the source's `key` and `secret`, and that they are not expired",
)
_FORBIDDEN = (
    "the key may not read it ({code})",
    "have s3:ListBucket and s3:GetObject granted to the key, or check the key",
)
_NO_BUCKET = ("there is no such bucket ({code})", "check the source's `url` and `endpoint`")
_ELSEWHERE = (
    "the bucket belongs to another region or address ({code})",
    "set the source's `region`, `endpoint` and `addressing`",
)
_CODES = {
    "InvalidAccessKeyId": _REFUSED,
    "SignatureDoesNotMatch": _REFUSED,
    "ExpiredToken": _REFUSED,
    "InvalidToken": _REFUSED,
    "AccessDenied": _FORBIDDEN,
    "AllAccessDisabled": _FORBIDDEN,
    "403": _FORBIDDEN,
    "NoSuchBucket": _NO_BUCKET,
    "404": _NO_BUCKET,
    "PermanentRedirect": _ELSEWHERE,
    "AuthorizationHeaderMalformed": _ELSEWHERE,
    "SecondLevelDomainForbidden": _ELSEWHERE,
    "301": _ELSEWHERE,
    "RequestTimeTooSkewed": ("our clock and theirs differ ({code})", "set this machine's clock"),
}


class S3Store:
    """The objects below a prefix of a bucket."""

    errors = (
        OSError,
        exceptions.BotoCoreError,
        exceptions.ClientError,
        aiohttp.ClientError,
    )

    def __init__(self, source: FilesSource, folder: str, secrets: Secrets) -> None:
        url = urlsplit(source.url)
        if not url.netloc or source.key is None or source.secret is None:
            raise ConfigurationError(
                "an S3 source needs a bucket, `key` and `secret`",
                "sources.yaml",
                "give url: s3://BUCKET/PREFIX, key: env:NAME and secret: env:NAME",
            )
        parts = (url.netloc, url.path.strip("/"), folder.strip("/"))
        self._root = "/".join(part for part in parts if part)
        self._source = source
        self._login = {"key": secrets.read(source.key), "secret": secrets.read(source.secret)}
        self._fs: Any = None
        self.place = f"s3://{self._root}"

    def open(self) -> None:
        """Prepares the client; it connects with the first request."""
        tls = self._source.tls
        self._fs = S3FileSystem(
            **self._login,
            anon=False,
            endpoint_url=self._source.endpoint,
            session=AioSession(session_vars=_NOTHING_AMBIENT),
            client_kwargs={
                "region_name": self._source.region or "us-east-1",
                "verify": str(tls.ca) if tls.verify and tls.ca else tls.verify,
            },
            config_kwargs={
                "connect_timeout": CONNECT_SECONDS,
                "read_timeout": READ_SECONDS,
                "retries": {"total_max_attempts": 3, "mode": "standard"},
                "s3": {"addressing_style": self._source.addressing},
                "proxies": {},
                "ignore_configured_endpoint_urls": True,
            },
            max_concurrency=1,  # one stream to disk; by default ten blocks of 50 MB in memory
            skip_instance_cache=True,
            use_listings_cache=False,
        )

    def listing(self) -> Iterable[tuple[str, State]]:
        """All objects below the prefix; those that stand for a folder (`x/`) are none."""
        for path, found in self._fs.find(self._root, detail=True).items():
            name = path.removeprefix(f"{self._root}/")
            if name and name != path and not name.endswith("/"):
                yield name, _state(found)

    def look(self, name: str) -> State:
        """The head of an object."""
        found = self._fs.info(f"{self._root}/{name}")
        if found["type"] != "file":
            raise FileNotFoundError(name)
        return _state(found)

    def fetch(self, name: str, to: Path) -> None:
        """Streams an object to disk."""
        self._fs.get_file(f"{self._root}/{name}", str(to))

    def close(self) -> None:
        """Lets go of the client; its connections end with it."""
        self._fs = None

    def told(self, error: Exception, where: str) -> PullFailedError:
        """By the store's code; its text is left out, some quote the key."""
        host = self._source.endpoint or "AWS S3"
        if isinstance(error, exceptions.SSLError):
            return PullFailedError(
                f"the certificate of {host} is not trusted",
                where,
                "name its authority's PEM file in the source's `tls: {ca: ...}`",
            )
        if isinstance(error, exceptions.ParamValidationError):
            return PullFailedError("no name of a bucket", where, "check the source's `url`")
        code = _code(error)
        if code is None:
            return PullFailedError(
                f"{host} cannot be reached or broke off ({type(error).__name__})",
                where,
                "check the source's `endpoint` and the network, then try again",
            )
        what, mend = _CODES.get(code, ("the store answered {code}", "ask the store's people"))
        return PullFailedError(what.format(code=code), where, mend)


def _state(found: dict[str, Any]) -> State:
    """A list has milliseconds that a head has not, and either may quote the tag."""
    modified = local_time(found["LastModified"]).replace(microsecond=0)
    return State(int(found["size"]), modified, (found.get("ETag") or "").strip('"') or None)


def _code(error: Exception) -> str | None:
    """The store's code of an error; s3fs hides it behind one of Python's."""
    answered = error if isinstance(error, exceptions.ClientError) else error.__cause__
    if isinstance(answered, exceptions.ClientError):
        return str(answered.response.get("Error", {}).get("Code", "an error without a code"))
    return None
