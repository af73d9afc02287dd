"""listTransactions, page by page."""

import json
from datetime import timedelta

import pytest

from clario.errors import RequestRefused, RetryableError, Throttled, UpstreamUnavailable
from clario.spapi.paging import PageTokenLost
from tests.fakes.spapi import START, Answer, Bench, answer, html, refused, throttled

TRANSACTIONS = "/finances/2024-06-19/transactions"
WEEK = timedelta(days=7)


def page(number: int, next_token: str | None = None) -> Answer:
    return answer({"payload": {"transactions": [{"transactionId": str(number)}], "nextToken": next_token}})


def pages(bench: Bench) -> list[str]:
    """The transaction ids of all pages of the last week."""
    bodies = bench.api.transaction_pages(START - WEEK, START)
    return [row["transactionId"] for body in bodies for row in json.loads(body)["payload"]["transactions"]]


def test_each_page_is_given_out_in_order(bench: Bench) -> None:
    bench.amazon.on(TRANSACTIONS, page(1, "t1"), page(2, "t2"), page(3))
    assert pages(bench) == ["1", "2", "3"]


def test_a_page_token_travels_with_the_other_arguments_unchanged(bench: Bench) -> None:
    token = "a+b/c=%2F&d e|"
    bench.amazon.on(TRANSACTIONS, page(1, token), page(2))
    pages(bench)
    first, second = (dict(request.url.params) for request in bench.amazon.calls(TRANSACTIONS))
    assert first == {"postedAfter": "2026-11-17T12:00:00.000Z", "postedBefore": "2026-11-24T12:00:00.000Z"}
    assert second == {**first, "nextToken": token}
    assert b"nextToken=a%2Bb%2Fc%3D%252F%26d+e%7C" in bench.amazon.calls(TRANSACTIONS)[1].url.query


def test_the_body_is_exactly_what_amazon_sent(bench: Bench) -> None:
    bench.amazon.on(TRANSACTIONS, page(1))
    body = next(bench.api.transaction_pages(START - WEEK, START))
    assert body == page(1)(bench.amazon.requests[0]).content


def test_an_empty_page_is_not_the_end(bench: Bench) -> None:
    empty = answer({"payload": {"transactions": [], "nextToken": "t1"}})
    bench.amazon.on(TRANSACTIONS, empty, page(2))
    assert pages(bench) == ["2"]


def test_a_page_is_asked_for_only_when_wanted(bench: Bench) -> None:
    bench.amazon.on(TRANSACTIONS, page(1, "t1"), page(2))
    next(bench.api.transaction_pages(START - WEEK, START))
    assert len(bench.amazon.calls(TRANSACTIONS)) == 1


def test_a_repeated_page_token_stops_the_loop(bench: Bench) -> None:
    bench.amazon.on(TRANSACTIONS, page(1, "t1"), page(2, "t2"), page(3, "t1"))
    with pytest.raises(UpstreamUnavailable, match="repeats a page token"):
        pages(bench)
    assert len(bench.amazon.calls(TRANSACTIONS)) == 3


def test_an_expired_page_token_starts_the_slice_again(bench: Bench) -> None:
    bench.amazon.on(TRANSACTIONS, page(1, "t1"), refused(400, "InvalidInput", "Next token has expired."))
    with pytest.raises(PageTokenLost, match="Next token has expired"):
        pages(bench)
    assert issubclass(PageTokenLost, RetryableError)


def test_a_refused_first_page_is_refused_for_good(bench: Bench) -> None:
    bench.amazon.on(TRANSACTIONS, refused(400, "InvalidInput", "Start date cannot be null"))
    with pytest.raises(RequestRefused, match="Start date cannot be null"):
        pages(bench)


def test_trouble_between_pages_does_not_lose_the_token(bench: Bench) -> None:
    bench.amazon.on(TRANSACTIONS, page(1, "t1"), html(503), throttled(), page(2))
    assert pages(bench) == ["1", "2"]


def test_an_answer_without_payload_is_not_an_empty_week(bench: Bench) -> None:
    bench.amazon.on(TRANSACTIONS, answer({}))
    with pytest.raises(UpstreamUnavailable, match="payload"):
        pages(bench)


def test_quota_a_minute_away_is_waited_for_between_pages(bench: Bench) -> None:
    bench.amazon.on(TRANSACTIONS, page(1, "t1"), page(2))
    reading = bench.api.transaction_pages(START - WEEK, START)
    next(reading)
    bench.plans.exhaust("listTransactions", 59)
    next(reading)
    assert bench.clock.sleeps == [pytest.approx(59)]


def test_quota_further_away_than_that_gives_the_pages_up(bench: Bench) -> None:
    bench.amazon.on(TRANSACTIONS, page(1, "t1"), page(2))
    reading = bench.api.transaction_pages(START - WEEK, START)
    next(reading)
    bench.plans.exhaust("listTransactions", 61)
    with pytest.raises(Throttled):
        next(reading)


def test_the_first_page_does_not_wait_that_long(bench: Bench) -> None:
    bench.plans.exhaust("listTransactions", 59)
    with pytest.raises(Throttled) as caught:
        next(bench.api.transaction_pages(START - WEEK, START))
    assert caught.value.until == START + timedelta(seconds=59)


def test_a_hundred_pages_take_as_long_as_the_usage_plan_says(bench: Bench) -> None:
    bench.amazon.on(TRANSACTIONS, *(page(number, f"t{number}") for number in range(99)), page(99))
    assert len(pages(bench)) == 100
    assert bench.clock.at - START == timedelta(seconds=2 * (100 - 10))
