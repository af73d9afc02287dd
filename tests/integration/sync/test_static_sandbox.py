"""Amazon's static sandbox knows a few fixed requests: a whole sync against them completes and says what it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from clario.domain.personal import is_personal
from clario.domain.slices import SliceState
from clario.domain.streams import STREAMS
from clario.services.records import Sync
from clario.services.status import sync_status
from clario.spapi.operations import OPERATIONS
from devstack.serve import start_ticks
from local_amazon.server.sandbox import cases
from tests.integration.sync.conftest import SELLER, Bench, opened


@dataclass(frozen=True)
class Synced:
    """A bench after a sync and refreshes against samples; `raw` is all that was written of what Amazon sent."""

    bench: Bench
    sync: Sync
    raw: bytes


@pytest.fixture(scope="module", params=[("2026-01-01", "2024-06-19"), ("v0", "v0")], ids=["successors", "v0"])
def synced(request: pytest.FixtureRequest, cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synced]:
    orders, finances = request.param
    settings = {
        "AMAZON_SPAPI_STATIC_SANDBOX": "1",
        "AMAZON_SPAPI_ORDERS_VERSION": orders,
        "AMAZON_SPAPI_FINANCES_VERSION": finances,
        "SYNC_HISTORY_DAYS": "7",
    }
    folder = tmp_path_factory.mktemp("sandbox")
    with cluster.database() as address, opened(address, folder, "--static-sandbox", **settings) as bench:
        sync = bench.sync()
        start_ticks(bench.runtime)
        bench.runtime.engine.run_until(bench.clock.now() + timedelta(minutes=35))
        keys = [row["raw_object"] for row in bench.rows("SELECT raw_object FROM documents")]
        yield Synced(bench, sync, b"".join(bench.container.objects.open(key).read() for key in keys))


def test_the_sync_completes_and_every_stream_with_it(synced: Synced) -> None:
    assert (synced.sync.status, synced.sync.progress) == ("completed", 100)
    assert synced.sync.message == "Sync completed successfully - 0 discrepancies detected"
    slices = synced.bench.slices(synced.sync)
    assert {part.stream for part in slices} == set(STREAMS)
    assert {part.state for part in slices} == {SliceState.STORED}
    assert {part.error for part in slices} == {None}


def test_it_says_what_it_is(synced: Synced) -> None:
    status = sync_status(SELLER, synced.sync.sync_id, database=synced.bench.database, clock=synced.bench.clock)
    [warning] = status.warnings
    assert (warning.source, warning.code, warning.severity) == ("amazon_spapi", "static_sandbox", "info")
    assert synced.bench.rows("SELECT DISTINCT is_sandbox FROM connections") == [{"is_sandbox": True}]
    assert synced.bench.rows("SELECT DISTINCT is_sandbox FROM detection_queue") == [{"is_sandbox": True}]


def test_what_has_a_sample_is_stored_and_the_rest_is_empty(synced: Synced) -> None:
    assert [row["shipment_id"] for row in synced.bench.rows("SELECT shipment_id FROM inbound_shipments")] == [
        "FBA15DJ9S3J5"
    ]
    assert synced.bench.rows("SELECT * FROM ledger_events") == []
    assert synced.bench.rows("SELECT * FROM detection_results") == []


def test_refreshes_go_on_with_the_samples(synced: Synced) -> None:
    rows = synced.bench.rows("SELECT stream, error FROM refreshes ORDER BY stream")
    assert [row["stream"] for row in rows] == ["financial_events", "inbound_shipments", "inventory", "orders"]
    assert {row["error"] for row in rows} == {None}
    later = f"SELECT DISTINCT stream FROM documents WHERE as_of > '{synced.sync.completed_at}'"
    assert {row["stream"] for row in synced.bench.rows(later)} >= {"financial_events", "inbound_shipments"}


def test_amazon_never_has_to_say_stop(synced: Synced) -> None:
    assert synced.bench.throttled() == 0


def persons(value: Any, inside: bool = False) -> Iterator[str]:
    """The texts of a body that are about a person."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield from persons(child, inside or is_personal(name))
    elif isinstance(value, list):
        for child in value:
            yield from persons(child, inside)
    elif inside and isinstance(value, str) and len(value) > 5:
        yield value


def test_the_persons_of_the_samples_are_not_written(synced: Synced) -> None:
    asked = [cases().get(f"{operation.method} {operation.path}", []) for operation in OPERATIONS.values()]
    told = {text for samples in asked for sample in samples for text in persons(sample["response"])}
    assert {"vungu+naperfectUS", "MFNIntegrationTestMerchant"} <= told
    assert b"FBA15DJ9S3J5" in synced.raw
    assert [text for text in sorted(told) if text.encode() in synced.raw] == []
