"""Shared by all tests: a real Postgres, cheaply. One cluster per test process, one template, one database per test."""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from clario.db.migrate import migrate
from devstack.postgres import EmbeddedPostgres

TEMPLATE = "clario_template"

# How long an example takes is the machine's business.
settings.register_profile("untimed", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "untimed")


def pytest_report_header() -> list[str]:
    given = os.environ.get("TEST_DATABASE_URL")
    return [
        f"Postgres: {'TEST_DATABASE_URL' if given else 'embedded, 18 (database tests on 16 too)'}",
        f"Node: {'found' if shutil.which('node') else 'not found, the snippets of docs/api.md are not run'}",
    ]


class Cluster:
    """A Postgres server on which tests may make databases. `admin` is an address with the right to do so."""

    def __init__(self, admin: str, login: str) -> None:
        self.admin = admin
        self._login = login
        self.create(TEMPLATE)
        migrate(self.address(TEMPLATE))

    def create(self, name: str, template: str = "template1") -> str:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                    sql.Identifier(name), sql.Identifier(template), sql.Identifier(self._login)
                )
            )
        return self.address(name)

    def drop(self, name: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def address(self, name: str) -> str:
        return make_conninfo(self.admin, dbname=name, user=self._login)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if given := os.environ.get("TEST_DATABASE_URL"):
        with psycopg.connect(given) as connection:
            login = connection.info.user
        server = Cluster(given, login)
        yield server
        server.drop(TEMPLATE)
        return
    with embedded(tmp_path_factory.mktemp("postgres"), 18) as address:
        yield Cluster(address, "clario")


def embedded(folder: Path, version: int) -> "_Admin":
    return _Admin(EmbeddedPostgres(folder / "data", version=version, durable=False))


class _Admin:
    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server

    def __enter__(self) -> str:
        self._server.start()
        return self._server.admin_dsn

    def __exit__(self, *_: object) -> None:
        self._server.remove()


@pytest.fixture
def empty_database(cluster: Cluster) -> Iterator[str]:
    """The address of a database without our schema."""
    yield from _fresh(cluster, "template1")


@pytest.fixture
def database_url(cluster: Cluster) -> Iterator[str]:
    """The address of a migrated database of the test's own."""
    yield from _fresh(cluster, TEMPLATE)


def _fresh(cluster: Cluster, template: str) -> Iterator[str]:
    name = f"test_{secrets.token_hex(6)}"
    address = cluster.create(name, template)
    yield address
    cluster.drop(name)
