"""Whole stories over several reports, told in a few lines: what stays open of each."""

import pytest

from clario.domain.values import DayRange
from tests.unit.detection.cases import TODAY, covering, day, review, run, units

STORIES = {
    "found in part, paid in part": (
        "d0 M -5 \n d3 F +2 \n d20 Lost_Warehouse cash 2",
        {"lost": 1},
        {},
    ),
    "found the same day": ("d0 M -1 \n d0 F +1", {}, {}),
    "damaged and paid, misplaced and found": (
        "d0 E -1 \n d0 P +1 in=WAREHOUSE_DAMAGED \n d5 M -1 \n d9 Damaged_Warehouse cash 1 \n d12 F +1",
        {},
        {},
    ),
    "a replacement that both reports show settles one unit": (
        "d0 M -1 \n d1 M -1 \n d9 Lost_Warehouse stock 1 \n d12 N +1",
        {"lost": 1},
        {},
    ),
    "found, so the payment was rightly taken back": (
        "d0 M -1 \n d10 Lost_Warehouse cash 1 \n d30 F +1 \n d31 Reversal_Reimbursement cash -1 of=R10",
        {},
        {},
    ),
    "taken back though nothing came": (
        "d-9 M -1 \n d1 Lost_Warehouse cash 1 \n d11 Reversal_Reimbursement cash -1 of=R1",
        {"reimbursement_reversed_without_return": 1},
        {},
    ),
    "three refunded, one returned, one paid": (
        "d-30 order 3x20 \n d-20 refund 3x20 \n d-9 return 1 \n d9 CustomerReturn cash 1 order=O1",
        {"refund_no_return": 1},
        {},
    ),
    "a third of the price given back": ("d-30 order 1x20 \n d-20 refund 1x6", {}, {}),
    "a sibling shipment has the missing units": (
        "d0 inbound 10/7 of=S1 delivered=d2 closed=d9 \n d0 inbound 5/8 of=S2 delivered=d2 closed=d9",
        {},
        {},
    ),
    "another item of the shipment has too many": (
        "d0 inbound 10/7 delivered=d2 closed=d9 \n d0 inbound 5/8 delivered=d2 closed=d9 fnsku=X9 asin=B9",
        {},
        {"inbound_shortage": 3},
    ),
    "two identical lines are two losses": ("d0 M -1 \n d0 M -1", {"lost": 2}, {}),
    "lost on the way in, misplaced, and one payment for each": (
        "d0 inbound 10/9 delivered=d2 closed=d9 \n d12 M -1 \n d20 Lost_Inbound cash 1 \n d21 Lost_Warehouse cash 1",
        {},
        {},
    ),
    "one payment cannot settle a shipment and a misplaced unit": (
        "d0 inbound 10/9 delivered=d2 closed=d9 \n d12 M -1 \n d20 Lost_Warehouse cash 1",
        {"inbound_shortage": 1},
        {},
    ),
    "one unnamed payment settles a refund or a loss, not both": (
        "d-30 order 1x20 \n d-20 refund 1x20 \n d-20 M -1 \n d9 GeneralAdjustment cash 1",
        {"refund_no_return": 1},
        {"lost": 1},
    ),
    "sent back damaged: the return settles the refund, the payment the damage": (
        "d-30 order 1x20 \n d-20 refund 1x20 \n d-9 return 1 in=DAMAGED \n d9 CustomerReturn cash 1 order=O1",
        {},
        {},
    ),
    "sent back damaged and not paid is one claim": (
        "d-30 order 1x20 \n d-20 refund 1x20 \n d-9 return 1 in=DAMAGED",
        {"return_damaged_by_amazon": 1},
        {},
    ),
    "two orders, two payments, each for its own": (
        """
        d-30  order           1x20    of=O1
        d-30  order           1x20    of=O2
        d-20  refund          1x20    of=O1
        d-20  refund          1x20    of=O2
        d9    CustomerReturn  cash 1  order=O2  id=A
        d9    CustomerReturn  cash 1  order=O2  id=B""",
        {"refund_no_return": 1},
        {},
    ),
    "Amazon took over what it had paid for": (
        "d-50 M -1 \n d-40 Lost_Warehouse cash 1 \n d-9 F +1 \n d-8 O -1",
        {},
        {},
    ),
}


@pytest.mark.parametrize(("table", "claimed", "reviewed"), STORIES.values(), ids=STORIES.keys())
def test_story(table, claimed, reviewed):
    assert (units(table), review(table)) == (claimed, reviewed)


EVERY_KIND = {
    "ledger": "d0 M -1 \n d0 D -1 fnsku=X2 asin=B2",
    "reimbursements": "d0 M -1 \n d0 E -1 \n d-30 order 1x20 \n d-20 refund 1x20 \n d0 return 1 of=O2 in=DAMAGED",
    "returns": "d-30 order 1x20 \n d-20 refund 1x20 \n d-20 replace 1 of=O2",
    "financial_events": "d-30 order 1x20 \n d-20 refund 1x20",
    "inbound_shipments": "d-20 inbound 5/3 delivered=d-18 closed=d0",
    "removals": "d-20 removal 5 shipped=3 updated=d-15 \n d0 D -1 fnsku=X2 asin=B2",
    "replacements": "d-20 replace 1",
}


@pytest.mark.parametrize("stream", EVERY_KIND)
def test_a_missing_week_of_a_report_never_makes_a_claim(stream):
    table = EVERY_KIND[stream]
    found = units(table)
    assert found
    hole = {stream: (DayRange(day(-400), day(2)), DayRange(day(10), TODAY))}
    result = run(table, coverage=covering(**hole))
    assert [claim for claim in result.claims if claim.tier == "claim"] == []
    assert {claim.anomaly_type for claim in result.claims} == {claim.anomaly_type for claim in run(table).claims}
    assert all("coverage" in claim.evidence["warnings"] for claim in result.claims)
