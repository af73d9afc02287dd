"""Shared by all tests: a real Postgres, cheaply. One cluster per test process, one template, few databases.

A test has a migrated, empty database to itself; the next one gets the same, emptied: making one takes much longer.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from clario.db.migrate import migrate
from devstack.postgres import EmbeddedPostgres

TEMPLATE = "clario_template"

# Another text when anything of ours was created, altered or granted; rows make no difference.
SCHEMA = """
    SELECT md5(string_agg(entry, ' ' ORDER BY entry)) AS digest FROM (
        SELECT concat_ws(' ', oid, relname, relnatts, relowner, relacl, relrowsecurity, relforcerowsecurity) AS entry
        FROM pg_class WHERE oid >= 16384
        UNION ALL SELECT concat_ws(' ', 'attribute', attrelid, attnum, xmin) FROM pg_attribute WHERE attrelid >= 16384
        UNION ALL SELECT concat_ws(' ', 'function', oid, xmin) FROM pg_proc WHERE oid >= 16384
        UNION ALL SELECT concat_ws(' ', 'constraint', oid, xmin) FROM pg_constraint
        UNION ALL SELECT concat_ws(' ', 'policy', oid, xmin) FROM pg_policy
        UNION ALL SELECT concat_ws(' ', 'trigger', oid, xmin) FROM pg_trigger
    ) AS entries
"""
DISCONNECT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
SEQUENCES = """
    SELECT setval(oid::regclass, 1, false) FROM pg_class
    WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
"""
WITH_ROWS = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND relname <> 'schema_migrations' AND pg_relation_size(oid) > 0
"""

# Files with single tests of many seconds.
LONG = ("sync/test_truth.py", "sync/test_refresh.py", "commands/test_serve.py", "commands/test_clario.py")

# How long an example takes is the machine's business.
settings.register_profile("untimed", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "untimed")


def pytest_report_header() -> list[str]:
    given = os.environ.get("TEST_DATABASE_URL")
    return [
        f"Postgres: {'TEST_DATABASE_URL' if given else 'embedded, 18 (database tests on 16 too)'}",
        f"Node: {'found' if shutil.which('node') else 'not found, the snippets of docs/api.md are not run'}",
    ]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first: begun near the end, one would keep one processor busy while the others have nothing left."""
    items.sort(key=lambda item: not item.nodeid.partition("::")[0].endswith(LONG))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many failures of Amazon were tried (`tests/reliability/test_faults.py`)."""
    tried = [
        report.nodeid.partition("[")[2].rstrip("]").split("/")
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if "test_a_fault_leaves" in report.nodeid
    ]
    if tried:
        kinds, families = {parts[-1] for parts in tried}, {parts[0] for parts in tried}
        terminalreporter.write_line(f"faults: {len(tried)} cases, {len(kinds)} kinds, {len(families)} wire families")


class Cluster:
    """A Postgres server on which tests may make databases. `admin` is an address with the right to do so."""

    def __init__(self, admin: str, login: str) -> None:
        self.admin = admin
        self._login = login
        self._spare: list[str] = []
        self.create(TEMPLATE)
        migrate(self.address(TEMPLATE))
        with self._connect(TEMPLATE) as connection:
            self._schema = connection.execute(SCHEMA).fetchone()

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of a migrated, empty database; afterwards it is emptied for the next one who asks."""
        name = self._spare.pop() if self._spare else self._new()
        try:
            yield self.address(name)
        finally:
            self._take_back(name)

    def _new(self) -> str:
        name = f"test_{secrets.token_hex(6)}"
        self.create(name, TEMPLATE)
        return name

    def _take_back(self, name: str) -> None:
        with self._connect(name) as connection:
            connection.execute(DISCONNECT)
            clean = connection.execute(SCHEMA).fetchone() == self._schema and _empty(connection)
        if clean:
            self._spare.append(name)
        else:
            self.drop(name)

    def close(self) -> None:
        for name in (*self._spare, TEMPLATE):
            self.drop(name)

    def _connect(self, name: str) -> "psycopg.Connection[tuple[str, ...]]":
        return psycopg.connect(make_conninfo(self.admin, dbname=name), autocommit=True)

    def create(self, name: str, template: str = "template1") -> str:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(
                # Plain copies of files are quicker than a log of every page.
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(template), sql.Identifier(self._login)
                )
            )
        return self.address(name)

    def drop(self, name: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def address(self, name: str) -> str:
        return make_conninfo(self.admin, dbname=name, user=self._login)


def _empty(connection: "psycopg.Connection[tuple[str, ...]]") -> bool:
    """Delete all rows and let ids begin anew; whether that worked. Truncating takes twice as long."""
    if filled := [sql.Identifier(table) for (table,) in connection.execute(WITH_ROWS)]:
        # One statement, so that references are looked at when everything is gone.
        deleted = sql.SQL(", ").join(sql.SQL("{0} AS (DELETE FROM {0})").format(table) for table in filled)
        connection.execute(sql.SQL("WITH {} SELECT").format(deleted))
        connection.execute(sql.SQL("VACUUM {}").format(sql.SQL(", ").join(filled)))
        connection.execute(SEQUENCES)
    return not connection.execute(WITH_ROWS).fetchall()


@pytest.fixture(scope="session", autouse=True)
def unsynced() -> Iterator[None]:
    """No test cuts the power, so nothing waits for the disk: that was a fifth of a sync."""
    with patch("os.fsync"):
        yield


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if given := os.environ.get("TEST_DATABASE_URL"):
        with psycopg.connect(given) as connection:
            login = connection.info.user
        server = Cluster(given, login)
        yield server
        server.close()
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
    name = f"test_{secrets.token_hex(6)}"
    yield cluster.create(name)
    cluster.drop(name)


@pytest.fixture
def database_url(cluster: Cluster) -> Iterator[str]:
    """The address of a migrated, empty database that nobody else uses now."""
    with cluster.database() as address:
        yield address
