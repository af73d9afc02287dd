"""The events of `events/`, and the seller, the sync and the slices that they speak of."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from clario.bootstrap import Container
from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Claim, DetectionRun, Tier, fingerprint, reconcile
from clario.domain.progress import STARTED, STARTING_MESSAGE
from clario.domain.slices import Slice, SliceState
from clario.domain.streams import STREAMS
from clario.domain.values import MARKETPLACES, DayRange, local_day
from clario.errors import AmazonNotConnected
from clario.services.records import Connection, EnvironmentConnection
from devstack.functions import ROOT, invoke

FOLDER = ROOT / "events"
SELLER = "events"
SYNC = "sync_events_1764028800000"
LEASE = "8a0f3f0e-6f0b-4c39-9a55-1d1f6f3f8f52"
SHOP = "ATVPDKIKX0DER"
SESSION = "${SESSION_TOKEN}"  # in the files, where a signed token goes


@dataclass(frozen=True, slots=True)
class _Slice:
    """The slice of a function's event: a day of a stream, so many weeks ago, which these functions have worked on."""

    stream: str
    weeks_ago: int
    before: tuple[str, ...] = ()


SLICES = {
    "request": _Slice("ledger", 1),
    "poll": _Slice("ledger", 2, ("request",)),
    "fetch": _Slice("financial_events", 4),
    "normalize": _Slice("financial_events", 5, ("fetch",)),
    "store": _Slice("financial_events", 6, ("fetch", "normalize")),
    "record_failure": _Slice("ledger", 3, ("request",)),
}


def event_of(name: str, session_token: str = "") -> Any:
    """The event `events/<name>.json`, with the session where an API's event has one."""
    return read_event(FOLDER / f"{name}.json", session_token)


def read_event(path: Path, session_token: str = "") -> Any:
    return json.loads(path.read_text().replace(SESSION, session_token))


def prepare(container: Container, functions: Collection[str]) -> None:
    """Let the events' seller begin anew: connected, with a running sync and what these functions' events speak of.

    What functions did before is done here in this process, which must work with the same container.

    Raises:
        AmazonNotConnected: the settings allow no seller without a stored connection.
    """
    environment = container.sync_control().environment
    if environment is None:
        raise AmazonNotConnected(f"the seller {SELLER!r} uses the environment's token: set AMAZON_SPAPI_ENV_TOKEN=1")
    connection = _begin(container, environment)
    wanted = [name for name in functions if name in SLICES]
    for name in wanted:
        _add_slice(container, connection, event_of(name)["sliceId"], SLICES[name])
    if "refresh" in functions:
        _lease_inventory(container, connection)
    for name in wanted:
        task = event_of(name)
        for before in SLICES[name].before:
            invoke(before, {**task, "step": before})


def _begin(container: Container, environment: EnvironmentConnection) -> Connection:
    with container.database.statements(SELLER) as run:
        run.connection.execute("DELETE FROM detection_queue WHERE seller_id = %s", (SELLER,))
        run.connection.execute("DELETE FROM sync_progress WHERE user_id = %s", (SELLER,))
    with container.database.transaction(SELLER) as work:
        work.connections.add_environment(environment)
        [connection] = [entry for entry in work.connections.all() if entry.region == environment.region]
        work.connections.set_marketplaces(connection.connection_id, [SHOP])
        work.syncs.add(SYNC, "manual")
        work.syncs.advance(SYNC, STARTED, STARTING_MESSAGE)
        work.detections.enqueue(SYNC, connection.is_sandbox)
        today = _today(container)
        found = reconcile(work.detections.stored(connection.connection_id), DetectionRun((_claim(today),)), today)
        work.detections.apply(connection, SYNC, found, today)
    return connection


def _add_slice(container: Container, connection: Connection, slice_id: int, entry: _Slice) -> None:
    """A slice under the id that its event names."""
    day = _today(container) - timedelta(weeks=entry.weeks_ago)
    source = STREAMS[entry.stream].sources[0].name
    with container.database.statements(SELLER) as run:
        run.connection.execute(
            "INSERT INTO sync_slices (slice_id, sync_id, seller_id, connection_id, stream, source, scope, start_day,"
            " end_day) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (slice_id, SYNC, SELLER, connection.connection_id, entry.stream, source, SHOP, day, day),
        )
        run.connection.execute("UPDATE sync_progress SET planned_at = clario_now() WHERE sync_id = %s", (SYNC,))


def _lease_inventory(container: Container, connection: Connection) -> None:
    """Inventory that was read yesterday, that the running sync leaves alone, and whose turn at a refresh has come."""
    now = container.clock.now()
    yesterday = DayRange(*(_today(container) - timedelta(days=1),) * 2)
    part = Slice(
        0, SYNC, connection.connection_id, "inventory", "getInventorySummaries", SHOP, yesterday, SliceState.STORED
    )
    with container.database.transaction(SELLER) as work:
        work.syncs.mark_planned(SYNC)
        work.loads.cover(part, now - timedelta(days=1))
    with container.database.statements(SELLER) as run:
        run.connection.execute("DELETE FROM refreshes WHERE seller_id = %s", (SELLER,))
        run.connection.execute(
            "INSERT INTO refreshes (connection_id, stream, seller_id, due_at, lease, leased_until)"
            " VALUES (%s, 'inventory', %s, %s, %s, %s)",
            (connection.connection_id, SELLER, now, LEASE, now + timedelta(minutes=1)),
        )


def _today(container: Container) -> date:
    return local_day(container.clock.now(), MARKETPLACES[SHOP].zone)


def _claim(today: date) -> Claim:
    """One unit lost three weeks ago, made up."""
    lost = today - timedelta(weeks=3)
    return Claim(
        fingerprint=fingerprint(SELLER, AnomalyType.LOST_WAREHOUSE, "X00EVENTS1", lost),
        anomaly_type=AnomalyType.LOST_WAREHOUSE,
        tier=Tier.CLAIM,
        quantity=1,
        lost_units=1,
        estimated_value=Decimal("12.50"),
        review_value=Decimal("0.00"),
        currency="USD",
        value_basis="cogs",
        confidence=Decimal("0.95"),
        marketplace_id=SHOP,
        sku="SKU-EVENTS-1",
        fnsku="X00EVENTS1",
        asin="B0EVENTS01",
        anchor_date=lost,
        claimable_from=lost,
        deadline_date=lost + timedelta(days=60),
        deadline_basis="policy",
        evidence={"sourceRows": [], "netting": []},
    )
