"""The assembled application over a real Postgres; only the state machine is a fake."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import jwt
import pytest
from fastapi import FastAPI

from clario.api.app import create_app
from clario.bootstrap import Container
from clario.config import read_settings
from clario.db.connection import PostgresDatabase
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

    def is_running(self, name: str) -> bool:
        return name in self.running


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
        import anyio

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
