"""What went to customers, came back, was replaced, and was paid for: the daily reports of FBA.

`customer-comments` is a buyer's free text, and the ship-to columns are a person's whereabouts: both are here so that
their removal can be tested.
"""

from collections.abc import Iterator

from local_amazon.server import cells
from local_amazon.server.document import Batch as Cells
from local_amazon.server.document import Column, Document, columns
from local_amazon.server.report.ask import Ask
from local_amazon.world import names
from local_amazon.world.store import Batch

PLACES = ("Springfield\tIL\t62701", "Riverton\tWY\t82501", "Fairview\tTX\t75069", "Georgetown\tKY\t40324")
COMMENTS = ("", "", "", "", "", "Does not fit, sorry", "Arrived too late")

REIMBURSEMENTS = columns(
    "approval-date",
    "reimbursement-id",
    "case-id",
    "amazon-order-id",
    "reason",
    "sku",
    "fnsku",
    "asin",
    "product-name",
    "condition",
    "currency-unit",
    "amount-per-unit",
    "amount-total",
    "quantity-reimbursed-cash",
    "quantity-reimbursed-inventory",
    "quantity-reimbursed-total",
    "original-reimbursement-id",
    "original-reimbursement-type",
    money=("amount-per-unit", "amount-total"),
    quantity="quantity-reimbursed-total",
    code="reason",
)
RETURNS = columns(
    "return-date",
    "order-id",
    "sku",
    "asin",
    "fnsku",
    "product-name",
    "quantity",
    "fulfillment-center-id",
    "detailed-disposition",
    "reason",
    "status",
    "license-plate-number",
    "customer-comments",
    quantity="quantity",
    code="detailed-disposition",
)
REPLACEMENTS = columns(
    "shipment-date",
    "sku",
    "asin",
    "fulfillment-center-id",
    "original-fulfillment-center-id",
    "quantity",
    "replacement-reason-code",
    "replacement-amazon-order-id",
    "original-amazon-order-id",
    quantity="quantity",
    code="replacement-reason-code",
)
SHIPMENTS = columns(
    "shipment-date",
    "sku",
    "fnsku",
    "asin",
    "fulfillment-center-id",
    "quantity",
    "amazon-order-id",
    "currency",
    "item-price-per-unit",
    "shipping-price",
    "gift-wrap-price",
    money=("item-price-per-unit", "shipping-price", "gift-wrap-price"),
    quantity="quantity",
)
SHIPMENTS.append(Column(("ship-city", "ship-state", "ship-postal-code")))


def order_ids(batch: Batch, column: str) -> list[str]:
    """Order ids; 0 is empty."""
    return [names.order_id(number) if number else "" for number in batch[column].tolist()]


def places(batch: Batch) -> list[str]:
    """A city, a state and a postal code for each order, joined."""
    texts: list[str] = cells.words(batch["order"] % len(PLACES), PLACES).tolist()
    return texts


def reimbursements(ask: Ask) -> Document:
    return Document(REIMBURSEMENTS, _reimbursements(ask))


def _reimbursements(ask: Ask) -> Iterator[Cells]:
    for batch in ask.rows("reimbursements", ask.moments()):
        yield [
            cells.moments(batch["approved"], ask.zone).tolist(),
            list(map(names.digits, batch["number"].tolist())),
            list(map(names.digits, batch["case"].tolist())),
            order_ids(batch, "order"),
            batch.words("reason"),
            *(ask.product(batch, name).tolist() for name in ("sku", "fnsku", "asin", "title")),
            ["Sellable"] * len(batch),
            batch.words("currency"),
            cells.hundredths(batch["per_unit"]).tolist(),
            cells.hundredths(batch["amount"]).tolist(),
            cells.whole(batch["cash"]),
            cells.whole(batch["in_kind"]),
            cells.whole(batch["cash"] + batch["in_kind"]),
            list(map(names.digits, batch["original"].tolist())),
            batch.words("original_reason"),
        ]


def returns(ask: Ask) -> Document:
    return Document(RETURNS, _returns(ask))


def _returns(ask: Ask) -> Iterator[Cells]:
    for batch in ask.rows("returns", ask.moments()):
        yield [
            cells.moments(batch["returned"], ask.zone).tolist(),
            order_ids(batch, "order"),
            *(ask.product(batch, name).tolist() for name in ("sku", "asin", "fnsku", "title")),
            cells.whole(batch["quantity"]),
            batch.words("center"),
            batch.words("disposition"),
            batch.words("reason"),
            batch.words("status"),
            list(map(names.plate, batch["plate"].tolist())),
            [COMMENTS[number % len(COMMENTS)] for number in batch["order"].tolist()],
        ]


def replacements(ask: Ask) -> Document:
    return Document(REPLACEMENTS, _replacements(ask))


def _replacements(ask: Ask) -> Iterator[Cells]:
    for batch in ask.rows("replacements", ask.moments()):
        yield [
            cells.moments(batch["shipped"], ask.zone).tolist(),
            *(ask.product(batch, name).tolist() for name in ("sku", "asin")),
            batch.words("center"),
            batch.words("original_center"),
            cells.whole(batch["quantity"]),
            batch.words("reason"),
            order_ids(batch, "replacement"),
            order_ids(batch, "original"),
        ]


def shipments(ask: Ask) -> Document:
    return Document(SHIPMENTS, _shipments(ask))


def _shipments(ask: Ask) -> Iterator[Cells]:
    for batch in ask.rows("customer_shipments", ask.moments()):
        yield [
            cells.moments(batch["shipped"], ask.zone).tolist(),
            *(ask.product(batch, name).tolist() for name in ("sku", "fnsku", "asin")),
            batch.words("center"),
            cells.whole(batch["quantity"]),
            order_ids(batch, "order"),
            ask.market(batch, "currency").tolist(),
            cells.hundredths(batch["price"]).tolist(),
            cells.hundredths(batch["shipping"]).tolist(),
            ["0.00"] * len(batch),
            places(batch),
        ]
