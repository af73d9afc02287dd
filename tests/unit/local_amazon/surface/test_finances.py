"""Both finances APIs over the same money: windows, pages, deferral, groups."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.local_amazon.surface.rows import money, sale
from tests.unit.local_amazon.surface.small_world import NOW, Client, at, error_of, world

NEW = "/finances/2024-06-19/transactions"
OLD = "/finances/v0/financialEvents"
GROUPS = "/finances/v0/financialEventGroups"
ORDER_ID = "111-2222222-3333330"


def iso(days: float) -> str:
    return (NOW - timedelta(days=days)).isoformat()


def everything(shop: Client, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        payload = shop.json(NEW, **query, **token)["payload"]
        rows += payload["transactions"]
        if "nextToken" not in payload:
            return rows
        token = {"nextToken": payload["nextToken"]}


def events(payload: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {name: found for name, found in payload["FinancialEvents"].items() if found}


@pytest.fixture
def busy() -> Client:
    """1,000 events, some of them in the same second."""
    return Client(world(finances=[sale(n, 50 - n // 3 * 0.1) for n in range(1000)]), scale=10)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({}, "Start date cannot be null"),
        ({"postedAfter": "yesterday"}, "not a valid ISO 8601"),
        ({"postedAfter": (NOW - timedelta(seconds=100)).isoformat()}, "more than two minutes"),
        ({"postedAfter": iso(2), "postedBefore": NOW.isoformat()}, "more than two minutes"),
        ({"postedAfter": iso(2), "postedBefore": iso(3)}, "later than postedAfter"),
        ({"postedAfter": iso(2), "relatedIdentifierName": "ORDER_ID"}, "given together"),
        ({"postedAfter": iso(2), "relatedIdentifierName": "X", "relatedIdentifierValue": "1"}, "Invalid related"),
        ({"postedAfter": iso(2), "transactionStatus": "LATE"}, "Invalid transactionStatus"),
        ({"postedAfter": iso(2), "nextToken": "nonsense"}, "Invalid next token"),
    ],
)
def test_wrong_parameters_are_refused(shop: Client, query: dict[str, str], message: str) -> None:
    status, code, said = error_of(shop.get(NEW, **query))
    assert (status, code) == (400, "InvalidInput")
    assert message in said


def test_windows_are_half_open_and_partition_the_whole(busy: Client) -> None:
    whole = everything(busy, postedAfter=iso(60), postedBefore=iso(1))
    edge = whole[len(whole) // 2]["postedDate"]
    older = everything(busy, postedAfter=iso(60), postedBefore=edge)
    newer = everything(busy, postedAfter=edge, postedBefore=iso(1))
    assert older + newer == whole
    assert newer[0]["postedDate"] == edge


def test_a_window_of_more_than_180_days_is_empty(shop: Client) -> None:
    assert everything(shop, postedAfter=iso(190), postedBefore=iso(1)) == []
    assert everything(shop, postedAfter=iso(180), postedBefore=iso(1))


def test_pages_hold_480_transactions_and_repeat_none(busy: Client) -> None:
    first = busy.json(NEW, postedAfter=iso(60))["payload"]
    assert len(first["transactions"]) == 480
    ids = [row["transactionId"] for row in everything(busy, postedAfter=iso(60))]
    assert len(ids) == len(set(ids)) == 1000


def test_a_page_token_lives_five_minutes_and_only_with_its_parameters(busy: Client) -> None:
    token = busy.json(NEW, postedAfter=iso(60))["payload"]["nextToken"]
    busy.later(seconds=299)
    assert busy.get(NEW, postedAfter=iso(60), nextToken=token).status == 200
    assert busy.get(NEW, postedAfter=iso(59), nextToken=token).status == 400
    busy.later(seconds=1)
    refused = error_of(busy.get(NEW, postedAfter=iso(60), nextToken=token))
    assert refused == (400, "InvalidInput", "Next token has expired.")


def test_an_event_shows_when_amazon_publishes_it(shop: Client) -> None:
    late = Client(world(finances=[money(1, 3, kind="service_fee", amount=-5, visible=at(days=-1))]))
    assert everything(late, postedAfter=iso(9)) == []
    late.later(days=1)
    late.token = late.grant()["access_token"]
    assert len(everything(late, postedAfter=iso(9))) == 1


def test_the_leaves_of_a_transaction_add_up_to_its_total(shop: Client) -> None:
    for row in everything(shop, postedAfter=iso(60)):
        total = Decimal(str(row["totalAmount"]["currencyAmount"]))
        assert sum(_leaves(row["breakdowns"])) == total
        assert sum(Decimal(str(each["totalAmount"]["currencyAmount"])) for each in row["items"]) in (total, 0)


def _leaves(nodes: list[dict[str, Any]]) -> list[Decimal]:
    found: list[Decimal] = []
    for node in nodes:
        found += _leaves(node["breakdowns"]) or [Decimal(str(node["breakdownAmount"]["currencyAmount"]))]
    return found


def test_a_deferred_payment_is_released_in_place_and_by_a_linked_row(shop: Client) -> None:
    deferred = everything(shop, postedAfter=iso(60), transactionStatus="DEFERRED")
    assert len(deferred) == 1
    assert deferred[0]["contexts"][0]["contextType"] == "DeferredContext"
    assert len(everything(shop, postedAfter=iso(60), transactionStatus="DEFERRED_RELEASED")) == 1
    rows = {row["transactionId"]: row for row in everything(shop, postedAfter=iso(60))}
    released = next(row for row in rows.values() if row["transactionStatus"] == "DEFERRED_RELEASED")
    release = rows[_related(released)["RELEASE_TRANSACTION_ID"]]
    assert _related(release)["DEFERRED_TRANSACTION_ID"] == released["transactionId"]
    assert (release["transactionStatus"], release["totalAmount"]) == ("RELEASED", released["totalAmount"])


def _related(row: dict[str, Any]) -> dict[str, str]:
    return {each["relatedIdentifierName"]: each["relatedIdentifierValue"] for each in row["relatedIdentifiers"]}


def test_an_order_and_a_group_can_be_asked_for(shop: Client) -> None:
    of_order = everything(shop, relatedIdentifierName="ORDER_ID", relatedIdentifierValue=ORDER_ID)
    assert {_related(row)["ORDER_ID"] for row in of_order} == {ORDER_ID}
    group = _related(of_order[0])["FINANCIAL_EVENT_GROUP_ID"]
    of_group = everything(shop, relatedIdentifierName="FINANCIAL_EVENT_GROUP_ID", relatedIdentifierValue=group)
    assert {_related(row)["FINANCIAL_EVENT_GROUP_ID"] for row in of_group} == {group}
    assert everything(shop, relatedIdentifierName="ORDER_ID", relatedIdentifierValue="111-0000000-0000000") == []


def test_a_marketplace_narrows_and_a_foreign_one_is_empty(shop: Client) -> None:
    assert everything(shop, postedAfter=iso(60), marketplaceId="ATVPDKIKX0DER") == everything(shop, postedAfter=iso(60))
    assert everything(shop, postedAfter=iso(60), marketplaceId="A1PA6795UKMFR9") == []


def test_a_reimbursements_item_has_no_breakdowns(shop: Client) -> None:
    rows = [row for row in everything(shop, postedAfter=iso(60)) if row["transactionType"] == "Adjustment"]
    assert [row["description"] for row in rows] == ["FBAInventoryReimbursement"]
    assert rows[0]["items"][0]["breakdowns"] is None


def test_the_old_api_tells_the_same_money_but_for_what_is_deferred_and_transferred(shop: Client) -> None:
    new = Counter(
        row["transactionType"]
        for row in everything(shop, postedAfter=iso(60))
        if row["transactionStatus"] == "RELEASED"
    )
    old = {name: len(found) for name, found in events(shop.json(OLD, PostedAfter=iso(60))["payload"]).items()}
    assert new.pop("Transfer") == 1
    assert old == {
        "ShipmentEventList": new["Shipment"],
        "RefundEventList": new["Refund"],
        "AdjustmentEventList": new["Adjustment"],
        "ServiceFeeEventList": new["ServiceFee"],
        "RetrochargeEventList": new["Retrocharge"],
        "FBALiquidationEventList": new["Liquidations"],
        "ChargebackEventList": new["Chargeback"],
        "GuaranteeClaimEventList": new["GuaranteeClaim"],
    }


def test_an_old_adjustment_names_its_kind_and_a_refund_its_adjusted_item(shop: Client) -> None:
    found = events(shop.json(OLD, PostedAfter=iso(60))["payload"])
    adjustment, refund = found["AdjustmentEventList"][0], found["RefundEventList"][0]
    assert adjustment["AdjustmentType"] == "WAREHOUSE_LOST"
    assert adjustment["AdjustmentItemList"][0]["Quantity"] == "1"
    item = refund["ShipmentItemAdjustmentList"][0]
    charges = {each["ChargeType"]: each["ChargeAmount"]["CurrencyAmount"] for each in item["ItemChargeAdjustmentList"]}
    assert (item["OrderAdjustmentItemId"], charges) == ("66", {"Principal": -19.99})


def test_old_events_of_an_order_and_of_a_group(shop: Client) -> None:
    of_order = events(shop.json(f"/finances/v0/orders/{ORDER_ID}/financialEvents")["payload"])
    assert {"ShipmentEventList", "RefundEventList"} <= set(of_order)
    assert "ServiceFeeEventList" not in of_order
    groups = shop.json(GROUPS, FinancialEventGroupStartedAfter=iso(60))["payload"]["FinancialEventGroupList"]
    closed = next(each for each in groups if each["ProcessingStatus"] == "Closed")
    of_group = events(shop.json(f"{GROUPS}/{closed['FinancialEventGroupId']}/financialEvents")["payload"])
    assert {name: len(found) for name, found in of_group.items()} == {"ShipmentEventList": 1}
    assert shop.get("/finances/v0/orders/12/financialEvents").status == 400


def test_a_group_is_open_until_its_period_ends(shop: Client) -> None:
    groups = shop.json(GROUPS, FinancialEventGroupStartedAfter=iso(60))["payload"]["FinancialEventGroupList"]
    assert [each["ProcessingStatus"] for each in groups] == ["Open", "Closed"]
    assert "OriginalTotal" not in groups[0]
    assert groups[1]["OriginalTotal"] == {"CurrencyCode": "USD", "CurrencyAmount": 25.98}


def test_a_group_that_began_long_ago_is_empty() -> None:
    old = {"number": 1, "starts": at(days=800), "ends": at(days=786), "visible": at(days=785)}
    client = Client(world(settlements=[old], finances=[sale(1, 790, settlement=1)]))
    group = client.json(GROUPS)["payload"]["FinancialEventGroupList"][0]["FinancialEventGroupId"]
    assert events(client.json(f"{GROUPS}/{group}/financialEvents")["payload"]) == {}


@pytest.mark.parametrize(
    "query",
    [
        {"PostedBefore": iso(1)},
        {"PostedAfter": iso(1), "PostedBefore": iso(2)},
        {"PostedAfter": NOW.isoformat()},
        {"PostedAfter": iso(2), "MaxResultsPerPage": "101"},
        {"PostedAfter": iso(2), "MaxResultsPerPage": "0"},
    ],
)
def test_wrong_old_parameters_are_refused(shop: Client, query: dict[str, str]) -> None:
    assert error_of(shop.get(OLD, **query))[:2] == (400, "InvalidInput")


def test_old_pages_are_as_long_as_asked_and_their_token_says_when_it_is_too_old(busy: Client) -> None:
    first = busy.json(OLD, PostedAfter=iso(60), MaxResultsPerPage=7)["payload"]
    assert sum(map(len, first["FinancialEvents"].values())) == 7
    again = {"PostedAfter": iso(60), "MaxResultsPerPage": 7, "NextToken": first["NextToken"]}
    second = busy.json(OLD, **again)["payload"]
    assert second["FinancialEvents"] != first["FinancialEvents"]
    busy.later(minutes=25)
    assert error_of(busy.get(OLD, **again))[2] == "Token is not valid, token duration is 25 minutes."
