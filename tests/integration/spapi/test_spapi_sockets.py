"""The client over real sockets: what a server can do to a connection, as httpx really reports it."""

import gzip
import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from clario.errors import UpstreamUnavailable
from clario.spapi.seller_api import AmazonSellerApi
from tests.fakes.spapi import CREDENTIALS, FakeClock, MemoryTokens, MemoryUsagePlans

ROWS = b"sku\tquantity\r\n" + b"A\t1\r\n" * 50_000
PACKED = gzip.compress(ROWS)


class Amazon(BaseHTTPRequestHandler):
    """Login, getReportDocument and the document store in one; the document's id says how it is delivered."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._json({"access_token": "Atza|1", "expires_in": 3600})

    def do_GET(self) -> None:
        kind = self.path.rpartition("/")[2]
        if not self.path.startswith("/files/"):
            url = f"http://{self.headers['Host']}/files/{kind}"
            self._json({"reportDocumentId": kind, "url": url, "compressionAlgorithm": "GZIP"})
        elif kind == "whole":
            self._body(PACKED, len(PACKED))
        elif kind == "short":
            self._body(PACKED[: len(PACKED) // 2], len(PACKED))
            self.close_connection = True
        else:
            self._body(PACKED[: len(PACKED) // 2], len(PACKED))
            self._reset()

    def _json(self, body: object) -> None:
        content = json.dumps(body).encode()
        self._body(content, len(content))

    def _body(self, content: bytes, promised: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(promised))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def finish(self) -> None:
        if self.connection.fileno() != -1:
            super().finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """A test prints nothing."""


@contextmanager
def client(base_url: str) -> Iterator[AmazonSellerApi]:
    clock = FakeClock()
    token_url = f"{base_url}/auth/o2/token"
    with AmazonSellerApi(base_url, CREDENTIALS, token_url, MemoryTokens(clock), MemoryUsagePlans(clock), clock) as api:
        yield api


@pytest.fixture
def api() -> Iterator[AmazonSellerApi]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Amazon)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with client(f"http://127.0.0.1:{server.server_port}") as api:
            yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_document_comes_over_a_real_connection(api: AmazonSellerApi) -> None:
    with api.open_document("whole") as pieces:
        assert b"".join(pieces) == ROWS


@pytest.mark.parametrize("end", ["short", "reset"])
def test_a_connection_that_ends_too_soon_is_a_torn_document(api: AmazonSellerApi, end: str) -> None:
    with pytest.raises(UpstreamUnavailable, match="broke off"), api.open_document(end) as pieces:
        list(pieces)


def test_leaving_a_document_half_read_leaves_the_client_usable(api: AmazonSellerApi) -> None:
    with api.open_document("whole") as pieces:
        next(pieces)
    with api.open_document("whole") as pieces:
        assert b"".join(pieces) == ROWS


def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unheard.getsockname()[1]}"
        with client(address) as api, pytest.raises(UpstreamUnavailable, match="ConnectError"):
            api.get_report("R1")
