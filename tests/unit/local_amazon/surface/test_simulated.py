"""The surface over simulated worlds: shapes hold, both views of the money agree, settlements and balances add up."""

import csv
import gzip
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest

from local_amazon.server.money_v0 import LISTS
from local_amazon.server.report.types import REPORT_TYPES, SETTLEMENT
from local_amazon.world.build import build_world
from local_amazon.world.settings import WorldSettings
from tests.unit.local_amazon.surface import money_schemas, order_schemas, schemas, shapes
from tests.unit.local_amazon.surface.small_world import NOW, Client

AFTER = (NOW - timedelta(days=150)).isoformat()


@pytest.fixture(scope="module", params=["us", "na", "eu"])
def simulated(request: pytest.FixtureRequest) -> Client:
    built = build_world(WorldSettings(NOW, size=4_000, profile=request.param, stress=5))
    return Client(built, scale=1_000, regions=("eu" if request.param == "eu" else "na",))


@pytest.fixture
def client(simulated: Client) -> Client:
    """With a token for another hour: reports move the clock."""
    simulated.token = simulated.grant()["access_token"]
    return simulated


def market(client: Client) -> str:
    found: str = client.json("/sellers/v1/marketplaceParticipations")["payload"][0]["marketplace"]["id"]
    return found


def listed(client: Client, path: str, token_name: str, schema: shapes.Schema, **query: Any) -> list[Any]:
    """All pages, each checked."""
    validator = jsonschema_rs.validator_for(schema)
    pages: list[Any] = []
    token: dict[str, str] = {}
    while True:
        body = client.json(path, **query, **token)
        assert not [each.message for each in validator.iter_errors(body)]
        pages.append(body.get("payload", body))
        following = pages[-1].get(token_name) or body.get("pagination", {}).get("nextToken")
        if not following:
            return pages
        token = {"paginationToken" if path.startswith("/orders/2026") else token_name: following}


def transactions(client: Client) -> list[dict[str, Any]]:
    path = "/finances/2024-06-19/transactions"
    pages = listed(client, path, "nextToken", money_schemas.TRANSACTIONS, postedAfter=AFTER)
    return [row for page in pages for row in page["transactions"]]


def test_transactions_add_up_to_their_totals(client: Client) -> None:
    found = transactions(client)
    assert len({row["transactionId"] for row in found}) == len(found) > 100
    for row in found:
        tops = sum(Decimal(str(node["breakdownAmount"]["currencyAmount"])) for node in row["breakdowns"])
        assert tops == Decimal(str(row["totalAmount"]["currencyAmount"]))


def test_the_old_api_tells_the_same_sales(client: Client) -> None:
    pages = listed(client, "/finances/v0/financialEvents", "NextToken", money_schemas.events(LISTS), PostedAfter=AFTER)
    old: dict[str, Decimal] = defaultdict(Decimal)
    for page in pages:
        for event in page["FinancialEvents"]["ShipmentEventList"]:
            for item in event["ShipmentItemList"]:
                amounts = [each["ChargeAmount"] for each in item["ItemChargeList"]]
                amounts += [each["FeeAmount"] for each in item["ItemFeeList"]]
                withheld = item.get("ItemTaxWithheldList", [])
                amounts += [tax["ChargeAmount"] for each in withheld for tax in each["TaxesWithheld"]]
                amounts += [each["PromotionAmount"] for each in item.get("PromotionList", [])]
                currency = amounts[0]["CurrencyCode"]
                old[currency] += sum(Decimal(str(each["CurrencyAmount"])) for each in amounts)
    new: dict[str, Decimal] = defaultdict(Decimal)
    for row in transactions(client):
        if row["transactionType"] == "Shipment" and row["transactionStatus"] == "RELEASED":
            new[row["totalAmount"]["currencyCode"]] += Decimal(str(row["totalAmount"]["currencyAmount"]))
    assert dict(new) == dict(old)


def test_orders_of_both_apis_are_the_same(client: Client) -> None:
    ids = ",".join(
        each["marketplace"]["id"] for each in client.json("/sellers/v1/marketplaceParticipations")["payload"]
    )
    old = listed(
        client, "/orders/v0/orders", "NextToken", order_schemas.ORDERS_V0, MarketplaceIds=ids, CreatedAfter=AFTER
    )
    asked = {"createdAfter": AFTER, "includedData": "PROCEEDS,FULFILLMENT,CANCELLATION"}
    new = listed(client, "/orders/2026-01-01/orders", "nextToken", order_schemas.ORDERS, **asked)
    old_ids = [each["AmazonOrderId"] for page in old for each in page["Orders"]]
    assert old_ids == [each["orderId"] for page in new for each in page["orders"]]
    assert len(set(old_ids)) == len(old_ids) > 50


def test_stock_and_shipments_have_their_shapes(client: Client) -> None:
    place = {"granularityType": "Marketplace", "granularityId": market(client), "marketplaceIds": market(client)}
    stock = listed(client, "/fba/inventory/v1/summaries", "nextToken", schemas.SUMMARIES, **place, details="true")
    assert stock[0]["inventorySummaries"]
    window = {"LastUpdatedAfter": AFTER, "LastUpdatedBefore": NOW.isoformat()}
    asked = {"QueryType": "DATE_RANGE", "MarketplaceId": market(client), **window}
    statuses = "WORKING,SHIPPED,RECEIVING,CLOSED"
    body = client.json("/fba/inbound/v0/shipments", **asked, ShipmentStatusList=statuses)
    jsonschema_rs.validate(schemas.SHIPMENTS, body)
    assert body["payload"]["ShipmentData"]
    jsonschema_rs.validate(schemas.SHIPMENT_ITEMS, client.json("/fba/inbound/v0/shipmentItems", **asked))


def document(client: Client, report: dict[str, Any]) -> list[dict[str, str]]:
    _, packed = client.download(client.link(report["reportDocumentId"]))
    return list(csv.DictReader(gzip.decompress(packed).decode().splitlines(), delimiter="\t"))


def test_every_settlement_adds_up_to_its_total(client: Client) -> None:
    found = client.json("/reports/2021-06-30/reports", reportTypes=SETTLEMENT, pageSize=100)["reports"]
    assert found
    for report in found:
        head, *lines = document(client, report)
        assert sum(Decimal(line["amount"]) for line in lines) == Decimal(head["total-amount"])


@pytest.mark.parametrize("report_type", [name for name, rules in REPORT_TYPES.items() if rules.requestable])
def test_every_report_can_be_read_by_name(client: Client, report_type: str) -> None:
    shown = client.report(report_type, days=29 if "ALL_ORDERS" in report_type else 500)
    assert shown["processingStatus"] in ("DONE", "CANCELLED")
    if shown["processingStatus"] == "DONE":
        rows = document(client, shown)
        assert rows and all(None not in row and None not in row.values() for row in rows)
