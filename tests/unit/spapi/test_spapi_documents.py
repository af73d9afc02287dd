"""Report documents: every way they can arrive, whole or torn."""

import gzip
import random
import zlib
from collections.abc import Iterator

import httpx
import pytest

from clario.errors import FatalError, RequestRefused, Throttled, UpstreamUnavailable
from clario.spapi.documents import LARGEST_PIECE, gunzip
from tests.fakes.spapi import START, Bench, answer, broken, content, html, refused

DOCUMENT = "/reports/2021-06-30/documents/D1"
FILE = "/file"
URL = "https://tortuga.example/file?X-Amz-Signature=secret-signature"
ROWS = b"".join(b"2026-11-%02d\tB00%06d\t%d\r\n" % (n % 28 + 1, n, n * 7919 % 1000) for n in range(4000))
PACKED = gzip.compress(ROWS, mtime=0)
COMPRESSED = answer({"reportDocumentId": "D1", "url": URL, "compressionAlgorithm": "GZIP"})
PLAIN = answer({"reportDocumentId": "D1", "url": URL})


def read(bench: Bench) -> bytes:
    with bench.api.open_document("D1") as pieces:
        return b"".join(pieces)


def test_a_plain_document_arrives_as_it_is(bench: Bench) -> None:
    bench.amazon.on(DOCUMENT, PLAIN)
    bench.amazon.on(FILE, content(ROWS, {"Content-Length": str(len(ROWS))}))
    assert read(bench) == ROWS


def test_a_compressed_document_is_decompressed(bench: Bench) -> None:
    bench.amazon.on(DOCUMENT, COMPRESSED)
    bench.amazon.on(FILE, content(PACKED))
    assert read(bench) == ROWS


def test_the_text_is_not_decoded(bench: Bench) -> None:
    cp1252 = "Größe\tCafé\r\n".encode("cp1252")
    bench.amazon.on(DOCUMENT, PLAIN)
    bench.amazon.on(FILE, content(cp1252, {"Content-Type": "text/plain; charset=UTF-8"}))
    assert read(bench) == cp1252


def test_a_compressed_document_labelled_as_content_encoding_is_decompressed_once(bench: Bench) -> None:
    bench.amazon.on(DOCUMENT, COMPRESSED)
    bench.amazon.on(FILE, content(PACKED, {"Content-Encoding": "gzip"}))
    assert read(bench) == ROWS


def test_an_empty_plain_document_is_empty(bench: Bench) -> None:
    bench.amazon.on(DOCUMENT, PLAIN)
    bench.amazon.on(FILE, content(b"", {"Content-Length": "0"}))
    assert read(bench) == b""


def test_the_download_carries_no_token(bench: Bench) -> None:
    bench.amazon.on(DOCUMENT, PLAIN)
    bench.amazon.on(FILE, content(ROWS))
    read(bench)
    sent = bench.amazon.calls(FILE)[0]
    assert not [name for name in sent.headers if name.startswith(("x-amz", "authorization"))]
    assert sent.headers["Accept-Encoding"] == "identity"


# Torn

OFFSETS = sorted(
    {0, 1, 5, 9, 10, 11, 17, *range(100, len(PACKED), len(PACKED) // 20), *range(len(PACKED) - 9, len(PACKED))}
)


@pytest.mark.parametrize("offset", OFFSETS)
def test_a_compressed_document_cut_anywhere_is_torn(bench: Bench, offset: int) -> None:
    bench.amazon.on(DOCUMENT, COMPRESSED)
    bench.amazon.on(FILE, content(PACKED[:offset]))
    with pytest.raises(UpstreamUnavailable, match="broke off"):
        read(bench)


@pytest.mark.parametrize("offset", [0, 100, len(PACKED) // 2, len(PACKED) - 8, len(PACKED) - 1])
def test_a_compressed_document_with_a_wrong_byte_is_damaged(bench: Bench, offset: int) -> None:
    wrong = PACKED[:offset] + bytes([PACKED[offset] ^ 0x55]) + PACKED[offset + 1 :]
    bench.amazon.on(DOCUMENT, COMPRESSED)
    bench.amazon.on(FILE, content(wrong))
    with pytest.raises(UpstreamUnavailable, match="damaged"):
        read(bench)


def test_a_plain_text_where_gzip_was_promised_is_damaged(bench: Bench) -> None:
    bench.amazon.on(DOCUMENT, COMPRESSED)
    bench.amazon.on(FILE, content(ROWS))
    with pytest.raises(UpstreamUnavailable, match="damaged"):
        read(bench)


@pytest.mark.parametrize("offset", [0, 1, len(ROWS) // 2, len(ROWS) - 1])
def test_a_plain_document_shorter_than_promised_is_torn(bench: Bench, offset: int) -> None:
    bench.amazon.on(DOCUMENT, PLAIN)
    bench.amazon.on(FILE, content(ROWS[:offset], {"Content-Length": str(len(ROWS))}))
    with pytest.raises(UpstreamUnavailable, match=f"{offset} of {len(ROWS)} bytes"):
        read(bench)


def test_a_connection_that_breaks_in_the_middle_is_torn(bench: Bench) -> None:
    def parts() -> Iterator[bytes]:
        yield PACKED[:1000]
        raise httpx.ReadError("reset by peer")

    bench.amazon.on(DOCUMENT, COMPRESSED)
    bench.amazon.on(FILE, lambda request: httpx.Response(200, content=parts()))
    with pytest.raises(UpstreamUnavailable, match=r"broke off .ReadError"):
        read(bench)


# Decompression


def test_several_gzip_members_are_one_document() -> None:
    packed = gzip.compress(b"one,") + gzip.compress(b"") + gzip.compress(b"two")
    assert b"".join(gunzip([packed])) == b"one,two"
    assert b"".join(gunzip(packed[n : n + 1] for n in range(len(packed)))) == b"one,two"


@pytest.mark.parametrize("lost", [1, 8, 12])
def test_a_cut_second_member_is_torn(lost: int) -> None:
    packed = gzip.compress(b"one,") + gzip.compress(b"two")
    with pytest.raises(UpstreamUnavailable, match="broke off"):
        list(gunzip([packed[:-lost]]))


def test_garbage_after_a_member_is_damage() -> None:
    with pytest.raises(UpstreamUnavailable, match="damaged"):
        list(gunzip([gzip.compress(b"one"), b"garbage"]))


def test_pieces_stay_small_whatever_the_ratio() -> None:
    zeros = bytes(20 * LARGEST_PIECE)
    sizes = [len(piece) for piece in gunzip([gzip.compress(zeros)])]
    assert sum(sizes) == len(zeros)
    assert max(sizes) <= LARGEST_PIECE


@pytest.mark.parametrize("seed", range(20))
def test_any_cutting_into_chunks_gives_the_same_bytes(seed: int) -> None:
    chance = random.Random(seed)
    plain = chance.randbytes(chance.randrange(3000)) + bytes(chance.randrange(600_000)) + chance.randbytes(3000)
    packed = gzip.compress(plain, chance.randrange(1, 10))
    cuts = sorted(chance.sample(range(len(packed)), 5))
    chunks = [packed[a:b] for a, b in zip([0, *cuts], [*cuts, len(packed)], strict=True)]
    assert zlib.crc32(b"".join(gunzip(chunks))) == zlib.crc32(plain)


# The URL


@pytest.mark.parametrize("status", [400, 403])
def test_an_expired_url_is_resolved_once_more(bench: Bench, status: int) -> None:
    bench.amazon.on(DOCUMENT, PLAIN)
    bench.amazon.on(FILE, html(status), content(ROWS))
    assert read(bench) == ROWS
    assert len(bench.amazon.calls(DOCUMENT)) == 2


def test_a_url_that_stays_forbidden_is_given_up(bench: Bench) -> None:
    bench.amazon.on(DOCUMENT, PLAIN)
    bench.amazon.on(FILE, html(403))
    with pytest.raises(UpstreamUnavailable, match="HTTP 403"):
        read(bench)
    assert len(bench.amazon.calls(FILE)) == 2


def test_resolving_once_more_consumes_the_usage_plan_too(bench: Bench) -> None:
    bench.plans.exhaust("getReportDocument", 0)
    bench.amazon.on(DOCUMENT, PLAIN)
    bench.amazon.on(FILE, html(403), content(ROWS))
    with pytest.raises(Throttled) as caught:
        read(bench)
    assert caught.value.until is not None
    assert 119 < (caught.value.until - START).total_seconds() < 121


def test_a_missing_object_is_not_an_empty_document(bench: Bench) -> None:
    bench.amazon.on(DOCUMENT, PLAIN)
    bench.amazon.on(FILE, html(404))
    with pytest.raises(UpstreamUnavailable, match="HTTP 404"):
        read(bench)


@pytest.mark.parametrize("trouble", [html(503), broken(httpx.ConnectError)])
def test_trouble_at_the_store_that_passes_is_not_noticed(bench: Bench, trouble) -> None:  # type: ignore[no-untyped-def]
    bench.amazon.on(DOCUMENT, PLAIN)
    bench.amazon.on(FILE, trouble, trouble, content(ROWS))
    assert read(bench) == ROWS
    assert len(bench.amazon.calls(DOCUMENT)) == 1


def test_lasting_trouble_at_the_store_ends_in_a_retryable_error(bench: Bench) -> None:
    bench.amazon.on(DOCUMENT, PLAIN)
    bench.amazon.on(FILE, html(503))
    with pytest.raises(UpstreamUnavailable, match="HTTP 503"):
        read(bench)
    assert len(bench.amazon.calls(FILE)) == 3


def test_an_unknown_document_is_refused(bench: Bench) -> None:
    bench.amazon.on(DOCUMENT, refused(404, "NotFound", "no such document"))
    with pytest.raises(RequestRefused, match="getReportDocument"):
        read(bench)


def test_an_unknown_compression_is_fatal_since_no_retry_can_read_it(bench: Bench) -> None:
    bench.amazon.on(DOCUMENT, answer({"url": URL, "compressionAlgorithm": "ZSTD"}))
    with pytest.raises(FatalError, match="ZSTD"):
        read(bench)


def test_an_error_of_the_reader_passes_through_and_the_connection_is_closed(bench: Bench) -> None:
    closed: list[bool] = []

    class Body(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield ROWS

        def close(self) -> None:
            closed.append(True)

    bench.amazon.on(DOCUMENT, PLAIN)
    bench.amazon.on(FILE, lambda request: httpx.Response(200, stream=Body()))
    with pytest.raises(KeyError, match="the reader's own"), bench.api.open_document("D1") as pieces:
        next(pieces)
        raise KeyError("the reader's own")
    assert closed == [True]
