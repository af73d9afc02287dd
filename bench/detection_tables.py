"""The rows of `bench.detection_speed` in a database, as syncs would have stored them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import psycopg

from bench.detection_speed import FIRST, TODAY, US
from clario.db.connection import PostgresDatabase, connect
from clario.db.touched import RESTATED, names_items, note_written
from clario.domain.detection.rows.facts import Rows
from clario.domain.records.money import FeePreview
from clario.domain.sources import FoundReportSource
from clario.domain.streams import STREAMS
from clario.domain.tables import TABLES
from clario.domain.values import DayRange
from clario.services.costs import put_costs
from clario.services.normalize import _csv
from clario.services.records import Document, EnvironmentConnection
from devstack.clock import VirtualClock

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

    def note(self) -> None:
        """Note the items of the document's rows, as a store does."""
        with connect(self._address) as connection, connection.transaction():
            for table in filter(names_items, TABLES.values()):
                if table.name not in RESTATED:
                    connection.execute(note_written(table), {**self._shared, "days": [TODAY]})

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


def estimate_fees(address: str, connection_id: int, items: int, day: date) -> None:
    """Store a day's fee preview: the same for every product every day."""
    empty = {field.name: None for field in fields(FeePreview)}
    shared = {**empty, "snapshot_on": day, "ordinal": 0, "store": "US", "product_group": "Home", "currency": "USD"}
    shared |= {"your_price": Decimal("24.00"), "size_tier": "small"}
    rows = [
        FeePreview(
            **shared
            | {"line": number + 2, "row_key": UUID(int=number)}
            | {"sku": f"SKU-{number}", "fnsku": f"X{number:09}", "asin": f"B{number:09}"}
        )
        for number in range(items)
    ]
    text = BytesIO(b"".join(_csv(iter(rows), TABLES["fee_previews"])))
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    source, days = STREAMS["fees"].sources[0].name, DayRange(day, day)
    document = Document(0, connection_id, "fees", source, US.id, days, f"raw/fees/{day}", "", 1, None, at, False)
    database = PostgresDatabase(address, VirtualClock(NOW))
    with database.transaction(SELLER) as work:
        kept = work.loads.document(work.loads.add_document(document))
        work.loads.store(kept, {"fee_previews": text}, [])
    database.close()
