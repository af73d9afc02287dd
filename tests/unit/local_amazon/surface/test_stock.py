"""Inventory summaries and inbound shipments."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.local_amazon.surface.rows import SHIPMENT, tables
from tests.unit.local_amazon.surface.small_world import LISTINGS, MUG, Client, at, error_of, world

US = "ATVPDKIKX0DER"
SUMMARIES = "/fba/inventory/v1/summaries"
ASKED = {"granularityType": "Marketplace", "granularityId": US, "marketplaceIds": US}
SHIPMENTS, ITEMS = "/fba/inbound/v0/shipments", "/fba/inbound/v0/shipmentItems"
ANY = {"ShipmentStatusList": "WORKING,SHIPPED,RECEIVING,CLOSED"}
RANGE = {"LastUpdatedAfter": "2026-11-01T00:00:00Z", "LastUpdatedBefore": "2026-11-23T00:00:00Z"}


def held(shop: Client, **query: Any) -> dict[str, dict[str, Any]]:
    shop.later(seconds=1)  # two calls a second are allowed
    found = shop.json(SUMMARIES, **{**ASKED, **query})["payload"]["inventorySummaries"]
    return {each["sellerSku"]: each for each in found}


@pytest.mark.parametrize(
    "change",
    [
        {"granularityType": "Country"},
        {"marketplaceIds": f"{US},A2EUQ1WTGCTBG2"},
        {"marketplaceIds": "A1PA6795UKMFR9", "granularityId": "A1PA6795UKMFR9"},
        {"granularityId": "A2EUQ1WTGCTBG2"},
        {"details": "yes"},
        {"startDateTime": "2020-01-01"},
        {"sellerSkus": ",".join(f"S{n}" for n in range(51))},
    ],
)
def test_wrong_inventory_parameters_are_refused(shop: Client, change: dict[str, str]) -> None:
    assert error_of(shop.get(SUMMARIES, **{**ASKED, **change}))[:2] == (400, "InvalidInput")


def test_details_come_only_when_asked_for_and_add_up(shop: Client) -> None:
    assert "inventoryDetails" not in held(shop)["MUG-1"]
    mug = held(shop, details="true")["MUG-1"]
    details = mug["inventoryDetails"]
    assert details["fulfillableQuantity"] == 40 - 2 - 3 + 1 - 1
    assert details["reservedQuantity"]["pendingCustomerOrderQuantity"] == 1
    assert details["researchingQuantity"]["totalResearchingQuantity"] == 2
    parts = (
        details["fulfillableQuantity"],
        details["reservedQuantity"]["totalReservedQuantity"],
        details["researchingQuantity"]["totalResearchingQuantity"],
        details["unfulfillableQuantity"]["totalUnfulfillableQuantity"],
        *(details[f"inbound{stage}Quantity"] for stage in ("Working", "Shipped", "Receiving")),
    )
    assert mug["totalQuantity"] == sum(parts)


def test_inbound_units_are_told_apart_by_how_far_they_are(shop: Client) -> None:
    lamp = held(shop, details="true")["LAMP-1"]
    assert (lamp["inventoryDetails"]["inboundReceivingQuantity"], lamp["totalQuantity"]) == (6, 6 - 2)


def test_skus_narrow_the_listing_and_a_start_goes_before_them(shop: Client) -> None:
    assert set(held(shop)) == {"LAMP-1", "MUG-1"}
    assert set(held(shop, sellerSkus="MUG-1,NOBODYS")) == {"MUG-1"}
    assert set(held(shop, sellerSku="LAMP-1")) == {"LAMP-1"}
    assert set(held(shop, sellerSku="LAMP-1", startDateTime="2026-11-22T00:00:00Z")) == {"LAMP-1"}
    assert set(held(shop, startDateTime="2026-11-23T00:00:00Z")) == set()


def test_a_page_has_fifty_summaries_and_its_token_lives_thirty_seconds() -> None:
    listings = [replace(LISTINGS[MUG], sku=f"MUG-{n:03}") for n in range(70)]
    client = Client(replace(world(), listings=listings))
    first = client.json(SUMMARIES, **ASKED)
    token = {"nextToken": first["pagination"]["nextToken"]}
    client.later(seconds=29)
    second = client.json(SUMMARIES, **ASKED, **token)
    skus = [each["sellerSku"] for body in (first, second) for each in body["payload"]["inventorySummaries"]]
    assert (len(skus), len(set(skus)), second["pagination"]) == (70, 70, {})
    client.later(seconds=1)
    assert error_of(client.get(SUMMARIES, **ASKED, **token))[2] == "Next token has expired."


@pytest.mark.parametrize(
    "change",
    [
        {"QueryType": "EVERYTHING"},
        {"QueryType": "SHIPMENT"},
        {"QueryType": "SHIPMENT", "ShipmentStatusList": "LOST"},
        {"QueryType": "DATE_RANGE", **ANY},
        {"QueryType": "DATE_RANGE", **RANGE},
        {"QueryType": "DATE_RANGE", **ANY, **RANGE, "LastUpdatedAfter": "2026-11-24"},
        {"QueryType": "NEXT_TOKEN"},
    ],
)
def test_wrong_inbound_parameters_are_refused(shop: Client, change: dict[str, str]) -> None:
    assert error_of(shop.get(SHIPMENTS, MarketplaceId=US, **change))[:2] == (400, "Invalid Input")


def statuses(shop: Client, **query: Any) -> list[str]:
    data = shop.json(SHIPMENTS, MarketplaceId=US, **query)["payload"]["ShipmentData"]
    return [each["ShipmentStatus"] for each in data]


def test_shipments_by_status_by_id_and_by_last_change(shop: Client) -> None:
    assert statuses(shop, QueryType="SHIPMENT", ShipmentStatusList="CLOSED,READY_TO_SHIP") == ["CLOSED"]
    ids = [
        each["ShipmentId"]
        for each in shop.json(SHIPMENTS, MarketplaceId=US, QueryType="DATE_RANGE", **ANY, **RANGE)["payload"][
            "ShipmentData"
        ]
    ]
    assert len(ids) == 3
    assert len(statuses(shop, QueryType="SHIPMENT", ShipmentIdList=ids[0])) == 1
    late = {**ANY, **RANGE, "LastUpdatedAfter": "2026-11-17T00:00:00Z"}
    assert statuses(shop, QueryType="DATE_RANGE", **late) == ["CLOSED"]


def test_items_of_a_window_and_of_a_shipment(shop: Client) -> None:
    items = shop.json(ITEMS, MarketplaceId=US, QueryType="DATE_RANGE", **RANGE)["payload"]["ItemData"]
    assert {(each["SellerSKU"], each["QuantityShipped"], each["QuantityReceived"]) for each in items} == {
        ("MUG-1", 42, 40),
        ("LAMP-1", 10, 4),
    }
    shipment = next(each["ShipmentId"] for each in items if each["SellerSKU"] == "MUG-1")
    of_one = shop.json(f"{SHIPMENTS}/{shipment}/items", MarketplaceId=US)["payload"]["ItemData"]
    assert [(each["ShipmentId"], each["SellerSKU"]) for each in of_one] == [(shipment, "MUG-1")]
    assert error_of(shop.get(f"{SHIPMENTS}/FBA15NOBODYS/items"))[:2] == (400, "Invalid Input")


@pytest.fixture
def many_shipments() -> Client:
    rows = [
        {"shipment": SHIPMENT + n, "created": at(days=30), "updated": at(days=9), "status": "CLOSED"} for n in range(70)
    ]
    return Client(world(inbound_shipments=rows))


def test_pages_of_fifty_shipments_go_on_with_the_token_alone(many_shipments: Client) -> None:
    first = many_shipments.json(SHIPMENTS, MarketplaceId=US, QueryType="DATE_RANGE", **ANY, **RANGE)["payload"]
    token = {"QueryType": "NEXT_TOKEN", "NextToken": first["NextToken"]}
    second = many_shipments.json(SHIPMENTS, MarketplaceId=US, **token)["payload"]
    assert (len(first["ShipmentData"]), len(second["ShipmentData"])) == (50, 20)
    assert "NextToken" not in second
    ids = {each["ShipmentId"] for page in (first, second) for each in page["ShipmentData"]}
    assert len(ids) == 70


def test_a_token_beside_filters_gives_the_first_page_again(many_shipments: Client) -> None:
    first = many_shipments.json(SHIPMENTS, MarketplaceId=US, QueryType="DATE_RANGE", **ANY, **RANGE)["payload"]
    token = {"QueryType": "NEXT_TOKEN", "NextToken": first["NextToken"], **ANY, **RANGE}
    assert many_shipments.json(SHIPMENTS, MarketplaceId=US, **token)["payload"]["ShipmentData"] == first["ShipmentData"]


def test_at_most_two_hundred_items_of_a_shipment_are_told() -> None:
    rows = tables()
    many = [
        {"shipment": SHIPMENT, "updated": at(days=6), "listing": MUG, "shipped": n + 1, "received": 0}
        for n in range(230)
    ]
    client = Client(world(inbound_shipments=rows["inbound_shipments"], inbound_items=many))
    found = client.json(SHIPMENTS, MarketplaceId=US, QueryType="SHIPMENT", ShipmentStatusList="CLOSED")["payload"]
    shipment = found["ShipmentData"][0]["ShipmentId"]
    assert len(client.json(f"{SHIPMENTS}/{shipment}/items", MarketplaceId=US)["payload"]["ItemData"]) == 200
