"""Shipments to Amazon by their last change, page by page (Fulfillment Inbound API v0)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from clario.spapi.client import Client
from clario.spapi.operations import GET_SHIPMENT_ITEMS, GET_SHIPMENTS
from clario.spapi.paging import read_pages
from clario.spapi.wire import written

PATIENCE = timedelta(seconds=10)
"""Nobody says how long these page tokens live."""
EVERY_STATUS = "WORKING,READY_TO_SHIP,SHIPPED,RECEIVING,CANCELLED,DELETED,CLOSED,ERROR,IN_TRANSIT,DELIVERED,CHECKED_IN"


def shipment_pages(
    client: Client, marketplace_id: str, changed_after: datetime, changed_before: datetime
) -> Iterator[bytes]:
    """The JSON body of each page of the shipments that last changed in [changed_after, changed_before], in order.

    Every status is named: against the model, Amazon refuses a window without statuses or ids
    (https://github.com/amzn/selling-partner-api-models/issues/2001).
    Raises what `read_pages` raises.
    """
    params = _window(marketplace_id, changed_after, changed_before) | {"ShipmentStatusList": EVERY_STATUS}
    return read_pages(client, GET_SHIPMENTS, params, _token_beside("ShipmentData"), PATIENCE, _following)


def item_pages(
    client: Client, marketplace_id: str, changed_after: datetime, changed_before: datetime
) -> Iterator[bytes]:
    """The same of the items of these shipments; here there are no statuses to name."""
    params = _window(marketplace_id, changed_after, changed_before)
    return read_pages(client, GET_SHIPMENT_ITEMS, params, _token_beside("ItemData"), PATIENCE, _following)


def _window(marketplace_id: str, after: datetime, before: datetime) -> dict[str, str]:
    return {
        "QueryType": "DATE_RANGE",
        "MarketplaceId": marketplace_id,
        "LastUpdatedAfter": written(after),
        "LastUpdatedBefore": written(before),
    }


def _following(first: Mapping[str, str], token: str) -> Mapping[str, str]:
    """With anything beside them Amazon gives the first page again
    (https://github.com/amzn/selling-partner-api-docs/issues/164)."""
    return {"QueryType": "NEXT_TOKEN", "MarketplaceId": first["MarketplaceId"], "NextToken": token}


def _token_beside(name: str) -> Callable[[dict[str, Any]], str | None]:
    def token_in(body: dict[str, Any]) -> str | None:
        if not isinstance(body["payload"][name], list):
            raise TypeError(f"no list of {name}")
        token: str | None = body["payload"].get("NextToken")
        return token

    return token_in
