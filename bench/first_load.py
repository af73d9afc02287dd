"""How long a seller's first load takes at Amazon's own pace: the whole history, simulated on the virtual clock.

Everything is real but time and Amazon: state machine, handlers, HTTP, Postgres, every page and every document. Usage
plans are enforced by the local Amazon at scale 1, reports take as long as they do there, and no time is really waited.
What is fetched is not read any further, which would change nothing about Amazon's pace but take an hour for a million
orders; with `--store` it is normalized, stored and searched for claims as usual.
Beside the simulated duration stand what the planner foretold, the bound that the usage plans alone set on the calls
that were made, and the price of reading all orders page by page, which is not simulated: it takes weeks.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from clario.domain.pricing import Load, least_time, load_by, predicted_time, total_calls
from clario.domain.slices import SliceState, Step
from clario.domain.sources import PagedSource
from clario.domain.usage_plans import USAGE_PLANS
from clario.payloads import SliceTask
from clario.services.planning import Planning
from devstack import functions
from devstack.clock import VirtualClock
from devstack.postgres import EmbeddedPostgres
from devstack.runtime import Runtime, runtime

START = datetime(2026, 6, 15, 18, tzinfo=UTC)
SELLER = "bench"
MARKETPLACES = ("ATVPDKIKX0DER",)
ROWS_PER_ORDER = 5.0  # of the synthetic seller, in all reports and lists
GOAL = 1.15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=548, help="days of history (548)")
    parser.add_argument("--orders", type=int, default=1_000_000, help="about how many orders the seller has (1000000)")
    parser.add_argument("--store", action="store_true", help="normalize, store and detect what is fetched")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        first_load(Path(folder), options.days, options.orders, store=options.store)
        print(f"simulated in {time.perf_counter() - began:.0f} s")


def first_load(folder: Path, days: int, orders: int, *, store: bool) -> None:
    """Simulate the load; print how long it takes at Amazon and how near that is to the bound."""
    clock = VirtualClock(START)
    size = str(round(orders * ROWS_PER_ORDER))
    amazon = ("--size", size, "--days", str(days - 8), "--frozen-clock", "--clock", START.isoformat())
    postgres = EmbeddedPostgres(folder / "postgres", durable=False)
    environment = {
        "DATABASE_URL": postgres.start(),
        "TOKEN_KEY": str(folder / "key"),
        "RAW_STORE": str(folder / "raw"),
        "AMAZON_SPAPI_RATE_SCALE": "1",
        "SYNC_HISTORY_DAYS": str(days),
    }
    try:
        with runtime(folder, environment, amazon_options=amazon, clock=clock) as running:
            planning = _plan(running, days, orders / days)
            orders_seen = set() if store else _skip_reading(running)
            _simulate(running, orders_seen)
            _print_comparison(planning)
    finally:
        postgres.remove()


def _plan(running: Runtime, days: int, orders_a_day: float) -> Planning:
    container = running.container
    with container.database.transaction(SELLER) as work:
        planning = Planning(work, container.plan_settings, None, MARKETPLACES, START, orders_a_day=orders_a_day)
        loads = planning.loads()
    print(
        f"plan of {days} days, {orders_a_day:.0f} orders a day: {sum(len(load.slices) for load in loads)} slices,"
        f" {_hours(predicted_time(loads))} foretold, {_hours(least_time(total_calls(loads)))} at least"
    )
    return planning


def _skip_reading(running: Runtime) -> set[bytes]:
    """Let `normalize` end a slice as soon as its document is there; the answer fills with the ids of the orders."""
    container, handler_of, seen = running.container, functions.handler, set[bytes]()

    def end(payload: Any, _context: object) -> Any:
        task = SliceTask.model_validate(payload)
        with container.database.transaction(task.seller_id) as work:
            part = work.slices.get(task.slice_id)
            assert part.document_id is not None
            document = work.loads.document(part.document_id)
            work.slices.save(replace(part, state=SliceState.STORED, wait_until=None))
        if part.stream == "orders":
            with container.objects.open(document.raw_object) as lines:
                seen.update(line.split(b"\t", 1)[0] for line in lines)
        return task.model_copy(update={"step": Step.REST}).model_dump(mode="json", by_alias=True)

    functions.handler = lambda name: end if name == "normalize" else handler_of(name)  # type: ignore[assignment]
    return seen


def _simulate(running: Runtime, orders_seen: set[bytes]) -> None:
    sync_id = running.container.sync_control().start(SELLER)
    running.engine.run_until_idle()  # a long sync is several executions
    with running.container.database.transaction(SELLER) as work:
        sync, slices = work.syncs.get(sync_id), work.slices.of(sync_id)
    unfinished = [(part.source, part.state, part.error) for part in slices if part.state is not SliceState.STORED]
    assert (sync.status, unfinished) == ("completed", []), (sync.error, unfinished[:5])
    assert sync.completed_at is not None
    taken = sync.completed_at - sync.started_at
    operations = _operations(running)
    bound = least_time({name: counts["calls"] for name, counts in operations.items()})
    share = taken / bound if bound else 1.0
    print(
        f"simulated: {max(sync.total_orders, len(orders_seen) - 1):,} orders in {len(slices)} slices take"
        f" {_hours(taken)}; the usage plans allow {_hours(bound)}: {share:.3f} of it"
        f" (goal {GOAL}: {'met' if share <= GOAL else 'MISSED'}),"
        f" {sum(counts['throttled'] for counts in operations.values())} calls refused"
    )
    print("  " + ", ".join(f"{counts['calls']} {name}" for name, counts in sorted(operations.items())))


def _operations(running: Runtime) -> Mapping[str, Any]:
    assert running.amazon is not None
    counted: Mapping[str, Any] = running.amazon.control("stats")["operations"]
    return {name: counts for name, counts in counted.items() if name in USAGE_PLANS}


def _print_comparison(planning: Planning) -> None:
    """What it costs to read the orders as connectors do that know pages only, by the prices of the planner."""
    for version in ("2026-01-01", "v0"):
        calls = total_calls(_paged(planning, version))
        print(
            f"every order read page by page, {version}: {_hours(least_time(calls))} at least"
            f" ({', '.join(f'{count:,} {name}' for name, count in sorted(calls.items()))})"
        )


def _paged(planning: Planning, version: str) -> list[Load]:
    settings = replace(planning.settings, versions={"orders": version})
    return [
        load_by(way, need)
        for need in replace(planning, settings=settings).needs()
        for way in need.ways
        if isinstance(way, PagedSource) and need.stream == "orders"
    ]


def _hours(time_taken: timedelta) -> str:
    return f"{time_taken.total_seconds() / 3600:,.2f} h"


if __name__ == "__main__":
    main()
