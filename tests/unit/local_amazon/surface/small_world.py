"""A world written down row by row, served in this process: every answer can be known beforehand."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np

from local_amazon.seller import seller
from local_amazon.server.account import Account
from local_amazon.server.answers import Answer, Request
from local_amazon.server.app import LocalAmazon
from local_amazon.server.clock import Clock
from local_amazon.world.discrepancies import Truth
from local_amazon.world.markets import PROFILES
from local_amazon.world.schema import SCHEMAS
from local_amazon.world.settings import WorldSettings
from local_amazon.world.sizes import Measurement, Size
from local_amazon.world.store import Store, compact
from local_amazon.world.tables import BY
from local_amazon.world.world import Listing, Product, World

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
EMPTY = {"listing": -1, "code": -1}
FORM = {
    "grant_type": "refresh_token",
    "client_id": "amzn1.application-oa2-client.local",
    "client_secret": "local-secret",
    "refresh_token": "Atzr|local-seller-1",
}
MUG, LAMP = 0, 1
LISTINGS = [
    Listing(
        "MUG-1", "X000000MUG", "B00000MUG1", "Café Mug, Pack of 2", 0, (1999, 1999, 1999), 400, opened=1_700_000_000
    ),
    Listing("LAMP-1", "X00000LAMP", "B0000LAMP1", "Desk Lamp", 1, (4999, 4999, 4999), 900, opened=1_700_000_000),
]
PRODUCTS = [
    Product(0, "B00000MUG1", "Café Mug, Pack of 2", "Brand A", "Home & Kitchen", Size(5000, 4000, 4000, 1100)),
    Product(
        1,
        "B0000LAMP1",
        "Desk Lamp",
        "Brand B",
        "Home & Kitchen",
        Size(14000, 8000, 6000, 4500),
        (Measurement(0, 0, Size(19000, 12000, 9000, 9500)),),
    ),
]


def at(**ago: float) -> int:
    """Seconds since 1970 of a moment before NOW."""
    return int((NOW - timedelta(**ago)).timestamp())


def day(**ago: float) -> int:
    return at(**ago) // 86_400


def code(table: str, column: str, word: str) -> int:
    return SCHEMAS[table][column].words.index(word)


def world(profile: str = "us", **tables: Iterable[dict[str, Any]]) -> World:
    """A world with these rows; a code may be given as its word, what is left out is empty."""
    stores = {name: _store(name, list(tables.get(name, ()))) for name in BY}
    settings = WorldSettings(NOW, profile=profile)
    return World(settings, PROFILES[profile], PRODUCTS, LISTINGS, stores, Truth())


def _store(table: str, rows: list[dict[str, Any]]) -> Store:
    rows = sorted(rows, key=lambda row: row[BY[table]])
    columns = {}
    for name, column in SCHEMAS[table].items():
        values = [row.get(name, EMPTY.get(column.kind, 0)) for row in rows]
        numbers = [column.words.index(value) if isinstance(value, str) else value for value in values]
        columns[name] = compact(table, name, np.array(numbers, np.int64))
    return Store(table, BY[table], columns)


class Client:
    """An application that talks to a local Amazon without a network."""

    def __init__(self, *worlds: World, scale: float = 1, sandbox: bool = False, regions: tuple[str, ...] = ()) -> None:
        self.clock = Clock(NOW, frozen=True)
        accounts = [
            Account(seller(number, region, tuple(market.id for market in each.markets)), each)
            for number, (each, region) in enumerate(zip(worlds, regions or ("na",) * len(worlds), strict=True), 1)
        ]
        self.amazon = LocalAmazon(accounts, self.clock, scale, sandbox=sandbox)
        self.token = self.grant()["access_token"]

    def send(
        self, method: str, url: str, body: bytes = b"", content_type: str = "application/json", **headers: str
    ) -> Answer:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        known = {
            "host": "127.0.0.1",
            "content-type": content_type,
            "x-amz-access-token": self.__dict__.get("token", ""),
        }
        return self.amazon.answer(Request(method, parts.path, query, {**known, **headers}, body))

    def grant(self, **change: str) -> dict[str, Any]:
        return json_of(self.form("/auth/o2/token", **{**FORM, **change}))

    def form(self, path: str, **fields: str) -> Answer:
        return self.send("POST", path, urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def get(self, path: str, **query: object) -> Answer:
        return self.send("GET", f"{path}?{urlencode(query)}")

    def post(self, path: str, body: object) -> Answer:
        return self.send("POST", path, json.dumps(body).encode())

    def json(self, path: str, **query: object) -> Any:
        answer = self.get(path, **query)
        assert answer.status == 200, answer.body
        return json_of(answer)

    def control(self, method: str, path: str, body: object = None) -> Any:
        return json_of(self.send(method, f"/_control/{path}", json.dumps(body).encode()))

    def fault(self, **order: object) -> None:
        self.control("POST", "faults", order)

    def later(self, **delta: float) -> None:
        self.clock.set(self.clock.now() + timedelta(**delta))

    def report(self, report_type: str, days: float = 30, **more: Any) -> dict[str, Any]:
        """Ask for a report, wait on the clock, and look at it."""
        body = {
            "reportType": report_type,
            "marketplaceIds": [self.json("/sellers/v1/marketplaceParticipations")["payload"][0]["marketplace"]["id"]],
            "dataStartTime": (NOW - timedelta(days=days)).isoformat(),
            "dataEndTime": NOW.isoformat(),
            **more,
        }
        report_id = json_of(self.post("/reports/2021-06-30/reports", body))["reportId"]
        self.later(minutes=4)
        shown: dict[str, Any] = self.json(f"/reports/2021-06-30/reports/{report_id}")
        return shown

    def link(self, document_id: str) -> str:
        url: str = self.json(f"/reports/2021-06-30/documents/{document_id}")["url"]
        return url

    def download(self, url: str) -> tuple[Answer, bytes]:
        """The answer and its written body."""
        answer, file = self.send("GET", url), BytesIO()
        if answer.write is not None:
            answer.write(file)
        return answer, file.getvalue()


def json_of(answer: Answer) -> Any:
    return json.loads(answer.body)


def error_of(answer: Answer) -> tuple[int, str, str]:
    """Status, code and message of a refusal."""
    error = json_of(answer)["errors"][0]
    return answer.status, error["code"], error["message"]
