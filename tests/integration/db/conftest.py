"""Database tests run on every Postgres at hand: the embedded 18 and 16, or the one of TEST_DATABASE_URL."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from clario.db.connection import PostgresDatabase
from clario.domain.streams import STREAMS
from clario.domain.values import DayRange
from clario.services.records import Document, EnvironmentConnection
from tests.conftest import Cluster, embedded

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="session", params=["given"] if os.environ.get("TEST_DATABASE_URL") else [18, 16], ids=str)
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if request.param == "given":
        server = Cluster(os.environ["TEST_DATABASE_URL"], "postgres")
        yield server
        server.close()
        return
    with embedded(tmp_path_factory.mktemp("postgres"), request.param) as address:
        yield Cluster(address, "clario")


@pytest.fixture
def database(database_url: str) -> Iterator[PostgresDatabase]:
    opened = PostgresDatabase(database_url)
    yield opened
    opened.close()


@pytest.fixture
def connection_id(database: PostgresDatabase) -> int:
    """A connection of the seller "anna"."""
    with database.transaction("anna") as work:
        work.connections.add_environment(EnvironmentConnection("na", is_sandbox=True, token_fingerprint="f"))
        return work.connections.all()[0].connection_id


@pytest.fixture
def new_document(database: PostgresDatabase, connection_id: int) -> Callable[..., Document]:
    """Adds a document; `age` hours make it older than noon."""

    def add(stream: str, start: date, end: date, *, age: int = 0, **values: Any) -> Document:
        document = Document(
            document_id=0,
            connection_id=connection_id,
            stream=stream,
            source=values.pop("source", STREAMS[stream].sources[0].name),
            scope=values.pop("scope", "ATVPDKIKX0DER"),
            days=DayRange(start, end),
            raw_object="raw/x",
            sha256="0" * 64,
            size=1,
            header_fingerprint=None,
            as_of=NOON - timedelta(hours=age),
            may_be_stale=values.pop("may_be_stale", False),
        )
        with database.transaction("anna") as work:
            return work.loads.document(work.loads.add_document(document))

    return add
