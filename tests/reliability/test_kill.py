"""SIGKILL at any point of a sync, then start again: the same final database as a calm run."""

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clario.db.connection import PostgresDatabase
from clario.services.costs import put_costs_csv
from clario.services.syncs import execution_name
from devstack.amazon import LocalAmazon
from devstack.clock import VirtualClock
from devstack.functions import substitutions
from devstack.runtime import runtime
from tests.conftest import Cluster
from tests.fixtures.amazon import amazon_here
from tests.fixtures.endless import ending
from tests.fixtures.streams import long_slices
from tests.integration.sync.conftest import SELLER, START, content
from tests.reliability import one_sync

OPTIONS = ("--size", "600", "--days", "45", "--ahead", "0", "--frozen-clock", "--clock", START.isoformat())
FIRST = START + timedelta(days=21)
# Refreshes come between syncs; their own tests let a worker die.
FUNCTIONS = sorted({*substitutions().values()} - {"refresh"})
POINTS = [f"{name} {moment}" for name in FUNCTIONS for moment in ("before", "after")] + ["copy"]


@pytest.fixture
def amazon() -> Iterator[LocalAmazon]:
    with amazon_here(1.0, *OPTIONS) as running:
        yield running


def environment(amazon: LocalAmazon, database_url: str, folder: Path) -> dict[str, str]:
    return {
        **amazon.settings(),
        "DATABASE_URL": database_url,
        "TOKEN_KEY": str(folder / "token.key"),
        "RAW_STORE": str(folder / "raw"),
        "SYNC_HISTORY_DAYS": "42",
    }


def killed_sync(amazon: LocalAmazon, database_url: str, folder: Path, where: str) -> None:
    """Run a sync in a process that dies there."""
    amazon.follow(FIRST)
    errors = folder / "killed.txt"
    variables = environment(amazon, database_url, folder)
    # Forked from a process that has imported everything: a third of a second less for each.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([one_sync.__name__])
    process = context.Process(target=one_sync.run, args=(FIRST, where, variables, errors), daemon=True)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL, errors.read_text()


def whole_sync(amazon: LocalAmazon, database_url: str, folder: Path, start: datetime) -> None:
    """Run a sync to its end."""
    amazon.follow(start)
    clock = VirtualClock(start)
    clock.add_listener(amazon.follow)
    with ending(), long_slices(), runtime(folder, environment(amazon, database_url, folder), clock=clock) as running:
        sync_id = running.container.sync_control().start(SELLER)
        result = running.engine.wait(execution_name(sync_id))
        running.engine.run_until_idle()
    assert result.status == "SUCCEEDED", result.error


def loaded(database_url: str, amazon: LocalAmazon) -> PostgresDatabase:
    database = PostgresDatabase(database_url)
    put_costs_csv(SELLER, amazon.control("costs.csv"), database=database)
    return database


@pytest.fixture
def database(database_url: str, amazon: LocalAmazon) -> Iterator[PostgresDatabase]:
    opened = loaded(database_url, amazon)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def calm(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with (
        cluster.database() as address,
        amazon_here(1.0, *OPTIONS) as running,
        closing(loaded(address, running)) as database,
    ):
        whole_sync(running, address, tmp_path_factory.mktemp("calm"), FIRST)
        found = content(database)
    assert found["detections"]
    return found


@pytest.mark.parametrize("point", POINTS)
def test_a_sync_killed_at_any_point_ends_the_same_after_another_start(
    point: str, amazon: LocalAmazon, database: PostgresDatabase, database_url: str, tmp_path: Path, calm: dict[str, Any]
) -> None:
    if point.startswith("record_failure"):
        amazon.control("faults", {"operation": "listTransactions", "kind": "html500", "times": 21}, method="POST")
    killed_sync(amazon, database_url, tmp_path, point)
    later = datetime.fromisoformat(amazon.control("clock")["now"]) + timedelta(minutes=1)
    whole_sync(amazon, database_url, tmp_path, later)
    assert content(database) == calm
