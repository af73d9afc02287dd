"""Report documents: resolve, download, decompress, and notice when something is missing.

`getReportDocument` gives a presigned URL that lives five minutes and names GZIP when the content is compressed
(https://developer-docs.amazon.com/sp-api/docs/reports-api-v2021-06-30-retrieve-a-report).
"""

import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import httpx

from clario.errors import FatalError, UpstreamUnavailable
from clario.spapi.client import Client
from clario.spapi.operations import GET_REPORT_DOCUMENT
from clario.spapi.wire import promised_shape

WIRE_CHUNK = 64 * 1024  # bytes read at once
LARGEST_PIECE = 256 * 1024  # bytes given out at once, whatever the compression ratio

_GZIP_WITH_TRAILER = 16 + zlib.MAX_WBITS  # zlib then checks CRC and length at the end of each member
_URL_EXPIRED = (400, 403)  # S3: the signature's time is over (403), or the signer's own session is (400)


@contextmanager
def open_document(client: Client, document_id: str) -> Iterator[Iterator[bytes]]:
    """The document's plain bytes in pieces of at most 256 KiB, exactly as Amazon encoded the text.

    Nothing is decoded: Amazon's charset label is unreliable, and the normaliser sees the bytes it has to judge.
    The last piece may be followed by `UpstreamUnavailable`: only an iteration that ends by itself was complete.
    """
    response, compressed = _open(client, document_id)
    try:
        chunks = _whole(response)
        yield gunzip(chunks) if compressed else chunks
    finally:
        response.close()


def _open(client: Client, document_id: str) -> tuple[httpx.Response, bool]:
    url, compressed = _resolve(client, document_id)
    response = client.download(url)
    if response.status_code in _URL_EXPIRED:
        response.close()
        url, compressed = _resolve(client, document_id)
        response = client.download(url)
    if response.status_code != 200:
        response.close()
        raise UpstreamUnavailable(f"the report document was not delivered (HTTP {response.status_code})")
    return response, compressed


def _resolve(client: Client, document_id: str) -> tuple[str, bool]:
    answer = client.call(GET_REPORT_DOCUMENT, path={"document": document_id})
    with promised_shape(GET_REPORT_DOCUMENT.name):
        url = str(answer.data["url"])
    algorithm = answer.data.get("compressionAlgorithm")
    if algorithm not in (None, "GZIP"):
        raise FatalError(f"the report document is compressed with {algorithm!r}, which nobody here can read")
    return url, algorithm == "GZIP"


def _whole(response: httpx.Response) -> Iterator[bytes]:
    """The body as stored, at least as long as its Content-Length says."""
    received = 0
    try:
        for chunk in response.iter_raw(WIRE_CHUNK):
            received += len(chunk)
            yield chunk
    except httpx.RequestError as error:
        raise UpstreamUnavailable(f"the report document broke off ({type(error).__name__})") from None
    promised = int(response.headers.get("Content-Length", received))
    if received < promised:
        raise UpstreamUnavailable(f"the report document broke off: {received} of {promised} bytes")


def gunzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress a stream of gzip members, each checked by its trailer.

    Raises:
        UpstreamUnavailable: the stream ends inside a member (or is empty), or a checksum does not fit.
    """
    member = zlib.decompressobj(_GZIP_WITH_TRAILER)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if member.eof:
                    member = zlib.decompressobj(_GZIP_WITH_TRAILER)
                if piece := member.decompress(rest, LARGEST_PIECE):
                    yield piece
                rest = member.unused_data if member.eof else member.unconsumed_tail
    except zlib.error as error:
        raise UpstreamUnavailable(f"the report document is damaged ({error})") from None
    if not member.eof:
        raise UpstreamUnavailable("the report document broke off inside its compressed content")
