"""Stock that leaves at the seller's wish: removal orders and the parcels that carry it."""

from collections.abc import Iterator

from local_amazon.server import cells
from local_amazon.server.document import Batch as Cells
from local_amazon.server.document import Document, columns
from local_amazon.server.report.ask import Ask
from local_amazon.world import names
from local_amazon.world.store import Batch

QUANTITIES = {
    "requested-quantity": "requested",
    "cancelled-quantity": "cancelled",
    "disposed-quantity": "disposed",
    "shipped-quantity": "shipped",
    "in-process-quantity": "in_process",
}
ORDERS = columns(
    "request-date",
    "order-id",
    "order-source",
    "order-type",
    "service-speed",
    "order-status",
    "last-updated-date",
    "sku",
    "fnsku",
    "disposition",
    *QUANTITIES,
    "removal-fee",
    "currency",
    money=("removal-fee",),
    quantity="requested-quantity",
    code="order-status",
)
SHIPMENTS = columns(
    "request-date",
    "order-id",
    "shipment-date",
    "sku",
    "fnsku",
    "disposition",
    "shipped-quantity",
    "carrier",
    "tracking-number",
    "removal-order-type",
    quantity="shipped-quantity",
    code="disposition",
)
SELLABLE = {"SELLABLE": "Sellable"}


def orders(ask: Ask) -> Document:
    """By the day of the request."""
    return Document(ORDERS, _orders(ask))


def _orders(ask: Ask) -> Iterator[Cells]:
    for batch in ask.rows("removal_orders", ask.moments()):
        yield [
            cells.moments(batch["requested_at"], ask.zone).tolist(),
            list(map(names.removal_id, batch["order"].tolist())),
            ["Seller-initiated Manual Removal"] * len(batch),
            batch.words("type"),
            ["Standard"] * len(batch),
            batch.words("status"),
            cells.moments(batch["updated"], ask.zone).tolist(),
            *(ask.product(batch, name).tolist() for name in ("sku", "fnsku")),
            _dispositions(batch),
            *(cells.whole(batch[name]) for name in QUANTITIES.values()),
            cells.hundredths(batch["fee"]).tolist(),
            ask.market(batch, "currency").tolist(),
        ]


def shipments(ask: Ask) -> Document:
    """By the day of the shipment."""
    return Document(SHIPMENTS, _shipments(ask))


def _shipments(ask: Ask) -> Iterator[Cells]:
    for batch in ask.rows("removal_shipments", ask.moments()):
        yield [
            cells.moments(batch["requested_at"], ask.zone).tolist(),
            list(map(names.removal_id, batch["order"].tolist())),
            cells.moments(batch["shipped_at"], ask.zone).tolist(),
            *(ask.product(batch, name).tolist() for name in ("sku", "fnsku")),
            _dispositions(batch),
            cells.whole(batch["quantity"]),
            batch.words("carrier"),
            list(map(names.tracking_number, batch["tracking"].tolist())),
            batch.words("type"),
        ]


def _dispositions(batch: Batch) -> list[str]:
    """These two reports know sellable and unsellable only."""
    return [SELLABLE.get(word, "Unsellable") for word in batch.words("disposition")]
