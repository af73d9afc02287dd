"""Fee estimates and the catalogue."""

from typing import Any

import pytest

from local_amazon.world import fees
from tests.unit.local_amazon.surface.small_world import LAMP, NOW, PRODUCTS, Client, error_of, json_of, world

US, DE = "ATVPDKIKX0DER", "A1PA6795UKMFR9"
FEES, ITEMS = "/products/fees/v0", "/catalog/2022-04-01/items"
DAY = int(NOW.timestamp()) // 86_400


def request(price: float = 49.99, **change: Any) -> dict[str, Any]:
    prices = {"ListingPrice": {"CurrencyCode": "USD", "Amount": price}}
    body = {"MarketplaceId": US, "IsAmazonFulfilled": True, "PriceToEstimateFees": prices, "Identifier": "mine"}
    return {"FeesEstimateRequest": {**body, **change}}


def types(result: dict[str, Any]) -> dict[str, float]:
    return {each["FeeType"]: each["FinalFee"]["Amount"] for each in result["FeesEstimate"]["FeeDetailList"]}


def single(shop: Client, path: str, **change: Any) -> dict[str, Any]:
    found: dict[str, Any] = json_of(shop.post(f"{FEES}/{path}/feesEstimate", request(**change)))["payload"]
    return found["FeesEstimateResult"]


def test_an_estimate_by_asin_takes_the_real_size_and_one_by_sku_what_amazon_measured(shop: Client) -> None:
    product = PRODUCTS[LAMP]
    by_asin, by_sku = types(single(shop, "items/B0000LAMP1")), types(single(shop, "listings/LAMP-1"))
    assert by_asin["FBAFees"] == fees.fulfilment(product.size, 4999, DAY) / 100
    assert by_sku["FBAFees"] == fees.fulfilment(product.measured[0].size, 4999, DAY) / 100
    assert by_sku["FBAFees"] > by_asin["FBAFees"]
    assert by_sku["ReferralFee"] == by_asin["ReferralFee"] == fees.referral(product.category, 4999) / 100


def test_a_seller_fulfilled_estimate_has_no_fulfilment_fee(shop: Client) -> None:
    assert set(types(single(shop, "listings/LAMP-1", IsAmazonFulfilled=False))) == {"ReferralFee"}


def test_a_batch_answers_each_entry_and_repeats_the_sellers_identifier(shop: Client) -> None:
    good, bad = request(Identifier="a"), request(Identifier="b")
    asked = [{**good, "IdType": "ASIN", "IdValue": "B0000LAMP1"}, {**bad, "IdType": "SellerSKU", "IdValue": "X"}]
    results = json_of(shop.post(f"{FEES}/feesEstimate", asked))
    assert [each["Status"] for each in results] == ["Success", "ClientError"]
    assert [each["FeesEstimateIdentifier"]["SellerInputIdentifier"] for each in results] == ["a", "b"]
    assert "FeesEstimate" not in results[1]


@pytest.mark.parametrize("body", [{}, [], [{"IdType": "EAN"}], [request()] * 21, "text"])
def test_a_wrong_batch_is_refused(shop: Client, body: object) -> None:
    assert shop.post(f"{FEES}/feesEstimate", body).status == 400


def test_a_request_without_a_price_is_refused(shop: Client) -> None:
    asked = {"FeesEstimateRequest": {"MarketplaceId": US, "Identifier": "x"}}
    assert shop.post(f"{FEES}/listings/LAMP-1/feesEstimate", asked).status == 400
    assert shop.post(f"{FEES}/listings/LAMP-1/feesEstimate", None).status == 400


def test_a_package_is_told_in_the_units_of_the_marketplace(shop: Client) -> None:
    query = {"includedData": "dimensions"}
    american = shop.json(f"{ITEMS}/B0000LAMP1", marketplaceIds=US, **query)["dimensions"][0]["package"]
    assert american["length"] == {"unit": "inches", "value": 14.0}
    assert american["weight"] == {"unit": "pounds", "value": 4.5}
    german = Client(world("eu")).json(f"{ITEMS}/B0000LAMP1", marketplaceIds=DE, **query)["dimensions"][0]["package"]
    assert german["length"] == {"unit": "centimeters", "value": 35.56}
    assert german["weight"] == {"unit": "kilograms", "value": 2.041}


def test_only_what_is_included_is_told(shop: Client) -> None:
    assert set(shop.json(f"{ITEMS}/B0000LAMP1", marketplaceIds=US)) == {"asin", "summaries"}


def test_search_by_asin_by_sku_and_by_keyword(shop: Client) -> None:
    def found(**query: str) -> list[str]:
        return [each["asin"] for each in shop.json(ITEMS, marketplaceIds=US, **query)["items"]]

    assert found(identifiers="B00000MUG1,B0NOBODYS1", identifiersType="ASIN") == ["B00000MUG1"]
    assert found(identifiers="LAMP-1", identifiersType="SKU", sellerId="ALOCALSELLER1") == ["B0000LAMP1"]
    shop.later(seconds=10)
    assert found(keywords="desk,lamp") == ["B0000LAMP1"]
    assert found(keywords="desk,mug") == []


@pytest.mark.parametrize(
    "query",
    [
        {"keywords": "mug"},
        {"marketplaceIds": f"{US},{DE}", "keywords": "mug"},
        {"marketplaceIds": US},
        {"marketplaceIds": US, "keywords": "mug", "identifiers": "B00000MUG1"},
        {"marketplaceIds": US, "identifiers": "B00000MUG1"},
        {"marketplaceIds": US, "identifiers": "MUG-1", "identifiersType": "SKU"},
        {"marketplaceIds": US, "keywords": "mug", "pageSize": "21"},
        {"marketplaceIds": US, "keywords": "mug", "includedData": "secrets"},
    ],
)
def test_a_wrong_search_is_refused(shop: Client, query: dict[str, str]) -> None:
    assert error_of(shop.get(ITEMS, **query))[:2] == (400, "InvalidInput")


def test_an_unknown_product_is_not_found(shop: Client) -> None:
    assert shop.get(f"{ITEMS}/B0NOBODYS1", marketplaceIds=US).status == 404


def test_pages_of_a_search_go_on_with_their_token(shop: Client) -> None:
    query = {"marketplaceIds": US, "identifiers": "B00000MUG1,B0000LAMP1", "identifiersType": "ASIN", "pageSize": 1}
    first = shop.json(ITEMS, **query)
    second = shop.json(ITEMS, **query, pageToken=first["pagination"]["nextToken"])
    assert [page["items"][0]["asin"] for page in (first, second)] == ["B00000MUG1", "B0000LAMP1"]
    assert (first["numberOfResults"], second["pagination"]) == (2, {})
