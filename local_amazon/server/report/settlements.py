"""The settlement report, V2 flat file: one document for each settlement period and marketplace currency.

The first row is the settlement itself, the others are its lines, which add up to its total. Amazon makes the report
when the period closes; it cannot be requested. European files write dates as 31.12.2026
(https://github.com/airbytehq/airbyte, source-amazon-seller-partner).
"""

from collections.abc import Iterator

import numpy as np

from local_amazon.server import cells
from local_amazon.server.cells import Numbers
from local_amazon.server.document import Batch as Cells
from local_amazon.server.document import Document, columns
from local_amazon.server.report.ask import Ask
from local_amazon.server.report.customers import order_ids
from local_amazon.server.report.fees import EUROPE
from local_amazon.world import names
from local_amazon.world.schema import AMOUNTS
from local_amazon.world.store import Batch

SETTLEMENT = columns(
    "settlement-id",
    "settlement-start-date",
    "settlement-end-date",
    "deposit-date",
    "total-amount",
    "currency",
    "transaction-type",
    "order-id",
    "merchant-order-id",
    "adjustment-id",
    "shipment-id",
    "marketplace-name",
    "amount-type",
    "amount-description",
    "amount",
    "fulfillment-id",
    "posted-date",
    "posted-date-time",
    "order-item-code",
    "merchant-order-item-id",
    "merchant-adjustment-item-id",
    "sku",
    "quantity-purchased",
    "promotion-id",
    money=("total-amount", "amount"),
    quantity="quantity-purchased",
    code="transaction-type",
)
TYPES = {
    "shipment": "Order",
    "refund": "Refund",
    "chargeback": "Chargeback Refund",
    "guarantee_claim": "A-to-z Guarantee Refund",
    "retrocharge": "Order_Retrocharge",
    "liquidation": "Liquidations",
}
"""Everything else is an "other-transaction"."""
OTHER = "other-transaction"
LINES = {
    "principal": "ItemPrice\tPrincipal",
    "tax": "ItemPrice\tTax",
    "shipping": "ItemPrice\tShipping",
    "promotion": "Promotion\tPrincipal",
    "withheld_tax": "ItemWithheldTax\tMarketplaceFacilitatorTax-Principal",
    "commission": "ItemFees\tCommission",
    "administration": "ItemFees\tRefundCommission",
    "fulfilment": "ItemFees\tFBAPerUnitFulfillmentFee",
}
OF_OTHERS = {"adjustment": "FBA Inventory Reimbursement", "service_fee": "other-transaction"}
"""Amount type of an event that has one amount only; its description is the event's own."""


EVERYWHERE, IN_EUROPE = "%Y-%m-%d", "%d.%m.%Y"
"""How a day is written; a moment has ` 23:59:59 UTC` behind it."""


def settlement(ask: Ask) -> Document:
    """The settlement whose number is the subject."""
    return Document(SETTLEMENT, _settlement(ask))


def _settlement(ask: Ask) -> Iterator[Cells]:
    form = IN_EUROPE if ask.home.country in EUROPE else EVERYWHERE
    head = ask.account.tables.having("settlements", "number", ask.subject, ask.as_of)
    if not len(head):
        return
    yield _head(ask, head, form)
    for batch in ask.account.tables.settlement_lines(ask.subject, ask.as_of):
        yield _lines(ask, batch, form)


def _head(ask: Ask, head: Batch, form: str) -> Cells:
    moments = (_moments(head[name], form) for name in ("starts", "ends", "deposited"))
    total = cells.hundredths(head["total"]).tolist()
    known = [[names.digits(ask.subject)], *moments, total, ask.market(head, "currency").tolist()]
    return [*known, *([""] for _ in SETTLEMENT[len(known) :])]


def _lines(ask: Ask, batch: Batch, form: str) -> Cells:
    """A line for each amount of each event, in the order of the events."""
    row, part = np.nonzero(np.stack([batch[name] for name in AMOUNTS], axis=1))
    each = Batch(batch.table, {name: column[row] for name, column in batch.columns.items()})
    amounts = np.stack([batch[name] for name in AMOUNTS], axis=1)[row, part]
    described = [text.split("\t") for text in _descriptions(each, part)]
    orders, empty = order_ids(each, "order"), [""] * len(each)
    known = {
        "settlement-id": [names.digits(ask.subject)] * len(each),
        "transaction-type": [TYPES.get(kind, OTHER) for kind in each.words("kind")],
        "order-id": orders,
        "merchant-order-id": orders,
        "adjustment-id": list(map(names.digits, each["reference"].tolist())),
        "shipment-id": list(map(names.digits, each["shipment"].tolist())),
        "marketplace-name": np.where(each["order"] > 0, ask.market(each, "name"), "").tolist(),
        "amount-type": [kind for kind, _ in described],
        "amount-description": [name for _, name in described],
        "amount": cells.hundredths(amounts).tolist(),
        "fulfillment-id": np.where(each["order"] > 0, "AFN", "").tolist(),
        "posted-date": cells.days(each["posted"] // cells.DAY, form).tolist(),
        "posted-date-time": _moments(each["posted"], form),
        "order-item-code": list(map(names.digits, each["item"].tolist())),
        "sku": ask.product(each, "sku").tolist(),
        "quantity-purchased": cells.whole_or_empty(each["quantity"], 0).tolist(),
    }
    return [known.get(column.names[0], empty) for column in SETTLEMENT]


def _descriptions(each: Batch, part: Numbers) -> Iterator[str]:
    """Amount type and description, joined."""
    for kind, detail, number in zip(each.words("kind"), each.words("detail"), part.tolist(), strict=True):
        name = AMOUNTS[number]
        yield LINES[name] if name in LINES else f"{OF_OTHERS.get(kind, OTHER)}\t{detail or TYPES.get(kind, kind)}"


def _moments(seconds: Numbers, form: str) -> list[str]:
    """In UTC, whatever the region."""
    days, clock = cells.days(seconds // cells.DAY, form).tolist(), cells.clock_faces(seconds).tolist()
    return [f"{day} {time} UTC" for day, time in zip(days, clock, strict=True)]
