"""All orders by the date of their last change. There is no order item id, and pending lines have no price."""

from collections.abc import Iterator

import numpy as np

from local_amazon.server import cells
from local_amazon.server.cells import Numbers
from local_amazon.server.document import Batch as Cells
from local_amazon.server.document import Column, Document, columns
from local_amazon.server.ordering import MULTICHANNEL, PENDING
from local_amazon.server.report.ask import Ask
from local_amazon.server.report.customers import order_ids, places
from local_amazon.world.store import Batch

PLACE = Column(("ship-city", "ship-state", "ship-postal-code"))
TAIL = Column(("promotion-ids", "cpf", "is-business-order", "purchase-order-number", "price-designation"))
NO_TAIL = "\t\tfalse\t\t"
ORDERS = [
    Column(("amazon-order-id", "merchant-order-id")),
    *columns("purchase-date", "last-updated-date", "order-status", code="order-status"),
    *columns("fulfillment-channel", "sales-channel"),
    Column(("order-channel", "ship-service-level")),
    Column(("product-name", "sku", "asin")),
    *columns("item-status", "quantity", "currency", quantity="quantity"),
    *columns("item-price", "item-tax", "shipping-price", money=("item-price", "item-tax", "shipping-price")),
    Column(("shipping-tax", "gift-wrap-price", "gift-wrap-tax")),
    *columns("item-promotion-discount", money=("item-promotion-discount",)),
    Column(("ship-promotion-discount",)),
    PLACE,
    Column(("ship-country",)),
    TAIL,
]
ITEM_STATUSES = ("Unshipped", "Shipped", "Cancelled")


def all_orders(ask: Ask) -> Document:
    return Document(ORDERS, _all_orders(ask))


def _all_orders(ask: Ask) -> Iterator[Cells]:
    for batch in ask.rows("orders", ask.moments(), by="updated"):
        priced = batch["status"] != PENDING
        count = len(batch)
        yield [
            [f"{order}\t{order}" for order in order_ids(batch, "order")],
            _moments(batch["purchased"]),
            _moments(batch["updated"]),
            batch.words("status"),
            batch.words("channel"),
            _channels(ask, batch),
            ["\tStandard"] * count,
            ask.product(batch, "title", "sku", "asin").tolist(),
            cells.words(batch["status"], ITEM_STATUSES).tolist(),
            cells.whole(batch["quantity"]),
            np.where(priced, ask.market(batch, "currency"), "").tolist(),
            *(_amounts(batch, column, priced) for column in ("price", "tax", "shipping")),
            ["\t\t"] * count,
            _amounts(batch, "promotion", priced),
            [""] * count,
            places(batch),
            ask.market(batch, "country").tolist(),
            [NO_TAIL] * count,
        ]


def _moments(seconds: Numbers) -> list[str]:
    texts: list[str] = cells.stamps(seconds, "+00:00").tolist()
    return texts


def _channels(ask: Ask, batch: Batch) -> list[str]:
    channels: list[str] = np.where(batch["kind"] == MULTICHANNEL, "Non-Amazon", ask.market(batch, "name")).tolist()
    return channels


def _amounts(batch: Batch, column: str, priced: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[str]:
    amounts: list[str] = np.where(priced, cells.hundredths(batch[column]), "").tolist()
    return amounts
