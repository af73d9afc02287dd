"""The tables that streams fill: which rows, known by which key, and how new rows meet the stored ones.

Columns: the record's fields. A new table is an entry here, a record in `domain/records` and a `CREATE TABLE`.
"""

from dataclasses import dataclass
from enum import StrEnum

from .records import Record, money, stock, trade
from .sources import Source


class WriteMode(StrEnum):
    """How a document's rows meet the rows already stored for its days."""

    REPLACE = "replace"  # the document is the whole truth of a day: rows it no longer names are deleted
    UPSERT = "upsert"  # rows come and change, they do not go
    SNAPSHOT = "snapshot"  # the document is a marketplace's present state: what it no longer names becomes zero


@dataclass(frozen=True, slots=True)
class History:
    """Where the last state of each day is kept: one row a day of each row that Amazon named that day."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Where one kind of rows is kept.

    Attributes:
        record: the shape of its rows; its fields are the columns.
        key: the columns that identify a row within a connection.
        day: the column that says which day a row belongs to (the fence and `replace` work by day). None where the
            wire row has no such date: a document's rows are then accepted or refused together.
        version: the column that says how new a row's content is, where rows carry that themselves: a newer state then
            wins, whichever document brings it. Without, the newer document wins.
        kept: columns that not every source knows: an empty value leaves what is stored.
        history: of a snapshot.
    """

    name: str
    record: type[Record]
    key: tuple[str, ...]
    day: str | None
    mode: WriteMode
    version: str | None = None
    kept: tuple[str, ...] = ()
    history: History | None = None


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "ledger_events",
            stock.LedgerEvent,
            ("occurred_on", "event_key", "ordinal"),
            "occurred_on",
            WriteMode.REPLACE,
        ),
        Table(
            "ledger_balances",
            stock.LedgerBalance,
            ("period_start", "row_key", "ordinal"),
            "period_start",
            WriteMode.REPLACE,
        ),
        Table(
            "inventory",
            stock.Inventory,
            ("marketplace_id", "sku"),
            None,
            WriteMode.SNAPSHOT,
            history=History(
                "inventory_history",
                (
                    "total_quantity",
                    "fulfillable_quantity",
                    "inbound_working_quantity",
                    "inbound_shipped_quantity",
                    "inbound_receiving_quantity",
                    "reserved_quantity",
                    "researching_quantity",
                    "unfulfillable_quantity",
                ),
            ),
        ),
        Table("inbound_shipments", stock.InboundShipment, ("shipment_id",), None, WriteMode.UPSERT),
        Table(
            "inbound_shipment_statuses", stock.InboundShipmentStatus, ("shipment_id", "status"), None, WriteMode.UPSERT
        ),
        Table("inbound_shipment_items", stock.InboundShipmentItem, ("shipment_id", "item_key"), None, WriteMode.UPSERT),
        Table(
            "inbound_shipment_plans",
            stock.InboundShipmentPlan,
            ("shipment_id", "item_key", "quantity_shipped"),
            None,
            WriteMode.UPSERT,
        ),
        Table(
            "shipped_items", trade.ShippedItem, ("shipped_on", "row_key", "ordinal"), "shipped_on", WriteMode.REPLACE
        ),
        Table(
            "claims", money.Reimbursement, ("reimbursement_id", "row_key", "ordinal"), "approved_on", WriteMode.UPSERT
        ),
        Table("returns", trade.CustomerReturn, ("returned_on", "row_key", "ordinal"), "returned_on", WriteMode.REPLACE),
        Table("replacements", trade.Replacement, ("shipped_on", "row_key", "ordinal"), "shipped_on", WriteMode.REPLACE),
        Table("removal_orders", trade.RemovalOrder, ("order_id", "row_key", "ordinal"), None, WriteMode.UPSERT),
        Table("removal_shipments", trade.RemovalShipment, ("order_id", "row_key", "ordinal"), None, WriteMode.UPSERT),
        Table(
            "fee_previews", money.FeePreview, ("snapshot_on", "row_key", "ordinal"), "snapshot_on", WriteMode.REPLACE
        ),
        Table("storage_charges", money.StorageCharge, ("month", "row_key", "ordinal"), "month", WriteMode.REPLACE),
        Table(
            "aged_inventory_charges",
            money.AgedInventoryCharge,
            ("charged_on", "row_key", "ordinal"),
            "charged_on",
            WriteMode.REPLACE,
        ),
        Table(
            "orders",
            trade.Order,
            ("order_id",),
            "last_updated_on",
            WriteMode.UPSERT,
            version="last_updated_at",
            kept=("replaced_order_id",),
        ),
        Table(
            "order_items",
            trade.OrderItem,
            ("order_id", "sku"),
            "last_updated_on",
            WriteMode.UPSERT,
            version="last_updated_at",
            kept=("quantity_shipped", "order_item_ids"),
        ),
        Table("financial_events", money.FinancialEvent, ("event_id",), "posted_on", WriteMode.UPSERT),
        Table("settlement_lines", money.SettlementLine, ("settlement_id", "row_number"), None, WriteMode.UPSERT),
    )
}


def tables_of(source: Source) -> list[Table]:
    """The tables that the source's documents fill."""
    return [TABLES[name] for name in source.tables]
