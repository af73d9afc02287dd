"""Whole syncs: the real handlers, state machine, Postgres and wire, against the local Amazon on a virtual clock."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clario.db.connection import PostgresDatabase
from clario.domain.claims import Claim
from clario.domain.slices import Slice
from clario.domain.tables import TABLES as FILLED
from clario.services.costs import put_costs_csv
from clario.services.records import Sync
from clario.services.syncs import execution_name
from devstack.clock import VirtualClock
from devstack.runtime import Runtime, runtime
from devstack.workflow import ExecutionResult
from tests.conftest import TEMPLATE, Cluster
from tests.fixtures.amazon import AmazonHere, amazon_again, amazon_here
from tests.fixtures.endless import ending
from tests.fixtures.streams import long_slices

START = datetime(2026, 6, 15, 18, 0, tzinfo=UTC)
SELLER = "anna"
SMALL = ("--size", "900", "--days", "55", "--ahead", "0", "--frozen-clock", "--clock", START.isoformat())

# What two runs of the same history may differ in.
INCIDENTAL = {"id", "connection_id", "document_id", "as_of", "created_at", "updated_at", "discovery_date"}

TABLES = {*FILLED} | {table.history.table for table in FILLED.values() if table.history}


class Bench:
    """One seller on one database, and what a test wants to know about them."""

    def __init__(self, running: Runtime, clock: VirtualClock, amazon: AmazonHere) -> None:
        self.runtime = running
        self.container = running.container
        self.database = running.container.database
        self.clock = clock
        self.amazon = amazon

    def load_costs(self) -> None:
        put_costs_csv(SELLER, self.amazon.control("costs.csv"), database=self.database)

    def sync(self) -> Sync:
        """Run one sync to its end."""
        with long_slices():
            sync_id = self.container.sync_control().start(SELLER)
            self.execution: ExecutionResult = self.runtime.engine.wait(execution_name(sync_id))
            self.runtime.engine.run_until_idle()
        return self.sync_row(sync_id)

    def newest(self) -> Sync:
        """The sync that was started last."""
        with self.database.transaction(SELLER) as work:
            return work.syncs.newest(limit=1)[0]

    def sync_row(self, sync_id: str) -> Sync:
        with self.database.transaction(SELLER) as work:
            return work.syncs.get(sync_id)

    def slices(self, sync: Sync) -> list[Slice]:
        with self.database.transaction(SELLER) as work:
            return work.slices.of(sync.sync_id)

    def fault(self, operation: str, kind: str, **order: Any) -> None:
        self.amazon.control("faults", {"operation": operation, "kind": kind, **order}, method="POST")

    def faults_left(self) -> list[dict[str, Any]]:
        left: list[dict[str, Any]] = self.amazon.control("faults")["faults"]
        return left

    def throttled(self) -> int:
        operations = self.amazon.control("stats")["operations"]
        return sum(counts["throttled"] for counts in operations.values())

    def rows(self, query: str) -> list[dict[str, Any]]:
        return rows(self.database, query)

    def content(self) -> dict[str, Any]:
        """The whole final database without what two runs may differ in."""
        return content(self.database)

    def versions(self) -> dict[str, list[dict[str, Any]]]:
        """Where every stored row lies and which transaction wrote it: equal as long as no row was rewritten."""
        tables = [*TABLES, "detection_results"]
        return {name: self.rows(f"SELECT ctid::text, xmin::text FROM {name} ORDER BY 1") for name in tables}

    def claims(self) -> list[Claim]:
        with self.database.transaction(SELLER) as work:
            connection = work.connections.all()[0]
            return [entry.claim for entry in work.detections.stored(connection.connection_id)]


def rows(database: PostgresDatabase, query: str, seller_id: str = SELLER) -> list[dict[str, Any]]:
    with database.statements(seller_id) as run:
        return run.connection.execute(query).fetchall()


def content(database: PostgresDatabase, seller_id: str = SELLER) -> dict[str, Any]:
    """The seller's whole final database without what two runs may differ in."""

    def read(query: str) -> list[dict[str, Any]]:
        return rows(database, query, seller_id)

    found: dict[str, Any] = {
        table: sorted(map(_comparable, read(f"SELECT * FROM {table}")), key=str) for table in TABLES
    }
    found["coverage"] = read("SELECT stream, dataset, scope, day FROM coverage ORDER BY 1, 2, 3, 4")
    found["rejected"] = read("SELECT dataset, line, day, reason, raw FROM rejected_rows ORDER BY 1, 2, 4")
    detections = [_comparable(row) for row in read("SELECT * FROM detection_results")]
    found["detections"] = sorted(map(_detection, detections), key=lambda row: str(row["fingerprint"]))
    return found


def _comparable(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in INCIDENTAL}


def _detection(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "evidence": _without_object_names(row["evidence"]), "sync_id": "", "changed_sync_id": ""}


def _without_object_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_object_names(entry) for name, entry in value.items() if name != "rawObject"}
    return [_without_object_names(entry) for entry in value] if isinstance(value, list) else value


@contextmanager
def opened(database_url: str, folder: Path, *options: str, **settings: str) -> Iterator[Bench]:
    """A bench on that database; `options` go to the local Amazon, `settings` are variables of the environment."""
    with amazon_here(1.0, *SMALL, *options) as amazon, bench_on(database_url, folder, amazon, START, settings) as bench:
        # Nothing happens at Amazon after the start, and after three weeks its last row has come to light.
        bench.clock.sleep(timedelta(days=21).total_seconds())
        bench.load_costs()
        yield bench


@contextmanager
def bench_on(
    database_url: str, folder: Path, amazon: AmazonHere, start: datetime, settings: dict[str, str]
) -> Iterator[Bench]:
    clock = VirtualClock(start)
    clock.add_listener(amazon.follow)
    environment = {
        **amazon.settings(),
        "DATABASE_URL": database_url,
        "TOKEN_KEY": str(folder / "token.key"),
        "RAW_STORE": str(folder / "raw"),
        "SYNC_HISTORY_DAYS": "70",
        **settings,
    }
    with ending(), runtime(folder, environment, clock=clock) as running:
        yield Bench(running, clock, amazon)


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    with opened(database_url, tmp_path) as ready:
        yield ready


@dataclass(frozen=True, slots=True)
class CalmRun:
    """What a sync without any fault left behind: in the database of that name, in the folder, and at Amazon."""

    database: str
    folder: Path
    amazon: AmazonHere
    now: datetime
    execution: ExecutionResult
    content: dict[str, Any]


@pytest.fixture(scope="session")
def calm_run(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CalmRun]:
    name, folder = f"calm_{secrets.token_hex(6)}", tmp_path_factory.mktemp("calm")
    with opened(cluster.create(name, TEMPLATE), folder) as ready:
        assert ready.sync().status == "completed"
        run = CalmRun(name, folder, ready.amazon, ready.clock.now(), ready.execution, ready.content())
    yield run
    cluster.drop(name)


@pytest.fixture
def calm(calm_run: CalmRun) -> dict[str, Any]:
    """What a run without any fault leaves in the database."""
    return calm_run.content


@pytest.fixture
def synced(calm_run: CalmRun, cluster: Cluster, tmp_path: Path) -> Iterator[Bench]:
    """A bench right after a sync without any fault: a copy of what one left, which is much quicker than to run it."""
    name = f"test_{secrets.token_hex(6)}"
    shutil.copytree(calm_run.folder, tmp_path, dirs_exist_ok=True)
    address = cluster.create(name, calm_run.database)
    with amazon_again(calm_run.amazon) as amazon, bench_on(address, tmp_path, amazon, calm_run.now, {}) as ready:
        ready.execution = calm_run.execution
        yield ready
    cluster.drop(name)
