"""Token encryption with a key file: the `TokenCipher` port on a laptop."""

import os
from pathlib import Path

from clario.errors import ConfigurationError
from clario.formats.sealing import KEY_BYTES, seal, unseal


class KeyFileCipher:
    """Tokens sealed under the key in `path`.

    The file is made, readable by its owner only, when it does not exist.

    Raises:
        ConfigurationError: the file cannot be read or does not hold a key.
    """

    def __init__(self, path: Path) -> None:
        self._key = _key(path)

    def encrypt(self, plain: str, owner: str) -> bytes:
        return seal(self._key, plain, owner)

    def decrypt(self, sealed: bytes, owner: str) -> str:
        return unseal(self._key, bytes(sealed), owner)


def _key(path: Path) -> bytes:
    try:
        _make_if_missing(path)
        key = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"TOKEN_KEY: cannot read {path}: {error.strerror}") from None
    if len(key) != KEY_BYTES:
        raise ConfigurationError(
            f"TOKEN_KEY: {path} does not hold a key of {KEY_BYTES} bytes; move it away and start again"
        )
    return key


def _make_if_missing(path: Path) -> None:
    """Written aside and linked into place: of two starts at once both use the first one's key."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, os.urandom(KEY_BYTES))
        os.close(descriptor)
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
