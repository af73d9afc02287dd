"""What faults do to pages, and that pages without faults lose and repeat nothing."""

from typing import Any

import pytest

from tests.unit.local_amazon.surface.rows import order, sale
from tests.unit.local_amazon.surface.small_world import Client, error_of, world

PATH = "/finances/2024-06-19/transactions"
QUERY = {"postedAfter": "2026-10-01"}


@pytest.fixture
def busy() -> Client:
    """Three pages, all events of the last day in one second: a page ends among equals."""
    return Client(world(finances=[sale(n, 20 if n > 400 else 21) for n in range(1200)]), scale=10)


def pages(client: Client, most: int = 9) -> list[list[str]]:
    found: list[list[str]] = []
    token: dict[str, str] = {}
    while len(found) < most:
        payload = client.json(PATH, **QUERY, **token)["payload"]
        found.append([row["transactionId"] for row in payload["transactions"]])
        if "nextToken" not in payload:
            break
        token = {"nextToken": payload["nextToken"]}
    return found


def test_pages_partition_the_rows(busy: Client) -> None:
    found = pages(busy)
    assert [len(page) for page in found] == [480, 480, 240]
    assert len({row for page in found for row in page}) == 1200


def test_a_duplicated_page_comes_twice_and_nothing_is_lost(busy: Client) -> None:
    first, second, third = pages(busy)
    busy.fault(operation="listTransactions", kind="duplicated_page")
    assert pages(busy) == [first, first, second, third]
    busy.fault(operation="listTransactions", kind="duplicated_page", after=1)
    assert pages(busy) == [first, second, second, third]


def test_an_expired_page_is_refused_and_the_token_works_again(busy: Client) -> None:
    token = busy.json(PATH, **QUERY)["payload"]["nextToken"]
    busy.fault(operation="listTransactions", kind="expired_page")
    assert error_of(busy.get(PATH, **QUERY, nextToken=token))[2] == "Next token has expired."
    assert busy.get(PATH, **QUERY, nextToken=token).status == 200


def test_a_page_fault_waits_for_a_page(busy: Client) -> None:
    busy.fault(operation="listTransactions", kind="expired_page")
    assert busy.get(PATH, **QUERY).status == 200


def test_a_repeated_token_leads_to_the_same_page_again(busy: Client) -> None:
    token = busy.json(PATH, **QUERY)["payload"]["nextToken"]
    busy.fault(operation="listTransactions", kind="repeated_token")
    assert busy.json(PATH, **QUERY, nextToken=token)["payload"]["nextToken"] == token


def test_an_empty_page_has_a_token_and_nothing_is_lost(busy: Client) -> None:
    first, second, third = pages(busy)
    busy.fault(operation="listTransactions", kind="empty_page")
    assert pages(busy) == [[], first, second, third]


def orders_of(client: Client, path: str, query: dict[str, Any], token_name: str) -> list[str]:
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        body = client.json(path, **query, **token)
        body = body.get("payload", body)
        found += [each.get("AmazonOrderId") or each["orderId"] for each in body.get("Orders", body.get("orders"))]
        following = body.get("NextToken") or body.get("pagination", {}).get("nextToken")
        if not following:
            return found
        token = {token_name: following}


@pytest.mark.parametrize("window", ["Created", "LastUpdated"])
def test_an_order_of_several_lines_is_never_cut_by_a_page(window: str) -> None:
    lines = [order(11_000_000_000_000_000 + n // 3, n, n % 2, 20 - n // 30) for n in range(90)]
    client = Client(world(orders=lines), scale=10)
    old = {"MarketplaceIds": "ATVPDKIKX0DER", "MaxResultsPerPage": 4, f"{window}After": "2026-10-01"}
    found = orders_of(client, "/orders/v0/orders", old, "NextToken")
    assert len(found) == len(set(found)) == 30
    new = {"maxResultsPerPage": 4, f"{window[0].lower()}{window[1:]}After": "2026-10-01"}
    assert orders_of(client, "/orders/2026-01-01/orders", new, "paginationToken") == found
