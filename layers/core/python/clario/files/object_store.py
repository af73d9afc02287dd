"""Raw and normalized objects in a folder: the `ObjectStore` port on a laptop."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from clario.errors import FatalError
from clario.formats.packing import pack, unpacked
from clario.services.ports import StoredObject


class FolderObjectStore:
    """Objects as gzip files below `root`, written aside and renamed, so that a torn file never bears the name."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, chunks: Iterable[bytes]) -> StoredObject:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{uuid4().hex}")
        try:
            with aside.open("xb") as file:
                digest, size = pack(chunks, file)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        return StoredObject(key, digest, size)

    def open(self, key: str) -> BinaryIO:
        try:
            return unpacked(self._path(key).open("rb"))
        except FileNotFoundError:
            raise FatalError(f"there is no object {self._path(key)}") from None

    def _path(self, key: str) -> Path:
        return self._root / f"{key}.gz"
