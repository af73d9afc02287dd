"""What Amazon owes: lists with filters, order and pages, and one by one."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier, severity
from clario.services.detections import today
from clario.services.pages import DetectionFilter, DetectionOrder
from tests.integration.api.conftest import NOW, Bench, claim, detect, problem

LISTED = "/api/detections/results"
# In Los Angeles it is the morning of 15 June 2026.
TODAY = date(2026, 6, 15)


@pytest.fixture
def sync_id(bench: Bench) -> str:
    return bench.start()


def names(answer: Any) -> list[str]:
    return [entry["fnsku"] for entry in answer["results"]]


def test_a_detection_has_every_field_and_numbers_are_numbers(bench: Bench, sync_id: str) -> None:
    detect(bench, sync_id, claim("X1", estimated_value=Decimal("25.10"), quantity=2, deadline_date=date(2026, 6, 23)))
    answer = bench.get(LISTED)
    [found] = answer["results"]
    assert found.pop("id")
    assert found == {
        "syncId": sync_id,
        "anomalyType": "lost_warehouse",
        "anomalyFamily": "missing_unit",
        "tier": "claim",
        "severity": "medium",
        "quantity": 2,
        "estimatedValue": 25.1,
        "currency": "USD",
        "valueBasis": "cogs",
        "confidenceScore": 0.95,
        "probability": None,
        "status": "pending",
        "marketplaceId": "ATVPDKIKX0DER",
        "sku": "SKU-X1",
        "fnsku": "X1",
        "asin": "B0X1",
        "orderId": None,
        "orderItemId": None,
        "shipmentId": None,
        "removalOrderId": None,
        "anchorDate": "2026-06-01",
        "claimableFrom": "2026-06-01",
        "discoveryDate": "2026-06-15T18:00:00Z",
        "deadlineDate": "2026-06-23",
        "daysRemaining": 8,
        "expired": False,
        "evidence": {"sourceRows": [], "netting": []},
    }
    assert answer["total"] == 1
    assert answer["nextCursor"] is None
    assert answer["totals"] == [{"currency": "USD", "claimable": 25.1, "review": 0.0, "expired": 0.0}]


def test_urgency_is_counted_from_today_not_from_when_it_was_stored(bench: Bench, sync_id: str) -> None:
    detect(bench, sync_id, claim("X1", deadline_date=TODAY))
    [found] = bench.get(LISTED)["results"]
    assert (found["daysRemaining"], found["expired"], found["severity"]) == (0, False, "high")
    bench.container.clock.sleep(timedelta(days=1).total_seconds())
    [found] = bench.get(LISTED)["results"]
    assert (found["daysRemaining"], found["expired"], found["severity"]) == (-1, True, "medium")


def test_today_is_the_marketplaces_own_day(bench: Bench, sync_id: str) -> None:
    """At 18:00 UTC it is still 15 June in Los Angeles and already 16 June in Tokyo."""
    tokyo = {"marketplace_id": "A1VC38T7YXB528", "currency": "JPY"}
    detect(bench, sync_id, claim("US", deadline_date=TODAY), claim("JP", deadline_date=TODAY, **tokyo))
    assert names(bench.get(f"{LISTED}?expired=true")) == ["JP"]
    assert names(bench.get(f"{LISTED}?expired=false")) == ["US"]


def test_values_of_different_currencies_sort_and_filter_by_their_dollar_equivalents(bench: Bench, sync_id: str) -> None:
    values = {"JPY": 9000, "USD": 70, "EUR": 60, "GBP": 70}
    claims = [claim(name, currency=name, estimated_value=Decimal(value)) for name, value in values.items()]
    detect(bench, sync_id, *claims, claim("none", estimated_value=None))
    assert names(bench.get(LISTED)) == ["GBP", "USD", "EUR", "JPY", "none"]
    assert names(bench.get(f"{LISTED}?minValue=64")) == ["GBP", "USD", "EUR"]
    assert {entry["fnsku"]: entry["estimatedValue"] for entry in bench.get(LISTED)["results"]}["JPY"] == 9000


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("-estimatedValue", ["C", "B", "A"]),
        ("deadlineDate", ["B", "C", "A"]),
        ("-confidenceScore", ["A", "C", "B"]),
        ("-discoveryDate", ["C", "B", "A"]),
    ],
)
def test_every_order_pages_through_everything_once(bench: Bench, sync_id: str, sort: str, order: list[str]) -> None:
    for name, value, days, confidence in (("A", 10, 40, "0.9"), ("B", 20, 10, "0.5"), ("C", 30, 20, "0.7")):
        deadline = TODAY + timedelta(days=days)
        confident = {"confidence": Decimal(confidence), "deadline_date": deadline}
        detect(bench, sync_id, claim(name, estimated_value=Decimal(value), **confident), *_known(bench))
        bench.container.clock.sleep(1)
    path = f"{LISTED}?sort={sort}&limit=1"
    pages = [bench.get(path)]
    while cursor := pages[-1]["nextCursor"]:
        pages.append(bench.get(f"{path}&cursor={cursor}"))
    assert [name for page in pages for name in names(page)] == order
    assert {page["total"] for page in pages} == {3}
    assert all(page["totals"] == pages[0]["totals"] for page in pages)


def _known(bench: Bench) -> list[Any]:
    with bench.database.transaction("anna") as work:
        [connection] = work.connections.all()
        return [entry.claim for entry in work.detections.stored(connection.connection_id)]


def test_equal_values_page_through_everything_once(bench: Bench, sync_id: str) -> None:
    detect(bench, sync_id, *(claim(f"X{number}") for number in range(7)))
    seen, cursor = [], ""
    while cursor is not None:
        page = bench.get(f"{LISTED}?limit=3" + (f"&cursor={cursor}" if cursor else ""))
        seen += names(page)
        cursor = page["nextCursor"]
    assert sorted(seen) == [f"X{number}" for number in range(7)]


def test_each_filter_lets_through_what_it_names(bench: Bench, sync_id: str) -> None:
    damaged = {"anomaly_type": AnomalyType.DAMAGED_WAREHOUSE, "tier": Tier.REVIEW, "currency": "EUR"}
    detect(bench, sync_id, claim("L", estimated_value=Decimal(600)), claim("D", **damaged))
    for query in (
        "anomalyType=lost_warehouse",
        "anomalyFamily=missing_unit",
        "severity=critical",
        "tier=claim",
        "currency=USD",
        "minValue=599.5",
        "status=pending&tier=claim",
    ):
        assert names(bench.get(f"{LISTED}?{query}")) == ["L"], query
    assert names(bench.get(f"{LISTED}?status=resolved")) == []
    assert bench.get(f"{LISTED}?currency=CAD") == {
        "success": True, "results": [], "total": 0, "nextCursor": None, "totals": []
    }  # fmt: skip


def test_by_sync_it_is_what_that_sync_found_or_changed(bench: Bench, sync_id: str) -> None:
    detect(bench, sync_id, claim("same"), claim("more"))
    detect(bench, "sync_anna_2", claim("same"), claim("more", quantity=2))
    detect(bench, "sync_anna_3", claim("same"), claim("more", quantity=3))
    assert sorted(names(bench.get(f"{LISTED}?syncId={sync_id}"))) == ["more", "same"]
    assert names(bench.get(f"{LISTED}?syncId=sync_anna_2")) == ["more"]
    assert {entry["syncId"] for entry in bench.get(LISTED)["results"]} == {sync_id}


def test_totals_tell_claimable_review_and_expired_apart(bench: Bench, sync_id: str) -> None:
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    detect(
        bench,
        sync_id,
        claim("now", estimated_value=Decimal(1), review_value=Decimal("0.5"), deadline_date=TODAY),
        claim("expired", estimated_value=Decimal(2), deadline_date=yesterday),
        claim("not yet", estimated_value=Decimal(4), claimable_from=tomorrow),
        claim("review", tier=Tier.REVIEW, estimated_value=Decimal(0), review_value=Decimal(8)),
        claim("unknown", estimated_value=None, review_value=None),
        claim("euro", estimated_value=Decimal(16), currency="EUR"),
    )
    assert bench.get(LISTED)["totals"] == [
        {"currency": "EUR", "claimable": 16.0, "review": 0.0, "expired": 0.0},
        {"currency": "USD", "claimable": 1.0, "review": 8.5, "expired": 2.0},
    ]
    detect(bench, sync_id)  # nothing of it is open any more
    assert bench.get(LISTED)["totals"][1] == {"currency": "USD", "claimable": 0.0, "review": 0.0, "expired": 0.0}


def test_the_severity_that_filters_is_the_severity_that_is_shown(bench: Bench, sync_id: str) -> None:
    values = [None, 0, 24, 25, 99, 100, 499, 500, 9000]
    claims = [
        claim(
            f"X{number}",
            estimated_value=None if value is None else Decimal(value),
            deadline_date=TODAY + timedelta(days=days),
            confidence=Decimal(confidence),
        )
        for number, (value, days, confidence) in enumerate(
            (value, days, confidence) for value in values for days in (-1, 0, 7, 8) for confidence in ("0.4999", "0.5")
        )
    ]
    detect(bench, sync_id, *claims)
    with bench.database.transaction("anna") as work:
        now = today(bench.container.clock)
        for level in ("low", "medium", "high", "critical"):
            page = work.detections.page(DetectionFilter(severity=level), DetectionOrder(), 200, now)
            assert page.total > 0
            assert {seen.severity for seen in page.items} == {level}
            assert page.total == sum(
                severity(made.estimated_value, (made.deadline_date - TODAY).days, made.confidence) == level
                for made in claims
            )


def test_one_detection_tells_its_story_by_day(bench: Bench, sync_id: str) -> None:
    place = {"table": "ledger_events", "rawObject": "raw/a", "pointer": "17"}
    paid = {"table": "claims", "rawObject": "raw/b", "pointer": "3"}
    row = {"occurred_on": "2026-06-01", "event_type": "Adjustments", "reason": "M", "quantity": -3}
    money = {"approved_on": "2026-06-10", "reimbursement_id": "R1", "reason": "Lost_Warehouse"}
    rows = [
        {**paid, "row": {**money, "cash_units": 1, "inventory_units": 0}},
        {**place, "row": {**row, "fulfillment_center": "PHX7"}},
    ]
    detect(bench, sync_id, claim("X1", quantity=2, evidence={"sourceRows": rows, "netting": []}))
    [listed] = bench.get(LISTED)["results"]
    found = bench.get(f"{LISTED}/{listed['id']}")
    assert {name: found[name] for name in listed} == listed
    assert found["success"] is True
    assert found["score"] is None
    assert found["timeline"] == [
        {
            "date": "2026-06-01",
            "kind": "ledger",
            "quantity": -3,
            "text": "Amazon booked Adjustments, reason M at PHX7",
            "source": place,
        },
        {
            "date": "2026-06-10",
            "kind": "reimbursement",
            "quantity": 1,
            "text": "Amazon reimbursed Lost_Warehouse, reimbursement R1",
            "source": paid,
        },
        {"date": str(NOW.date()), "kind": "detected", "quantity": 2, "text": "detected", "source": None},
    ]


def test_a_wrong_filter_order_or_page_is_refused(bench: Bench, sync_id: str) -> None:
    detect(bench, sync_id, claim("X1"), claim("X2"))
    cursor = bench.get(f"{LISTED}?limit=1")["nextCursor"]
    for query in (
        "anomalyType=theft",
        "severity=urgent",
        "tier=x",
        "status=open",
        "expired=perhaps",
        "currency=usd",
        "currency=%00%00%00",
        "minValue=-1",
        "minValue=NaN",
        "minValue=1e13",
        "syncId=%00",
        "sort=estimatedValue",
        "limit=0",
        "limit=201",
        "cursor=x",
        f"cursor={cursor}&sort=deadlineDate",
        "cursor=" + quote("WyItZXN0aW1hdGVkVmFsdWUiLCJOYU4iLCJ4Il0"),
    ):
        assert problem(bench.request("GET", f"{LISTED}?{query}")) == (400, "invalid_request"), query
    assert len(names(bench.get(f"{LISTED}?cursor={cursor}"))) == 1
