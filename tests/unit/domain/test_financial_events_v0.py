"""Financial events of the older API: every list, keys for events that have no id, and no cent lost or doubled."""

import json
from collections import Counter
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clario.domain.errors import UnreadableDocument
from clario.domain.normalize.event_lists import EVENT_LISTS
from clario.domain.records import Record, Rejected
from clario.domain.records.money import FinancialEvent
from clario.domain.values import DayRange
from tests.fixtures.documents import context, document, normalized

NAME = "listFinancialEvents"
WEEK = context(days=DayRange(date(2026, 6, 1), date(2026, 6, 7)))
FIVE = {"CurrencyCode": "USD", "CurrencyAmount": 5}
PADDED = {"CurrencyCode": "USD", "CurrencyAmount": 39.98, "Note": "x"}


def lists() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for line in document(NAME).splitlines():
        found |= json.loads(line)["payload"]["FinancialEvents"]
    return found


def read(**events: list[Any]) -> list[Record | Rejected]:
    return normalized(NAME, [json.dumps({"payload": {"FinancialEvents": events}}).encode()], WEEK)


def rows(found: list[Record | Rejected]) -> list[FinancialEvent]:
    return [row for row in found if isinstance(row, FinancialEvent)]


def total(found: list[Record | Rejected]) -> Decimal:
    return sum((row.amount for row in rows(found)), Decimal())


def test_every_list_of_the_api_is_known() -> None:
    assert {f"{name}EventList" for name in EVENT_LISTS} == lists().keys()
    assert len(EVENT_LISTS) == 34


def test_every_event_of_every_list_becomes_rows_whose_ids_are_all_different() -> None:
    found = normalized(NAME, about=WEEK)
    assert not [row for row in found if isinstance(row, Rejected)]
    ids = [row.event_id for row in rows(found)]
    assert len(set(ids)) == len(ids)
    assert {row.transaction_type for row in rows(found)} == {
        name.removesuffix("EventList") for name, events in lists().items() if events
    }
    assert all(event_id.startswith("v0:") for event_id in ids)


@pytest.mark.parametrize(
    ("name", "amounts"),
    [
        ("Shipment", ["39.98", "3.2", "-6", "-7.7", "-3.2", "-5"]),
        ("Refund", ["-24.5", "3.68", "-0.74"]),
        ("Retrocharge", ["-1", "-0.1"]),
        ("RentalTransaction", ["5", "-1", "0"]),
        ("ProductAdsPayment", ["-20", "-1.6"]),
        ("SellerDealPayment", ["-150", "0"]),
        ("DebtRecovery", ["9.99", "0"]),
        ("Adjustment", ["15", "-3"]),
        ("SAFETReimbursement", ["8"]),
        ("SellerReviewEnrollmentPayment", ["-60", "0"]),
        ("FBALiquidation", ["4", "-1"]),
        ("CouponPayment", ["-1.8", "-0.1"]),
        ("AffordabilityExpense", ["-10", "-0.9", "-0.9", "0"]),
        ("RemovalShipment", ["6", "-2", "0.5", "-0.5"]),
        ("TaxWithholding", ["-10"]),
        ("ChargeRefund", ["39.99"]),
    ],
)
def test_an_event_is_split_into_its_amounts_and_none_counts_twice(name: str, amounts: list[str]) -> None:
    found = read(**{f"{name}EventList": lists()[f"{name}EventList"]})
    assert Counter(row.amount for row in rows(found)) == Counter(map(Decimal, amounts))


def test_a_line_says_what_it_is_of_which_order_item_and_day() -> None:
    found = {row.event_id.split(":")[-2]: row for row in rows(read(ShipmentEventList=lists()["ShipmentEventList"]))}
    principal, commission = (
        found["ShipmentItemList/ItemChargeList/Principal"],
        found["ShipmentItemList/ItemFeeList/Commission"],
    )
    assert (principal.event_type, principal.order_id, principal.sku, principal.quantity) == (
        "Order",
        "111-0000001-0000001",
        "SKU-1",
        2,
    )
    assert (principal.posted_on, principal.currency) == (date(2026, 6, 1), "USD")
    assert commission.event_type == "Fee"


def test_an_adjustment_item_says_its_product_and_quantity() -> None:
    lost, reserve = rows(read(AdjustmentEventList=lists()["AdjustmentEventList"]))
    assert (lost.description, lost.sku, lost.asin, lost.quantity) == ("WAREHOUSE_LOST", "SKU-1", "B000000001", 2)
    assert (reserve.description, reserve.sku, reserve.event_type) == ("ReserveEvent", None, "Adjustment")


def test_equal_events_are_all_kept_and_come_back_under_the_same_ids() -> None:
    fee = lists()["ServiceFeeEventList"][0]
    once, twice = rows(read(ServiceFeeEventList=[fee])), rows(read(ServiceFeeEventList=[fee, fee]))
    assert len({row.event_id for row in twice}) == 2
    assert {row.event_id for row in once} < {row.event_id for row in twice}


def test_equal_events_on_two_pages_are_all_kept() -> None:
    body = json.dumps({"payload": {"FinancialEvents": {"ServiceFeeEventList": lists()["ServiceFeeEventList"][:1]}}})
    found = rows(normalized(NAME, [body.encode(), body.encode()], WEEK))
    assert len({row.event_id for row in found}) == 2


def test_an_event_without_a_date_belongs_to_the_first_day_of_its_window() -> None:
    events = {
        name: lists()[name] for name in ("ServiceFeeEventList", "DebtRecoveryEventList", "LoanServicingEventList")
    }
    assert {row.posted_on for row in rows(read(**events))} == {date(2026, 6, 1)}
    next_week = context(days=DayRange(date(2026, 6, 8), date(2026, 6, 14)))
    page = [json.dumps({"payload": {"FinancialEvents": events}}).encode()]
    ids = {row.event_id for row in rows(normalized(NAME, page, next_week))}
    assert not ids & {row.event_id for row in rows(read(**events))}


def shuffled(event: dict[str, Any]) -> None:
    for entries in event["ShipmentItemList"][0].values():
        if isinstance(entries, list):
            entries.reverse()


@pytest.mark.parametrize(
    "change",
    [
        shuffled,
        lambda event: event.pop("StoreName"),
        lambda event: event.update(SomethingNew="x", PostedDate="2026-06-02T05:30:00.000+00:00"),
        lambda event: event["ShipmentItemList"][0].update(SomethingNew=1),
        lambda event: event["ShipmentItemList"][0]["ItemChargeList"][0].update(ChargeAmount=PADDED),
        lambda event: event.update(OrderChargeList=[], ShipmentFeeList=None),
    ],
    ids=["order", "store name", "new field", "new field inside", "zeros", "empty lists"],
)  # fmt: skip
def test_how_an_event_is_written_does_not_change_what_it_is_known_by(change: Any) -> None:
    event = lists()["ShipmentEventList"][0]
    other = deepcopy(event)
    change(other)
    assert {row.event_id for row in rows(read(ShipmentEventList=[event]))} == {
        row.event_id for row in rows(read(ShipmentEventList=[other]))
    }


def test_what_an_event_says_does_change_it() -> None:
    event = lists()["ShipmentEventList"][0]
    other = deepcopy(event)
    other["ShipmentItemList"][0]["QuantityShipped"] = 3
    assert not {row.event_id for row in rows(read(ShipmentEventList=[event]))} & {
        row.event_id for row in rows(read(ShipmentEventList=[other]))
    }


def test_an_amount_in_whole_units_is_read_too() -> None:
    assert total(read(LoanServicingEventList=[{"LoanAmount": {"CurrencyCode": "USD", "CurrencyAmount": -100}}])) == -100


@pytest.mark.parametrize(
    ("event", "reason", "day"),
    [
        ({"PostedDate": "now", "AdjustmentAmount": None}, "PostedDate is not a time: now", None),
        ({"PostedDate": "2026-06-02T05:30:00Z"}, "it has no amount", date(2026, 6, 1)),
        (
            {"PostedDate": "2026-06-02T05:30:00Z", "AdjustmentAmount": {**FIVE, "CurrencyAmount": "5"}},
            "not an amount",
            date(2026, 6, 1),
        ),
        (
            {
                "PostedDate": "2026-06-02T05:30:00Z",
                "AdjustmentItemList": [{"SellerSKU": "A", "Quantity": "some", "TotalAmount": FIVE}],
            },
            "quantity is not a whole number: some",
            date(2026, 6, 1),
        ),
        ("no object", "AttributeError", None),
    ],
    ids=["no time", "no amount", "an amount as text", "no quantity", "no object"],
)  # fmt: skip
def test_an_event_that_cannot_be_read_is_rejected_whole(event: Any, reason: str, day: date | None) -> None:
    good = lists()["AdjustmentEventList"]
    bad, *rest = read(AdjustmentEventList=[event, *good])
    assert isinstance(bad, Rejected)
    assert bad.reason.startswith(f"AdjustmentEventList: {reason}")
    assert (bad.line, bad.day) == (1, day)
    assert len(rest) == 2


def test_events_of_a_list_nobody_knows_are_rejected_and_not_forgotten() -> None:
    [bad] = read(SomethingNewEventList=[{"Amount": FIVE}])
    assert isinstance(bad, Rejected)
    assert bad.reason == "SomethingNewEventList: a list nobody here knows"
    assert json.loads(bad.raw) == {"Amount": FIVE}


def test_a_list_that_is_null_is_empty_but_a_page_without_lists_is_none() -> None:
    assert read(ShipmentEventList=None) == []
    with pytest.raises(UnreadableDocument, match="page 1 has no financial events"):
        normalized(NAME, [b'{"payload":{}}'], WEEK)
