"""Documents that fill several tables, rows that say how new they are, and rows that say no day of theirs."""

import io
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from clario.db.connection import PostgresDatabase
from clario.db.facts import FactReader
from clario.domain.records import Record, Rejected, natural_key
from clario.domain.records.stock import InboundShipment, InboundShipmentItem, InboundShipmentPlan, InboundShipmentStatus
from clario.domain.records.trade import Order, OrderItem, RemovalOrder
from clario.domain.slices import Slice, SliceState
from clario.domain.streams import source_of
from clario.domain.tables import tables_of
from clario.domain.values import DayRange
from clario.services.normalize import _csv
from clario.services.records import Document, Stored

JUNE_1, JUNE_2, JUNE_3 = date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 3)
REPORT = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
REMOVAL_ORDERS = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA"
REMOVAL_SHIPMENTS = "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA"

NewDocument = Callable[..., Document]


def row(shape: type[Record], **values: Any) -> Any:
    """A row whose other fields are None."""
    return shape(**{field.name: values.get(field.name) for field in fields(shape)} | {"line": values.get("line", 2)})


def order(status: str, *, hour: int = 12, day: date = JUNE_1, **values: Any) -> Order:
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    known = {"last_updated_on": day, "last_updated_at": at, "purchased_at": at, "is_business": False}
    found: Order = row(Order, order_id="1", status=status, **known, **values)
    return found


def item(quantity: int, *, hour: int = 12, **values: Any) -> OrderItem:
    at = datetime(2026, 6, 1, hour, tzinfo=UTC)
    known = {"order_id": "1", "sku": "A", "last_updated_on": JUNE_1, "last_updated_at": at}
    found: OrderItem = row(OrderItem, quantity=quantity, **known, **values)
    return found


@pytest.fixture
def store(database: PostgresDatabase) -> Callable[..., Stored]:
    def run(document: Document, *rows: Record, rejected: tuple[Rejected, ...] = ()) -> Stored:
        tables = tables_of(source_of(document.stream, document.source))
        parts = {
            table.name: io.BytesIO(b"".join(_csv((one for one in rows if type(one) is table.record), table)))
            for table in tables
        }
        with database.transaction("anna") as work:
            return work.loads.store(document, parts, rejected)

    return run


@pytest.fixture
def table(database: PostgresDatabase) -> Callable[[str], list[tuple[object, ...]]]:
    def read(query: str) -> list[tuple[object, ...]]:
        with database.statements("anna") as run:
            return [tuple(found.values()) for found in run.connection.execute(query)]

    return read


def test_one_document_fills_all_its_tables_and_is_counted_once(store, table, new_document: NewDocument) -> None:
    stored = store(new_document("orders", JUNE_1, JUNE_1), order("SHIPPED"), item(2))
    assert (stored.accepted_days, stored.written, stored.deleted, stored.rows) == (1, 2, 0, 1)
    assert table("SELECT status FROM orders") == [("SHIPPED",)]
    assert table("SELECT quantity FROM order_items") == [(2,)]
    assert table("SELECT stream, dataset, day FROM coverage") == [("orders", "orders", JUNE_1)]


def test_a_title_is_stored_with_its_line_ends(store, table, new_document: NewDocument) -> None:
    titles = ["one\rtwo", "one\ntwo", 'one "two"\r\n']
    items = [replace(item(1, title=title), sku=title) for title in titles]
    store(new_document("orders", JUNE_1, JUNE_1), order("SHIPPED"), *items)
    assert set(table("SELECT title FROM order_items")) == {(title,) for title in titles}


def test_of_two_states_the_newer_one_stays_whichever_document_was_made_later(store, table, new_document) -> None:
    store(new_document("orders", JUNE_1, JUNE_1, age=2), order("SHIPPED", hour=15))
    late = store(new_document("orders", JUNE_1, JUNE_1), order("PENDING", hour=9))
    assert late.written == 0
    assert table("SELECT status FROM orders") == [("SHIPPED",)]


def test_a_newer_state_in_another_documents_days_moves_the_row(store, table, new_document: NewDocument) -> None:
    store(new_document("orders", JUNE_1, JUNE_1), order("PENDING"))
    store(new_document("orders", JUNE_2, JUNE_2, age=3), order("SHIPPED", day=JUNE_2))
    assert table("SELECT status, last_updated_on FROM orders") == [("SHIPPED", JUNE_2)]


def test_of_one_state_the_newer_document_counts(store, table, new_document: NewDocument) -> None:
    store(new_document("orders", JUNE_1, JUNE_1, age=2), order("SHIPPED", sales_channel="Amazon.com"))
    store(new_document("orders", JUNE_1, JUNE_1), order("SHIPPED", sales_channel="Amazon.ca"))
    assert table("SELECT sales_channel FROM orders") == [("Amazon.ca",)]


def test_of_two_states_in_one_document_the_newer_one_counts_wherever_it_stands(store, table, new_document) -> None:
    store(new_document("orders", JUNE_1, JUNE_1), order("SHIPPED", hour=15), order("PENDING", hour=9))
    assert table("SELECT status FROM orders") == [("SHIPPED",)]


def test_what_a_source_does_not_know_is_kept_and_what_it_knows_to_be_nothing_is_not(store, table, new_document) -> None:
    told = item(2, quantity_shipped=2, order_item_ids="I1", item_price=Decimal(5))
    store(new_document("orders", JUNE_1, JUNE_1, age=2, source="searchOrders"), told)
    again = store(new_document("orders", JUNE_1, JUNE_1, source=REPORT), item(2, item_price=Decimal(5)))
    assert again.written == 0
    store(new_document("orders", JUNE_1, JUNE_1, source=REPORT), item(3))
    assert table("SELECT quantity, quantity_shipped, order_item_ids, item_price FROM order_items") == [
        (3, 2, "I1", None)
    ]


def shipment(status: str, shipment_id: str = "FBA1") -> list[Record]:
    return [
        row(InboundShipment, shipment_id=shipment_id, marketplace_id="ATVPDKIKX0DER", status=status),
        InboundShipmentStatus(2, shipment_id, status),
    ]


def test_a_status_keeps_the_moment_it_was_first_seen(store, table, new_document: NewDocument) -> None:
    for status, age in (("SHIPPED", 3), ("RECEIVING", 2), ("RECEIVING", 1)):
        store(new_document("inbound_shipments", JUNE_1, JUNE_3, age=age), *shipment(status))
    assert table("SELECT status FROM inbound_shipments") == [("RECEIVING",)]
    seen = table("SELECT status, extract(hour FROM as_of AT TIME ZONE 'UTC')::int FROM inbound_shipment_statuses")
    assert sorted(seen) == [("RECEIVING", 10), ("SHIPPED", 9)]


def sent(units: int, received: int | None = None, sku: str = "SKU-1", shipment_id: str = "FBA1") -> list[Record]:
    key = natural_key(sku, None)
    named = {"shipment_id": shipment_id, "item_key": key, "sku": sku}
    line = row(InboundShipmentItem, quantity_shipped=units, quantity_received=received, **named)
    return [line, InboundShipmentPlan(2, shipment_id, key, units)]


@pytest.fixture
def reader(database: PostgresDatabase, connection_id: int) -> Iterator[FactReader]:
    values = {"connection_id": connection_id, "until": date(2026, 6, 15), "zone": "UTC", "currency": "USD"}
    with database.statements("anna") as run, run.connection.transaction():
        yield FactReader(run, values, {})


@pytest.mark.parametrize(
    ("seen", "left_with"),
    [
        ([(90, "WORKING", 8), (50, "SHIPPED", 10), (30, "SHIPPED", 11), (2, "CLOSED", 12)], 11),
        ([(50, "CLOSED", 10), (2, "CLOSED", 12)], None),
    ],
    ids=["on its way", "never seen on its way"],
)
def test_a_line_is_told_with_the_units_it_had_a_day_after_it_left(seen, left_with, store, reader, new_document) -> None:
    for age, status, units in seen:
        store(new_document("inbound_shipments", JUNE_1, JUNE_3, age=age), *shipment(status))
        items = new_document("inbound_shipments", JUNE_1, JUNE_3, age=age, source="getShipmentItems")
        store(items, *sent(units))
    [line] = reader.rows("inbound", skus=["SKU-1"])
    assert (line.shipped, line.left_with) == (12, left_with)


def test_a_line_is_told_when_the_status_of_its_shipment_is_another_and_not_when_it_is_read_again(
    store, reader, new_document
) -> None:
    store(new_document("inbound_shipments", JUNE_1, JUNE_3, age=9, source="getShipmentItems"), *sent(10))
    told = []
    for age, status in ((8, "SHIPPED"), (7, "SHIPPED"), (6, "CLOSED")):
        store(new_document("inbound_shipments", JUNE_1, JUNE_3, age=age), *shipment(status))
        told.append(reader.told_of_shipments())
    assert told[0].keys() == {"SKU-1"}
    assert told[0] == told[1] != told[2]


def test_for_other_items_only_shipments_of_which_a_unit_may_be_missing_are_read_with_all_their_lines(
    store, reader, new_document
) -> None:
    store(new_document("inbound_shipments", JUNE_1, JUNE_3), *shipment("CLOSED"), *shipment("CLOSED", "FBA2"))
    lines = [*sent(10, 9), *sent(5, 8, sku="SKU-2"), *sent(5, 8, sku="SKU-3", shipment_id="FBA2")]
    store(new_document("inbound_shipments", JUNE_1, JUNE_3, source="getShipmentItems"), *lines)
    assert {line.sku for line in reader.rows("inbound")} == {"SKU-1", "SKU-2"}


def test_rows_without_a_day_are_refused_together_where_anything_newer_is_known(store, table, new_document) -> None:
    store(new_document("inbound_shipments", JUNE_2, JUNE_2), *shipment("CLOSED"))
    late = store(new_document("inbound_shipments", JUNE_1, JUNE_3, age=5), *shipment("RECEIVING"))
    assert (late.accepted_days, late.written, late.deleted) == (0, 0, 0)
    assert table("SELECT status FROM inbound_shipments") == [("CLOSED",)]
    assert table("SELECT day FROM coverage") == [(JUNE_2,)]


def test_a_datasets_bad_rows_and_days_are_its_own(store, table, new_document: NewDocument) -> None:
    bad = Rejected(3, "no order id", "x")
    store(new_document("removals", JUNE_1, JUNE_2, age=1, source=REMOVAL_ORDERS), rejected=(bad,))
    store(new_document("removals", JUNE_1, JUNE_2, source=REMOVAL_SHIPMENTS), rejected=(bad, bad))
    counted = table("SELECT dataset, count(*) FROM rejected_rows GROUP BY 1 ORDER BY 1")
    assert counted == [("removal_orders", 1), ("removal_shipments", 2)]
    assert table("SELECT dataset, count(*) FROM coverage GROUP BY 1 ORDER BY 1") == [
        ("removal_orders", 2),
        ("removal_shipments", 2),
    ]


@pytest.fixture
def holds(database: PostgresDatabase, connection_id: int) -> Callable[[str, str, date], bool]:
    def look(stream: str, source: str, day: date) -> bool:
        scope, days = "ATVPDKIKX0DER", DayRange(day, day)
        part = Slice(0, "sync_1", connection_id, stream, source, scope, days, SliceState.PLANNED)
        with database.transaction("anna") as work:
            return work.loads.holds_rows(part)

    return look


def test_days_hold_rows_if_their_table_has_some(store, holds, new_document: NewDocument) -> None:
    store(new_document("orders", JUNE_1, JUNE_2), order("SHIPPED"))
    assert [holds("orders", REPORT, day) for day in (JUNE_1, JUNE_2)] == [True, False]


def test_days_of_rows_without_a_day_held_some_if_a_document_spoke_of_them(store, holds, new_document) -> None:
    removal = row(RemovalOrder, order_id="R1", row_key=natural_key("X"), ordinal=0, fnsku="X", requested_quantity=1)
    store(new_document("removals", JUNE_1, JUNE_2, source=REMOVAL_ORDERS), removal)
    assert [holds("removals", REMOVAL_ORDERS, day) for day in (JUNE_2, JUNE_3)] == [True, False]
    assert not holds("removals", REMOVAL_SHIPMENTS, JUNE_2)
