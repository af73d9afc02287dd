"""Orders from three sources in one vocabulary: what a report then an API tell equals what the API tells alone.

The vocabulary is that of the Orders API 2026-01-01 (model `orders_2026-01-01.json` of
https://github.com/amzn/selling-partner-api-models).
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from ..records.trade import OrderItem
from .fields import moment

_CHANNELS = {"AFN": "AMAZON", "MFN": "MERCHANT"}
_NOT_AMAZON = "Non-Amazon"


def order_status(text: str) -> str:
    """`PartiallyShipped` as PARTIALLY_SHIPPED, `Canceled` as CANCELLED, `Shipped - Delivered to Buyer` as SHIPPED."""
    words = re.findall(r"[A-Z]*[a-z]+|[A-Z]+", text.split(" - ")[0])
    return "_".join(words).upper().replace("CANCELED", "CANCELLED")


def fulfilled_by(text: str | None) -> str | None:
    """`AMAZON` or `MERCHANT`."""
    return None if text is None else _CHANNELS.get(text.upper(), text.upper())


def sales_channel(text: str | None) -> str | None:
    """`Amazon.com`; whatever is sold elsewhere is `Non-Amazon`."""
    return _NOT_AMAZON if text is not None and text.startswith(_NOT_AMAZON) else text


def second(text: str | None, column: str) -> datetime:
    """A moment to the second: the report prints no fractions of it."""
    return moment(text, column).astimezone(UTC).replace(microsecond=0)


def by_sku(items: Iterable[OrderItem]) -> list[OrderItem]:
    """The items of one order, those of the same SKU as one."""
    found: dict[str, OrderItem] = {}
    for item in items:
        found[item.sku] = together(found[item.sku], item) if item.sku in found else item
    return list(found.values())


def together(one: OrderItem, other: OrderItem) -> OrderItem:
    """Two lines of one order and SKU as one; what only one of them knows is that."""
    ids = sorted(",".join(filter(None, (one.order_item_ids, other.order_item_ids))).split(","))
    return replace(
        one,
        last_updated_at=max(one.last_updated_at, other.last_updated_at),
        last_updated_on=max(one.last_updated_on, other.last_updated_on),
        quantity=one.quantity + other.quantity,
        quantity_shipped=_sum(one.quantity_shipped, other.quantity_shipped),
        currency=one.currency or other.currency,
        item_price=_sum(one.item_price, other.item_price),
        shipping_price=_sum(one.shipping_price, other.shipping_price),
        gift_wrap_price=_sum(one.gift_wrap_price, other.gift_wrap_price),
        tax=_sum(one.tax, other.tax),
        promotion_discount=_sum(one.promotion_discount, other.promotion_discount),
        order_item_ids=",".join(ids) or None,
    )


NumberT = TypeVar("NumberT", int, Decimal)


def _sum(one: NumberT | None, other: NumberT | None) -> NumberT | None:
    if one is None or other is None:
        return one if other is None else other
    return one + other
