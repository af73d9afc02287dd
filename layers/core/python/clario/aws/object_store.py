"""Raw and normalized objects in S3: the `ObjectStore` port on AWS."""

import io
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from clario.aws.clients import client, our_errors
from clario.errors import FatalError
from clario.formats.packing import pack, unpacked
from clario.services.ports import StoredObject

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Bytes. What is larger is packed on disk, of which a Lambda has 512 MB: two gigabytes of report text.
IN_MEMORY = 8 * 1024 * 1024
READ_AHEAD = 256 * 1024


class S3ObjectStore:
    """Objects as gzip objects below `location`, an address like s3://bucket/raw.

    An object is packed aside and sent in one request, which S3 stores whole or not at all: there is no upload of
    parts to be cleaned up, and a request can be repeated.
    """

    def __init__(self, location: str) -> None:
        self._bucket, _, self._prefix = location.removeprefix("s3://").rstrip("/").partition("/")

    def put(self, key: str, chunks: Iterable[bytes]) -> StoredObject:
        with SpooledTemporaryFile(IN_MEMORY) as packed:
            digest, size = pack(chunks, packed)
            packed.seek(0)
            with our_errors(self._address(key)):
                client("s3").put_object(
                    Bucket=self._bucket, Key=self._name(key), Body=packed, ContentType="application/gzip"
                )
        return StoredObject(key, digest, size)

    def open(self, key: str) -> BinaryIO:
        s3, address = client("s3"), self._address(key)
        with our_errors(address):
            try:
                body = s3.get_object(Bucket=self._bucket, Key=self._name(key))["Body"]
            except s3.exceptions.NoSuchKey:
                raise FatalError(f"there is no object {address}") from None
        return unpacked(cast("IO[bytes]", io.BufferedReader(_Body(body, address), READ_AHEAD)))

    def _name(self, key: str) -> str:
        return f"{self._prefix}/{key}.gz".removeprefix("/")

    def _address(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._name(key)}"


class _Body(io.RawIOBase):
    """An answer's body, in which a broken connection is an error of ours as well."""

    def __init__(self, body: IO[bytes], address: str) -> None:
        self._body = body
        self._address = address

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        with our_errors(self._address):
            chunk = self._body.read(len(view))
        view[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._body.close()
        super().close()
