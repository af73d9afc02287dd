"""Login with Amazon: short-lived access tokens for a long-lived refresh token.

The conversation: https://developer-docs.amazon.com/sp-api/docs/connect-to-the-selling-partner-api. The token request is
form-encoded, an access token is good for `expires_in` seconds (3600), the refresh token does not change when used.
"""

import re
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from clario.errors import AuthorizationRevoked, ClarioError, FatalError, UpstreamUnavailable
from clario.services.ports import AccessToken, AccessTokens, Clock
from clario.spapi.wire import error_of, object_of, promised_shape

TOKEN_HEADER = "x-amz-access-token"  # noqa: S105 - the header's name
REFRESH_EARLY = timedelta(minutes=5)
STILL_GOOD = timedelta(
    minutes=1
)  # longer than a call takes: such a token serves while another worker fetches a new one
LEASE_TIME = timedelta(seconds=20)  # above the longest token request, so that a lease outlives it
LEASE_POLL = 0.25  # seconds
TOKEN_TIMEOUT = httpx.Timeout(10, connect=5)  # seconds

_REVOKED = {"invalid_grant", "unauthorized_client"}
_LATER = {"server_error", "temporarily_unavailable"}
_CODE = re.compile(r"[a-z_]{1,40}")

Conversation = Generator[httpx.Request, httpx.Response, AccessToken]


@dataclass(frozen=True, slots=True)
class LwaCredentials:
    """The application's id and secret and one seller's refresh token. Only the id is ever printed."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


def access_token_refused(response: httpx.Response) -> bool:
    """Whether SP-API refused the call for its access token: a 403 whose details name it (expired, revoked, malformed).

    Whether the seller's authorisation is gone as well, Login with Amazon says when it is asked for a new token.
    """
    if response.status_code not in (401, 403):
        return False
    response.read()
    error = error_of(response)
    return error is not None and "access token" in error.details.lower()


class LoginWithAmazon(httpx.Auth):
    """Signs requests with the connection's access token, which all workers of the connection share.

    Raises `AuthorizationRevoked`, `FatalError` (the application's own credentials are wrong) or `UpstreamUnavailable`.
    """

    def __init__(self, credentials: LwaCredentials, token_url: str, tokens: AccessTokens, clock: Clock) -> None:
        self._credentials = credentials
        self._token_url = token_url
        self._tokens = tokens
        self._clock = clock
        self._token: AccessToken | None = None
        self._lease_ends: datetime | None = None

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send with a token; if Amazon refuses that token, once more with a new one."""
        token = yield from self._current_token(rejected=None)
        request.headers[TOKEN_HEADER] = token.value
        response = yield request
        if access_token_refused(response):
            token = yield from self._current_token(rejected=token.value)
            request.headers[TOKEN_HEADER] = token.value
            yield request

    def _current_token(self, rejected: str | None) -> Conversation:
        token = self._usable(self._token, rejected, REFRESH_EARLY) or self._shared_token(rejected)
        if token is None:
            token = yield from self._new_token()
        self._token = token
        return token

    def _usable(self, token: AccessToken | None, rejected: str | None, left: timedelta) -> AccessToken | None:
        if token is None or token.value == rejected or token.expires_at - self._clock.now() < left:
            return None
        return token

    def _shared_token(self, rejected: str | None) -> AccessToken | None:
        """The token another worker keeps or is fetching; None: this worker is to ask Amazon."""
        give_up_at = self._clock.now() + LEASE_TIME
        while True:
            kept = self._tokens.load()
            if fresh := self._usable(kept, rejected, REFRESH_EARLY):
                return fresh
            if self._may_ask():  # somebody may have saved between the two looks
                return self._usable(self._tokens.load(), rejected, REFRESH_EARLY)
            if good_for_now := self._usable(kept, rejected, STILL_GOOD):
                return good_for_now
            if self._clock.now() >= give_up_at:
                return None
            self._clock.sleep(LEASE_POLL)

    def _may_ask(self) -> bool:
        """Whether the lease is ours: still, after a token request that failed, or from now on."""
        now = self._clock.now()
        if self._lease_ends is not None and now < self._lease_ends:
            return True
        if self._tokens.lease(LEASE_TIME.total_seconds()):
            self._lease_ends = now + LEASE_TIME
            return True
        return False

    def _new_token(self) -> Conversation:
        asked_at = self._clock.now()
        response = yield self._token_request()
        response.read()
        token = _granted(response, asked_at)
        self._tokens.save(token)
        self._lease_ends = None
        return token

    def _token_request(self) -> httpx.Request:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._credentials.refresh_token,
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
        }
        # A request made outside a client carries no timeout of its own.
        return httpx.Request("POST", self._token_url, data=form, extensions={"timeout": TOKEN_TIMEOUT.as_dict()})


def _granted(response: httpx.Response, asked_at: datetime) -> AccessToken:
    """The token in Login with Amazon's answer, or the error that says what to do."""
    if not response.is_success:
        raise _refusal(response)
    body = object_of(response, "Login with Amazon")
    with promised_shape("Login with Amazon"):
        return AccessToken(str(body["access_token"]), asked_at + timedelta(seconds=float(body["expires_in"])))


def _refusal(response: httpx.Response) -> ClarioError:
    """Error codes: RFC 6749 §5.2. The description is left out, since it may quote what was sent."""
    code = _error_code(response)
    if response.status_code == 429 or response.status_code >= 500 or code in _LATER or code is None:
        return UpstreamUnavailable(f"Login with Amazon is not available (HTTP {response.status_code})")
    if code in _REVOKED:
        return AuthorizationRevoked(f"Login with Amazon refuses the seller's authorisation ({code}): connect again")
    if code == "invalid_client":
        return FatalError(
            "Login with Amazon does not know this application (invalid_client): check AMAZON_SPAPI_CLIENT_ID and "
            "AMAZON_SPAPI_CLIENT_SECRET; a secret is good for 180 days"
        )
    return FatalError(f"Login with Amazon refuses the token request ({code})")


def _error_code(response: httpx.Response) -> str | None:
    """The OAuth error code, or None when the answer is not Login with Amazon's."""
    try:
        code = response.json()["error"]
    except (ValueError, LookupError, TypeError):
        return None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None
