"""What a process does that runs one sync and dies in the middle of it as if the power had gone."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from clario.db.connection import PostgresDatabase
from clario.services.syncs import execution_name
from devstack import functions
from devstack import runtime as module
from devstack.amazon import LocalAmazon
from devstack.clock import VirtualClock
from tests.fixtures.endless import ending
from tests.fixtures.streams import long_slices

SELLER = "anna"


def run(start: datetime, where: str, variables: dict[str, str], errors: Path) -> None:
    """Never comes to its end if all goes well; what it says meanwhile is written to `errors`.

    Args:
        start: of the virtual clock.
        where: to die: "FUNCTION before|after" for the first commit of that function that writes, or "copy" for inside
            the first COPY.
        variables: of the environment.
    """
    os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT), 2)
    os.environ.update(variables)
    _die_at(where)
    clock = VirtualClock(start)
    clock.add_listener(LocalAmazon(os.environ["AMAZON_SPAPI_BASE_URL"], 1.0).follow)
    folder = Path(os.environ["RAW_STORE"]).parent
    with ending(), long_slices(), module.runtime(folder, dict(os.environ), clock=clock) as running:
        sync_id = _by_tick(running) if where.startswith("dispatch") else running.container.sync_control().start(SELLER)
        running.engine.wait(execution_name(sync_id))
        running.engine.run_until_idle()


def _by_tick(running: module.Runtime) -> str:
    """Connect as a start would, and let the scheduler's tick find that the first sync is due."""
    environment = running.container.sync_control().environment
    assert environment is not None
    with running.container.database.transaction(SELLER) as work:
        work.connections.add_environment(environment)
    running.engine.invoke("dispatch", {})
    with running.container.database.transaction(SELLER) as work:
        return work.syncs.newest(limit=1)[0].sync_id


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at(where: str) -> None:
    if where == "copy":
        write = psycopg.Copy.write

        def half(self: psycopg.Copy, buffer: Any) -> None:
            write(self, buffer[: len(buffer) // 2])
            _die()

        psycopg.Copy.write = half  # type: ignore[method-assign]
        return
    target, moment = where.split()
    current = [""]

    def invoke(function: str, payload: Any) -> Any:
        current[0] = function
        return functions.invoke(function, payload)

    original = PostgresDatabase.transaction

    @contextmanager
    def transaction(self: PostgresDatabase, seller_id: str, *, snapshot: bool = False) -> Iterator[Any]:
        with original(self, seller_id, snapshot=snapshot) as work:
            yield work
            row = work.costs._run.connection.execute("SELECT pg_current_xact_id_if_assigned() AS writes").fetchone()
            hit = current[0] == target and row is not None and row["writes"] is not None
            if hit and moment == "before":
                _die()
        if hit and moment == "after":
            _die()

    module.invoke = invoke
    PostgresDatabase.transaction = transaction  # type: ignore[method-assign]
