"""Product Fees API v0: what Amazon would charge today.

Rules: model productFeesV0.json of https://github.com/amzn/selling-partner-api-models; at most 20 products a batch:
https://developer-docs.amazon.com/sp-api/docs/product-fees-api-v0-reference. An estimate by ASIN takes the catalogue's
size, one by SKU what Amazon measured.
"""

from typing import Any

from local_amazon.server.account import Account, seconds
from local_amazon.server.answers import Answer, Refused, bad_request, json_answer, stamp
from local_amazon.server.call import Call
from local_amazon.server.cells import DAY
from local_amazon.server.routes import Route
from local_amazon.world import fees
from local_amazon.world.previews import measured
from local_amazon.world.world import Product

MOST = 20


def estimates(call: Call) -> Answer:
    """getMyFeesEstimates: a list, in which single entries may have failed."""
    asked = call.request.json()
    if not isinstance(asked, list) or not 1 <= len(asked) <= MOST:
        raise bad_request(f"The request must have 1 to {MOST} entries")
    if not all(isinstance(each, dict) and each.get("IdType") in ("ASIN", "SellerSKU") for each in asked):
        raise bad_request("IdType must be ASIN or SellerSKU")
    return json_answer([_estimate(call, each, each["IdType"], str(each.get("IdValue"))) for each in asked])


def estimate_for_sku(call: Call) -> Answer:
    return _single(call, "SellerSKU")


def estimate_for_asin(call: Call) -> Answer:
    return _single(call, "ASIN")


def _single(call: Call, id_type: str) -> Answer:
    result = _estimate(call, call.request.json(), id_type, call.ids[0])
    return json_answer({"payload": {"FeesEstimateResult": result}})


def _estimate(call: Call, body: Any, id_type: str, value: str) -> dict[str, Any]:
    request = body.get("FeesEstimateRequest") if isinstance(body, dict) else None
    if not isinstance(request, dict) or not {"MarketplaceId", "PriceToEstimateFees", "Identifier"} <= set(request):
        raise bad_request("FeesEstimateRequest needs MarketplaceId, PriceToEstimateFees and Identifier")
    identifier = {
        "MarketplaceId": request["MarketplaceId"],
        "SellerId": call.account.seller.selling_partner_id,
        "IdType": id_type,
        "IdValue": value,
        "IsAmazonFulfilled": bool(request.get("IsAmazonFulfilled")),
        "PriceToEstimateFees": request["PriceToEstimateFees"],
        "SellerInputIdentifier": request["Identifier"],
    }
    try:
        estimate = _fees(call, request, id_type, value)
    except Refused:
        return {"Status": "ClientError", "FeesEstimateIdentifier": identifier, "Error": _failure(id_type, value)}
    return {"Status": "Success", "FeesEstimateIdentifier": identifier, "FeesEstimate": estimate}


def _failure(id_type: str, value: str) -> dict[str, Any]:
    message = f"There is an client-side error. Please verify your inputs: {id_type} {value}"
    return {"Type": "Sender", "Code": "InvalidParameterValue", "Message": message, "Detail": []}


def _fees(call: Call, request: dict[str, Any], id_type: str, value: str) -> dict[str, Any]:
    market = call.account.market(request["MarketplaceId"])
    product, day = _product(call.account, id_type, value), seconds(call.now) // DAY
    currency, parity = call.account.markets[market].currency, call.account.markets[market].parity
    size = product.size if id_type == "ASIN" else measured(product, market, day)
    price = _cents(request["PriceToEstimateFees"])
    details = [_detail("ReferralFee", fees.referral(product.category, price, parity), currency)]
    if request.get("IsAmazonFulfilled"):
        fulfilment = fees.fulfilment(size, price, day, parity)
        included = [_detail("FBAPickAndPack", fulfilment, currency)]
        details.append({**_detail("FBAFees", fulfilment, currency), "IncludedFeeDetailList": included})
    total = sum(detail["FinalFee"]["Amount"] for detail in details)
    return {
        "TimeOfFeesEstimation": stamp(call.now),
        "TotalFeesEstimate": {"CurrencyCode": currency, "Amount": round(total, 2)},
        "FeeDetailList": details,
    }


def _product(account: Account, id_type: str, value: str) -> Product:
    for listing in account.world.listings:
        if value == (listing.asin if id_type == "ASIN" else listing.sku):
            return account.world.products[listing.product]
    raise bad_request(f"Unknown {id_type} {value}")


def _cents(price: Any) -> int:
    """What the buyer would pay: listing price and shipping."""
    amounts = (price.get(name) or {} for name in ("ListingPrice", "Shipping"))
    return round(sum(float(each.get("Amount", 0)) for each in amounts) * 100)


def _detail(name: str, cents: int, currency: str) -> dict[str, Any]:
    fee, nothing = ({"CurrencyCode": currency, "Amount": amount} for amount in (cents / 100, 0))
    return {"FeeType": name, "FeeAmount": fee, "FeePromotion": nothing, "FinalFee": fee}


ROUTES = (
    Route("POST", "/products/fees/v0/feesEstimate", "getMyFeesEstimates", estimates),
    Route("POST", "/products/fees/v0/listings/{SellerSKU}/feesEstimate", "getMyFeesEstimateForSKU", estimate_for_sku),
    Route("POST", "/products/fees/v0/items/{Asin}/feesEstimate", "getMyFeesEstimateForASIN", estimate_for_asin),
)
