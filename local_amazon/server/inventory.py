"""FBA Inventory API v1: getInventorySummaries.

Parameters, shapes and the life of page tokens: model fbaInventory.json of
https://github.com/amzn/selling-partner-api-models; 50 summaries a page: issue 2312 there.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from local_amazon.seller import Seller
from local_amazon.server.answers import Answer, bad_request, json_answer, moment, stamp
from local_amazon.server.cursor import Cursor, cursor_of
from local_amazon.world.build import World
from local_amazon.world.holdings import IN_TRANSIT, RESEARCH, Holding, holdings

PAGE = 50
TOKEN_LIFE = timedelta(seconds=30)
MOST_SKUS = 50
LONGEST = timedelta(days=548)  # 18 months
UNFULFILLABLE = {
    "customerDamagedQuantity": "CUSTOMER_DAMAGED",
    "warehouseDamagedQuantity": "WAREHOUSE_DAMAGED",
    "distributorDamagedQuantity": "DISTRIBUTOR_DAMAGED",
    "carrierDamagedQuantity": "CARRIER_DAMAGED",
    "defectiveQuantity": "DEFECTIVE",
    "expiredQuantity": "EXPIRED",
}


class Inventory:
    """Lists what a world holds."""

    def __init__(self, world: World) -> None:
        self._held: Callable[[datetime], list[Holding]] = lru_cache(maxsize=2)(lambda now: holdings(world, now))

    def summaries(self, query: dict[str, str], seller: Seller, now: datetime) -> Answer:
        """One page; see the module's sources for the rules."""
        details = _checked(query, seller)
        cursor = cursor_of(query, now, TOKEN_LIFE)
        found = [holding for holding in self._held(cursor.as_of) if _wanted(holding, cursor)]
        answer: dict[str, Any] = {
            "pagination": {},
            "payload": {
                "granularity": {"granularityType": "Marketplace", "granularityId": query["granularityId"]},
                "inventorySummaries": [_summary(holding, details) for holding in found[cursor.offset :][:PAGE]],
            },
        }
        if cursor.offset + PAGE < len(found):
            answer["pagination"]["nextToken"] = cursor.next(PAGE, now).token()
        return json_answer(answer)


def _checked(query: dict[str, str], seller: Seller) -> bool:
    """Whether details are wanted."""
    if query.get("granularityType") != "Marketplace":
        raise bad_request("granularityType must be Marketplace")
    marketplace_id = query.get("marketplaceIds", "")
    if not marketplace_id or "," in marketplace_id:
        raise bad_request("marketplaceIds must name exactly one marketplace")
    if marketplace_id not in seller.marketplace_ids or query.get("granularityId") != marketplace_id:
        raise bad_request("granularityId and marketplaceIds must be one marketplace of the seller")
    if query.get("details", "false") not in ("true", "false"):
        raise bad_request("details must be true or false")
    if len(query.get("sellerSkus", "").split(",")) > MOST_SKUS:
        raise bad_request(f"sellerSkus may name up to {MOST_SKUS} SKUs")
    return query.get("details") == "true"


def _wanted(holding: Holding, cursor: Cursor) -> bool:
    """`startDateTime` before `sellerSkus` before `sellerSku`."""
    question = cursor.question
    if "startDateTime" in question:
        start = moment(question["startDateTime"], "startDateTime")
        if start < cursor.as_of - LONGEST:
            raise bad_request("startDateTime must be no earlier than 18 months ago")
        return holding.changed_at > start
    if "sellerSkus" in question:
        return holding.listing.sku in question["sellerSkus"].split(",")
    return holding.listing.sku == question.get("sellerSku", holding.listing.sku)


def _summary(holding: Holding, details: bool) -> dict[str, Any]:
    listing = holding.listing
    summary = {
        "asin": listing.asin,
        "fnSku": listing.fnsku,
        "sellerSku": listing.sku,
        "condition": "NewItem",
        "lastUpdatedTime": stamp(holding.changed_at),
        "productName": listing.title,
        "totalQuantity": holding.total,
    }
    return {**summary, "inventoryDetails": _details(holding)} if details else summary


def _details(holding: Holding) -> dict[str, Any]:
    unfulfillable = {name: holding.units.get(disposition, 0) for name, disposition in UNFULFILLABLE.items()}
    in_transit = holding.units.get(IN_TRANSIT, 0)
    return {
        "fulfillableQuantity": holding.units.get("SELLABLE", 0),
        "inboundWorkingQuantity": holding.inbound_working,
        "inboundShippedQuantity": 0,
        "inboundReceivingQuantity": 0,
        "reservedQuantity": {
            "totalReservedQuantity": in_transit,
            "pendingCustomerOrderQuantity": 0,
            "pendingTransshipmentQuantity": in_transit,
            "fcProcessingQuantity": 0,
        },
        "researchingQuantity": {
            "totalResearchingQuantity": sum(holding.researching.values()),
            "researchingQuantityBreakdown": [
                {"name": f"researchingQuantityIn{term}", "quantity": holding.researching.get(term, 0)}
                for _, term in RESEARCH
            ],
        },
        "unfulfillableQuantity": {"totalUnfulfillableQuantity": sum(unfulfillable.values()), **unfulfillable},
    }
