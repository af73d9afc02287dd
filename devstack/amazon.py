"""The local Amazon as a program beside ours, and what our settings must say to reach it."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clario.errors import ConfigurationError
from devstack.functions import ROOT

READY = "local Amazon is ready at "
# As Amazon's static sandbox; of its world nothing is shown.
SAMPLES = ("--static-sandbox", "--size", "1000")


@dataclass(frozen=True, slots=True)
class LocalAmazon:
    """A running local Amazon. `control` is its control path, which the product never calls."""

    url: str
    scale: float

    def control(self, path: str, body: object = None, method: str | None = None) -> Any:
        """Call `/_control/<path>`; with a body it is a PUT or the given method. JSON comes back parsed, else text."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - the address is our own
            f"{self.url}/_control/{path}", data=data, method=method or ("PUT" if data else "GET")
        )
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            text = answer.read().decode()
            return json.loads(text) if "json" in answer.headers.get("Content-Type", "") else text

    def follow(self, moment: datetime) -> None:
        """Set its clock, as a listener of a virtual clock."""
        self.control("clock", {"now": moment.isoformat()})

    def settings(self) -> dict[str, str]:
        """The variables with which the product takes it for Amazon."""
        seller = self.control("seller")
        return {
            "AMAZON_SPAPI_BASE_URL": self.url,
            "AMAZON_LWA_TOKEN_URL": f"{self.url}/auth/o2/token",
            "AMAZON_SPAPI_CLIENT_ID": seller["clientId"],
            "AMAZON_SPAPI_CLIENT_SECRET": seller["clientSecret"],
            "AMAZON_SPAPI_REFRESH_TOKEN": seller["refreshToken"],
            "AMAZON_SPAPI_RATE_SCALE": str(self.scale),
        }


def lasting_world(data: Path) -> tuple[str, ...]:
    """The options for a world that goes on where it was when this data folder is used again."""
    note = data / "local-amazon-born.txt"
    if not note.exists():
        data.mkdir(parents=True, exist_ok=True)
        note.write_text(datetime.now(UTC).isoformat())
    return ("--born", note.read_text().strip(), "--ahead", "400")


@contextmanager
def local_amazon(scale: float, *options: str) -> Iterator[LocalAmazon]:
    """Run the local Amazon on a free port for as long as the context lasts; it also ends when this process dies."""
    command = [sys.executable, "-m", "local_amazon", "serve", "--with-parent", "--scale", str(scale), *options]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield LocalAmazon(_address(process), scale)
    finally:
        process.terminate()
        process.wait(timeout=10)
        for stream in (process.stdout, process.stdin):
            if stream is not None:
                stream.close()


def _address(process: "subprocess.Popen[str]") -> str:
    line = process.stdout.readline().strip() if process.stdout else ""
    if not line.startswith(READY):
        process.wait(timeout=10)
        raise ConfigurationError(f"the local Amazon did not start: {line or f'exit {process.returncode}'}")
    return line.removeprefix(READY)
