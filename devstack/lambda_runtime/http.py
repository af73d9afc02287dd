"""What both small servers here share: they listen on loopback, answer JSON, and do not log."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class JsonHandler(BaseHTTPRequestHandler):
    """One answer is one packet: with an unbuffered `wfile` the client's delayed ACK adds 44 ms to every call."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def handle_expect_100(self) -> bool:
        """Say at once that the body may come: the client would wait a second for it."""
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def answer(self, status: int, content: Any, **headers: str) -> None:
        """Send `content` as JSON; an underscore in a header's name stands for a hyphen."""
        self.send(status, json.dumps(content).encode(), Content_Type="application/json", **headers)

    def send(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Say nothing: who invokes sees the outcome."""


class _Server(ThreadingHTTPServer):
    """A client that is killed while it waits is nothing to report."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class LoopbackServer:
    """A server on a free port of 127.0.0.1, for the time of a `with` block."""

    def __init__(self, handler: type[JsonHandler]) -> None:
        self._server = _Server(("127.0.0.1", 0), handler)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name=self.address, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
