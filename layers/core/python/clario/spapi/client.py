"""The one place that talks HTTP to Amazon: quota, authorisation, retries, and statuses turned into our errors."""

import logging
import random
import ssl
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx

from clario.errors import (
    AuthorizationRevoked,
    ClarioError,
    RequestRefused,
    RetryableError,
    Throttled,
    UpstreamUnavailable,
)
from clario.services.ports import Clock, UsagePlans
from clario.spapi.operations import Operation
from clario.spapi.wire import error_of, object_of

MAX_QUOTA_SLEEP = timedelta(seconds=5)
"""A worker is billed while it sleeps: for a longer wait it ends and comes back."""
TRIES = 3
FIRST_WAIT = 1.0  # seconds before the second try after a failure that says nothing about quota
TIMEOUT = httpx.Timeout(30, connect=5)  # seconds
USER_AGENT = "Clario-Sync/0.1 (Language=Python)"
RATE_HEADER = "x-amzn-RateLimit-Limit"


def _without_urls(record: logging.LogRecord) -> bool:
    return record.levelno > logging.INFO


# httpx writes every URL at INFO, and a document's URL is all one needs to read the document.
logging.getLogger("httpx").addFilter(_without_urls)


@cache
def _certificates() -> ssl.SSLContext:
    """Loading the certificate authorities takes longer than most calls: once per process."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """A successful answer: the body as sent, and as JSON object. It may hold a document's URL: never printed."""

    body: bytes
    data: dict[str, Any]


class Client:
    """Sends operations for one connection.

    Args:
        base_url: the region's host, e.g. https://sellingpartnerapi-na.amazon.com
        rate_scale: how much faster than Amazon the other side is; divides every back-off.
        prepaid: an operation for each place in its usage plan that was taken before (`Throttled`) and has come.
        transport: where requests really go; the network when None.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth,
        usage_plans: UsagePlans,
        clock: Clock,
        rate_scale: float = 1.0,
        prepaid: Iterable[str] = (),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(
            base_url=base_url,
            headers={"User-Agent": USER_AGENT},
            timeout=TIMEOUT,
            transport=transport,
            verify=_certificates(),
        )
        self._auth = auth
        self._plans = usage_plans
        self._clock = clock
        self._rate_scale = rate_scale
        self._prepaid = list(prepaid)
        self._learned: dict[str, float] = {}
        self._answered: Counter[Operation] = Counter()
        self._last_failure: str | None = None  # of the last try that failed

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def call(
        self,
        operation: Operation,
        path: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        patience: timedelta = MAX_QUOTA_SLEEP,
    ) -> Answer:
        """Send one operation, up to three times, and answer with its body.

        Args:
            path: values of the path's parameters, unencoded.
            params: query parameters, unencoded; lists joined with commas.
            patience: the longest sleep for quota.

        Raises:
            Throttled: quota is further away than `patience`, or Amazon insists on 429.
            UpstreamUnavailable, AuthorizationRevoked, RequestRefused: as in `SellerApi`.
        """
        attempt, not_before = 1, self._clock.now()
        while True:
            self._await_turn(operation, not_before, patience)
            try:
                answer = self._exchange(operation, self._request(operation, path, params, body))
            except RetryableError as failure:
                not_before = self._next_try(operation, failure, attempt)
                attempt += 1
            else:
                self._answered[operation] += 1
                return answer

    def download(self, url: str) -> httpx.Response:
        """GET a document URL without any SP-API header; the body is still to be read, the caller closes.

        Statuses below 500 are the caller's business. The URL is a secret: no error names it.
        """
        attempt = 1
        while True:
            try:
                return self._open(url)
            except UpstreamUnavailable:
                if attempt == TRIES:
                    raise
            self._clock.sleep(self._back_off(FIRST_WAIT, attempt).total_seconds())
            attempt += 1

    def _open(self, url: str) -> httpx.Response:
        try:
            # As stored: what is compressed says so in getReportDocument.
            request = self._http.build_request("GET", url, headers={"Accept-Encoding": "identity"})
            response = self._http.send(request, stream=True, auth=None)
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise UpstreamUnavailable(f"a report document cannot be reached ({type(error).__name__})") from None
        if response.status_code >= 500:
            response.close()
            raise UpstreamUnavailable(f"a report document is not available (HTTP {response.status_code})")
        return response

    def _request(
        self,
        operation: Operation,
        path: Mapping[str, str] | None,
        params: Mapping[str, str] | None,
        body: Mapping[str, object] | None,
    ) -> httpx.Request:
        values = {name: quote(value, safe="") for name, value in (path or {}).items()}
        return self._http.build_request(operation.method, operation.path.format(**values), params=params, json=body)

    def _await_turn(self, operation: Operation, not_before: datetime, patience: timedelta) -> None:
        at = self._place(operation, not_before)
        wait = at - self._clock.now()
        if wait > patience:
            when = at.isoformat(timespec="seconds")
            raise self._stopped(f"{operation.name}: the usage plan allows the next call at {when}", operation, at)
        if wait > timedelta(0):
            self._clock.sleep(wait.total_seconds())

    def _place(self, operation: Operation, not_before: datetime) -> datetime:
        if operation.name in self._prepaid:
            self._prepaid.remove(operation.name)
            return not_before
        return max(self._plans.reserve(operation.name), not_before)

    def _stopped(self, message: str, operation: Operation, at: datetime) -> Throttled:
        """With that place, and one for each call that was answered: who comes back begins with the first of them.

        Without places of their own, readers of a slow usage plan would stop one another at the same page for ever. A
        plan keeps no more calls than its burst.
        """
        places = [(operation.name, at)]
        for sent, calls in self._answered.items():
            most = int(sent.plan.with_margin().burst)
            places += [(sent.name, self._plans.reserve(sent.name)) for _ in range(min(calls, most))]
        return Throttled(message, max(at for _, at in places), tuple(name for name, _ in places), self._last_failure)

    def _next_try(self, operation: Operation, failure: RetryableError, attempt: int) -> datetime:
        """From when on to try again. Raises when that is not to be.

        A 429 was not carried out, so even createReport may be repeated after it; after any other failure it may have
        been.
        """
        self._last_failure = str(failure)
        throttled = isinstance(failure, Throttled)
        wait = self._back_off(1 / operation.plan.rate if throttled else FIRST_WAIT, attempt)
        not_before = self._clock.now() + wait
        if attempt < TRIES and (throttled or operation.repeatable):
            return not_before
        if throttled:
            raise self._stopped(str(failure), operation, self._place(operation, not_before))
        raise failure

    def _back_off(self, first: float, attempt: int) -> timedelta:
        """Doubling from `first` seconds, up to half as much again by chance, so that workers do not return together."""
        chance = random.uniform(1, 1.5)  # noqa: S311 - no secret
        return timedelta(seconds=first * 2 ** (attempt - 1) * chance / self._rate_scale)

    def _exchange(self, operation: Operation, request: httpx.Request) -> Answer:
        """One request, one answer. Status first, then body: an error page is never an empty success."""
        try:
            response = self._http.send(request, auth=self._auth)
        except httpx.RequestError as error:
            raise UpstreamUnavailable(f"{operation.name}: Amazon cannot be reached ({type(error).__name__})") from None
        # A response and its stream hold each other: let go, or each page stays until garbage is looked for.
        response.stream = httpx.ByteStream(b"")
        self._learn(operation, response)
        if not response.is_success:
            raise self._failure(operation, response)
        answer = Answer(response.content, object_of(response, operation.name))
        if answer.data.get("errors"):  # the older APIs have a place for them beside the payload
            raise UpstreamUnavailable(f"{operation.name}: Amazon answers with an error: {error_of(response)}")
        return answer

    def _learn(self, operation: Operation, response: httpx.Response) -> None:
        """Pass on a rate that is new to us: most answers repeat the last one."""
        try:
            rate = float(response.headers.get(RATE_HEADER, ""))
        except ValueError:
            return
        if 0 < rate < float("inf") and rate != self._learned.get(operation.name):
            self._plans.learn(operation.name, rate)
            self._learned[operation.name] = rate

    def _failure(self, operation: Operation, response: httpx.Response) -> ClarioError:
        status = response.status_code
        if status == 429:
            self._plans.throttled(operation.name)
            return Throttled(f"{operation.name}: Amazon's usage plan is exhausted")
        if status in (401, 403):
            return _denial(operation, response)
        if 400 <= status < 500 and status != 408:
            reason = error_of(response) or "no reason given"
            return RequestRefused(f"{operation.name} (HTTP {status}): {reason}", status)
        return UpstreamUnavailable(f"{operation.name}: Amazon is not available (HTTP {status})")


def _denial(operation: Operation, response: httpx.Response) -> ClarioError:
    """Why SP-API denies access; it answers 403 to all of it and only the details differ."""
    error = error_of(response)
    if error is None:
        return UpstreamUnavailable(f"{operation.name}: HTTP {response.status_code} with a body that is not Amazon's")
    details = error.details.lower()
    if "expired" in details:
        return UpstreamUnavailable(f"{operation.name}: Amazon calls even a new access token expired")
    if "revoked" in details:
        return AuthorizationRevoked(f"{operation.name}: the seller's authorisation was revoked: connect again")
    reason = str(error)
    if not details and error.code == "Unauthorized":
        reason = f"the application or the authorisation lacks {operation.role}"
    return RequestRefused(f"{operation.name} (HTTP {response.status_code}): {reason}", response.status_code)
