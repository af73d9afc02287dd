"""Amazon's static sandbox: whatever is to be asked for, a fixed request is sent, and what it does not know is empty."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from clario.errors import RequestRefused
from clario.services.ports import ReportRequest
from clario.spapi.auth import LwaCredentials
from clario.spapi.sandbox import SandboxSellerApi
from local_amazon.seller import CLIENT_ID, CLIENT_SECRET
from local_amazon.server.answers import Request
from tests.fakes.spapi import BASE_URL, START, TOKEN_URL, FakeClock, MemoryTokens, MemoryUsagePlans, answer, refused
from tests.unit.local_amazon.surface.small_world import Client, world

SHOPS = ("ATVPDKIKX0DER", "A2EUQ1WTGCTBG2")
WINDOW = (START - timedelta(days=7), START)
CREDENTIALS = LwaCredentials(CLIENT_ID, CLIENT_SECRET, "Atzr|local-seller-1")
Handler = Callable[[httpx.Request], httpx.Response]

Pages = Callable[[SandboxSellerApi], Iterator[bytes]]
PAGES: dict[str, Pages] = {
    "transactions": lambda api: api.transaction_pages(*WINDOW),
    "financial events": lambda api: api.financial_event_pages(*WINDOW),
    "inventory": lambda api: api.inventory_pages(SHOPS[0]),
    "orders": lambda api: api.order_pages(SHOPS, *WINDOW),
    "orders v0": lambda api: api.order_pages_v0(SHOPS, *WINDOW),
    "shipments": lambda api: api.inbound_shipment_pages(SHOPS[0], *WINDOW),
    "items": lambda api: api.inbound_item_pages(SHOPS[0], *WINDOW),
}
WITHOUT_SAMPLE = {"inventory", "orders"}


class Sandbox:
    """The local Amazon as the sandbox, without a network; keeps what was sent."""

    def __init__(self) -> None:
        self.amazon = Client(world(), sandbox=True).amazon
        self.sent: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Request(request.method, request.url.path, dict(request.url.params), headers, request.read())
        found = self.amazon.answer(asked)
        return httpx.Response(found.status, content=found.body, headers=found.headers)


def connected(handler: Handler) -> SandboxSellerApi:
    clock = FakeClock()
    tokens, plans = MemoryTokens(clock), MemoryUsagePlans(clock)
    return SandboxSellerApi(
        BASE_URL, CREDENTIALS, TOKEN_URL, tokens, plans, clock, transport=httpx.MockTransport(handler)
    )


def only(found: Any) -> Handler:
    """An Amazon that answers this to everything but the request for a token."""
    grant = answer({"access_token": "Atza|a", "token_type": "bearer", "expires_in": 3600})
    return lambda request: (grant if request.url.path == "/auth/o2/token" else found)(request)


@pytest.mark.parametrize("name", sorted(PAGES.keys() - WITHOUT_SAMPLE))
def test_what_has_a_sample_is_answered_with_it(name: str) -> None:
    with connected(Sandbox()) as api:
        assert all(json.loads(page)["payload"] for page in PAGES[name](api))
        assert list(PAGES[name](api))


@pytest.mark.parametrize("name", sorted(WITHOUT_SAMPLE))
def test_what_has_none_is_empty(name: str) -> None:
    with connected(Sandbox()) as api:
        assert list(PAGES[name](api)) == []


def test_the_items_of_the_sample_order_come_after_it() -> None:
    with connected(Sandbox()) as api:
        orders, items = [json.loads(page)["payload"] for page in PAGES["orders v0"](api)]
    assert items["AmazonOrderId"] == orders["Orders"][0]["AmazonOrderId"]


def test_no_buyer_is_asked_for_although_amazons_samples_are_with_buyers() -> None:
    sandbox = Sandbox()
    with connected(sandbox) as api:
        list(PAGES["orders"](api))
    assert sandbox.sent[-1].url.params["includedData"] == "PROCEEDS,FULFILLMENT"


def test_a_report_that_is_made_for_ever_holds_nothing() -> None:
    with connected(Sandbox()) as api:
        report = api.get_report(api.create_report(ReportRequest("GET_LEDGER_DETAIL_VIEW_DATA", SHOPS, *WINDOW)))
        assert (report.status, report.document_id, report.created_at) == ("CANCELLED", None, START)
        assert api.find_reports(["GET_LEDGER_DETAIL_VIEW_DATA"], SHOPS, START) == []


def test_a_report_that_is_done_at_the_first_look_is_one() -> None:
    done = {
        "reportId": "R1",
        "reportType": "GET_LEDGER_DETAIL_VIEW_DATA",
        "createdTime": "2024-03-10T13:47:20Z",
        "processingStatus": "DONE",
        "reportDocumentId": "D1",
    }
    with connected(only(answer(done))) as api:
        assert (api.get_report("R1").status, api.get_report("R1").document_id) == ("DONE", "D1")


def test_the_sellers_marketplaces_are_those_of_the_sample() -> None:
    with connected(Sandbox()) as api:
        assert api.marketplace_ids() == ["ATVPDKIKX0DER"]


@pytest.mark.parametrize("name", PAGES)
def test_what_the_sandbox_no_longer_knows_is_empty(name: str) -> None:
    with connected(only(refused(400, "InvalidInput", "Could not match input arguments"))) as api:
        assert list(PAGES[name](api)) == []
        report_id = api.create_report(ReportRequest("GET_LEDGER_DETAIL_VIEW_DATA", SHOPS, *WINDOW))
        assert api.get_report(report_id).status == "CANCELLED"


@pytest.mark.parametrize("name", PAGES)
def test_any_other_refusal_is_one_in_the_sandbox_too(name: str) -> None:
    with connected(only(refused(404, "NotFound", "Resource not found"))) as api:
        with pytest.raises(RequestRefused, match="HTTP 404"):
            list(PAGES[name](api))
        with pytest.raises(RequestRefused, match="HTTP 404"):
            api.get_report("ID323")
