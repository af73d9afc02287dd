"""The HTTP surface: keep-alive connections, one thread each, on loopback only."""

import shutil
import socket
import struct
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from local_amazon.server.answers import Answer, Request
from local_amazon.server.app import LocalAmazon
from local_amazon.server.faults import internal_failure

HOST = "127.0.0.1"
IN_MEMORY = 8 * 2**20  # bytes of an answer kept in memory
CHUNK = 256 * 2**10
CLOSE_WITH_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: closing sends RST instead of FIN


class Server(ThreadingHTTPServer):
    """Listens until `shutdown`; threads of open connections never keep the program alive."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, amazon: LocalAmazon) -> None:
        self.amazon = amazon
        super().__init__((HOST, port), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no error of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    """Turns bytes into a `Request` and an `Answer` into bytes."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(
            method=self.command,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        self._send(self._answer(request))

    def _answer(self, request: Request) -> Answer:
        try:
            return self.server.amazon.answer(request)
        except Exception as exc:  # a bug of ours must look like a failure of Amazon's, and be seen
            print(f"local Amazon: {request.method} {request.path}: {exc!r}", file=sys.stderr, flush=True)
            return internal_failure()

    def _send(self, answer: Answer) -> None:
        if answer.silent_for:
            time.sleep(answer.silent_for)
        if answer.reset_after == 0:
            return self._reset()
        if answer.write is None:
            self._head(answer, len(answer.body))
            self.wfile.write(answer.body[: answer.reset_after])
        else:
            self._send_written(answer)
        if answer.reset_after is not None:
            self._reset()
        return None

    def _send_written(self, answer: Answer) -> None:
        """A long body goes through a file: its length is known before the first byte leaves, memory stays bounded."""
        assert answer.write is not None
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
            answer.write(file)
            length = file.tell()
            file.seek(0)
            self._head(answer, length)
            if answer.reset_after is None:
                shutil.copyfileobj(file, self.wfile, CHUNK)
            else:
                self.wfile.write(file.read(slice(answer.reset_after).indices(length)[1]))

    def _head(self, answer: Answer, length: int) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _reset(self) -> None:
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CLOSE_WITH_RESET)
        self.connection.close()  # takes effect when the handler lets go of its streams
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve  # noqa: N815 - the base class wants these names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Quiet: a line per request would drown what matters."""
