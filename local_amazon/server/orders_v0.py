"""Orders API v0: getOrders, getOrder, getOrderItems.

Rules: model ordersV0.json of https://github.com/amzn/selling-partner-api-models. Buyer data are left out, as Amazon
does without a restricted data token.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from local_amazon.server.account import Account
from local_amazon.server.answers import Answer, bad_request, json_answer, stamp
from local_amazon.server.call import Call
from local_amazon.server.cells import two_digits
from local_amazon.server.cursor import Paging, cursor_of
from local_amazon.server.ordering import (
    AMAZON,
    CANCELLED,
    MERCHANT,
    MULTICHANNEL,
    PENDING,
    REPLACEMENT,
    SHIPPED,
    Order,
    narrowing,
    order_of,
    orders,
    page_size,
    read,
    several,
    window,
)
from local_amazon.server.routes import Route
from local_amazon.world import names
from local_amazon.world.store import Batch

PAGING = Paging("NextToken", timedelta(hours=24), same_arguments=False)
CHANNELS = {"AFN": AMAZON, "MFN": MERCHANT}
STATUSES = {PENDING: "Pending", SHIPPED: "Shipped", CANCELLED: "Canceled"}
MODEL_STATUSES = (
    *STATUSES.values(),
    "PendingAvailability",
    "Unshipped",
    "PartiallyShipped",
    "InvoiceUnconfirmed",
    "Unfulfillable",
)


def get_orders(call: Call) -> Answer:
    """One page of orders."""
    wanted = several(call.query.get("MarketplaceIds"), 50, "MarketplaceIds")
    if not wanted:
        raise bad_request("MarketplaceIds is required")
    cursor = cursor_of(call, PAGING)
    question, account = cursor.question, call.account
    markets = {account.market(each) for each in wanted}
    found = window(cursor, "Created", "LastUpdated")
    size = page_size(question.get("MaxResultsPerPage"))
    reader = read(account, found, cursor, markets, _wanted(question))
    lines, token = cursor.rows(size, reader, found.clock, "order")
    payload: dict[str, Any] = {"Orders": [_order(account, each) for each in orders(lines)]}
    payload["CreatedBefore" if found.by == "purchased" else "LastUpdatedBefore"] = stamp(found.before)
    return json_answer({"payload": {**payload, "NextToken": token} if token else payload})


def _wanted(question: dict[str, str]) -> Callable[[Batch], Batch]:
    """Narrows lines to the statuses and the kind of fulfilment that were asked for."""
    statuses = several(question.get("OrderStatuses"), 8, "OrderStatuses")
    if not set(statuses) <= set(MODEL_STATUSES):
        raise bad_request("Invalid OrderStatuses")
    by_status = narrowing("status", statuses, {name: code for code, name in STATUSES.items()})
    by_channel = narrowing("channel", several(question.get("FulfillmentChannels"), 2, "FulfillmentChannels"), CHANNELS)
    return lambda batch: by_channel(by_status(batch))


def get_order(call: Call) -> Answer:
    return json_answer({"payload": _order(call.account, order_of(call.account, call.ids[0], call.now))})


def get_order_items(call: Call) -> Answer:
    order = order_of(call.account, call.ids[0], call.now)
    items = [_item(call.account, line) for line in order.rows()]
    return json_answer({"payload": {"AmazonOrderId": call.ids[0], "OrderItems": items}})


def _order(account: Account, order: Order) -> dict[str, Any]:
    market, status = account.markets[order.first("market")], order.status()
    units = int(order.lines["quantity"].sum())
    sent = units if status == SHIPPED else 0
    body: dict[str, Any] = {
        "AmazonOrderId": names.order_id(order.first("order")),
        "PurchaseDate": order.purchased(),
        "LastUpdateDate": order.updated(),
        "OrderStatus": STATUSES[status],
        "FulfillmentChannel": "AFN" if order.first("channel") == AMAZON else "MFN",
        "SalesChannel": "Non-Amazon" if order.first("kind") == MULTICHANNEL else market.name,
        "ShipServiceLevel": "Standard",
        "MarketplaceId": market.id,
        "NumberOfItemsShipped": sent,
        "NumberOfItemsUnshipped": units - sent if status == PENDING else 0,
        "OrderType": "StandardOrder",
        "IsBusinessOrder": False,
        "IsPrime": False,
        "IsReplacementOrder": order.first("kind") == REPLACEMENT,
    }
    if status == SHIPPED:
        lines = order.lines
        cents = int((lines["price"] + lines["tax"] + lines["shipping"] - lines["promotion"]).sum())
        body["OrderTotal"] = {"CurrencyCode": market.currency, "Amount": two_digits(cents)}
    if order.first("kind") == REPLACEMENT:
        body["ReplacedOrderId"] = names.order_id(order.first("original"))
    return body


def _item(account: Account, line: dict[str, int]) -> dict[str, Any]:
    """A line; pending orders have no prices."""
    listing, currency = account.world.listings[line["listing"]], account.markets[line["market"]].currency
    item: dict[str, Any] = {
        "ASIN": listing.asin,
        "SellerSKU": listing.sku,
        "OrderItemId": names.digits(line["item"]),
        "Title": listing.title,
        "QuantityOrdered": line["quantity"],
        "QuantityShipped": line["quantity"] if line["status"] == SHIPPED else 0,
        "ConditionId": "New",
        "IsGift": "false",
    }
    if line["status"] != PENDING:
        for name, column in PRICES.items():
            item[name] = {"CurrencyCode": currency, "Amount": two_digits(line[column])}
    return item


PRICES = {"ItemPrice": "price", "ItemTax": "tax", "ShippingPrice": "shipping", "PromotionDiscount": "promotion"}

ROUTES = (
    Route("GET", "/orders/v0/orders", "getOrders", get_orders),
    Route("GET", "/orders/v0/orders/{orderId}", "getOrder", get_order),
    Route("GET", "/orders/v0/orders/{orderId}/orderItems", "getOrderItems", get_order_items),
)
