"""Financial transactions (listTransactions 2024-06-19): pages of JSON, one page a line.

A transaction is split into the leaves of its breakdown trees, so that every fee and charge is a row and the rows of a
transaction add up to its total. Shapes: the model `finances_2024-06-19.json` of amzn/selling-partner-api-models.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from ..records import Ordinals, Record, Rejected
from ..records.money import FinancialEvent
from ..values import Money, local_day
from .context import Context
from .fields import moment
from .pages import money, read_bodies, read_entries, required, units

GENERATION = "2024-06-19"

# Amazon's transaction types (an open list) as the event types of our table.
EVENT_TYPES = {
    "Shipment": "Order",
    "Refund": "Refund",
    "ServiceFee": "Fee",
    "Transfer": "Transfer",
    "Retrocharge": "Retrocharge",
    "Chargeback": "Chargeback",
    "GuaranteeClaim": "GuaranteeClaim",
}

UNITEMIZED = "Unitemized"


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One amount with its place: the item's number ("-" for the transaction itself) and the path of breakdown types."""

    item: str
    path: tuple[str, ...]
    money: Money
    product: dict[str, Any]


def normalize(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Every transaction of every page as its leaves, or as one rejected row."""
    for line, body in read_bodies(lines):
        transactions = (body.get("payload") or {}).get("transactions") or []
        yield from read_entries(
            line,
            "transaction",
            transactions,
            partial(_events, line=line, zone=context.zone),
            partial(_day, zone=context.zone),
        )


def _day(transaction: dict[str, Any], zone: ZoneInfo) -> date:
    return local_day(moment(transaction["postedDate"], "postedDate"), zone)


def _events(transaction: dict[str, Any], line: int, zone: ZoneInfo) -> Iterator[FinancialEvent]:
    posted_at = moment(transaction.get("postedDate"), "postedDate")
    posted_on = local_day(posted_at, zone)
    ordinals = Ordinals()
    for leaf in _leaves(transaction):
        yield _event(transaction, leaf, ordinals, line, posted_at, posted_on)


def _event(
    transaction: dict[str, Any], leaf: _Leaf, ordinals: Ordinals, line: int, posted_at: datetime, posted_on: date
) -> FinancialEvent:
    transaction_id, transaction_type = required(transaction, "transactionId"), required(transaction, "transactionType")
    path = "/".join(leaf.path)
    place = f"{leaf.item}:{path}"
    related = {
        entry["relatedIdentifierName"]: entry.get("relatedIdentifierValue")
        for entry in _list(transaction, "relatedIdentifiers")
    }
    return FinancialEvent(
        line=line,
        posted_on=posted_on,
        event_id=f"{GENERATION}:{transaction_id}:{place}:{ordinals.next(place)}",
        event_type=_event_type(transaction_type, leaf.path),
        event_date=posted_at,
        transaction_id=transaction_id,
        transaction_type=transaction_type,
        transaction_status=transaction.get("transactionStatus"),
        order_id=related.get("ORDER_ID"),
        sku=leaf.product.get("sku"),
        asin=leaf.product.get("asin"),
        amount=leaf.money.amount,
        currency=leaf.money.currency,
        quantity=units(leaf.product, "quantityShipped"),
        description=transaction.get("description"),
        deferred_transaction_id=related.get("DEFERRED_TRANSACTION_ID"),
        release_transaction_id=related.get("RELEASE_TRANSACTION_ID"),
        metadata=json.dumps({"path": path, "related": related}, sort_keys=True, separators=(",", ":")),
    )


def _event_type(transaction_type: str, path: tuple[str, ...]) -> str:
    if any("Fee" in step for step in path):
        return "Fee"
    return EVENT_TYPES.get(transaction_type, "Adjustment")


def _leaves(transaction: dict[str, Any]) -> list[_Leaf]:
    """The leaves of the items, or of the transaction itself where it has none; what they leave over is a leaf too."""
    total, its_product = _money(transaction["totalAmount"]), _product(transaction)
    leaves: list[_Leaf] = []
    for number, item in enumerate(_list(transaction, "items")):
        product = _product(item) or its_product
        parts = list(_walk(_list(item, "breakdowns"), (), str(number), product))
        leaves += parts or [_Leaf(str(number), (UNITEMIZED,), _money(item["totalAmount"]), product)]
    if not leaves:
        leaves = list(_walk(_list(transaction, "breakdowns"), (), "-", its_product))
    rest = total.amount - sum(leaf.money.amount for leaf in leaves)
    if rest or not leaves:
        leaves.append(_Leaf("-", (UNITEMIZED,), Money(rest, total.currency), its_product))
    return leaves


def _walk(
    breakdowns: list[dict[str, Any]], path: tuple[str, ...], item: str, product: dict[str, Any]
) -> Iterator[_Leaf]:
    for breakdown in breakdowns:
        here = (*path, breakdown["breakdownType"])
        if children := _list(breakdown, "breakdowns"):
            yield from _walk(children, here, item, product)
        else:
            yield _Leaf(item, here, _money(breakdown["breakdownAmount"]), product)


def _product(owner: dict[str, Any]) -> dict[str, Any]:
    """Of an item, or of the transaction as a whole: the model allows contexts of both."""
    contexts = (context for context in _list(owner, "contexts") if context.get("contextType") == "ProductContext")
    return next(contexts, {})


def _money(value: dict[str, Any]) -> Money:
    return money(value, "currencyAmount", "currencyCode")


def _list(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return value.get(name) or []
