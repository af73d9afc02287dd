"""FBA Inventory API v1: getInventorySummaries.

Parameters, shapes and the life of page tokens: model fbaInventory.json of
https://github.com/amzn/selling-partner-api-models; 50 summaries a page: issue 2312 there.
"""

from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from local_amazon.server import cells
from local_amazon.server.account import Account, seconds
from local_amazon.server.answers import Answer, bad_request, json_answer, moment
from local_amazon.server.call import Call
from local_amazon.server.cursor import Cursor, Paging, cursor_of
from local_amazon.server.routes import Route
from local_amazon.world.store import Batch

PAGE = 50
PAGING = Paging("nextToken", timedelta(seconds=30))
MOST_SKUS = 50
LONGEST = timedelta(days=548)  # 18 months
UNFULFILLABLE = (
    "customer_damaged",
    "warehouse_damaged",
    "distributor_damaged",
    "carrier_damaged",
    "defective",
    "expired",
)
RESEARCH = {"ShortTerm": "researching_short", "MidTerm": "researching_mid", "LongTerm": "researching_long"}
INBOUND = {
    "inboundWorkingQuantity": "inbound_working",
    "inboundShippedQuantity": "inbound_shipped",
    "inboundReceivingQuantity": "inbound_receiving",
}
RESERVED = {
    "pendingCustomerOrderQuantity": "pending_order",
    "pendingTransshipmentQuantity": "in_transit",
    "fcProcessingQuantity": "processing",
}


def summaries(call: Call) -> Answer:
    """One page; see the module's sources for the rules."""
    details = _checked(call)
    cursor = cursor_of(call, PAGING)
    market = call.account.market(call.query["marketplaceIds"])
    held = _held(call.account, market, seconds(cursor.as_of))
    rows = np.flatnonzero(_wanted(held, call.account, cursor))
    page, token = cursor.slice(PAGE, len(rows))
    payload = {
        "granularity": {"granularityType": "Marketplace", "granularityId": call.query["granularityId"]},
        "inventorySummaries": [_summary(call.account, held, row, details) for row in rows[page].tolist()],
    }
    return json_answer({"pagination": {"nextToken": token} if token else {}, "payload": payload})


@lru_cache(maxsize=4)
def _held(account: Account, market: int, now: int) -> Batch:
    """Kept for the pages of one listing."""
    return account.tables.inventory(market, now)


def _checked(call: Call) -> bool:
    """Whether details are wanted."""
    query = call.query
    if query.get("granularityType") != "Marketplace":
        raise bad_request("granularityType must be Marketplace")
    marketplace_id = query.get("marketplaceIds", "")
    if not marketplace_id or "," in marketplace_id:
        raise bad_request("marketplaceIds must name exactly one marketplace")
    if query.get("granularityId") != marketplace_id:
        raise bad_request("granularityId and marketplaceIds must be one marketplace of the seller")
    if query.get("details", "false") not in ("true", "false"):
        raise bad_request("details must be true or false")
    if len(query.get("sellerSkus", "").split(",")) > MOST_SKUS:
        raise bad_request(f"sellerSkus may name up to {MOST_SKUS} SKUs")
    return query.get("details") == "true"


def _wanted(held: Batch, account: Account, cursor: Cursor) -> Any:
    """Which rows are asked for: `startDateTime` before `sellerSkus` before `sellerSku`."""
    question = cursor.question
    if "startDateTime" in question:
        start = moment(question["startDateTime"], "startDateTime")
        if start < cursor.as_of - LONGEST:
            raise bad_request("startDateTime must be no earlier than 18 months ago")
        return held["changed"] > seconds(start)
    named = question.get("sellerSkus") or question.get("sellerSku")
    if not named:
        return np.ones(len(held), bool)
    skus = set(named.split(",") if "sellerSkus" in question else [named])
    return np.array([account.world.listings[number].sku in skus for number in held["listing"].tolist()], bool)


def _summary(account: Account, held: Batch, row: int, details: bool) -> dict[str, Any]:
    listing = account.world.listings[int(held["listing"][row])]
    count = {name: int(column[row]) for name, column in held.columns.items()}
    kinds = ("fulfillable", *INBOUND.values(), *RESERVED.values(), *RESEARCH.values(), *UNFULFILLABLE)
    summary = {
        "asin": listing.asin,
        "fnSku": listing.fnsku,
        "sellerSku": listing.sku,
        "condition": "NewItem",
        "lastUpdatedTime": cells.stamps(held["changed"][row : row + 1])[0],
        "productName": listing.title,
        "totalQuantity": sum(count[kind] for kind in kinds),
    }
    return {**summary, "inventoryDetails": _details(count)} if details else summary


def _details(count: dict[str, int]) -> dict[str, Any]:
    return {
        "fulfillableQuantity": count["fulfillable"],
        **{name: count[kind] for name, kind in INBOUND.items()},
        "reservedQuantity": {
            "totalReservedQuantity": sum(count[kind] for kind in RESERVED.values()),
            **{name: count[kind] for name, kind in RESERVED.items()},
        },
        "researchingQuantity": {
            "totalResearchingQuantity": sum(count[kind] for kind in RESEARCH.values()),
            "researchingQuantityBreakdown": [
                {"name": f"researchingQuantityIn{term}", "quantity": count[kind]} for term, kind in RESEARCH.items()
            ],
        },
        "unfulfillableQuantity": {
            "totalUnfulfillableQuantity": sum(count[kind] for kind in UNFULFILLABLE),
            **{_camel(kind): count[kind] for kind in UNFULFILLABLE},
        },
    }


def _camel(kind: str) -> str:
    first, *rest = kind.split("_")
    return first + "".join(word.capitalize() for word in rest) + "Quantity"


ROUTES = (Route("GET", "/fba/inventory/v1/summaries", "getInventorySummaries", summaries),)
