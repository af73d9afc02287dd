"""Sealed tokens: AES-256-GCM with the owner as associated data, so that nobody opens another's."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..errors import FatalError

KEY_BYTES = 32
NONCE_BYTES = 12


def seal(key: bytes, plain: str, owner: str) -> bytes:
    """The nonce, then the ciphertext with its tag."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain.encode(), owner.encode())


def unseal(key: bytes, sealed: bytes, owner: str) -> str:
    """What was sealed.

    Raises:
        FatalError: it is another owner's, was sealed under another key, or is damaged.
    """
    nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, text, owner.encode()).decode()
    except (InvalidTag, ValueError):
        raise cannot_be_opened() from None


def cannot_be_opened() -> FatalError:
    return FatalError("a stored token cannot be opened with TOKEN_KEY; connect Amazon again")
