"""Token encryption with a key of KMS: the `TokenCipher` port on AWS."""

from functools import lru_cache

from clario.aws.clients import client, our_errors
from clario.formats.sealing import cannot_be_opened, seal, unseal

VERSION = b"\x01"
LENGTH_BYTES = 2
# A warm environment reads the same few access tokens at every step; each Decrypt would cost 10 ms and a request.
KEPT_KEYS = 64


class KmsCipher:
    """Tokens sealed under data keys of their own, which only the KMS key `key` (an ARN, id or alias) opens.

    A sealed token is a version byte, the length of the encrypted data key (2 bytes, big-endian), that key, and what
    `seal` makes. The owner is bound twice: to the data key as encryption context, which CloudTrail shows, and to the
    ciphertext. Opened data keys are kept in memory; the process could open them again anyway.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._data_key = lru_cache(KEPT_KEYS)(self._decrypted)

    def encrypt(self, plain: str, owner: str) -> bytes:
        with our_errors(f"TOKEN_KEY {self._key}"):
            made = client("kms").generate_data_key(KeyId=self._key, KeySpec="AES_256", EncryptionContext=_of(owner))
        wrapped: bytes = made["CiphertextBlob"]
        length = len(wrapped).to_bytes(LENGTH_BYTES, "big")
        return VERSION + length + wrapped + seal(made["Plaintext"], plain, owner)

    def decrypt(self, sealed: bytes, owner: str) -> str:
        version, length, rest = sealed[:1], sealed[1 : 1 + LENGTH_BYTES], bytes(sealed[1 + LENGTH_BYTES :])
        end = int.from_bytes(length, "big")
        if version != VERSION or not 0 < end < len(rest):
            raise cannot_be_opened()
        return unseal(self._data_key(rest[:end], owner), rest[end:], owner)

    def _decrypted(self, wrapped: bytes, owner: str) -> bytes:
        kms = client("kms")
        with our_errors(f"TOKEN_KEY {self._key}"):
            try:
                opened = kms.decrypt(KeyId=self._key, CiphertextBlob=wrapped, EncryptionContext=_of(owner))
            except (kms.exceptions.InvalidCiphertextException, kms.exceptions.IncorrectKeyException):
                raise cannot_be_opened() from None
        return bytes(opened["Plaintext"])


def _of(owner: str) -> dict[str, str]:
    return {"seller": owner}
