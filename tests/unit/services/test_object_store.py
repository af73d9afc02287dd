"""Objects in a folder: whole or not at all, the same content the same name's bytes."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from clario.files.object_store import FolderObjectStore


def test_what_was_put_is_read_back(tmp_path: Path) -> None:
    store = FolderObjectStore(tmp_path)
    stored = store.put("raw/a/b", [b"one\n", b"two\n"])
    assert (stored.size, stored.sha256) == (8, sha256(b"one\ntwo\n").hexdigest())
    with store.open("raw/a/b") as stream:
        assert list(stream) == [b"one\n", b"two\n"]


def test_an_object_whose_writing_fails_does_not_exist(tmp_path: Path) -> None:
    def torn() -> Iterator[bytes]:
        yield b"half"
        raise OSError("torn")

    store = FolderObjectStore(tmp_path)
    with pytest.raises(OSError, match="torn"):
        store.put("raw/a", torn())
    with pytest.raises(FileNotFoundError):
        store.open("raw/a")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_failed_write_leaves_the_object_before_it_alone(tmp_path: Path) -> None:
    store = FolderObjectStore(tmp_path)
    store.put("raw/a", [b"good"])
    with pytest.raises(ZeroDivisionError):
        store.put("raw/a", (1 // 0 for _ in range(1)))  # type: ignore[misc]
    with store.open("raw/a") as stream:
        assert stream.read() == b"good"
