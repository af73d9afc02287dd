"""Orders (getOrders and getOrderItems, Orders API v0): JSON, one page a line; the items of a page's orders follow it.

Shapes: the model `ordersV0.json` of https://github.com/amzn/selling-partner-api-models. Money is a decimal text.
Gift wrap belongs to what is told of the buyer, so it is not known here.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from ..records import Record, Rejected
from ..records.trade import Order, OrderItem
from ..values import local_day
from .context import Context
from .fields import Unreadable, amount
from .order_words import by_sku, fulfilled_by, order_status, sales_channel, second
from .pages import JsonObject, listed, read_bodies, read_entries, required, required_units, text, units

Items = dict[str, list[Any]]
"""Items as Amazon sent them, by order id."""


def normalize(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Each order as an `Order` and, by SKU, `OrderItem`s."""
    for line, orders, items in _blocks(lines):
        build = partial(_order, line=line, items=items, zone=context.zone)
        yield from read_entries(line, "order", orders, build, partial(_day, zone=context.zone))


def _blocks(lines: Iterable[bytes]) -> Iterator[tuple[int, list[Any], Items]]:
    """Each page of orders with its line number and the items that follow it."""
    line, orders, items = 0, list[Any](), Items()
    for number, body in read_bodies(lines):
        payload = body.get("payload") or {}
        if "OrderItems" in payload:
            items.setdefault(str(payload.get("AmazonOrderId")), []).extend(listed(body, "payload", "OrderItems"))
            continue
        yield line, orders, items
        line, orders, items = number, listed(body, "payload", "Orders"), Items()
    yield line, orders, items


def _day(order: JsonObject, zone: ZoneInfo) -> date:
    return local_day(second(order["LastUpdateDate"], "LastUpdateDate"), zone)


def _order(order: JsonObject, line: int, items: Items, zone: ZoneInfo) -> list[Record]:
    order_id = required(order, "AmazonOrderId")
    if order_id not in items:
        raise Unreadable("its items are missing")
    found = Order(
        line=line,
        last_updated_on=_day(order, zone),
        order_id=order_id,
        last_updated_at=second(order["LastUpdateDate"], "LastUpdateDate"),
        purchased_at=second(order["PurchaseDate"], "PurchaseDate"),
        status=order_status(required(order, "OrderStatus")),
        fulfilled_by=fulfilled_by(text(order, "FulfillmentChannel")),
        sales_channel=sales_channel(text(order, "SalesChannel")),
        is_business=order.get("IsBusinessOrder") is True,
        replaced_order_id=text(order, "ReplacedOrderId"),
    )
    return [found, *by_sku(_item(item, found) for item in items[order_id])]


def _item(item: JsonObject, order: Order) -> OrderItem:
    price = item.get("ItemPrice")
    return OrderItem(
        line=order.line,
        last_updated_on=order.last_updated_on,
        order_id=order.order_id,
        sku=required(item, "SellerSKU"),
        last_updated_at=order.last_updated_at,
        asin=text(item, "ASIN"),
        title=text(item, "Title"),
        quantity=required_units(item, "QuantityOrdered"),
        quantity_shipped=units(item, "QuantityShipped"),
        currency=text(price, "CurrencyCode") if price else None,
        item_price=_total(item, "ItemPrice"),
        shipping_price=_total(item, "ShippingPrice"),
        gift_wrap_price=None,
        tax=_total(item, "ItemTax", "ShippingTax"),
        promotion_discount=_total(item, "PromotionDiscount", "ShippingDiscount"),
        order_item_ids=required(item, "OrderItemId"),
    )


def _total(item: JsonObject, *names: str) -> Decimal | None:
    """The amounts together, without sign; what is missing is zero once there is a price, unknown before."""
    if not item.get("ItemPrice"):
        return None
    moneys = (item[name] for name in names if item.get(name))
    return abs(sum((amount(required(money, "Amount"), "Amount") for money in moneys), Decimal()))
