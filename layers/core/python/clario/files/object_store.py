"""Raw and normalized objects in a folder: the `ObjectStore` port on a laptop."""

import gzip
import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast
from uuid import uuid4

from clario.services.ports import StoredObject

# Level 1 packs report text to about a fifth at many times the speed of the default level.
COMPRESSION = 1


class FolderObjectStore:
    """Objects as gzip files below `root`, written aside and renamed, so that a torn file never bears the name."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, chunks: Iterable[bytes]) -> StoredObject:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{uuid4().hex}")
        try:
            digest, size = self._write(aside, chunks)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        return StoredObject(key, digest, size)

    def _write(self, path: Path, chunks: Iterable[bytes]) -> tuple[str, int]:
        digest, size = sha256(), 0
        with path.open("xb") as file:
            with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=COMPRESSION, mtime=0, filename="") as packed:
                for chunk in chunks:
                    packed.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
            file.flush()
            os.fsync(file.fileno())
        return digest.hexdigest(), size

    def open(self, key: str) -> BinaryIO:
        return cast("BinaryIO", gzip.open(self._path(key), "rb"))

    def _path(self, key: str) -> Path:
        return self._root / f"{key}.gz"
