"""The tables that streams fill: which rows, known by which key, and how new rows meet the stored ones.

Columns: the record's fields. A new table is an entry here, a record in `domain/records` and a `CREATE TABLE`.
"""

from dataclasses import dataclass
from enum import StrEnum

from . import records
from .records import Record


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


LEDGER_EVENTS = Table(
    "ledger_events", records.LedgerEvent, ("occurred_on", "event_key", "ordinal"), "occurred_on", WriteMode.REPLACE
)
LEDGER_BALANCES = Table(
    "ledger_balances", records.LedgerBalance, ("period_start", "row_key", "ordinal"), "period_start", WriteMode.REPLACE
)
INVENTORY = Table(
    "inventory",
    records.Inventory,
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
)
INBOUND_SHIPMENTS = Table("inbound_shipments", records.InboundShipment, ("shipment_id",), None, WriteMode.UPSERT)
INBOUND_STATUSES = Table(
    "inbound_shipment_statuses", records.InboundShipmentStatus, ("shipment_id", "status"), None, WriteMode.UPSERT
)
INBOUND_ITEMS = Table(
    "inbound_shipment_items", records.InboundShipmentItem, ("shipment_id", "item_key"), None, WriteMode.UPSERT
)
SHIPPED_ITEMS = Table(
    "shipped_items", records.ShippedItem, ("shipped_on", "row_key", "ordinal"), "shipped_on", WriteMode.REPLACE
)
CLAIMS = Table(
    "claims", records.Reimbursement, ("reimbursement_id", "row_key", "ordinal"), "approved_on", WriteMode.UPSERT
)
RETURNS = Table(
    "returns", records.CustomerReturn, ("returned_on", "row_key", "ordinal"), "returned_on", WriteMode.REPLACE
)
REPLACEMENTS = Table(
    "replacements", records.Replacement, ("shipped_on", "row_key", "ordinal"), "shipped_on", WriteMode.REPLACE
)
REMOVAL_ORDERS = Table(
    "removal_orders", records.RemovalOrder, ("order_id", "row_key", "ordinal"), None, WriteMode.UPSERT
)
REMOVAL_SHIPMENTS = Table(
    "removal_shipments", records.RemovalShipment, ("order_id", "row_key", "ordinal"), None, WriteMode.UPSERT
)
FEE_PREVIEWS = Table(
    "fee_previews", records.FeePreview, ("snapshot_on", "row_key", "ordinal"), "snapshot_on", WriteMode.REPLACE
)
STORAGE_CHARGES = Table(
    "storage_charges", records.StorageCharge, ("month", "row_key", "ordinal"), "month", WriteMode.REPLACE
)
AGED_INVENTORY_CHARGES = Table(
    "aged_inventory_charges",
    records.AgedInventoryCharge,
    ("charged_on", "row_key", "ordinal"),
    "charged_on",
    WriteMode.REPLACE,
)
ORDERS = Table(
    "orders",
    records.Order,
    ("order_id",),
    "last_updated_on",
    WriteMode.UPSERT,
    version="last_updated_at",
    kept=("replaced_order_id",),
)
ORDER_ITEMS = Table(
    "order_items",
    records.OrderItem,
    ("order_id", "sku"),
    "last_updated_on",
    WriteMode.UPSERT,
    version="last_updated_at",
    kept=("quantity_shipped", "order_item_ids"),
)
FINANCIAL_EVENTS = Table("financial_events", records.FinancialEvent, ("event_id",), "posted_on", WriteMode.UPSERT)
SETTLEMENT_LINES = Table(
    "settlement_lines", records.SettlementLine, ("settlement_id", "row_number"), None, WriteMode.UPSERT
)
