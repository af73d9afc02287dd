"""Only tokens signed by the issuer's key, for us, now, open a session."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from clario.api.sessions import KEYS_LIVE, KEYS_REST, KeySet, Sessions, SharedSecret, Unauthenticated
from clario.errors import UpstreamUnavailable

SECRET = "a secret of the tests, long enough for HS256"
RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()


def signed(subject: Any = "anna", key: Any = SECRET, algorithm: str = "HS256", kid: str | None = None, **claims: Any):
    headers = {"kid": kid} if kid else None
    return jwt.encode({"sub": subject, "exp": time.time() + 60, **claims}, key, algorithm, headers)


def jwk(key: Any, kid: str | None = "one", **more: str) -> dict[str, Any]:
    writer = {
        rsa.RSAPrivateKey: jwt.algorithms.RSAAlgorithm,
        ec.EllipticCurvePrivateKey: jwt.algorithms.ECAlgorithm,
        ed25519.Ed25519PrivateKey: jwt.algorithms.OKPAlgorithm,
    }
    [algorithm] = [algorithm for kind, algorithm in writer.items() if isinstance(key, kind)]
    entry = algorithm.to_jwk(key.public_key(), as_dict=True)
    return {**entry, **({"kid": kid} if kid else {}), **more}


def key_set(*keys: dict[str, Any]) -> KeySet:
    return KeySet(lambda: json.dumps({"keys": keys}).encode())


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(SharedSecret(SECRET))


def refused(sessions: Sessions, token: str | None) -> None:
    with pytest.raises(Unauthenticated):
        sessions.seller(token)


def unsigned(algorithm: str) -> str:
    def part(content: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    return f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part({'sub': 'anna'})}."


def test_a_signed_token_names_the_seller(sessions: Sessions) -> None:
    assert sessions.seller(signed("anna")) == "anna"


def test_a_seller_id_may_be_128_characters_long_with_colons(sessions: Sessions) -> None:
    seller = "a:" + "b@c.d_e-" * 15 + "f" * 6
    assert len(seller) == 128
    assert sessions.seller(signed(seller)) == seller


@pytest.mark.parametrize("subject", ["", "-a", "a b", "a/b", "a\n", "é", "a" * 129, "a\x00"])
def test_a_subject_that_is_no_seller_id_is_refused(sessions: Sessions, subject: str) -> None:
    refused(sessions, signed(subject))


def test_a_token_without_a_subject_is_refused(sessions: Sessions) -> None:
    refused(sessions, jwt.encode({"name": "anna"}, SECRET, "HS256"))


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c", "..", signed() + "x", "é.é.é"])
def test_what_is_no_token_is_refused(sessions: Sessions, token: str | None) -> None:
    refused(sessions, token)


def test_a_token_of_another_secret_is_refused(sessions: Sessions) -> None:
    refused(sessions, signed(key="another secret, also long enough for HS256"))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "HS256", ""])
def test_an_unsigned_token_is_refused(sessions: Sessions, algorithm: str) -> None:
    refused(sessions, unsigned(algorithm))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_of_the_same_secret_is_refused(sessions: Sessions, algorithm: str) -> None:
    refused(sessions, signed(key=SECRET * 2, algorithm=algorithm))


def test_an_oversized_token_is_refused_even_when_it_is_signed(sessions: Sessions) -> None:
    refused(sessions, signed(padding="x" * 8192))


def test_an_expired_token_is_refused(sessions: Sessions) -> None:
    refused(sessions, signed(exp=time.time() - 90))


def test_clocks_may_differ_by_less_than_a_minute(sessions: Sessions) -> None:
    assert sessions.seller(signed(exp=time.time() - 30, nbf=time.time() + 30, iat=time.time() + 30)) == "anna"


def test_a_token_that_is_not_valid_yet_is_refused(sessions: Sessions) -> None:
    refused(sessions, signed(nbf=time.time() + 90))


def test_issuer_and_audience_must_be_ours_when_they_are_set() -> None:
    sessions = Sessions(SharedSecret(SECRET), "https://id.example.com", "clario")
    assert sessions.seller(signed(iss="https://id.example.com", aud=["clario", "x"])) == "anna"
    refused(sessions, signed(iss="https://evil.example.com", aud="clario"))
    refused(sessions, signed(iss="https://id.example.com", aud="other"))
    refused(sessions, signed(iss="https://id.example.com"))
    refused(sessions, signed(aud="clario"))


def test_a_token_for_some_audience_is_accepted_when_none_is_set(sessions: Sessions) -> None:
    assert sessions.seller(signed(aud="frontend")) == "anna"


@pytest.mark.parametrize(
    ("key", "algorithm"), [(RSA_KEY, "RS256"), (EC_KEY, "ES256"), (ED_KEY, "EdDSA")], ids=["RSA", "EC", "Ed25519"]
)
def test_a_key_sets_key_verifies_its_own_algorithm(key: Any, algorithm: str) -> None:
    sessions = Sessions(key_set(jwk(key), jwk(RSA_KEY, "other")))
    assert sessions.seller(signed(key=key, algorithm=algorithm, kid="one")) == "anna"


def test_a_public_key_is_no_secret() -> None:
    """The classic confusion: a token signed with HMAC, the public key taken as its secret."""
    pem = RSA_KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').rstrip(b"=")
    body = base64.urlsafe_b64encode(b'{"sub":"anna"}').rstrip(b"=")
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(header + b"." + body, pem)
    token = b".".join([header, body, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()
    refused(Sessions(key_set(jwk(RSA_KEY))), token)


def test_another_algorithm_of_the_same_key_is_refused() -> None:
    refused(Sessions(key_set(jwk(RSA_KEY))), signed(key=RSA_KEY, algorithm="PS256", kid="one"))


def test_secrets_and_encryption_keys_of_a_key_set_verify_nothing() -> None:
    secret = {"kty": "oct", "kid": "one", "k": base64.urlsafe_b64encode(SECRET.encode()).decode()}
    sessions = Sessions(key_set(secret, jwk(RSA_KEY, "two", use="enc")))
    refused(sessions, signed(kid="one"))
    refused(sessions, signed(key=RSA_KEY, algorithm="RS256", kid="two"))


def test_the_only_key_needs_no_id_but_two_keys_do() -> None:
    token = signed(key=RSA_KEY, algorithm="RS256")
    assert Sessions(key_set(jwk(RSA_KEY))).seller(token) == "anna"
    refused(Sessions(key_set(jwk(RSA_KEY), jwk(EC_KEY, "two"))), token)


class Issuer:
    """A key set's server, and the time."""

    def __init__(self) -> None:
        self.keys = [jwk(RSA_KEY)]
        self.asked = 0
        self.answers = True
        self.time = 1000.0

    def fetch(self) -> bytes:
        self.asked += 1
        if not self.answers:
            raise OSError("nobody there")
        return json.dumps({"keys": self.keys}).encode()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def ask(issuer: Issuer) -> Callable[..., str]:
    sessions = Sessions(KeySet(issuer.fetch, now=lambda: issuer.time))

    def asked(key: Any = RSA_KEY, algorithm: str = "RS256", kid: str = "one") -> str:
        return sessions.seller(signed(key=key, algorithm=algorithm, kid=kid))

    return asked


def test_the_key_set_is_read_once_and_again_after_some_minutes(issuer: Issuer, ask: Callable[..., str]) -> None:
    ask()
    ask()
    assert issuer.asked == 1
    issuer.time += KEYS_LIVE
    ask()
    assert issuer.asked == 2


def test_a_new_key_is_found_at_once_but_unknown_ones_do_not_hammer(issuer: Issuer, ask: Callable[..., str]) -> None:
    ask()
    issuer.time += KEYS_REST
    issuer.keys.append(jwk(EC_KEY, "two"))
    assert ask(EC_KEY, "ES256", "two") == "anna"
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            ask(EC_KEY, "ES256", "three")
    assert issuer.asked == 2


def test_known_keys_outlive_an_issuer_that_is_away(issuer: Issuer, ask: Callable[..., str]) -> None:
    ask()
    issuer.answers = False
    issuer.time += KEYS_LIVE
    assert ask() == "anna"


def test_without_any_key_it_is_our_fault_and_not_the_sellers(issuer: Issuer, ask: Callable[..., str]) -> None:
    issuer.answers = False
    with pytest.raises(UpstreamUnavailable):
        ask()
    issuer.answers = True
    assert ask() == "anna"
