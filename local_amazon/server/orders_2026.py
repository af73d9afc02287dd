"""Orders API 2026-01-01: searchOrders, getOrder.

Rules: model orders_2026-01-01.json of https://github.com/amzn/selling-partner-api-models. A page token lives 24 hours.
Buyer and recipient are never told: the application here has no role for them.
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

PAGING = Paging("paginationToken", timedelta(hours=24))
CHANNELS = {"AMAZON": AMAZON, "MERCHANT": MERCHANT}
STATUSES = {PENDING: "PENDING", SHIPPED: "SHIPPED", CANCELLED: "CANCELLED"}
MODEL_STATUSES = (*STATUSES.values(), "PENDING_AVAILABILITY", "UNSHIPPED", "PARTIALLY_SHIPPED", "UNFULFILLABLE")
INCLUDABLE = (
    "BUYER",
    "RECIPIENT",
    "PROCEEDS",
    "EXPENSE",
    "PROMOTION",
    "CANCELLATION",
    "FULFILLMENT",
    "PACKAGES",
    "TAX",
    "PAYMENT",
    "FULFILLMENT_ORDERS",
)
SUBTOTALS = {"ITEM": "price", "SHIPPING": "shipping", "TAX": "tax", "DISCOUNT": "promotion"}


def search_orders(call: Call) -> Answer:
    """One page of orders."""
    cursor = cursor_of(call, PAGING)
    question, account = cursor.question, call.account
    included = _included(question)
    wanted = several(question.get("marketplaceIds"), 50, "marketplaceIds")
    markets = {account.market(each) for each in wanted} or None
    found = window(cursor, "created", "lastUpdated")
    size = page_size(question.get("maxResultsPerPage"))
    reader = read(account, found, cursor, markets, _wanted(question))
    lines, token = cursor.rows(size, reader, found.clock, "order")
    body: dict[str, Any] = {"orders": [_order(account, each, included) for each in orders(lines)]}
    body["createdBefore" if found.by == "purchased" else "lastUpdatedBefore"] = stamp(found.before)
    return json_answer({**body, "pagination": {"nextToken": token}} if token else body)


def _wanted(question: dict[str, str]) -> Callable[[Batch], Batch]:
    """Narrows lines to the statuses and the kind of fulfilment that were asked for."""
    statuses = several(question.get("fulfillmentStatuses"), 7, "fulfillmentStatuses")
    if not set(statuses) <= set(MODEL_STATUSES):
        raise bad_request("Invalid fulfillmentStatuses")
    by_status = narrowing("status", statuses, {name: code for code, name in STATUSES.items()})
    by_channel = narrowing("channel", several(question.get("fulfilledBy"), 2, "fulfilledBy"), CHANNELS)
    return lambda batch: by_channel(by_status(batch))


def get_order(call: Call) -> Answer:
    order = order_of(call.account, call.ids[0], call.now)
    return json_answer({"order": _order(call.account, order, _included(call.query))})


def _included(question: dict[str, str]) -> set[str]:
    included = set(several(question.get("includedData"), len(INCLUDABLE), "includedData"))
    if not included <= set(INCLUDABLE):
        raise bad_request("Invalid includedData")
    return included


def _order(account: Account, order: Order, included: set[str]) -> dict[str, Any]:
    market, status = account.markets[order.first("market")], order.status()
    multichannel = order.first("kind") == MULTICHANNEL
    body: dict[str, Any] = {
        "orderId": names.order_id(order.first("order")),
        "createdTime": _milliseconds(order.purchased()),
        "lastUpdatedTime": _milliseconds(order.updated()),
        "programs": [],
        "salesChannel": {
            "channelName": "NON_AMAZON" if multichannel else "AMAZON",
            "marketplaceId": market.id,
            "marketplaceName": market.name,
        },
        "orderItems": [_item(account, line, market.currency, included) for line in order.rows()],
    }
    if order.first("kind") == REPLACEMENT:
        original = names.order_id(order.first("original"))
        body["associatedOrders"] = [{"orderId": original, "associationType": "REPLACEMENT_ORIGINAL_ID"}]
    if "FULFILLMENT" in included:
        by = "AMAZON" if order.first("channel") == AMAZON else "MERCHANT"
        service = {"fulfilledBy": by, "fulfillmentServiceLevel": "STANDARD"}
        body["fulfillment"] = {"fulfillmentStatus": STATUSES[status], **service}
    if "PROCEEDS" in included and status == SHIPPED:
        body["proceeds"] = {"grandTotal": _money(sum(map(_total, order.rows())), market.currency)}
    return body


def _item(account: Account, line: dict[str, int], currency: str, included: set[str]) -> dict[str, Any]:
    """A line; pending orders have no prices."""
    listing, sent = account.world.listings[line["listing"]], line["status"] == SHIPPED
    product: dict[str, Any] = {
        "asin": listing.asin,
        "title": listing.title,
        "sellerSku": listing.sku,
        "condition": {"conditionType": "NEW", "conditionSubtype": "NEW"},
    }
    item = {"orderItemId": names.digits(line["item"]), "quantityOrdered": line["quantity"], "product": product}
    if line["status"] != PENDING:
        product["price"] = {"unitPrice": _money(line["price"] // max(1, line["quantity"]), currency)}
    if "PROCEEDS" in included and sent:
        subtotals = [
            {"type": name, "subtotal": _money(-line[column] if name == "DISCOUNT" else line[column], currency)}
            for name, column in SUBTOTALS.items()
            if line[column]
        ]
        item["proceeds"] = {"proceedsTotal": _money(_total(line), currency), "breakdowns": subtotals}
    if "FULFILLMENT" in included:
        waiting = line["quantity"] if line["status"] == PENDING else 0
        item["fulfillment"] = {"quantityFulfilled": line["quantity"] if sent else 0, "quantityUnfulfilled": waiting}
    if "CANCELLATION" in included and line["status"] == CANCELLED:
        item["cancellation"] = {"cancellationRequest": {"requester": "BUYER", "cancelReason": ""}}
    return item


def _total(line: dict[str, int]) -> int:
    return line["price"] + line["tax"] + line["shipping"] - line["promotion"]


def _money(cents: int, currency: str) -> dict[str, str]:
    return {"amount": two_digits(cents), "currencyCode": currency}


def _milliseconds(stamp: str) -> str:
    """As this API prints a moment."""
    return stamp.replace("Z", ".000Z")


ROUTES = (
    Route("GET", "/orders/2026-01-01/orders", "searchOrders", search_orders),
    Route("GET", "/orders/2026-01-01/orders/{orderId}", "getOrder2026", get_order),
)
