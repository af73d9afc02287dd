"""In-memory stand-ins for what the SP-API client needs, and an Amazon that follows a script."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

import httpx

from clario.domain.usage_plans import scaled
from clario.services.ports import AccessToken
from clario.spapi.auth import LwaCredentials
from clario.spapi.seller_api import AmazonSellerApi

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BASE_URL = "https://sellingpartnerapi-na.amazon.com"
TOKEN_URL = "https://api.amazon.com/auth/o2/token"
SECRET = "the-client-secret"
REFRESH_TOKEN = "Atzr|the-refresh-token"
CREDENTIALS = LwaCredentials("the-client-id", SECRET, REFRESH_TOKEN)

Answer = Callable[[httpx.Request], httpx.Response]


class FakeClock:
    """Stands still until somebody sleeps; keeps how long each sleep was."""

    def __init__(self) -> None:
        self.at = START
        self.sleeps: list[float] = []
        self.while_asleep: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.at += timedelta(seconds=seconds)
        self.while_asleep()


class MemoryTokens:
    """`AccessTokens` of one process; `leased_until` may be set to play another worker."""

    def __init__(self, clock: FakeClock, kept: AccessToken | None = None) -> None:
        self._clock = clock
        self.kept = kept
        self.leased_until = START
        self.saved: list[AccessToken] = []

    def load(self) -> AccessToken | None:
        return self.kept

    def lease(self, seconds: float) -> bool:
        if self._clock.now() < self.leased_until:
            return False
        self.leased_until = self._clock.now() + timedelta(seconds=seconds)
        return True

    def save(self, token: AccessToken) -> None:
        self.kept = token
        self.saved.append(token)
        self.leased_until = self._clock.now()


class MemoryUsagePlans:
    """`UsagePlans` as a generic cell rate clock per operation, and what it was told."""

    def __init__(self, clock: FakeClock, rate_scale: float = 1.0) -> None:
        self._clock = clock
        self._plans = scaled(rate_scale)
        self._full_at: dict[str, datetime] = {}
        self.learned: list[tuple[str, float]] = []
        self.refusals: list[str] = []

    def reserve(self, operation: str) -> datetime:
        rate, burst = self._plans[operation]
        full_at = max(self._full_at.get(operation, START), self._clock.now()) + timedelta(seconds=1 / rate)
        self._full_at[operation] = full_at
        return max(self._clock.now(), full_at - timedelta(seconds=burst / rate))

    def exhaust(self, operation: str, wait: float) -> None:
        """The next place is that many seconds away."""
        rate, burst = self._plans[operation]
        self._full_at[operation] = self._clock.now() + timedelta(seconds=wait + (burst - 1) / rate)

    def learn(self, operation: str, rate: float) -> None:
        self.learned.append((operation, rate))

    def throttled(self, operation: str) -> None:
        self.refusals.append(operation)
        self.exhaust(operation, 1 / self._plans[operation].rate)


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """A JSON answer, made anew for every request."""
    return lambda request: httpx.Response(status, json=body, headers=headers)


def html(status: int) -> Answer:
    """An error page of something between us and Amazon."""
    return lambda request: httpx.Response(status, html="<html><body>Service Unavailable</body></html>")


def refused(status: int, code: str, message: str | None, details: str = "") -> Answer:
    """An SP-API error body."""
    return answer({"errors": [{"code": code, "message": message, "details": details}]}, status)


def denied(details: str) -> Answer:
    """SP-API's 403, whose details alone tell the reasons apart."""
    return refused(403, "Unauthorized", "Access to requested resource is denied.", details)


def throttled() -> Answer:
    """SP-API's 429: no Retry-After, no rate header."""
    return refused(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")


def broken(error: type[httpx.TransportError]) -> Answer:
    """The connection fails with `error`."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise error(f"no way to {request.url}", request=request)

    return fail


def content(body: bytes, headers: dict[str, str] | None = None, status: int = 200) -> Answer:
    """A body that arrives in small parts, as from a socket."""

    def parts() -> Iterator[bytes]:
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    return lambda request: httpx.Response(status, content=parts(), headers=headers)


def token(number: int, expires_in: int = 3600) -> Answer:
    """Login with Amazon grants `Atza|access-<number>`."""
    return answer({"access_token": f"Atza|access-{number}", "token_type": "bearer", "expires_in": expires_in})


def _as_sent(request: httpx.Request) -> httpx.Request:
    """A copy: a repeated request is the same object with other headers."""
    return httpx.Request(
        request.method, request.url, headers=request.headers, content=request.read(), extensions=request.extensions
    )


class ScriptedAmazon:
    """Plays Amazon: each path has its list of answers, the last of which stays. Keeps all requests."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self._script: dict[str, list[Answer]] = defaultdict(list)
        self.on("/auth/o2/token", token(1))

    def on(self, path: str, *answers: Answer) -> None:
        self._script[path] = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(_as_sent(request))
        answers = self._script[request.url.path]
        return (answers.pop(0) if len(answers) > 1 else answers[0])(request)

    def calls(self, path: str) -> list[httpx.Request]:
        """The requests to this path, in order."""
        return [request for request in self.requests if request.url.path == path]

    def tokens_asked(self) -> int:
        return len(self.calls("/auth/o2/token"))


class Bench:
    """A client under test with everything around it."""

    def __init__(self, rate_scale: float = 1.0) -> None:
        self.amazon = ScriptedAmazon()
        self.clock = FakeClock()
        self.tokens = MemoryTokens(self.clock)
        self.plans = MemoryUsagePlans(self.clock, rate_scale)
        self.api = self.another_worker(rate_scale)

    def another_worker(self, rate_scale: float = 1.0, prepaid: Iterable[str] = ()) -> AmazonSellerApi:
        """A second process of the same connection: shares tokens, plans and time."""
        return AmazonSellerApi(
            BASE_URL,
            CREDENTIALS,
            TOKEN_URL,
            self.tokens,
            self.plans,
            self.clock,
            rate_scale,
            prepaid,
            httpx.MockTransport(self.amazon),
        )
