"""listTransactions: windows, pages, tokens, deferral."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.local_amazon.conftest import START, Amazon


def _all(amazon: Amazon, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        payload = amazon.transactions(**query, **token).json()["payload"]
        rows += payload["transactions"]
        if "nextToken" not in payload:
            return rows
        token = {"nextToken": payload["nextToken"]}


def _iso(days: float) -> str:
    return (START - timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({}, "Start date cannot be null"),
        ({"postedAfter": "yesterday"}, "not a valid ISO 8601"),
        ({"postedAfter": (START - timedelta(seconds=100)).isoformat()}, "more than two minutes"),
        ({"postedAfter": _iso(2), "postedBefore": START.isoformat()}, "more than two minutes"),
        ({"postedAfter": _iso(2), "postedBefore": _iso(3)}, "later than postedAfter"),
        ({"postedAfter": _iso(2), "relatedIdentifierName": "ORDER_ID"}, "given together"),
        ({"postedAfter": _iso(2), "nextToken": "nonsense"}, "Invalid next token"),
    ],
)
def test_wrong_parameters_are_refused(amazon: Amazon, query: dict[str, str], message: str) -> None:
    answer = amazon.transactions(**query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "InvalidInput"
    assert message in answer.json()["errors"][0]["message"]
    assert answer.headers["x-amzn-ratelimit-limit"] == "0.5"


def test_windows_are_half_open_and_partition_the_whole(amazon: Amazon) -> None:
    whole = _all(amazon, postedAfter=_iso(30), postedBefore=_iso(2))
    edge = whole[len(whole) // 2]["postedDate"]
    older = _all(amazon, postedAfter=_iso(30), postedBefore=edge)
    newer = _all(amazon, postedAfter=edge, postedBefore=_iso(2))
    assert older + newer == whole
    assert newer[0]["postedDate"] == edge


def test_a_window_of_more_than_180_days_is_empty(amazon: Amazon) -> None:
    assert amazon.transactions(postedAfter=_iso(190), postedBefore=_iso(5)).json()["payload"]["transactions"] == []
    assert amazon.transactions(postedAfter=_iso(180), postedBefore=_iso(5)).json()["payload"]["transactions"]


def test_pages_hold_480_transactions_and_repeat_none(start_amazon) -> None:
    amazon = start_amazon("--size", "8000")
    query = {"postedAfter": _iso(150), "postedBefore": _iso(1)}
    first = amazon.transactions(**query).json()["payload"]
    assert len(first["transactions"]) == 480
    ids = [row["transactionId"] for row in _all(amazon, **query)]
    assert len(ids) > 480
    assert len(set(ids)) == len(ids)


def test_a_page_token_lives_five_minutes_and_only_with_its_parameters(start_amazon) -> None:
    amazon = start_amazon("--size", "8000")
    query = {"postedAfter": _iso(150), "postedBefore": _iso(1)}
    token = amazon.transactions(**query).json()["payload"]["nextToken"]
    amazon.later(seconds=299)
    assert amazon.transactions(**query, nextToken=token).status_code == 200
    assert amazon.transactions(postedAfter=_iso(149), nextToken=token).status_code == 400
    amazon.later(seconds=1)
    answer = amazon.transactions(**query, nextToken=token)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (400, "Next token has expired.")


def test_a_deferred_payment_is_released_in_place_and_by_a_linked_row(amazon: Amazon) -> None:
    query = {"postedAfter": _iso(20)}
    deferred = _all(amazon, **query, transactionStatus="DEFERRED")
    assert deferred
    before = deferred[0]
    assert before["contexts"][0]["contextType"] == "DeferredContext"
    amazon.later(days=15)
    amazon.authorise()
    rows = {row["transactionId"]: row for row in _all(amazon, **query)}
    after = rows[before["transactionId"]]
    assert (after["transactionStatus"], after["postedDate"]) == ("DEFERRED_RELEASED", before["postedDate"])
    release = rows[_related(after)["RELEASE_TRANSACTION_ID"]]
    assert _related(release)["DEFERRED_TRANSACTION_ID"] == before["transactionId"]
    assert (release["transactionStatus"], release["totalAmount"]) == ("RELEASED", before["totalAmount"])


def _related(row: dict[str, Any]) -> dict[str, str]:
    return {each["relatedIdentifierName"]: each["relatedIdentifierValue"] for each in row["relatedIdentifiers"]}


def test_an_order_can_be_asked_for(amazon: Amazon) -> None:
    orders = (row for row in _all(amazon, postedAfter=_iso(20)) if "ORDER_ID" in _related(row))
    order_id = _related(next(orders))["ORDER_ID"]
    rows = _all(amazon, relatedIdentifierName="ORDER_ID", relatedIdentifierValue=order_id)
    assert rows and {_related(row)["ORDER_ID"] for row in rows} == {order_id}


def test_all_kinds_of_money_are_there(amazon: Amazon) -> None:
    spans = [{"postedAfter": _iso(start), "postedBefore": _iso(start - 179)} for start in (180, 360, 540)]
    rows = [row for span in spans for row in _all(amazon, **span)]
    kinds = {(row["transactionType"], row["description"]) for row in rows}
    assert kinds >= {
        ("Shipment", "Order Payment"),
        ("Refund", "Refund Order"),
        ("Adjustment", "FBAInventoryReimbursement"),
        ("ServiceFee", "FBAStorageBilling"),
        ("Transfer", "Disbursement"),
    }
    storage = next(row for row in rows if row["description"] == "FBAStorageBilling")
    assert storage["items"][0]["contexts"] == []
    reimbursed = next(row for row in rows if row["description"] == "FBAInventoryReimbursement")
    assert reimbursed["items"][0]["breakdowns"] is None
