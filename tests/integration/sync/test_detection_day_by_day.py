"""Detection after each sync of a few days says what one that remembers nothing says, over a world in which much goes
wrong."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from clario.payloads import SyncTask
from clario.services.detect import run_detection
from tests.conftest import TEMPLATE
from tests.fixtures.amazon import amazon_here
from tests.integration.detection.conftest import INCIDENTAL
from tests.integration.sync.conftest import SELLER, START, Bench, bench_on

GOES_ON = ("--size", "1500", "--days", "100", "--ahead", "9", "--frozen-clock", "--clock", START.isoformat())
# What the day of a claim's last change decides, or that of its discovery.
INCIDENTAL_HERE = INCIDENTAL | {"connection_id", "expired", "severity"}
COUNTED_FROM_DISCOVERY = {"claimable_from", "deadline_date", "evidence"}


@pytest.fixture
def bench(cluster: Any, tmp_path: Any) -> Iterator[Bench]:
    address = cluster.create("day_by_day", TEMPLATE)
    with amazon_here(1.0, *GOES_ON) as amazon, bench_on(address, tmp_path, amazon, START, {}) as ready:
        ready.load_costs()
        yield ready
    cluster.drop("day_by_day")


def test_detection_day_by_day_says_what_one_from_scratch_says(bench: Bench) -> None:
    for days in (0, 1, 2, 1):
        bench.clock.sleep(timedelta(days=days).total_seconds())
        assert bench.sync().status == "completed"
    looked_at = bench.rows("SELECT count(*) FILTER (WHERE usual IS NOT NULL) > 9 AS some FROM detection_components")
    assert looked_at == [{"some": True}]
    told = open_claims(bench)
    assert len(told) > 9
    assert told == from_scratch(bench)


def open_claims(bench: Bench) -> list[dict[str, Any]]:
    rows = bench.rows("SELECT * FROM detection_results WHERE status <> 'resolved' ORDER BY fingerprint")
    return [{name: value for name, value in row.items() if name not in _left_out(row)} for row in rows]


def _left_out(row: dict[str, Any]) -> set[str]:
    by_default = row["deadline_basis"] == "discovery_default"
    return INCIDENTAL_HERE | (COUNTED_FROM_DISCOVERY if by_default else set())


def from_scratch(bench: Bench) -> list[dict[str, Any]]:
    sync_id = bench.newest().sync_id
    with bench.database.statements(SELLER) as run:
        for table in ("detection_results", "detection_components", "touched_items"):
            run.connection.execute(f"DELETE FROM {table}")  # type: ignore[arg-type]
    with bench.database.transaction(SELLER) as work:
        work.detections.enqueue(sync_id, is_sandbox=True)
    assert run_detection(SyncTask(seller_id=SELLER, sync_id=sync_id), database=bench.database, clock=bench.clock)
    return open_claims(bench)
