"""A money event as a transaction of the Finances API 2024-06-19.

Shape: model finances_2024-06-19.json of https://github.com/amzn/selling-partner-api-models.
`FBAInventoryReimbursement` for every kind of reimbursement: issue 4244 there; their items without breakdowns: issue
4993; types and descriptions of the others as sellers meet them: issues 4237 and 4244.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from local_amazon.server.account import Account, seconds
from local_amazon.server.cells import Numbers
from local_amazon.server.money import FEES, SALES, parts_of, quoted_transaction, stamp, values
from local_amazon.server.shapes import compiled, slot
from local_amazon.world.store import Batch

STATUSES = ("DEFERRED", "RELEASED", "DEFERRED_RELEASED")
TYPES = {
    "shipment": ("Shipment", "Order Payment"),
    "refund": ("Refund", "Refund Order"),
    "adjustment": ("Adjustment", "FBAInventoryReimbursement"),
    "service_fee": ("ServiceFee", ""),
    "retrocharge": ("Retrocharge", "Order Retrocharge"),
    "chargeback": ("Chargeback", "Chargeback Refund"),
    "guarantee_claim": ("GuaranteeClaim", "A-to-z Guarantee Claim"),
    "liquidation": ("Liquidations", "FBA Liquidations"),
    "transfer": ("Transfer", "Disbursement"),
}
"""Type and description by kind of event; a service fee is described by what it is for."""

SERVICES = {"Subscription": "Subscription", "FBAStorageFee": "FBAStorageBilling"}
OTHER_ADJUSTMENTS = ("COMPENSATED_CLAWBACK", "WEIGHT_AND_DIMENSIONS_CHANGE", "INCORRECT_FEES_ITEMS")
NODES = {
    "principal": ("ProductCharges", "OurPricePrincipal"),
    "tax": ("Tax", "OurPriceTax"),
    "withheld_tax": ("Tax", "MarketplaceFacilitatorTax-Principal"),
    "shipping": ("Shipping", "ShippingPrincipal"),
    "promotion": ("PromotionalRebates", "OurPriceDiscount"),
    "commission": ("AmazonFees", "Commission"),
    "administration": ("AmazonFees", "RefundCommission"),
    "fulfilment": ("AmazonFees", "FBAPerUnitFulfillmentFee"),
}
"""Where each amount stands in the breakdown tree: what it belongs to, and itself."""
SUMS = {"Tax": "taxes", "AmazonFees": "fees"}


class Form(NamedTuple):
    """All that decides which fields a transaction has."""

    kind: str
    detail: str
    parts: tuple[str, ...]
    status: str
    has_order: bool
    has_product: bool
    is_release: bool


def transactions(account: Account, batch: Batch, as_of: datetime) -> Iterator[str]:
    """Each row as a JSON object."""
    now = seconds(as_of)
    related = values(
        account,
        batch,
        ("id", list(map(quoted_transaction, batch["number"].tolist()))),
        ("pair", list(map(quoted_transaction, batch["pair"].tolist()))),
        ("deferred", list(map(quoted_transaction, batch["deferred"].tolist()))),
        ("matures", stamp(batch, "matures")),
        ("partner", [f'"{account.seller.selling_partner_id}"'] * len(batch)),
    )
    return (_template(form) % row for form, row in zip(_forms(batch, now), related, strict=True))


def _forms(batch: Batch, now: int) -> Iterator[Form]:
    columns = zip(
        batch.words("kind"),
        batch.words("detail"),
        parts_of(batch),
        (STATUSES[state] for state in states(batch, now).tolist()),
        (batch["order"] > 0).tolist(),
        (batch["listing"] >= 0).tolist(),
        (batch["deferred"] > 0).tolist(),
        strict=True,
    )
    return (Form(*row) for row in columns)


@lru_cache(maxsize=4096)
def _template(form: Form) -> str:
    kind, description = TYPES[form.kind]
    if form.kind == "service_fee":
        description = SERVICES.get(form.detail, form.detail)
    if form.detail in OTHER_ADJUSTMENTS:
        description = form.detail
    matures = {"contextType": "DeferredContext", "deferralReason": "DD7", "maturityDate": slot("matures")}
    return compiled(
        {
            "sellingPartnerMetadata": {
                "sellingPartnerId": slot("partner"),
                "accountType": "Standard Orders",
                "marketplaceId": slot("marketplace"),
            },
            "relatedIdentifiers": [
                {"relatedIdentifierName": name, "relatedIdentifierValue": slot(value)} for name, value in _related(form)
            ],
            "transactionType": kind,
            "transactionId": slot("id"),
            "transactionStatus": form.status,
            "description": description,
            "postedDate": slot("posted"),
            "totalAmount": _money("total"),
            "marketplaceDetails": {"marketplaceId": slot("marketplace"), "marketplaceName": slot("store")},
            "items": _items(form),
            "contexts": [] if form.status == "RELEASED" else [matures],
            "breakdowns": _breakdowns(form, description),
        }
    )


def _related(form: Form) -> Iterator[tuple[str, str]]:
    yield "FINANCIAL_EVENT_GROUP_ID", "group"
    if form.has_order:
        yield "ORDER_ID", "order"
    if form.kind == "shipment":
        yield "SHIPMENT_ID", "shipment"
    if form.kind == "refund":
        yield "REFUND_ID", "reference"
    if form.is_release:
        yield "DEFERRED_TRANSACTION_ID", "deferred"
    if form.status == "DEFERRED_RELEASED":
        yield "RELEASE_TRANSACTION_ID", "pair"


def _items(form: Form) -> list[dict[str, Any]]:
    """One item where the event has a product or is a fee; a reimbursement's item has no breakdowns (issue 4993)."""
    if form.kind == "transfer":
        return []
    product = {
        "contextType": "ProductContext",
        "asin": slot("asin"),
        "sku": slot("sku"),
        "quantityShipped": slot("units"),
        "fulfillmentNetwork": "AFN",
    }
    trees = [*_trees(form, SALES), *_trees(form, FEES)] or _fee(form)
    return [
        {
            "description": slot("title"),
            "totalAmount": _money("total"),
            "relatedIdentifiers": [],
            "breakdowns": None if form.kind == "adjustment" else trees,
            "contexts": [product] if form.has_product else [],
        }
    ]


def _breakdowns(form: Form, description: str) -> list[dict[str, Any]]:
    if form.kind == "transfer":
        return [_node("Transfer", "amount")]
    if form.kind == "adjustment":
        return [_node("Sales", "amount", [_node(description, "amount")])]
    if form.kind == "service_fee":
        return [_node("Expenses", "amount", _fee(form))]
    prefix = "Refunded " if form.kind == "refund" else ""
    sales, fees = _trees(form, SALES), _trees(form, FEES)
    both = [(f"{prefix}Sales", "sales", sales), (f"{prefix}Expenses", "fees", fees)]
    return [_node(name, total, trees) for name, total, trees in both if trees] or [_node(description, "amount")]


def _trees(form: Form, names: Iterable[str]) -> list[dict[str, Any]]:
    """The amounts of a sale or a refund, gathered by what they belong to."""
    trees: dict[str, list[str]] = {}
    for name in names:
        if name in form.parts:
            trees.setdefault(NODES[name][0], []).append(name)
    return [
        _node(tree, SUMS.get(tree, parts[0]), [_leaf(name, form) for name in parts]) for tree, parts in trees.items()
    ]


def _leaf(name: str, form: Form) -> dict[str, Any]:
    charged = name in ("commission", "fulfilment") and form.kind == "shipment"
    return _node(NODES[name][1], name, [_node("Base", name)] if charged else [])


def _fee(form: Form) -> list[dict[str, Any]]:
    name = form.detail or TYPES[form.kind][1]
    if form.kind == "service_fee":
        return [_node("AmazonFees", "amount", [_node(name, "amount")])]
    return [_node(name, "amount")]


def _node(name: str, amount: str, children: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
    return {"breakdownType": name, "breakdownAmount": _money(amount), "breakdowns": list(children)}


def _money(amount: str) -> dict[str, Any]:
    return {"currencyCode": slot("currency"), "currencyAmount": slot(amount)}


def states(batch: Batch, now: int) -> Numbers:
    """Each row's place in STATUSES."""
    matures = batch["matures"]
    states: Numbers = np.where(matures == 0, 1, np.where(matures <= now, 2, 0))
    return states
