"""Stock in Amazon's fulfilment network, page by page (FBA Inventory API v1, getInventorySummaries)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from clario.spapi.client import Client
from clario.spapi.operations import GET_INVENTORY_SUMMARIES
from clario.spapi.paging import read_pages

PATIENCE = timedelta(seconds=10)
"""A page token lives 30 seconds (model fbaInventory.json of https://github.com/amzn/selling-partner-api-models)."""


def inventory_pages(client: Client, marketplace_id: str) -> Iterator[bytes]:
    """The JSON body of each page of one marketplace's whole inventory, in order.

    `startDateTime` is never sent: what it answers leaves out changes of inbound quantities (the same model).
    Raises what `read_pages` raises.
    """
    params = {
        "details": "true",
        "granularityType": "Marketplace",
        "granularityId": marketplace_id,
        "marketplaceIds": marketplace_id,
    }

    def token_in(body: dict[str, Any]) -> str | None:
        payload = body["payload"]
        if payload["granularity"]["granularityId"] != marketplace_id:
            raise ValueError("another marketplace's inventory")
        if not isinstance(payload["inventorySummaries"], list):
            raise TypeError("no list of summaries")
        token: str | None = (body.get("pagination") or {}).get("nextToken")
        return token

    return read_pages(client, GET_INVENTORY_SUMMARIES, params, token_in, PATIENCE)
