"""Every operation that answers page by page: which parameters travel, where the token is, what ends the loop."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from clario.errors import RequestRefused, Throttled, UpstreamUnavailable
from clario.spapi.operations import OPERATIONS
from clario.spapi.paging import PageTokenLost
from tests.fakes.spapi import START, Answer, Bench, answer, refused

DAY = timedelta(days=1)
SHOPS = ("ATVPDKIKX0DER", "A2EUQ1WTGCTBG2")
WINDOW = {"after": "2026-11-23T12:00:00.000Z", "before": "2026-11-24T12:00:00.000Z"}


@dataclass(frozen=True)
class Paged:
    """One operation: `first` and `following` are the query of the first and of the second page."""

    name: str
    pages: Callable[[Bench], Iterator[bytes]]
    body: Callable[[str, str | None], dict[str, Any]]
    first: dict[str, str]
    following: dict[str, str]

    def page(self, entry: str, token: str | None = None) -> Answer:
        return answer(self.body(entry, token))

    @property
    def path(self) -> str:
        return OPERATIONS[self.name].path


def in_payload(name: str, field: str) -> Callable[[str, str | None], dict[str, Any]]:
    return lambda entry, token: {"payload": {name: [{field: entry}], "NextToken": token}}


def bare(entry: str, token: str | None) -> dict[str, Any]:
    return {"orders": [{"orderId": entry}], **({"pagination": {"nextToken": token}} if token else {})}


def events(entry: str, token: str | None) -> dict[str, Any]:
    return {"payload": {"FinancialEvents": {"ServiceFeeEventList": [{"FeeReason": entry}]}, "NextToken": token}}


POSTED = {"PostedAfter": WINDOW["after"], "PostedBefore": WINDOW["before"]}
SEARCHED = {
    "marketplaceIds": ",".join(SHOPS),
    "lastUpdatedAfter": WINDOW["after"],
    "lastUpdatedBefore": WINDOW["before"],
    "maxResultsPerPage": "100",
    "includedData": "PROCEEDS,FULFILLMENT",
}
CHANGED = {
    "QueryType": "DATE_RANGE",
    "MarketplaceId": SHOPS[0],
    "LastUpdatedAfter": WINDOW["after"],
    "LastUpdatedBefore": WINDOW["before"],
}
EVERY_STATUS = "WORKING,READY_TO_SHIP,SHIPPED,RECEIVING,CANCELLED,DELETED,CLOSED,ERROR,IN_TRANSIT,DELIVERED,CHECKED_IN"
NEXT = {"QueryType": "NEXT_TOKEN", "MarketplaceId": SHOPS[0], "NextToken": "t1"}

OPERATIONS_BY_PAGE = [
    Paged(
        "listFinancialEvents",
        lambda bench: bench.api.financial_event_pages(START - DAY, START),
        events,
        POSTED,
        {**POSTED, "NextToken": "t1"},
    ),
    Paged(
        "searchOrders",
        lambda bench: bench.api.order_pages(SHOPS, START - DAY, START),
        bare,
        SEARCHED,
        {**SEARCHED, "paginationToken": "t1"},
    ),
    Paged(
        "getShipments",
        lambda bench: bench.api.inbound_shipment_pages(SHOPS[0], START - DAY, START),
        in_payload("ShipmentData", "ShipmentId"),
        {**CHANGED, "ShipmentStatusList": EVERY_STATUS},
        NEXT,
    ),
    Paged(
        "getShipmentItems",
        lambda bench: bench.api.inbound_item_pages(SHOPS[0], START - DAY, START),
        in_payload("ItemData", "SellerSKU"),
        CHANGED,
        NEXT,
    ),
]
each = pytest.mark.parametrize("paged", OPERATIONS_BY_PAGE, ids=lambda paged: paged.name)


@each
def test_pages_come_in_order_and_exactly_as_sent(bench: Bench, paged: Paged) -> None:
    bench.amazon.on(paged.path, paged.page("A", "t1"), paged.page("B", "t2"), paged.page("C"))
    bodies = [json.loads(page) for page in paged.pages(bench)]
    assert bodies == [paged.body("A", "t1"), paged.body("B", "t2"), paged.body("C", None)]


@each
def test_the_token_travels_with_what_amazon_wants_beside_it(bench: Bench, paged: Paged) -> None:
    bench.amazon.on(paged.path, paged.page("A", "t1"), paged.page("B"))
    list(paged.pages(bench))
    first, second = (dict(request.url.params) for request in bench.amazon.calls(paged.path))
    assert first == paged.first
    assert second == paged.following


def test_older_financial_events_too_big_for_a_page_are_asked_for_in_smaller_ones(bench: Bench) -> None:
    finances, too_big = OPERATIONS_BY_PAGE[0], refused(400, "InvalidInput", "Invalid Input")
    bench.amazon.on(finances.path, too_big, too_big, finances.page("A", "t1"), finances.page("B"))
    assert len(list(finances.pages(bench))) == 2
    sent = [request.url.params for request in bench.amazon.calls(finances.path)]
    assert [params.get("MaxResultsPerPage") for params in sent] == [None, "25", "5", "5"]


@pytest.mark.parametrize(("status", "calls"), [(400, 3), (404, 1)])
def test_older_financial_events_that_are_refused_in_any_size_are_refused(bench: Bench, status: int, calls: int) -> None:
    finances = OPERATIONS_BY_PAGE[0]
    bench.amazon.on(finances.path, refused(status, "InvalidInput", "no"))
    with pytest.raises(RequestRefused):
        list(finances.pages(bench))
    assert len(bench.amazon.calls(finances.path)) == calls


@each
def test_a_repeated_page_token_stops_the_loop(bench: Bench, paged: Paged) -> None:
    bench.amazon.on(paged.path, paged.page("A", "t1"), paged.page("B", "t1"))
    with pytest.raises(UpstreamUnavailable, match="repeats a page token"):
        list(paged.pages(bench))


def test_readers_that_a_usage_plan_stops_between_pages_all_get_through(bench: Bench) -> None:
    """Three minutes for each call of searchOrders: without places of their own each stops the others at page two."""
    orders = OPERATIONS_BY_PAGE[1]
    following = {None: orders.page("A", "t1"), "t1": orders.page("B", "t2"), "t2": orders.page("C")}
    bench.amazon.on(orders.path, lambda request: following[request.url.params.get("paginationToken")](request))
    bench.plans.exhaust("searchOrders", 0)
    waiting: list[tuple[datetime, tuple[str, ...]]] = [(START, ())] * 3
    for _ in range(3 + 4 + 4):  # each stops after one page and after two, all but the first before the first page, too
        bench.clock.at, prepaid = waiting.pop(0)
        bench.api = bench.another_worker(prepaid=prepaid)
        try:
            assert len(list(orders.pages(bench))) == 3
        except Throttled as throttled:
            assert throttled.until is not None
            waiting = sorted([*waiting, (throttled.until, throttled.prepaid)])
    assert waiting == []


@each
def test_a_lost_page_token_starts_the_slice_again(bench: Bench, paged: Paged) -> None:
    bench.amazon.on(paged.path, paged.page("A", "t1"), refused(400, "InvalidInput", None))
    with pytest.raises(PageTokenLost):
        list(paged.pages(bench))


@each
def test_a_refused_first_page_is_refused_for_good(bench: Bench, paged: Paged) -> None:
    bench.amazon.on(paged.path, refused(400, "InvalidInput", "no such marketplace"))
    with pytest.raises(RequestRefused, match="no such marketplace"):
        list(paged.pages(bench))


@each
@pytest.mark.parametrize("other", [{}, {"payload": {}}, {"payload": None}, {"orders": None}], ids=str)
def test_an_answer_of_another_shape_is_not_an_empty_one(bench: Bench, paged: Paged, other: dict[str, Any]) -> None:
    bench.amazon.on(paged.path, answer(other))
    with pytest.raises(UpstreamUnavailable, match=paged.name):
        list(paged.pages(bench))


ORDERS, A_ITEMS, B_ITEMS = (
    "/orders/v0/orders",
    "/orders/v0/orders/A/orderItems",
    "/orders/v0/orders/B/orderItems",
)
ITEMS = in_payload("OrderItems", "OrderItemId")


def orders_v0(bench: Bench) -> list[dict[str, Any]]:
    return [json.loads(page)["payload"] for page in bench.api.order_pages_v0(SHOPS, START - DAY, START)]


def test_the_items_of_each_order_follow_its_page(bench: Bench) -> None:
    listed = in_payload("Orders", "AmazonOrderId")
    bench.amazon.on(ORDERS, answer(listed("A", "t1")), answer(listed("B", None)))
    bench.amazon.on(A_ITEMS, answer(ITEMS("1", "i1")), answer(ITEMS("2", None)))
    bench.amazon.on(B_ITEMS, answer(ITEMS("3", None)))
    found = [next(iter(payload.values()))[0] for payload in orders_v0(bench)]
    assert [[*entry.values()] for entry in found] == [["A"], ["1"], ["2"], ["B"], ["3"]]
    first, second = (dict(request.url.params) for request in bench.amazon.calls(ORDERS))
    assert first["MarketplaceIds"] == ",".join(SHOPS)
    assert second == {**first, "NextToken": "t1"}
    assert [dict(request.url.params) for request in bench.amazon.calls(A_ITEMS)] == [{}, {"NextToken": "i1"}]


def test_a_page_without_orders_is_left_out(bench: Bench) -> None:
    bench.amazon.on(ORDERS, answer({"payload": {"Orders": []}}))
    assert orders_v0(bench) == []


@pytest.mark.parametrize("payload", [{}, {"Orders": None}, {"Orders": [{}]}], ids=str)
def test_a_page_of_another_shape_is_not_an_empty_one(bench: Bench, payload: dict[str, Any]) -> None:
    bench.amazon.on(ORDERS, answer({"payload": payload}))
    with pytest.raises(UpstreamUnavailable, match="getOrders"):
        orders_v0(bench)


def test_nobody_asks_for_a_buyer_and_nobody_for_restricted_data(bench: Bench) -> None:
    assert set(SEARCHED["includedData"].split(",")).isdisjoint({"BUYER", "RECIPIENT", "PACKAGES", "PAYMENT", "TAX"})
    assert not [name for name in OPERATIONS if "Restricted" in name or "Buyer" in name or "Address" in name]


@pytest.mark.parametrize(
    ("name", "rate", "burst"),
    [
        ("searchOrders", 0.0056, 20),
        ("getOrders", 0.0167, 20),
        ("getOrderItems", 0.5, 30),
        ("listFinancialEvents", 0.5, 30),
        ("getShipments", 2, 30),
        ("getShipmentItems", 2, 30),
    ],
)
def test_usage_plans_are_those_of_the_models(name: str, rate: float, burst: int) -> None:
    assert OPERATIONS[name].plan == (rate, burst)
