"""Sellers API v1: getMarketplaceParticipations (model sellers.json of amzn/selling-partner-api-models)."""

from local_amazon.server.answers import Answer, json_answer
from local_amazon.server.call import Call
from local_amazon.server.routes import Route


def participations(call: Call) -> Answer:
    """The marketplaces the seller takes part in."""
    payload = [
        {
            "marketplace": {
                "id": market.id,
                "countryCode": market.country,
                "name": market.name,
                "defaultCurrencyCode": market.currency,
                "defaultLanguageCode": market.language,
                "domainName": market.domain,
            },
            "storeName": call.account.seller.store_name,
            "participation": {"isParticipating": True, "hasSuspendedListings": False},
        }
        for market in call.account.markets
    ]
    return json_answer({"payload": payload})


ROUTES = (Route("GET", "/sellers/v1/marketplaceParticipations", "getMarketplaceParticipations", participations),)
