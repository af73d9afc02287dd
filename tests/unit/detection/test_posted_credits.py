"""Reimbursements whose money was posted, and which their report does not list."""

import pytest

from clario.domain.claims import Tier
from tests.unit.detection.cases import SHORT_NAMES, day
from tests.unit.detection.money_tables import found

NO_RETURN, SHORT = "refund_no_return", "inbound_shortage"


def told(table: str, **changes: object) -> tuple[dict[str, int], dict[str, int]]:
    """The units claimed and those for review, by kind."""
    units: dict[Tier, dict[str, int]] = {Tier.CLAIM: {}, Tier.REVIEW: {}}
    for claim in found(table, **changes).claims:
        kind = SHORT_NAMES.get(claim.anomaly_type, claim.anomaly_type.value)
        if claim.tier in units and kind != "reimbursement_not_paid_out":
            units[claim.tier][kind] = units[claim.tier].get(kind, 0) + claim.quantity
    return units[Tier.CLAIM], units[Tier.REVIEW]


NOT_LISTED = {
    "posted": ("d0 M -1 \n d20 posted 9.50 units=1", {"lost": 1}),
    "as the older API calls it": ("d0 M -1 \n d20 posted 9.50 units=1 name=WAREHOUSE_LOST", {"lost": 1}),
    "lost or damaged": ("d0 E -1 \n d20 posted 9.50 units=1 name=LostOrDamagedReimbursement", {"damaged": 1}),
    "under another reason": ("d0 M -1 \n d20 posted 9.50 units=1 name=MISSING_FROM_INBOUND", {"lost": 1}),
    "of nobody knows how many units": ("d0 M -3 \n d20 posted 9.50", {"lost": 3}),
    "a week ago": ("d0 M -1 \n d45 posted 9.50 units=1", {"lost": 1}),
    "months later": (
        "d-150 inbound 10/9 delivered=d-148 closed=d-120 \n d40 posted 9.50 units=1 \n d-140 receive +9 of=S1",
        {SHORT: 1},
    ),
    "three weeks after one that is listed": (
        "d0 M -2 \n d5 Lost_Warehouse cash 1 \n d27 posted 9.50 units=1",
        {"lost": 1},
    ),
}


@pytest.mark.parametrize(("table", "doubted"), NOT_LISTED.values(), ids=NOT_LISTED.keys())
def test_what_was_posted_and_is_not_listed_is_for_review(table, doubted):
    assert told(table) == ({}, doubted)


IN_PART = {
    "of fewer units": ("d0 M -3 \n d20 posted 19.00 units=2", {"claim": 1, "review": 2}),
    "together with what is listed": (
        "d0 M -3 \n d20 Lost_Warehouse cash 1 \n d20 posted 19.00 units=2",
        {"claim": 1, "review": 1},
    ),
}


@pytest.mark.parametrize(("table", "expected"), IN_PART.values(), ids=IN_PART.keys())
def test_more_units_than_were_posted_are_claimed(table, expected):
    (claim,) = [claim for claim in found(table).claims if claim.anomaly_type == "lost_warehouse"]
    assert claim.evidence["valuation"]["lines"][0]["units"] == expected


CLAIMED = {
    "listed": "d0 M -2 \n d20 Lost_Warehouse cash 1 \n d21 posted 9.50 units=1",
    "listed two days later": "d0 M -2 \n d20 Lost_Warehouse cash 1 \n d18 posted 9.50 units=1",
    "two that are listed, posted as one": """
        d0   M               -3
        d20  Lost_Warehouse  cash 1  id=A
        d20  Lost_Warehouse  cash 1  id=B
        d21  posted          19.00  units=2""",
    "one that is listed, posted as two": """
        d0   M               -3
        d20  Lost_Warehouse  cash 2
        d21  posted          10.00  units=1
        d21  posted          9.00   units=1""",
    "one that is listed, held back and released": """
        d0   M               -2
        d20  Lost_Warehouse  cash 1
        d21  posted          9.50  units=1  state=DEFERRED_RELEASED
        d30  posted          9.50  units=1""",
    "listed in another currency": "d0 M -2 \n d20 Lost_Warehouse cash 1 \n d21 posted 13.10 units=1 cur=CAD",
    "a cent more than is listed": "d0 M -2 \n d20 Lost_Warehouse cash 1 \n d21 posted 9.51 units=1",
    "so lately that the list may still come": "d0 M -1 \n d46 posted 9.50 units=1",
    "before the loss": "d0 M -1 \n d-3 posted 9.50 units=1",
    "another product": "d0 M -1 \n d20 posted 9.50 units=1 fnsku=X2 asin=B2",
    "of a product without a label": "d0 M -1 \n d20 posted 9.50 units=1 sku=OTHER asin=B1",
    "a fee": "d0 M -1 \n d20 posted 9.50 units=1 name=INCORRECT_FEES_ITEMS",
    "something else": "d0 M -1 \n d20 posted 9.50 units=1 name=ReserveEvent",
    "taken": "d0 M -1 \n d20 posted -9.50 units=1",
}


@pytest.mark.parametrize("table", CLAIMED.values(), ids=CLAIMED.keys())
def test_other_money_puts_nothing_in_doubt(table):
    assert told(table) == ({"lost": 1}, {})


def refunded(*orders: str) -> str:
    lines = [f"d-30 order 1x20 of={order} \n d-20 refund 1x20 of={order}" for order in orders]
    return "\n".join(["d-99 receive +9 of=S0", *lines])


def test_money_for_an_order_settles_only_that_order_perhaps():
    table = f"{refunded('O1', 'O2')} \n d30 posted 14.00 units=1 of=O1"
    assert told(table) == ({NO_RETURN: 1}, {NO_RETURN: 1})


def test_what_is_listed_for_an_order_was_posted_for_that_order():
    listed = "d30 CustomerReturn cash 1 pay=14 order=O2"
    both = "d29 posted 14.00 units=1 of=O1 \n d30 posted 14.00 units=1 of=O2"
    assert told(f"{refunded('O1', 'O2')} \n {listed} \n {both}") == ({}, {NO_RETURN: 1})


def test_money_without_an_order_may_be_for_any_of_the_product():
    assert told(f"{refunded('O1', 'O2')} \n d30 posted 14.00 units=1") == ({}, {NO_RETURN: 2})


def test_what_may_be_for_a_lost_unit_may_be_for_a_shipment_too():
    short = "d-30 inbound 10/9 delivered=d-28 closed=d-2"
    assert told(f"{short} \n d-40 M -1 \n d12 posted 9.50 units=1") == ({}, {"lost": 1, SHORT: 1})


def test_the_review_says_so_and_shows_the_transaction():
    (claim,) = found("d0 M -1 \n d20 posted 9.50 units=1").claims
    assert claim.evidence["warnings"] == ["payment_not_reported"]
    assert [(step["pass"], step["kind"], step["units"]) for step in claim.evidence["netting"]] == [
        ("posted", "posted", 1)
    ]


def test_a_young_posting_is_looked_at_again_when_it_is_a_week_old():
    assert found("d0 M -1 \n d46 posted 9.50 units=1").next_review_on == day(54)
