"""All orders by the date of their last change. There is no order item id, and pending lines have no price."""

from collections.abc import Iterator

import numpy as np

from local_amazon.server import cells
from local_amazon.server.cells import Numbers
from local_amazon.server.document import Batch as Cells
from local_amazon.server.document import Document, columns
from local_amazon.server.ordering import MULTICHANNEL, PENDING
from local_amazon.server.report.ask import Ask
from local_amazon.server.report.customers import PLACES, order_ids
from local_amazon.world.store import Batch

MONEY = {
    "item-price": "price",
    "item-tax": "tax",
    "shipping-price": "shipping",
    "shipping-tax": "",
    "gift-wrap-price": "",
    "gift-wrap-tax": "",
    "item-promotion-discount": "promotion",
    "ship-promotion-discount": "",
}
"""Column of the report and of the table; empty: nothing is ever charged here."""
ORDERS = columns(
    "amazon-order-id",
    "merchant-order-id",
    "purchase-date",
    "last-updated-date",
    "order-status",
    "fulfillment-channel",
    "sales-channel",
    "order-channel",
    "ship-service-level",
    "product-name",
    "sku",
    "asin",
    "item-status",
    "quantity",
    "currency",
    *MONEY,
    "ship-city",
    "ship-state",
    "ship-postal-code",
    "ship-country",
    "promotion-ids",
    "cpf",
    "is-business-order",
    "purchase-order-number",
    "price-designation",
    money=MONEY,
    quantity="quantity",
    code="order-status",
)
ITEM_STATUSES = ("Unshipped", "Shipped", "Cancelled")


def all_orders(ask: Ask) -> Document:
    return Document(ORDERS, _all_orders(ask))


def _all_orders(ask: Ask) -> Iterator[Cells]:
    for batch in ask.rows("orders", ask.moments(), by="updated"):
        priced = batch["status"] != PENDING
        places = [PLACES[number % len(PLACES)].split("\t") for number in batch["order"].tolist()]
        orders = order_ids(batch, "order")
        yield [
            orders,
            orders,
            _moments(batch["purchased"]),
            _moments(batch["updated"]),
            batch.words("status"),
            batch.words("channel"),
            _channels(ask, batch),
            [""] * len(batch),
            ["Standard"] * len(batch),
            *(ask.product(batch, name).tolist() for name in ("title", "sku", "asin")),
            cells.words(batch["status"], ITEM_STATUSES).tolist(),
            cells.whole(batch["quantity"]),
            np.where(priced, ask.market(batch, "currency"), "").tolist(),
            *(_amounts(batch, column, priced) for column in MONEY.values()),
            *([place[part] for place in places] for part in range(3)),
            ask.market(batch, "country").tolist(),
            [""] * len(batch),
            [""] * len(batch),
            ["false"] * len(batch),
            [""] * len(batch),
            [""] * len(batch),
        ]


def _moments(seconds: Numbers) -> list[str]:
    return [text.replace("Z", "+00:00") for text in cells.stamps(seconds).tolist()]


def _channels(ask: Ask, batch: Batch) -> list[str]:
    channels: list[str] = np.where(batch["kind"] == MULTICHANNEL, "Non-Amazon", ask.market(batch, "name")).tolist()
    return channels


def _amounts(batch: Batch, column: str, priced: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[str]:
    if not column:
        return [""] * len(batch)
    amounts: list[str] = np.where(priced, cells.hundredths(batch[column]), "").tolist()
    return amounts
