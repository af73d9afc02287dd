"""Both orders APIs over the same orders."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.local_amazon.surface.small_world import NOW, Client, error_of

OLD, NEW = "/orders/v0/orders", "/orders/2026-01-01/orders"
US = {"MarketplaceIds": "ATVPDKIKX0DER"}
AFTER = {"CreatedAfter": "2026-10-01"}
TWO_LINES, REPLACEMENT, WAITING, GONE, MERCHANT = (f"111-2222222-333333{n}" for n in range(5))
PERSONAL = ("buyer", "recipient", "shippingaddress", "email")


def old(shop: Client, **query: Any) -> dict[str, dict[str, Any]]:
    found = shop.json(OLD, **US, **query)["payload"]["Orders"]
    return {each["AmazonOrderId"]: each for each in found}


def new(shop: Client, **query: Any) -> dict[str, dict[str, Any]]:
    return {each["orderId"]: each for each in shop.json(NEW, **query)["orders"]}


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"CreatedAfter": "2026-11-01", "LastUpdatedAfter": "2026-11-01"},
        {"CreatedAfter": "2026-11-01", "CreatedBefore": NOW.isoformat()},
        {"CreatedAfter": "2026-11-02", "CreatedBefore": "2026-11-01"},
        {"CreatedAfter": "2026-11-01", "OrderStatuses": "Lost"},
        {"CreatedAfter": "2026-11-01", "MaxResultsPerPage": "101"},
    ],
)
def test_wrong_old_parameters_are_refused(shop: Client, query: dict[str, str]) -> None:
    assert error_of(shop.get(OLD, **US, **query))[:2] == (400, "InvalidInput")


def test_the_old_api_needs_a_marketplace_of_the_seller(shop: Client) -> None:
    assert shop.get(OLD, **AFTER).status == 400
    assert shop.get(OLD, **AFTER, MarketplaceIds="A1PA6795UKMFR9").status == 400


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"createdAfter": "2026-11-01", "lastUpdatedAfter": "2026-11-01"},
        {"createdAfter": "2026-11-01", "fulfillmentStatuses": "LOST"},
        {"createdAfter": "2026-11-01", "includedData": "EVERYTHING"},
    ],
)
def test_wrong_new_parameters_are_refused(shop: Client, query: dict[str, str]) -> None:
    assert error_of(shop.get(NEW, **query))[:2] == (400, "InvalidInput")


def test_both_apis_find_the_same_orders(shop: Client) -> None:
    assert list(old(shop, **AFTER)) == list(new(shop, createdAfter="2026-10-01"))
    assert set(old(shop, **AFTER)) == {TWO_LINES, REPLACEMENT, WAITING, GONE, MERCHANT}


def test_statuses_in_the_words_of_each_api(shop: Client) -> None:
    statuses = {order: each["OrderStatus"] for order, each in old(shop, **AFTER).items()}
    assert (statuses[TWO_LINES], statuses[WAITING], statuses[GONE]) == ("Shipped", "Pending", "Canceled")
    found = new(shop, createdAfter="2026-10-01", includedData="FULFILLMENT")
    words = {order: each["fulfillment"]["fulfillmentStatus"] for order, each in found.items()}
    assert (words[TWO_LINES], words[WAITING], words[GONE]) == ("SHIPPED", "PENDING", "CANCELLED")


def test_statuses_narrow_the_listing(shop: Client) -> None:
    assert set(old(shop, **AFTER, OrderStatuses="Canceled")) == {GONE}
    assert old(shop, **AFTER, OrderStatuses="Unshipped,PartiallyShipped") == {}
    assert set(new(shop, createdAfter="2026-10-01", fulfillmentStatuses="PENDING,CANCELLED")) == {WAITING, GONE}


def test_an_order_is_found_by_its_last_change_when_it_has_shipped(shop: Client) -> None:
    since = (NOW - timedelta(hours=1)).isoformat()
    assert old(shop, LastUpdatedAfter=since) == {}
    shop.later(days=1, minutes=5)
    shop.token = shop.grant()["access_token"]
    found = old(shop, LastUpdatedAfter=since)
    assert [each["OrderStatus"] for each in found.values()] == ["Shipped"]
    assert set(found) == {WAITING}


def test_windows_include_both_ends(shop: Client) -> None:
    at = old(shop, **AFTER)[GONE]["PurchaseDate"]
    assert set(old(shop, CreatedAfter=at, CreatedBefore=at)) == {GONE}


def test_an_order_total_is_what_the_buyer_paid_and_pending_orders_have_none(shop: Client) -> None:
    found = old(shop, **AFTER)
    assert found[TWO_LINES]["OrderTotal"] == {"CurrencyCode": "USD", "Amount": "96.96"}
    assert "OrderTotal" not in found[WAITING]
    items = shop.json(f"{OLD}/{WAITING}/orderItems")["payload"]["OrderItems"]
    assert [("ItemPrice" in item, item["QuantityShipped"]) for item in items] == [(False, 0)]


def test_lines_with_their_totals(shop: Client) -> None:
    items = shop.json(f"{OLD}/{TWO_LINES}/orderItems")["payload"]["OrderItems"]
    assert [(each["SellerSKU"], each["QuantityOrdered"]) for each in items] == [("MUG-1", 2), ("LAMP-1", 1)]
    assert items[0]["ItemPrice"]["Amount"] == "39.98"
    found = shop.json(f"{NEW}/{TWO_LINES}", includedData="PROCEEDS")["order"]
    assert found["proceeds"]["grandTotal"] == {"amount": "96.96", "currencyCode": "USD"}
    first = found["orderItems"][0]["proceeds"]
    assert {each["type"]: each["subtotal"]["amount"] for each in first["breakdowns"]} == {
        "ITEM": "39.98",
        "SHIPPING": "4.99",
        "TAX": "3.00",
        "DISCOUNT": "-1.00",
    }


def test_a_replacement_names_its_original(shop: Client) -> None:
    replaced = old(shop, **AFTER)[REPLACEMENT]
    assert (replaced["IsReplacementOrder"], replaced["ReplacedOrderId"]) == (True, TWO_LINES)
    associated = new(shop, createdAfter="2026-10-01")[REPLACEMENT]["associatedOrders"]
    assert associated == [{"orderId": TWO_LINES, "associationType": "REPLACEMENT_ORIGINAL_ID"}]


def test_who_fulfils(shop: Client) -> None:
    found = old(shop, **AFTER)
    assert (found[MERCHANT]["FulfillmentChannel"], found[GONE]["FulfillmentChannel"]) == ("MFN", "AFN")
    assert set(old(shop, **AFTER, FulfillmentChannels="MFN")) == {MERCHANT}
    assert set(new(shop, createdAfter="2026-10-01", fulfilledBy="MERCHANT")) == {MERCHANT}
    assert len(new(shop, createdAfter="2026-10-01", fulfilledBy="AMAZON,MERCHANT")) == len(found)


def test_nothing_personal_is_told_even_when_it_is_asked_for(shop: Client) -> None:
    asked = "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT"
    for body in (shop.get(NEW, createdAfter="2026-10-01", includedData=asked).body, shop.get(OLD, **US, **AFTER).body):
        text = body.decode().lower().replace('"requester":"buyer"', "")
        assert not [word for word in PERSONAL if word in text]


def test_an_unknown_order_is_not_found(shop: Client) -> None:
    for path in (f"{OLD}/111-0000000-0000000", f"{OLD}/nonsense/orderItems", f"{NEW}/111-0000000-0000000"):
        assert error_of(shop.get(path))[:2] == (404, "NotFound")
