"""HTTP with platforms that fail: tried again, within a deadline, with one server, JSON or nothing.

All that is asked by HTTP goes through `GuardedSession`. It speaks with the declared server alone,
whatever a link or a redirect says, so that credentials stay there; it ends at the deadline; and it
tells failures in plain words, without the address's query, rows or secrets.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import urljoin

import requests
import tenacity
import urllib3.exceptions
from requests import PreparedRequest, Request, Response

from scorecard.connectors import http_values, http_words
from scorecard.connectors.base import PullFailedError, Tally
from scorecard.connectors.credentials import Issued, credentials, verification
from scorecard.pulling.platforms import HttpSource, OAuth2, PrometheusSource, ZabbixSource
from scorecard.pulling.secrets import Secrets

# It writes whole addresses, in which a key may stand.
logging.getLogger("urllib3.connectionpool").setLevel(logging.CRITICAL)

HttpServer: TypeAlias = HttpSource | PrometheusSource | ZabbixSource
Judge: TypeAlias = Callable[[Any], None]

MOST_BYTES = 200 << 20
"""The largest body, unpacked: it is parsed in one piece."""
_CHUNK = 1 << 16
_HOPS = 5
_SLOWEST = 30.0
_AGAIN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
_MENDS: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "check auth and its secret in sources.yaml",
    HTTPStatus.FORBIDDEN: "ask the platform to let us read this address",
    HTTPStatus.NOT_FOUND: "check base_url and path in sources.yaml",
}


class RefusedError(PullFailedError):
    """A status that trying again does not mend; `body` is what came with it, if it was JSON."""

    def __init__(self, what: str, where: str, mend: str, status: int, body: Any) -> None:
        super().__init__(what, where, mend)
        self.status, self.body = status, body


class _PassingError(PullFailedError):
    """What may be over soon; `after` is for how many seconds the server asks to be left alone."""

    def __init__(self, what: str, where: str, mend: str, after: float = 0) -> None:
        super().__init__(what, where, mend)
        self.after = after


class GuardedSession(requests.Session):
    """A session with one server, for one pull.

    Args:
        server: The platform; its TLS, headers, rate, timeouts and retries are kept to.
        secrets: Where its secrets are read, and issued tokens remembered.
        deadline: Seconds after which nothing is waited for any more.
        tally: Counts the requests.
        judge: Looks at each parsed answer, and raises if it is none.

    Raises:
        ConfigurationError: If a secret or the authority's file is not there.
    """

    def __init__(
        self,
        server: HttpServer,
        secrets: Secrets,
        deadline: float,
        tally: Tally,
        judge: Judge | None = None,
    ) -> None:
        super().__init__()
        self.trust_env = False  # neither ~/.netrc nor proxy variables
        self.verify = verification(server.tls)
        self.headers.update({"Accept": "application/json", **server.headers})
        self._server, self._secrets, self._tally, self._judge = server, secrets, tally, judge
        self._deadline, self._until = deadline, time.monotonic() + deadline
        self._next = 0.0
        self._where = server.base_url
        self.auth = credentials(server.auth, secrets, self._issue)

    def answer(
        self,
        method: str,
        path: str = "",
        params: Mapping[str, str] | None = None,
        json: object = None,
        data: Mapping[str, str] | None = None,
    ) -> Any:
        """The parsed JSON of an answer; numbers are texts, as they were written.

        A POST is repeated like a GET: only what reads may be asked.

        Raises:
            RefusedError: If the status is an error that stays.
            PullFailedError: If there is no whole answer.
        """
        base = self._server.base_url
        address = f"{base.rstrip('/')}/{path.lstrip('/')}" if path else base
        return self.request(method, address, params=params, json=json, data=data).json()

    def prepare_request(self, request: Request) -> PreparedRequest:
        """As it always is; an address that is none is told, since the server may have given it."""
        try:
            return super().prepare_request(request)
        except requests.RequestException:
            raise self._failure("cannot ask: the address is none", "check base_url, path") from None

    def send(self, request: PreparedRequest, **_: Any) -> Response:
        """Sends until there is a whole answer; its `json()` is parsed already."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_PassingError),
            wait=self._wait,
            stop=tenacity.stop_after_attempt(self._server.retries + 1)
            | tenacity.stop_before_delay(self._left()),
        )
        try:
            return retrying(self._try, request)
        except tenacity.RetryError as error:
            last = error.last_attempt.exception()
            assert isinstance(last, _PassingError)
            tries = error.last_attempt.attempt_number
            asked = f", and asks to wait {last.after:.0f} s" if last.after else ""
            what = f"{last.what}{asked} (tries: {tries}, deadline: {self._deadline:.0f} s)"
            raise PullFailedError(what, last.where, last.mend) from None

    def get_redirect_target(self, resp: Response) -> str | None:
        """None: requests would read the body of a redirect without bound and go anywhere."""
        return None

    def _try(self, request: PreparedRequest) -> Response:
        """One try, with redirects and one renewal of the token."""
        request = self._identified(request)
        renewable = self.auth if isinstance(self.auth, Issued) else None
        hops = 0
        while True:
            response = self._exchange(request)
            if response.status_code == HTTPStatus.UNAUTHORIZED and renewable is not None:
                renewable.renew()
                request, renewable = self._identified(request), None
            elif (target := super().get_redirect_target(response)) is not None:
                hops += 1
                if hops > _HOPS or request.method != "GET":
                    raise self._failure(
                        f"redirects a {request.method} {hops} times", "check base_url and path"
                    )
                request = self._identified(request, urljoin(request.url or "", target))
            else:
                return self._taken(response)
            response.close()

    def _identified(self, request: PreparedRequest, address: str | None = None) -> PreparedRequest:
        """A copy with who we are now, to another address if there is one."""
        request = request.copy()
        if address is not None:
            self._check_origin(address)
            request.prepare_url(address, None)
        if callable(self.auth):
            self.auth(request)
        return request

    def _exchange(self, request: PreparedRequest) -> Response:
        address = request.url or ""
        self._check_origin(address)
        self._pace()
        self._where = http_values.shown(address)
        left, timeout = self._left(), self._server.timeout
        connect = min(timeout.connect.total_seconds(), left)
        read = min(timeout.read.total_seconds(), left)
        self._tally.requests += 1
        try:
            return super().send(
                request,
                stream=True,
                allow_redirects=False,
                verify=self.verify,
                timeout=(connect, read),
            )
        except requests.exceptions.SSLError as error:
            raise self._failure(*http_words.of_tls(error)) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise self._passing(http_words.of_connection(error)) from None
        except ValueError:
            raise self._failure(
                "cannot ask: a header of ours cannot be sent", "check headers in sources.yaml"
            ) from None

    def _taken(self, response: Response) -> Response:
        status = response.status_code
        if status in _AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            response.close()
            raise self._passing(http_words.of_status(status), http_values.retry_after(response))
        body = self._body(response)
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            mend = _MENDS.get(status, "check path and params in sources.yaml")
            what = http_words.of_status(status)
            raise RefusedError(what, self._place(), mend, status, http_values.parsed_or_none(body))
        kind = response.headers.get("Content-Type", "")
        if "json" not in kind.partition(";")[0].lower():
            shown = self._secrets.clean(kind)[:60]  # half a secret would not be found
            raise self._failure(
                f"answers no JSON but {shown or 'nothing'}",
                "check base_url and path; a page for people comes where one has to log in",
            )
        try:
            parsed = http_values.parsed(body)
        except (ValueError, RecursionError):
            raise self._passing("answers JSON that is cut off or broken") from None
        if self._judge is not None:
            self._judge(parsed)
        response.json = lambda **_: parsed  # type: ignore[method-assign]
        return response

    def _body(self, response: Response) -> bytes:
        parts, size = [], 0
        try:
            # Neither iter_content nor read: they wait for a whole chunk from a slow server.
            while part := response.raw.read1(_CHUNK, decode_content=True):
                parts.append(part)
                size += len(part)
                self._left()
                if size > MOST_BYTES:
                    raise self._failure(
                        f"answers more than {MOST_BYTES >> 20} MB at once", "ask for smaller pages"
                    )
        except (urllib3.exceptions.HTTPError, OSError):
            self._left()  # what is late is told as late
            raise self._passing("broke off in the middle of an answer") from None
        return b"".join(parts)

    def _check_origin(self, address: str) -> None:
        if http_values.origin(address) != http_values.origin(self._server.base_url):
            scheme, host, port = http_values.origin(address)
            raise self._failure(
                f"leads to another server ({scheme}://{host}:{port}), which is not asked",
                "set base_url to the server that has the rows, if it is to be trusted",
            )

    def _pace(self) -> None:
        """Waits for our turn, where the platform limits the rate."""
        if self._server.requests_per_second:
            now = time.monotonic()
            turn = max(self._next, now)
            self._next = turn + 1 / self._server.requests_per_second
            time.sleep(min(turn - now, self._left()))

    def _wait(self, state: tenacity.RetryCallState) -> float:
        """Backoff with full jitter, or what the server asks for."""
        error = state.outcome.exception() if state.outcome else None
        after = error.after if isinstance(error, _PassingError) else 0.0
        longest = min(_SLOWEST, 0.5 * 2**state.attempt_number)
        return max(after, random.uniform(0, min(longest, max(0.0, self._until - time.monotonic()))))

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise self._failure(
                f"gave no whole answer within {self._deadline:.0f} s",
                "raise the deadline of the dataset, or pull it in windows",
            )
        return left

    def _issue(self, grant: OAuth2, form: Mapping[str, str]) -> Any:
        """The token server's answer; it is another server, and hears nothing else from us."""
        server = self._server.model_copy(
            update={"base_url": grant.token_url, "auth": None, "headers": {}}
        )
        with GuardedSession(server, self._secrets, self._left(), self._tally) as session:
            try:
                return session.answer("POST", data=form)
            except RefusedError as error:
                what = f"issues no token: {error.what}"
                mend = "check client_id, client_secret and scope in sources.yaml"
                raise PullFailedError(what, error.where, mend) from None

    def _place(self) -> str:
        return self._secrets.clean(self._where)[:300]

    def _failure(self, what: str, mend: str) -> PullFailedError:
        return PullFailedError(self._secrets.clean(what), self._place(), mend)

    def _passing(self, what: str, after: float = 0) -> _PassingError:
        mend = "see whether the platform works; the next pull tries again"
        return _PassingError(what, self._place(), mend, after)
