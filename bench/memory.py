"""How much memory a worker needs for the largest loads: peak resident size of a process that does one at a time.

Each load is one source, alone in a process of its own that runs the handlers of the states one after the other, as
workers do on AWS, against the local Amazon and an embedded Postgres, which are other processes. Time is virtual.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clario import bootstrap
from clario.bootstrap import Container
from clario.config import read_settings
from clario.db.migrate import migrate
from clario.domain.slices import Slice
from clario.services.ports import ExecutionStatus
from devstack.amazon import LocalAmazon, local_amazon
from devstack.clock import VirtualClock
from devstack.functions import invoke
from devstack.postgres import EmbeddedPostgres
from tests.fixtures.streams import SOURCES, only

BAR = 256  # MB
NOW = datetime(2026, 6, 15, 18, tzinfo=UTC)
SELLER = "bench"
DAYS = 40  # of the world
HISTORY = {
    # As many days as fill one slice with what is asked for.
    "GET_LEDGER_DETAIL_VIEW_DATA": DAYS + 5,
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL": 28,
    "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_SALES_DATA": DAYS + 5,
    "listTransactions": 6,
    "listFinancialEvents": 6,
    "searchOrders": 3,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=4_500_000, help="about how many rows the seller has (4500000)")
    parser.add_argument("--load", choices=HISTORY, help="be the worker that loads this source")
    parser.add_argument("--only", choices=HISTORY, help="measure this source alone")
    options = parser.parse_args()
    if options.load:
        print(json.dumps(load(options.load)))
        return 0
    found = [measured(source, environment) for source, environment in _environments(options.size, options.only)]
    return 0 if max(found) <= BAR else 1


def _environments(size: int, wanted: str | None) -> Iterator[tuple[str, dict[str, str]]]:
    """Each source with the variables of a worker that loads it into a database of its own."""
    world = ("--size", str(size), "--days", str(DAYS), "--ahead", "0", "--frozen-clock", "--clock", NOW.isoformat())
    with local_amazon(1.0, *world) as amazon:
        for source in [wanted] if wanted else HISTORY:
            amazon.follow(NOW)
            with tempfile.TemporaryDirectory() as folder:
                postgres = EmbeddedPostgres(Path(folder) / "postgres", durable=False)
                try:
                    yield source, _environment(source, amazon, postgres.start(), Path(folder))
                finally:
                    postgres.remove()


def _environment(source: str, amazon: LocalAmazon, address: str, folder: Path) -> dict[str, str]:
    migrate(address)
    variables = {
        **amazon.settings(),
        "DATABASE_URL": address,
        "TOKEN_KEY": str(folder / "key"),
        "RAW_STORE": str(folder / "raw"),
        "SYNC_HISTORY_DAYS": str(HISTORY[source]),
    }
    version = SOURCES[source][1].version
    name = {"listFinancialEvents": "FINANCES", "listTransactions": "FINANCES", "searchOrders": "ORDERS"}.get(source)
    return variables | ({f"AMAZON_SPAPI_{name}_VERSION": version} if name and version else {})


def measured(source: str, environment: dict[str, str]) -> float:
    """Have it loaded, print what it took, and answer the memory in MB."""
    command = [sys.executable, "-m", "bench.memory", "--load", source]
    run = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, check=True, text=True)
    told = json.loads(run.stdout.splitlines()[-1])
    peak: float = max(told["peaks"].values())
    steps = ", ".join(f"{name} {megabytes:.0f}" for name, megabytes in told["peaks"].items())
    print(
        f"{source}: {told['largest']:,} rows in the largest of {told['slices']} slices, {told['rows']:,} in all: "
        f"{peak:.0f} MB (bar {BAR}: {'met' if peak <= BAR else 'MISSED'}), {told['seconds']:.0f} s; up to {steps}",
        flush=True,
    )
    return peak


def load(source: str) -> dict[str, Any]:
    """Load the source as workers do; rows, seconds, and the peak of memory up to the end of each function in MB."""
    clock = VirtualClock(NOW)
    clock.add_listener(LocalAmazon(os.environ["AMAZON_SPAPI_BASE_URL"], 1.0).follow)
    began, peaks = time.perf_counter(), {"start": _peak()}
    with only(source, slice_days=HISTORY[source]):
        container = Container(read_settings(), workflow=_NoWorkflow(), clock=clock, simulated=True)
        bootstrap.use(container)
        sync_id = container.sync_control().start(SELLER)
        for function in _steps(sync_id, clock):
            peaks[function] = _peak()
        with container.database.transaction(SELLER) as work:
            slices: list[Slice] = work.slices.of(sync_id)
    assert all(part.state == "stored" for part in slices), slices
    rows = [part.rows or 0 for part in slices]
    seconds = time.perf_counter() - began
    return {"rows": sum(rows), "largest": max(rows), "slices": len(rows), "seconds": seconds, "peaks": peaks}


def _steps(sync_id: str, clock: VirtualClock) -> Iterator[str]:
    """Does what the state machine does until everything is loaded; the name of each function when it has run."""
    plan: dict[str, Any] = {"sellerId": SELLER, "syncId": sync_id}
    while (plan := invoke("plan", {**plan, "plan": {}}))["action"] != "detect":
        yield "plan"
        if plan["action"] == "wait":
            clock.advance_to(datetime.fromisoformat(plan["waitUntil"]))
        for task in plan["slices"]:
            while (step := task["step"]) != "rest":
                task = invoke(step, task)
                yield step


def _peak() -> float:
    """The most memory this process ever had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


class _NoWorkflow:
    """Starts nothing: this process is the workflow."""

    def start(self, name: str, payload: dict[str, object]) -> None: ...

    def stop(self, name: str) -> None: ...

    def status(self, name: str) -> ExecutionStatus:  # noqa: ARG002 - the port's signature
        return ExecutionStatus.RUNNING


if __name__ == "__main__":
    sys.exit(main())
