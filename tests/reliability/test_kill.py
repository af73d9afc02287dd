"""SIGKILL at any point of a sync, then start again: the same final database as a calm run."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clario.db.connection import PostgresDatabase
from clario.services.costs import put_costs_csv
from devstack.amazon import LocalAmazon, local_amazon
from devstack.functions import substitutions
from tests.conftest import TEMPLATE, Cluster
from tests.integration.sync.conftest import SELLER, START, content

OPTIONS = ("--size", "600", "--days", "45", "--ahead", "0", "--frozen-clock", "--clock", START.isoformat())
FIRST = START + timedelta(days=21)
FUNCTIONS = sorted(substitutions().values())
POINTS = [f"{name} {moment}" for name in FUNCTIONS for moment in ("before", "after")] + ["copy"]


@pytest.fixture
def amazon() -> Iterator[LocalAmazon]:
    with local_amazon(1.0, *OPTIONS) as running:
        yield running


def run_sync(
    amazon: LocalAmazon, database_url: str, folder: Path, start: datetime, *where: str
) -> "subprocess.CompletedProcess[str]":
    amazon.follow(start)
    environment = {
        **os.environ,
        **amazon.settings(),
        "DATABASE_URL": database_url,
        "TOKEN_KEY": str(folder / "token.key"),
        "RAW_STORE": str(folder / "raw"),
        "SYNC_HISTORY_DAYS": "60",
    }
    command = [sys.executable, "-m", "tests.reliability.one_sync", start.isoformat(), *where]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


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
    address = cluster.create("calm_process", TEMPLATE)
    with local_amazon(1.0, *OPTIONS) as running:
        database = loaded(address, running)
        run = run_sync(running, address, tmp_path_factory.mktemp("calm"), FIRST)
    assert run.returncode == 0, run.stderr
    found = content(database)
    database.close()
    cluster.drop("calm_process")
    return found


@pytest.mark.parametrize("point", POINTS)
def test_a_sync_killed_at_any_point_ends_the_same_after_another_start(
    point: str, amazon: LocalAmazon, database: PostgresDatabase, database_url: str, tmp_path: Path, calm: dict[str, Any]
) -> None:
    if point.startswith("record_failure"):
        amazon.control("faults", {"operation": "listTransactions", "kind": "html500", "times": 21}, method="POST")
    killed = run_sync(amazon, database_url, tmp_path, FIRST, *point.split())
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    later = datetime.fromisoformat(amazon.control("clock")["now"]) + timedelta(minutes=1)
    again = run_sync(amazon, database_url, tmp_path, later)
    assert again.returncode == 0, again.stderr
    assert content(database) == calm
