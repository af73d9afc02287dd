"""The assembled application over a real Postgres; only the state machine is a fake."""

import asyncio
import base64
import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import anyio
import httpx
import jwt
import pytest
import uvicorn
from fastapi import FastAPI

from clario.api.app import create_app
from clario.bootstrap import Container
from clario.config import read_settings
from clario.db.connection import PostgresDatabase
from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Claim, DetectionRun, Tier, fingerprint, reconcile
from clario.domain.progress import completed_message
from clario.domain.records import Rejected
from clario.domain.slices import Slice, SliceState
from clario.domain.streams import STREAMS
from clario.domain.tables import tables_of
from clario.domain.values import DayRange
from clario.services.ports import ExecutionStatus
from clario.services.records import Document
from devstack.clock import VirtualClock

SECRET = "a secret of the tests, long enough for HS256"
NOW = datetime(2026, 6, 15, 18, 0, tzinfo=UTC)
ORIGIN = "https://app.example.com"


class FakeWorkflow:
    """Knows what was started; runs nothing."""

    def __init__(self) -> None:
        self.running: set[str] = set()

    def start(self, name: str, payload: dict[str, object]) -> None:
        self.running.add(name)

    def stop(self, name: str) -> None:
        self.running.discard(name)

    def status(self, name: str) -> ExecutionStatus:
        return ExecutionStatus.RUNNING if name in self.running else ExecutionStatus.UNKNOWN


def token(seller: str = "anna", **claims: Any) -> str:
    return jwt.encode({"sub": seller, "exp": int(time.time()) + 600, **claims}, SECRET, "HS256")


class Bench:
    """The application, its container, and requests of a seller."""

    def __init__(self, container: Container, app: FastAPI) -> None:
        self.container = container
        self.database: PostgresDatabase = container.database
        self.app = app

    async def send(self, method: str, path: str, seller: str | None = "anna", **more: Any) -> httpx.Response:
        headers = dict(more.pop("headers", {}))
        if seller:
            headers.setdefault("Cookie", f"session_token={token(seller)}")
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://clario.test") as client:
            return await client.request(method, path, headers=headers, **more)

    def request(self, method: str, path: str, seller: str | None = "anna", **more: Any) -> httpx.Response:
        return anyio.run(lambda: self.send(method, path, seller, **more))

    def get(self, path: str, seller: str | None = "anna", **more: Any) -> Any:
        answer = self.request("GET", path, seller, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def start(self, seller: str = "anna") -> str:
        answer = self.request("POST", "/api/sync/start", seller)
        assert answer.status_code == 200, answer.text
        sync_id: str = answer.json()["syncId"]
        return sync_id

    def run(self, query: str, seller: str = "anna", **values: object) -> list[dict[str, Any]]:
        with self.database.statements(seller) as statements:
            cursor = statements.connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of an error, which must be a problem in every respect."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["success"] is False
    assert body["status"] == answer.status_code
    assert {"type", "title", "detail"} <= body.keys()
    return answer.status_code, body["code"]


@pytest.fixture
def open_bench(database_url: str) -> Iterator[Callable[..., Bench]]:
    """Makes a bench with these variables of the environment on top."""
    opened = []

    def make(**settings: str) -> Bench:
        environment = {
            "DATABASE_URL": database_url,
            "SESSION_JWT_SECRET": SECRET,
            "ALLOWED_ORIGINS": ORIGIN,
            "AMAZON_SPAPI_REFRESH_TOKEN": "Atzr|test",
            **settings,
        }
        container = Container(
            read_settings(environment), workflow=FakeWorkflow(), clock=VirtualClock(NOW), simulated=True
        )
        opened.append(container)
        return Bench(container, create_app(container.api))

    yield make
    for container in opened:
        container.database.close()


@pytest.fixture
def bench(open_bench: Callable[..., Bench]) -> Bench:
    return open_bench()


def finish(bench: Bench, sync_id: str, claims: int = 0, seller: str = "anna") -> None:
    """What the state machine does at the end of a calm sync."""
    with bench.database.transaction(seller) as work:
        work.syncs.end(sync_id, "completed", completed_message(claims), claims=claims)


LEDGER = STREAMS["ledger"].sources[0]


def reject(bench: Bench, sync_id: str, lines: int) -> None:
    """A stored ledger slice of the sync whose document had that many unreadable rows."""
    days = DayRange(date(2026, 6, 1), date(2026, 6, 2))
    scope = "ATVPDKIKX0DER"
    with bench.database.transaction("anna") as work:
        [connection] = work.connections.all()
        document = Document(
            0,
            connection.connection_id,
            "ledger",
            LEDGER.name,
            scope,
            days,
            "raw/x",
            "0" * 64,
            1,
            None,
            NOW,
            may_be_stale=False,
        )
        document = work.loads.document(work.loads.add_document(document))
        part = Slice(0, sync_id, connection.connection_id, "ledger", LEDGER.name, scope, days, SliceState.PLANNED)
        work.slices.plan([part])
        [part] = work.slices.of(sync_id)
        stored = replace(part, state=SliceState.STORED, document_id=document.document_id, rows=0, rejected=lines)
        work.slices.save(stored)
        rejected = [Rejected(line + 2, "not a number", "x\ty") for line in range(lines)]
        header = ",".join(field.name for field in fields(tables_of(LEDGER)[0].record))
        work.loads.store(document, {LEDGER.dataset: io.BytesIO(f"{header}\n".encode())}, rejected)


def claim(subject: str, **values: Any) -> Claim:
    """A claim of one lost unit worth 30 dollars that can be filed until 31 July 2026."""
    anchor = values.get("anchor_date", date(2026, 6, 1))
    return Claim(
        fingerprint=fingerprint("anna/na", AnomalyType.LOST_WAREHOUSE, subject, anchor),
        **{
            "anomaly_type": AnomalyType.LOST_WAREHOUSE,
            "tier": Tier.CLAIM,
            "quantity": 1,
            "lost_units": 1,
            "estimated_value": Decimal("30.00"),
            "review_value": Decimal("0.00"),
            "currency": "USD",
            "value_basis": "cogs",
            "confidence": Decimal("0.95"),
            "marketplace_id": "ATVPDKIKX0DER",
            "sku": f"SKU-{subject}",
            "fnsku": subject,
            "asin": f"B0{subject}",
            "anchor_date": anchor,
            "claimable_from": anchor,
            "deadline_date": date(2026, 7, 31),
            "deadline_basis": "policy",
            "evidence": {"sourceRows": [], "netting": []},
            **values,
        },
    )


def detect(bench: Bench, sync_id: str, *claims: Claim, seller: str = "anna") -> None:
    """What a detection run does with what it found."""
    with bench.database.transaction(seller) as work:
        [connection] = work.connections.all()
        changes = reconcile(work.detections.stored(connection.connection_id), DetectionRun(claims), NOW.date())
        work.detections.apply(connection, sync_id, changes, NOW.date())


@contextmanager
def served(bench: Bench) -> Iterator[str]:
    """The application under uvicorn, as people run it."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(bench.app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def through_lambda(handler: Callable[[dict[str, Any], Any], Any], path: str, **headers: str) -> tuple[int, str]:
    """Status and body of a GET as API Gateway's HTTP API (payload version 2.0) hands it to a function."""
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "clario.test", "authorization": f"Bearer {token()}", **headers},
        "requestContext": {
            "http": {"method": "GET", "path": path, "sourceIp": "127.0.0.1"},
            "domainName": "clario.test",
        },
        "isBase64Encoded": False,
    }
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        answer = handler(event, None)
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    body = answer["body"]
    return answer["statusCode"], base64.b64decode(body).decode() if answer.get("isBase64Encoded") else body
