"""Sellers API v1: getMarketplaceParticipations."""

from local_amazon.seller import Seller
from local_amazon.server.answers import Answer, json_answer
from local_amazon.world.model import CURRENCY


def participations(seller: Seller) -> Answer:
    """The marketplaces the seller takes part in (the world has the United States only)."""
    payload = [
        {
            "marketplace": {
                "id": marketplace_id,
                "countryCode": "US",
                "name": "Amazon.com",
                "defaultCurrencyCode": CURRENCY,
                "defaultLanguageCode": "en_US",
                "domainName": "www.amazon.com",
            },
            "storeName": seller.store_name,
            "participation": {"isParticipating": True, "hasSuspendedListings": False},
        }
        for marketplace_id in seller.marketplace_ids
    ]
    return json_answer({"payload": payload})
