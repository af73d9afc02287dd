"""What detection costs from the database: first over everything, then after one day's events, then with nothing new.

    python -m bench.detection_database [--events 1000000] [--items 400]

The rows are those of `bench.detection_speed`, copied into an embedded Postgres. Detection runs in a process of its own
each time, as a worker does; processor time is that of the worker, Postgres's is measured beside it.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from bench.detection_speed import FIRST, TODAY, US, Item, products
from clario.db.connection import PostgresDatabase, connect
from clario.db.migrate import migrate
from clario.domain.detection.facts import Rows
from clario.domain.sources import FoundReportSource
from clario.domain.streams import STREAMS
from clario.payloads import SyncTask
from clario.services.costs import put_costs
from clario.services.detect import run_detection
from clario.services.work import EnvironmentConnection
from devstack.clock import VirtualClock
from devstack.postgres import EmbeddedPostgres

SELLER, SYNC = "bench", "sync"
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 20, tzinfo=UTC)
Values = dict[str, Any]


def ledger(row: Any) -> Iterator[tuple[str, Values]]:
    known = {"reconciled_quantity": row.reconciled, "unreconciled_quantity": row.unreconciled}
    shared = ("occurred_on", "fnsku", "asin", "msku", "event_type", "reference_id", "quantity", "fulfillment_center")
    yield "ledger_events", _copied(row, *shared, "disposition", "reason", "country") | known | _hashed("event_key")


def sold(row: Any) -> Iterator[tuple[str, Values]]:
    at = datetime(row.purchased_on.year, row.purchased_on.month, row.purchased_on.day, 20, tzinfo=UTC)
    updated = {"order_id": row.order_id, "last_updated_on": row.purchased_on, "last_updated_at": at}
    words = {"status": "SHIPPED", "fulfilled_by": "AMAZON", "sales_channel": row.sales_channel, "is_business": False}
    yield "orders", {**updated, **words, "purchased_at": at}
    yield "order_items", {**updated, **_copied(row, "sku", "asin", "quantity", "currency"), "item_price": row.price}


def shipped(row: Any) -> Iterator[tuple[str, Values]]:
    names = ("shipped_on", "order_id", "sku", "fnsku", "asin", "fulfillment_center", "quantity", "currency")
    yield "shipped_items", _copied(row, *names) | {"item_price": row.unit_price} | _hashed("row_key")


def money(row: Any) -> Iterator[tuple[str, Values]]:
    names = ("posted_on", "transaction_id", "order_id", "sku", "asin", "amount", "currency", "quantity")
    at = datetime(row.posted_on.year, row.posted_on.month, row.posted_on.day, 20, tzinfo=UTC)
    kinds = {"event_type": "Order", "transaction_type": row.kind, "transaction_status": row.status, "event_date": at}
    event_id = f"2024-06-19:{row.transaction_id}:{row.item}:{row.path}:1"
    path = json.dumps({"path": row.path, "related": {}})
    yield "financial_events", _copied(row, *names) | kinds | {"event_id": event_id, "metadata": path}


def back(row: Any) -> Iterator[tuple[str, Values]]:
    names = (
        "returned_on",
        "order_id",
        "sku",
        "fnsku",
        "asin",
        "quantity",
        "fulfillment_center",
        "disposition",
        "reason",
    )
    yield "returns", _copied(row, *names) | {"license_plate_number": row.license_plate} | _hashed("row_key")


def paid(row: Any) -> Iterator[tuple[str, Values]]:
    names = ("approved_on", "reimbursement_id", "order_id", "reason", "sku", "fnsku", "asin", "condition", "currency")
    at = datetime(row.approved_on.year, row.approved_on.month, row.approved_on.day, 20, tzinfo=UTC)
    units = {"quantity_cash": row.cash_units, "quantity_inventory": 0, "quantity_total": row.cash_units}
    amounts = _copied(row, "amount_per_unit", "amount_total")
    yield "claims", _copied(row, *names) | amounts | units | {"approved_at": at} | _hashed("row_key")


def inbound(row: Any) -> Iterator[tuple[str, Values]]:
    number = {"shipment_id": row.shipment_id}
    yield "inbound_shipments", {**number, "marketplace_id": US.id, "status": row.status}
    for status, on in (("SHIPPED", row.created_on), ("CLOSED", row.closed_on)):
        at = datetime(on.year, on.month, on.day, 20, tzinfo=UTC)
        yield "inbound_shipment_statuses", {**number, "status": status, "as_of": at}
    counts = {"quantity_shipped": row.shipped, "quantity_received": row.received, "quantity_in_case": row.in_case}
    yield "inbound_shipment_items", {**number, **_copied(row, "sku", "fnsku"), **counts, **_hashed("item_key")}


WRITTEN: dict[str, Callable[[Any], Iterator[tuple[str, Values]]]] = {
    "ledger": ledger,
    "orders": sold,
    "shipped": shipped,
    "money": money,
    "returns": back,
    "reimbursements": paid,
    "inbound": inbound,
}


def _copied(row: Any, *names: str) -> Values:
    return {name: getattr(row, name) for name in names}


def _hashed(name: str) -> Values:
    return {name: uuid4(), "ordinal": 0} if name != "item_key" else {name: uuid4()}


class Loader:
    """Copies rows into the tables, as one document."""

    def __init__(self, address: str, connection_id: int) -> None:
        self._address = address
        self._shared = {"connection_id": connection_id, "seller_id": SELLER, "line": 1, "as_of": NOW}
        with connect(address) as connection:
            row = connection.execute(
                "INSERT INTO documents (seller_id, connection_id, stream, source, scope, start_day, end_day,"
                " raw_object, sha256, bytes, as_of) VALUES (%s, %s, 'x', 'x', 'x', %s, %s, 'raw/x', 'x', 1, %s)"
                " RETURNING document_id",
                (SELLER, connection_id, FIRST, TODAY, NOW),
            ).fetchone()
            assert row is not None
            self._shared["document_id"] = row["document_id"]

    def load(self, rows: Rows) -> int:
        """How many rows of reports."""
        tables: dict[str, list[Values]] = {}
        for name, write in WRITTEN.items():
            for row in getattr(rows, name):
                for table, values in write(row):
                    tables.setdefault(table, []).append({**self._shared, **values})
        with connect(self._address) as connection, connection.transaction():
            for table, found in tables.items():
                self._copy(connection, table, found)
        return sum(len(getattr(rows, name)) for name in WRITTEN)

    def touch(self, sku: str) -> None:
        with connect(self._address) as connection:
            connection.execute(
                "INSERT INTO touched_items (connection_id, seller_id, item) VALUES (%s, %s, %s)",
                (self._shared["connection_id"], SELLER, f"sku:{sku}"),
            )

    def _copy(self, connection: psycopg.Connection[Any], table: str, found: list[Values]) -> None:
        names = list(found[0])
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
            for values in found:
                copy.write_row([values[name] for name in names])


def set_up(address: str, items: int) -> int:
    """The seller's connection, costs and coverage; answers the connection's id."""
    database = PostgresDatabase(address, VirtualClock(NOW))
    with database.transaction(SELLER) as work:
        work.connections.add_environment(EnvironmentConnection("na", is_sandbox=True, token_fingerprint="f"))
        connection_id = work.connections.all()[0].connection_id
        work.connections.set_marketplaces(connection_id, [US.id])
        work.syncs.add(SYNC, "manual")
    costs: list[dict[str, str | None]] = [
        {"sku": f"SKU-{n}", "unitCost": "6", "currency": "USD", "validFrom": str(FIRST)} for n in range(items)
    ]
    put_costs(SELLER, costs, database=database)
    days = (FIRST - timedelta(days=60), TODAY)
    with database.statements(SELLER) as run:
        for stream in STREAMS.values():
            for source in stream.sources:
                if not isinstance(source, FoundReportSource):
                    run.connection.execute(
                        "INSERT INTO coverage (connection_id, seller_id, dataset, stream, source, scope, day, as_of)"
                        " SELECT %s, %s, %s, %s, %s, %s, day, now() FROM generate_series(%s::date, %s, '1 day') AS day"
                        " ON CONFLICT DO NOTHING",
                        (connection_id, SELLER, source.dataset, stream.name, source.name, US.id, *days),
                    )
    database.close()
    return connection_id


def one_days_events(loader: Loader, events: int, items: int) -> int:
    """What 540 days' share brings on one day: sales of the products, in the shares in which they sell."""
    weights = [1 / (number + 1) for number in range(items)]
    total = 0
    for number, weight in enumerate(weights):
        item = Item(number, random.Random(-number - 1))
        item.day = lambda: TODAY  # type: ignore[method-assign]
        for _ in range(round(events / 540 * weight / sum(weights) / 8.6)):
            item.sell()
        if rows := loader.load(item.rows()) if item.orders else 0:
            loader.touch(item.sku)
            total += rows
    return total


def worker(address: str) -> None:
    """One detection job; prints its processor time and memory."""
    database = PostgresDatabase(address, VirtualClock(NOW))
    with database.transaction(SELLER) as work:
        work.detections.enqueue(SYNC, is_sandbox=True)
    begun, at = time.process_time(), time.monotonic()
    run_detection(SyncTask(seller_id=SELLER, sync_id=SYNC), database=database, clock=VirtualClock(NOW))
    spent, took = time.process_time() - begun, time.monotonic() - at
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{spent:.1f} s of the worker's processor, {took:.1f} s in all, {memory:.0f} MiB at most")


def measured(address: str, called: str, server: int) -> None:
    before = _processor_time(server)
    command = [sys.executable, "-m", "bench.detection_database", "--worker", address]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    print(f"{called}: {told}; Postgres {_processor_time(server) - before:.1f} s", flush=True)


def _processor_time(server: int) -> float:
    """Of a Postgres and all its processes, also of those that have ended: of Linux alone."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = _fields(int(folder.name))
        except OSError:
            continue
        if int(folder.name) == server:
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) == server:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _fields(process: int) -> list[str]:
    """What /proc tells of a process, from its state on."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def main(arguments: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000, help="rows of reports, about")
    parser.add_argument("--items", type=int, default=400, help="products")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.worker:
        return worker(options.worker)
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "data", version=18, durable=False)
        server.start()
        try:
            run(server.admin_dsn, options.events, options.items)
        finally:
            server.remove()
    return None


def run(address: str, events: int, items: int) -> None:
    """Load, and detect three times."""
    migrate(address)
    loader = Loader(address, set_up(address, items))
    rows = sum(loader.load(product) for product in products(events, items))
    with connect(address) as connection:
        connection.execute("ANALYZE")
        number = int(_fields(connection.info.backend_pid)[1])
    print(f"{rows:,} rows of {items:,} products; Python {sys.version.split()[0]}", flush=True)
    measured(address, "everything", number)
    print(f"one day more: {one_days_events(loader, events, items):,} rows")
    measured(address, "after one day's events", number)
    measured(address, "with nothing new", number)


if __name__ == "__main__":
    main()
