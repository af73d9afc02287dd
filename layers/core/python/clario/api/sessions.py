"""Who is asking: the session token is a JWT whose `sub` is the seller."""

import json
import re
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Any, Protocol

import jwt

from clario.errors import UpstreamUnavailable

SELLER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}")
LONGEST_TOKEN = 8192  # characters; a browser keeps cookies of 4096 bytes
CLOCK_SKEW = 60  # seconds
KEYS_LIVE = 300.0  # seconds until the key set is read again
KEYS_REST = 30.0  # seconds between two readings, so that tokens with unknown keys cannot make us hammer its server
FETCH_TIMEOUT = 5.0  # seconds

# The one algorithm of each kind of public key. A key never verifies another kind's signature, so neither an unsigned
# token nor one that is "signed" with the public key as an HMAC secret can pass (RFC 8725 §3.1).
ALGORITHMS = {
    ("RSA", None): "RS256",
    ("EC", "P-256"): "ES256",
    ("EC", "P-384"): "ES384",
    ("EC", "P-521"): "ES512",
    ("OKP", "Ed25519"): "EdDSA",
}


class Unauthenticated(Exception):
    """There is no session, or its token is not one of ours. Which of both, and why, is nobody's business."""


class Keys(Protocol):
    """Where the keys of session tokens come from."""

    def find(self, key_id: str | None) -> tuple[Any, str]:
        """The key and the one algorithm it verifies. Raises `Unauthenticated` when there is none of that id."""
        ...


class SharedSecret:
    """HS256 with a secret that only we and the issuer know."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def find(self, key_id: str | None) -> tuple[Any, str]:  # noqa: ARG002 - there is one secret, whatever its id
        return self._secret, "HS256"


class KeySet:
    """The issuer's public keys (JWKS, RFC 7517), read when first needed and again every few minutes.

    Args:
        fetch: answers the key set as JSON text; raises `OSError` when its server does not.
    """

    def __init__(self, fetch: Callable[[], bytes], now: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._now = now
        self._lock = threading.Lock()
        self._keys: dict[str | None, tuple[Any, str]] = {}
        self._read_at: float | None = None

    def find(self, key_id: str | None) -> tuple[Any, str]:
        with self._lock:
            age = float("inf") if self._read_at is None else self._now() - self._read_at
            if age >= KEYS_LIVE or (key_id not in self._keys and age >= KEYS_REST):
                self._read()
            if key_id not in self._keys:
                raise Unauthenticated
            return self._keys[key_id]

    def _read(self) -> None:
        """A server that is away for a while does not end the sessions: the old keys stay in use."""
        self._read_at = self._now()
        try:
            self._keys = _public_keys(json.loads(self._fetch()))
        except (OSError, ValueError) as error:
            if not self._keys:
                self._read_at = None
                raise UpstreamUnavailable("the keys of session tokens cannot be read") from error


def fetch_from(url: str) -> Callable[[], bytes]:
    """Reads a key set over HTTPS (the settings allow nothing else)."""

    def fetch() -> bytes:
        with urllib.request.urlopen(url, timeout=FETCH_TIMEOUT) as answer:  # noqa: S310  # nosec B310
            content: bytes = answer.read()
            return content

    return fetch


def _public_keys(document: Any) -> dict[str | None, tuple[Any, str]]:
    """The keys by id; a single key also answers to no id. Secrets and keys for encryption are left out."""
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise ValueError("not a key set")
    keys: dict[str | None, tuple[Any, str]] = {}
    for entry in document["keys"]:
        algorithm = ALGORITHMS.get((entry.get("kty"), entry.get("crv")))
        if algorithm and entry.get("use", "sig") == "sig":
            keys[entry.get("kid")] = (jwt.PyJWK(entry, algorithm).key, algorithm)
    if len(keys) == 1:
        keys[None] = next(iter(keys.values()))
    return keys


class Sessions:
    """Verifies session tokens.

    Args:
        issuer, audience: what the token must name; empty: not looked at.
    """

    def __init__(self, keys: Keys, issuer: str = "", audience: str = "") -> None:
        self._keys = keys
        self._issuer = issuer or None
        self._audience = audience or None

    def seller(self, token: str | None) -> str:
        """The seller of a valid token.

        A token without an expiry date is as good as its signature: how long sessions last is the issuer's decision.

        Raises:
            Unauthenticated
        """
        if not token or len(token) > LONGEST_TOKEN:
            raise Unauthenticated
        try:
            claims = self._claims(token)
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise Unauthenticated from error
        subject = claims["sub"]
        if not SELLER_ID.fullmatch(subject):
            raise Unauthenticated
        return str(subject)

    def _claims(self, token: str) -> dict[str, Any]:
        key_id = jwt.get_unverified_header(token).get("kid")
        key, algorithm = self._keys.find(key_id)
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=self._issuer,
            audience=self._audience,
            leeway=CLOCK_SKEW,
            options={"require": ["sub"], "verify_aud": self._audience is not None},
        )
