"""Orders by their last change, page by page: searchOrders (Orders API 2026-01-01), getOrders and getOrderItems (v0).

Neither asks for a buyer: no buyer or recipient data, no restricted data token.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from clario.spapi.client import Client
from clario.spapi.operations import GET_ORDER_ITEMS, GET_ORDERS, SEARCH_ORDERS
from clario.spapi.paging import capital_token, read_pages
from clario.spapi.wire import promised_shape, written

PATIENCE = timedelta(seconds=60)
"""Page tokens of searchOrders live a day, those of getOrders are told to live long: patience is what a worker can spare
(https://developer-docs.amazon.com/sp-api/docs/orders-api-v2026-01-01-reference)."""
INCLUDED = "PROCEEDS,FULFILLMENT"
PAGE_SIZE = "100"


def order_pages(
    client: Client, marketplace_ids: tuple[str, ...], changed_after: datetime, changed_before: datetime
) -> Iterator[bytes]:
    """searchOrders: the JSON body of each page of [changed_after, changed_before], in order; pages may be empty.

    Raises what `read_pages` raises.
    """
    params = {
        "marketplaceIds": ",".join(marketplace_ids),
        "lastUpdatedAfter": written(changed_after),
        "lastUpdatedBefore": written(changed_before),
        "maxResultsPerPage": PAGE_SIZE,
        "includedData": INCLUDED,
    }

    def following(first: Any, token: str) -> dict[str, str]:
        return {**first, "paginationToken": token}

    return read_pages(client, SEARCH_ORDERS, params, _token, PATIENCE, following)


def _token(body: dict[str, Any]) -> str | None:
    if not isinstance(body["orders"], list):
        raise TypeError("no list of orders")
    token: str | None = (body.get("pagination") or {}).get("nextToken")
    return token


def order_pages_v0(
    client: Client, marketplace_ids: tuple[str, ...], changed_after: datetime, changed_before: datetime
) -> Iterator[bytes]:
    """getOrders: each page of [changed_after, changed_before] that has orders, then the pages of the items of each.

    Raises what `read_pages` raises.
    """
    params = {
        "MarketplaceIds": ",".join(marketplace_ids),
        "LastUpdatedAfter": written(changed_after),
        "LastUpdatedBefore": written(changed_before),
        "MaxResultsPerPage": PAGE_SIZE,
    }
    for page in read_pages(client, GET_ORDERS, params, _token_v0, PATIENCE, capital_token):
        with promised_shape(GET_ORDERS.name):
            ids = [str(order["AmazonOrderId"]) for order in json.loads(page)["payload"]["Orders"]]
        if ids:
            yield page
        for order_id in ids:
            path = {"order": order_id}
            yield from read_pages(client, GET_ORDER_ITEMS, {}, _item_token, PATIENCE, capital_token, path)


def _token_v0(body: dict[str, Any]) -> str | None:
    return _payload_token(body, "Orders")


def _item_token(body: dict[str, Any]) -> str | None:
    return _payload_token(body, "OrderItems")


def _payload_token(body: dict[str, Any], name: str) -> str | None:
    if not isinstance(body["payload"][name], list):
        raise TypeError(f"no list of {name}")
    token: str | None = body["payload"].get("NextToken")
    return token
