"""Orders (searchOrders, Orders API 2026-01-01): pages of JSON, one page a line, items inside.

Shapes: the model `orders_2026-01-01.json` of https://github.com/amzn/selling-partner-api-models. Money is a decimal
text. Buyer and recipient are not asked for.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from ..records import Record, Rejected
from ..records.trade import Order, OrderItem
from ..values import local_day
from .context import Context
from .fields import amount
from .order_words import by_sku, fulfilled_by, order_status, sales_channel, second
from .pages import JsonObject, listed, read_bodies, read_entries, required, required_units, text, units

BUSINESS = "AMAZON_BUSINESS"
REPLACEMENT = "REPLACEMENT_ORIGINAL_ID"
AMAZON = "AMAZON"
TYPES = ("ITEM", "SHIPPING", "GIFT_WRAP", "TAX", "DISCOUNT")


def normalize(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Each order as an `Order` and, by SKU, `OrderItem`s."""
    for line, body in read_bodies(lines):
        build, day = partial(_order, line=line, zone=context.zone), partial(_day, zone=context.zone)
        yield from read_entries(line, "order", listed(body, "orders"), build, day)


def _day(order: JsonObject, zone: ZoneInfo) -> date:
    return local_day(second(order["lastUpdatedTime"], "lastUpdatedTime"), zone)


def _order(order: JsonObject, line: int, zone: ZoneInfo) -> list[Record]:
    fulfillment = order.get("fulfillment") or {}
    found = Order(
        line=line,
        last_updated_on=_day(order, zone),
        order_id=required(order, "orderId"),
        last_updated_at=second(order["lastUpdatedTime"], "lastUpdatedTime"),
        purchased_at=second(order["createdTime"], "createdTime"),
        status=order_status(required(fulfillment, "fulfillmentStatus")),
        fulfilled_by=fulfilled_by(text(fulfillment, "fulfilledBy")),
        sales_channel=_channel(order["salesChannel"]),
        is_business=BUSINESS in (order.get("programs") or ()),
        replaced_order_id=_replaced(order),
    )
    return [found, *by_sku(_item(item, found) for item in order["orderItems"])]


def _channel(channel: JsonObject) -> str | None:
    return text(channel, "marketplaceName") if channel["channelName"] == AMAZON else sales_channel("Non-Amazon")


def _replaced(order: JsonObject) -> str | None:
    others = order.get("associatedOrders") or ()
    return next((text(other, "orderId") for other in others if other.get("associationType") == REPLACEMENT), None)


def _item(item: JsonObject, order: Order) -> OrderItem:
    product, proceeds = item["product"], _proceeds(item)
    fulfillment = item.get("fulfillment") or {}
    return OrderItem(
        line=order.line,
        last_updated_on=order.last_updated_on,
        order_id=order.order_id,
        sku=required(product, "sellerSku"),
        last_updated_at=order.last_updated_at,
        asin=text(product, "asin"),
        title=text(product, "title"),
        quantity=required_units(item, "quantityOrdered"),
        quantity_shipped=units(fulfillment, "quantityFulfilled"),
        currency=_currency(item),
        item_price=proceeds["ITEM"],
        shipping_price=proceeds["SHIPPING"],
        gift_wrap_price=proceeds["GIFT_WRAP"],
        tax=proceeds["TAX"],
        promotion_discount=proceeds["DISCOUNT"],
        order_item_ids=required(item, "orderItemId"),
    )


def _currency(item: JsonObject) -> str | None:
    """That of the total, which may be missing where its parts are not."""
    proceeds = item.get("proceeds") or {}
    moneys = [proceeds.get("proceedsTotal"), *(part["subtotal"] for part in proceeds.get("breakdowns") or ())]
    return next((text(money, "currencyCode") for money in moneys if money), None)


def _proceeds(item: JsonObject) -> dict[str, Decimal | None]:
    """The amounts by type, without sign; a type that is missing is zero, without any proceeds all are unknown."""
    breakdowns = (item.get("proceeds") or {}).get("breakdowns")
    if breakdowns is None:
        return dict.fromkeys(TYPES)
    totals = dict.fromkeys(TYPES, Decimal())
    for breakdown in breakdowns:
        if breakdown["type"] in totals:
            totals[breakdown["type"]] += amount(required(breakdown["subtotal"], "amount"), "subtotal")
    return {name: abs(total) for name, total in totals.items()}
