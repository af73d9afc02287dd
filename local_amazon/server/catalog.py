"""Catalog Items API 2022-04-01: getCatalogItem, searchCatalogItems, over the seller's own products.

Rules: model catalogItems_2022-04-01.json of https://github.com/amzn/selling-partner-api-models.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from local_amazon.server.account import Account
from local_amazon.server.answers import Answer, Refused, bad_request, error, json_answer
from local_amazon.server.call import Call
from local_amazon.server.cursor import Paging, cursor_of
from local_amazon.server.ordering import several
from local_amazon.server.routes import Route
from local_amazon.world.markets import Marketplace
from local_amazon.world.world import Product

PAGING = Paging("pageToken", timedelta(hours=1))
MOST_IDENTIFIERS = 20
INCLUDABLE = (
    "attributes",
    "classifications",
    "dimensions",
    "identifiers",
    "images",
    "productTypes",
    "relationships",
    "salesRanks",
    "summaries",
    "vendorDetails",
)
IDENTIFIER_TYPES = ("ASIN", "EAN", "GTIN", "ISBN", "JAN", "MINSAN", "SKU", "UPC")


class Units(NamedTuple):
    """What a marketplace measures in, and how many of it an inch and a pound are."""

    length: str
    per_inch: float
    weight: str
    per_pound: float


IMPERIAL = Units("inches", 1, "pounds", 1)
METRIC = Units("centimeters", 2.54, "kilograms", 0.45359237)


def get_item(call: Call) -> Answer:
    """One product by its ASIN."""
    market, included = _market(call), _included(call)
    for product in call.account.world.products:
        if product.asin == call.ids[0]:
            return json_answer(_item(product, market, included))
    raise Refused(error(404, "NOT_FOUND", f"Requested item '{call.ids[0]}' not found in marketplace {market.id}."))


def search_items(call: Call) -> Answer:
    """A page of products by identifiers or keywords."""
    market, included = _market(call), _included(call)
    cursor = cursor_of(call, PAGING)
    found = [product for product in call.account.world.products if _search(call)(product)]
    page, token = cursor.slice(_page_size(call), len(found))
    return json_answer(
        {
            "numberOfResults": len(found),
            "pagination": {"nextToken": token} if token else {},
            "refinements": {"brands": [], "classifications": []},
            "items": [_item(product, market, included) for product in found[page]],
        }
    )


def _search(call: Call) -> Callable[[Product], bool]:
    identifiers = several(call.query.get("identifiers"), MOST_IDENTIFIERS, "identifiers")
    keywords = several(call.query.get("keywords"), MOST_IDENTIFIERS, "keywords")
    if bool(identifiers) == bool(keywords):
        raise bad_request("Exactly one of identifiers and keywords is required")
    if keywords:
        return lambda product: all(word.lower() in product.title.lower() for word in keywords)
    kind = call.query.get("identifiersType")
    if kind not in IDENTIFIER_TYPES:
        raise bad_request("identifiersType is required with identifiers")
    if kind == "SKU" and not call.query.get("sellerId"):
        raise bad_request("sellerId is required with identifiersType SKU")
    asins = _asins_of_skus(call.account, identifiers) if kind == "SKU" else set(identifiers) if kind == "ASIN" else ()
    return lambda product: product.asin in asins


def _asins_of_skus(account: Account, skus: list[str]) -> set[str]:
    return {listing.asin for listing in account.world.listings if listing.sku in skus}


def _market(call: Call) -> Marketplace:
    ids = several(call.query.get("marketplaceIds"), 1, "marketplaceIds")
    if not ids:
        raise bad_request("marketplaceIds is required")
    return call.account.markets[call.account.market(ids[0])]


def _included(call: Call) -> list[str]:
    included = several(call.query.get("includedData", "summaries"), len(INCLUDABLE), "includedData")
    if not set(included) <= set(INCLUDABLE):
        raise bad_request("Invalid includedData")
    return included


def _page_size(call: Call) -> int:
    text = call.query.get("pageSize", "10")
    if not text.isdigit() or not 1 <= int(text) <= 20:
        raise bad_request("pageSize must be between 1 and 20")
    return int(text)


def _item(product: Product, market: Marketplace, included: list[str]) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "attributes": {},
        "dimensions": [{"marketplaceId": market.id, "package": _package(product, market)}],
        "identifiers": [{"marketplaceId": market.id, "identifiers": []}],
        "productTypes": [{"marketplaceId": market.id, "productType": product.category.upper().replace(" ", "_")}],
        "summaries": [_summary(product, market)],
    }
    return {"asin": product.asin, **{name: parts.get(name, []) for name in included}}


def _summary(product: Product, market: Marketplace) -> dict[str, Any]:
    return {
        "marketplaceId": market.id,
        "brand": product.brand,
        "itemClassification": "BASE_PRODUCT",
        "itemName": product.title,
        "packageQuantity": 1,
        "websiteDisplayGroupName": product.category,
    }


def _package(product: Product, market: Marketplace) -> dict[str, Any]:
    """The package as it really is; what Amazon measured stands in the fee preview."""
    units, size = IMPERIAL if market.country == "US" else METRIC, product.size
    sides = {"length": size.longest, "width": size.median, "height": size.shortest}
    lengths = {name: _measure(units.length, side * units.per_inch) for name, side in sides.items()}
    return {**lengths, "weight": _measure(units.weight, size.weight * units.per_pound)}


def _measure(unit: str, thousandths: float) -> dict[str, Any]:
    return {"unit": unit, "value": round(thousandths / 1000, 3)}


ROUTES = (
    Route("GET", "/catalog/2022-04-01/items", "searchCatalogItems", search_items),
    Route("GET", "/catalog/2022-04-01/items/{asin}", "getCatalogItem", get_item),
)
