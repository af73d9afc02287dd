"""The local Amazon as a real subprocess, and a client that speaks to it as an application would."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[3]
START = datetime(2026, 11, 23, 20, tzinfo=UTC)
MARKETPLACE = "ATVPDKIKX0DER"
FORM = {
    "grant_type": "refresh_token",
    "client_id": "amzn1.application-oa2-client.local",
    "client_secret": "local-secret",
    "refresh_token": "Atzr|local-seller-1",
}


def launch(*options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "local_amazon", "serve", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("local Amazon is ready at http://127.0.0.1:")
    return line.split()[-1]


def end(process: subprocess.Popen[str]) -> str:
    """Stop it; what it wrote on stderr."""
    process.terminate()
    _, errors = process.communicate(timeout=10)
    return errors


class Amazon:
    """One server and one authorised client of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url)
        self.authorise()

    def authorise(self) -> None:
        """Get a new access token: the old one lives an hour of the server's clock."""
        self.token = self.http.post("/auth/o2/token", data=FORM).json()["access_token"]

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query, headers={"x-amz-access-token": self.token})

    def post(self, path: str, body: object) -> httpx.Response:
        return self.http.post(path, json=body, headers={"x-amz-access-token": self.token})

    def delete(self, path: str) -> httpx.Response:
        return self.http.delete(path, headers={"x-amz-access-token": self.token})

    def at(self, now: datetime) -> None:
        self.http.put("/_control/clock", json={"now": now.isoformat()}).raise_for_status()

    def now(self) -> datetime:
        return datetime.fromisoformat(self.http.get("/_control/clock").json()["now"])

    def later(self, **delta: float) -> None:
        self.at(self.now() + timedelta(**delta))

    def fault(self, **order: Any) -> None:
        self.http.post("/_control/faults", json=order).raise_for_status()

    def transactions(self, **query: Any) -> httpx.Response:
        return self.get("/finances/2024-06-19/transactions", **query)

    def order_report(self, report_type: str, start: datetime, end: datetime, **more: Any) -> httpx.Response:
        body = {
            "reportType": report_type,
            "marketplaceIds": [MARKETPLACE],
            "dataStartTime": start.isoformat(),
            "dataEndTime": end.isoformat(),
            **more,
        }
        return self.post("/reports/2021-06-30/reports", body)

    def report(self, report_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.get(f"/reports/2021-06-30/reports/{report_id}").json()
        return shown

    def finished(self, report_type: str, start: datetime, end: datetime, **more: Any) -> dict[str, Any]:
        """Order a report, wait for it on the server's clock, and look at it."""
        report_id = self.order_report(report_type, start, end, **more).json()["reportId"]
        self.later(minutes=4)
        return self.report(report_id)

    def link(self, shown: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.get(f"/reports/2021-06-30/documents/{shown['reportDocumentId']}").json()
        return answer


@pytest.fixture
def start_amazon() -> Iterator[Callable[..., Amazon]]:
    """Starts a server with a small world and a frozen clock; more options are passed on."""
    processes: list[subprocess.Popen[str]] = []
    clients: list[httpx.Client] = []

    def start(*options: str) -> Amazon:
        small = ("--size", "1500", "--days", "548", "--frozen-clock", "--clock", START.isoformat(), "--with-parent")
        processes.append(launch(*small, *options))
        amazon = Amazon(address(processes[-1]))
        clients.append(amazon.http)
        return amazon

    yield start
    for client in clients:
        client.close()
    assert [end(process) for process in processes] == [""] * len(processes)


@pytest.fixture
def amazon(start_amazon: Callable[..., Amazon]) -> Amazon:
    return start_amazon()
