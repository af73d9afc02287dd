"""How long a seller's first load takes at Amazon's own pace: the whole history, simulated on the virtual clock.

Usage plans are enforced by the local Amazon at scale 1 and reports take as long as they do there; no time is really
waited. Beside the simulated duration stands the bound that the usage plans alone set.
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clario.services.syncs import execution_name
from clario.spapi.operations import OPERATIONS
from devstack.clock import VirtualClock
from devstack.postgres import EmbeddedPostgres
from devstack.runtime import Runtime, runtime

START = datetime(2026, 6, 15, 18, tzinfo=UTC)
SELLER = "bench"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=548, help="days of history (548)")
    parser.add_argument("--size", type=int, default=20_000, help="ledger and finance rows of the seller (20000)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        print(first_load(Path(folder), options.days, options.size))
        print(f"simulated in {time.perf_counter() - began:.1f} s")


def first_load(folder: Path, days: int, size: int) -> str:
    """Simulate the load; the answer says how long it takes at Amazon and how near that is to the bound."""
    clock = VirtualClock(START)
    amazon = ("--size", str(size), "--days", str(days - 8), "--frozen-clock", "--clock", START.isoformat())
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
            return _measure(running, clock, days)
    finally:
        postgres.remove()


def _measure(running: Runtime, clock: VirtualClock, days: int) -> str:
    sync_id = running.container.sync_control().start(SELLER)
    result = running.engine.wait(execution_name(sync_id))
    assert result.status == "SUCCEEDED", result.error
    taken = clock.now() - START
    assert running.amazon is not None
    operations = running.amazon.control("stats")["operations"]
    bound = max(plan_bound(name, counts["calls"]) for name, counts in operations.items())
    calls = ", ".join(f"{counts['calls']} {name}" for name, counts in sorted(operations.items()))
    refused = sum(counts["throttled"] for counts in operations.values())
    return (
        f"first load of {days} days: {taken.total_seconds() / 3600:.2f} h at Amazon's pace"
        f" (usage plans alone: {bound.total_seconds() / 3600:.2f} h), {refused} calls refused\n  {calls}"
    )


def plan_bound(operation: str, calls: int) -> timedelta:
    """The least time in which Amazon's usage plan lets that many calls through."""
    if operation not in OPERATIONS:
        return timedelta(0)
    plan = OPERATIONS[operation].plan
    return timedelta(seconds=max(0, calls - plan.burst) / plan.rate)


if __name__ == "__main__":
    main()
