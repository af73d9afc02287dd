"""Objects in a folder and in S3: whole or not at all, the same content the same bytes."""

import gzip
import os
import tracemalloc
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from clario.aws.clients import client
from clario.aws.object_store import IN_MEMORY, S3ObjectStore
from clario.errors import ConfigurationError, FatalError, RetryableError
from clario.files.object_store import FolderObjectStore
from clario.services.ports import ObjectStore
from tests.integration.aws.wire import answering, refusing

MEGABYTE = b"x" * 1_000_000


@pytest.fixture
def bucket(aws: None) -> str:
    client("s3").create_bucket(Bucket="clario")
    return "clario"


@pytest.fixture
def s3(bucket: str) -> S3ObjectStore:
    return S3ObjectStore(f"s3://{bucket}/raw/")


@pytest.fixture(params=["a folder", "S3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "S3":
        return request.getfixturevalue("s3")
    return FolderObjectStore(tmp_path)


def torn() -> Iterator[bytes]:
    yield b"half"
    raise OSError("torn")


def test_what_was_put_is_read_back(objects: ObjectStore) -> None:
    stored = objects.put("anna/b", [b"one\n", b"two\n"])
    assert (stored.key, stored.size, stored.sha256) == ("anna/b", 8, sha256(b"one\ntwo\n").hexdigest())
    with objects.open("anna/b") as stream:
        assert list(stream) == [b"one\n", b"two\n"]


def test_an_object_whose_writing_fails_does_not_exist(objects: ObjectStore) -> None:
    with pytest.raises(OSError, match="torn"):
        objects.put("anna/b", torn())
    with pytest.raises(FatalError, match=r"there is no object .*anna/b\.gz"):
        objects.open("anna/b")


def test_a_failed_write_leaves_the_object_before_it_alone(objects: ObjectStore) -> None:
    objects.put("anna/b", [b"good"])
    with pytest.raises(OSError, match="torn"):
        objects.put("anna/b", torn())
    with objects.open("anna/b") as stream:
        assert stream.read() == b"good"


def test_a_torn_file_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="torn"):
        FolderObjectStore(tmp_path).put("anna/b", torn())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_same_content_is_the_same_object(s3: S3ObjectStore, bucket: str) -> None:
    def put() -> tuple[object, str]:
        return s3.put("a", [b"one"]), client("s3").head_object(Bucket=bucket, Key="raw/a.gz")["ETag"]

    assert put() == put()


def test_objects_lie_below_the_prefix_as_gzip_files(s3: S3ObjectStore, bucket: str) -> None:
    s3.put("anna/b", [b"one"])
    S3ObjectStore(f"s3://{bucket}").put("c", [b"two"])
    keys = [entry["Key"] for entry in client("s3").list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == ["c.gz", "raw/anna/b.gz"]
    assert gzip.decompress(client("s3").get_object(Bucket=bucket, Key=keys[1])["Body"].read()) == b"one"


def test_what_does_not_fit_into_memory_packed_goes_over_the_disk(s3: S3ObjectStore) -> None:
    noise = [os.urandom(IN_MEMORY // 2) for _ in range(3)]
    stored = s3.put("a", noise)
    assert stored.size == 3 * (IN_MEMORY // 2)
    with s3.open("a") as stream:
        assert stream.read() == b"".join(noise)


def test_a_large_object_is_neither_written_nor_read_whole(s3: S3ObjectStore) -> None:
    s3.put("warm", [b"up"])
    tracemalloc.start()
    try:
        s3.put("a", (MEGABYTE for _ in range(50)))
        with s3.open("a") as stream:
            assert sum(map(len, iter(lambda: stream.read(65_536), b""))) == 50_000_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000


def test_a_stream_may_be_closed_before_its_end(s3: S3ObjectStore) -> None:
    s3.put("a", [os.urandom(1_000_000)])
    with s3.open("a") as stream:
        assert len(stream.read(10)) == 10
    with pytest.raises(ValueError, match="closed"):
        stream.read(1)


def test_a_bucket_that_is_not_there_is_fatal(aws: None) -> None:
    with pytest.raises(FatalError, match=r"s3://nowhere/raw/a\.gz: PutObject answered NoSuchBucket"):
        S3ObjectStore("s3://nowhere/raw").put("a", [b"one"])
    with pytest.raises(FatalError, match=r"s3://nowhere/raw/a\.gz: GetObject answered NoSuchBucket"):
        S3ObjectStore("s3://nowhere/raw").open("a")


def test_what_the_policy_does_not_allow_is_said_with_the_address(s3: S3ObjectStore, bucket: str) -> None:
    with (
        refusing("s3", "AccessDenied", 403),
        pytest.raises(ConfigurationError, match=r"s3://clario/raw/a\.gz: .*AccessDen"),
    ):
        s3.open("a")


@pytest.mark.parametrize(("code", "status"), [("SlowDown", 503), ("RequestTimeout", 400)])
def test_a_busy_s3_is_asked_again_later(code: str, status: int, s3: S3ObjectStore, once: None) -> None:
    with refusing("s3", code, status), pytest.raises(RetryableError, match=rf"s3://clario/raw/a\.gz: .*{code}"):
        s3.open("a")


def test_an_s3_that_cannot_be_reached_is_asked_again_later(
    region: None, once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(RetryableError, match=r"^s3://clario/raw/a\.gz: EndpointConnectionError$"):
        S3ObjectStore("s3://clario/raw").put("a", [b"one"])


def test_an_answer_that_breaks_off_is_read_again_later(s3: S3ObjectStore) -> None:
    half = gzip.compress(os.urandom(100_000))[:50_000]
    with (
        answering("s3", 200, half, **{"content-length": "100000"}),
        pytest.raises(RetryableError, match=r"s3://clario/raw/a\.gz: IncompleteRead"),
    ):
        s3.open("a").read()
