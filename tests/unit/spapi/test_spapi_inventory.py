"""getInventorySummaries, page by page."""

import json
from datetime import timedelta
from typing import Any

import pytest

from clario.errors import RequestRefused, Throttled, UpstreamUnavailable
from clario.spapi.paging import PageTokenLost
from tests.fakes.spapi import Answer, Bench, answer, html, refused, throttled

PATH = "/fba/inventory/v1/summaries"
US = "ATVPDKIKX0DER"


def body(*skus: str, marketplace: str = US) -> dict[str, Any]:
    granularity = {"granularityType": "Marketplace", "granularityId": marketplace}
    return {"payload": {"granularity": granularity, "inventorySummaries": [{"sellerSku": sku} for sku in skus]}}


def page(sku: str, next_token: str | None = None) -> Answer:
    return answer({**body(sku), "pagination": {"nextToken": next_token} if next_token else {}})


def skus(bench: Bench) -> list[str]:
    pages = bench.api.inventory_pages(US)
    return [row["sellerSku"] for text in pages for row in json.loads(text)["payload"]["inventorySummaries"]]


def test_the_token_beside_the_payload_leads_from_page_to_page(bench: Bench) -> None:
    bench.amazon.on(PATH, page("A", "t1"), page("B", "t2"), page("C"))
    assert skus(bench) == ["A", "B", "C"]


def test_details_of_one_marketplace_are_asked_for_and_the_token_travels_beside_that(bench: Bench) -> None:
    bench.amazon.on(PATH, page("A", "a+b/c=|"), page("B"))
    skus(bench)
    first, second = (dict(request.url.params) for request in bench.amazon.calls(PATH))
    assert first == {"details": "true", "granularityType": "Marketplace", "granularityId": US, "marketplaceIds": US}
    assert second == {**first, "nextToken": "a+b/c=|"}


@pytest.mark.parametrize("pagination", [{}, {"pagination": None}, {"pagination": {"nextToken": ""}}], ids=str)
def test_without_a_token_it_is_the_last_page(bench: Bench, pagination: dict[str, Any]) -> None:
    bench.amazon.on(PATH, answer({**body("A"), **pagination}))
    assert skus(bench) == ["A"]


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"payload": None},
        {"payload": {"inventorySummaries": []}},
        {"payload": {"granularity": {"granularityId": US}, "inventorySummaries": None}},
        body("A", marketplace="A2EUQ1WTGCTBG2"),
    ],
    ids=["nothing", "no payload", "no granularity", "no list", "another marketplace"],
)
def test_an_answer_of_another_shape_is_not_an_empty_inventory(bench: Bench, other: dict[str, Any]) -> None:
    bench.amazon.on(PATH, answer(other))
    with pytest.raises(UpstreamUnavailable, match="getInventorySummaries"):
        skus(bench)


def test_a_repeated_page_token_stops_the_loop(bench: Bench) -> None:
    bench.amazon.on(PATH, page("A", "t1"), page("B", "t1"))
    with pytest.raises(UpstreamUnavailable, match="repeats a page token"):
        skus(bench)


def test_an_expired_page_token_starts_the_slice_again(bench: Bench) -> None:
    bench.amazon.on(PATH, page("A", "t1"), refused(400, "InvalidInput", "Next token has expired."))
    with pytest.raises(PageTokenLost, match="Next token has expired"):
        skus(bench)


def test_a_refused_first_page_is_refused_for_good(bench: Bench) -> None:
    bench.amazon.on(PATH, refused(400, "InvalidInput", "no such marketplace"))
    with pytest.raises(RequestRefused, match="no such marketplace"):
        skus(bench)


def test_trouble_between_pages_is_over_before_the_token_is(bench: Bench) -> None:
    bench.amazon.on(PATH, page("A", "t1"), html(503), throttled(), page("B"))
    assert skus(bench) == ["A", "B"]
    assert sum(bench.clock.sleeps) < 30


def test_quota_so_far_away_that_the_token_would_hardly_live_gives_the_pages_up(bench: Bench) -> None:
    bench.amazon.on(PATH, page("A", "t1"), page("B"))
    reading = bench.api.inventory_pages(US)
    next(reading)
    bench.plans.exhaust("getInventorySummaries", 11)
    with pytest.raises(Throttled):
        next(reading)


def test_a_hundred_pages_take_as_long_as_the_usage_plan_says(bench: Bench) -> None:
    bench.amazon.on(PATH, *(page(str(number), f"t{number}") for number in range(99)), page("last"))
    start = bench.clock.at
    assert len(skus(bench)) == 100
    assert bench.clock.at - start == timedelta(seconds=(100 - 2) / 2)
