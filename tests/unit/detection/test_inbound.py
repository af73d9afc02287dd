"""Shipments to Amazon: received short, not at all, damaged, or received and taken back."""

from decimal import Decimal

import pytest

from clario.domain.values import MARKETPLACES
from tests.unit.detection.cases import covering, day, only, review, run, units

SHORT, MISSING = "inbound_shortage", "inbound_shipment_missing"
DEDUCTED, DAMAGED = "received_then_deducted", "inbound_damaged_carrier"
CLOSED = "d0 inbound 10/7 delivered=d2 closed=d30"

OPEN = {
    "received short": (CLOSED, {SHORT: 3}),
    "the ledger shows more than the shipment does": (f"{CLOSED} \n d5 receive +8 of=S1", {SHORT: 2}),
    "the ledger shows less than the shipment does": (f"{CLOSED} \n d5 receive +6 of=S1", {SHORT: 3}),
    "counted again while it was open": (f"{CLOSED} \n d5 receive +9 of=S1 \n d6 receive -2 of=S1", {SHORT: 3}),
    "only the ledger knows": ("d0 inbound 10/? delivered=d2 closed=d30 \n d5 receive +8 of=S1", {SHORT: 2}),
    "paid in part": (f"{CLOSED} \n d40 Lost_Inbound cash 1", {SHORT: 2}),
    "a surplus of another item elsewhere": (f"{CLOSED} \n d0 inbound 5/8 of=S2 fnsku=X9 asin=B9", {SHORT: 3}),
    "an item that was not sent, and taken back": (
        f"{CLOSED} \n d5 receive +3 of=S1 fnsku=X9 asin=B9 \n d9 receive -3 of=S1 fnsku=X9 asin=B9",
        {SHORT: 3},
    ),
    "a sibling's surplus in part": (
        f"{CLOSED} \n d0 inbound 5/6 of=S2 delivered=d2 closed=d30",
        {SHORT: 2},
    ),
    "a sibling's surplus that Amazon took back": (
        f"{CLOSED} \n d0 inbound 5/8 of=S2 delivered=d2 closed=d30 \n d20 O -3",
        {SHORT: 3},
    ),
    "a sibling's surplus of which Amazon took back a part": (
        f"{CLOSED} \n d0 inbound 5/6 of=S2 delivered=d2 closed=d30 \n d20 O -2",
        {SHORT: 2},
    ),
    "a sibling's surplus of another season": (
        f"{CLOSED} \n d-70 inbound 5/8 of=S2 delivered=d-65 closed=d-40",
        {SHORT: 3},
    ),
    "a found unit that a misplaced one needs": (f"{CLOSED} \n d4 M -1 \n d5 F +1", {SHORT: 3}),
    "still receiving for more than 45 quiet days": (
        "d0 inbound 10/7 delivered=d2 status=RECEIVING \n d5 receive +7 of=S1",
        {SHORT: 3},
    ),
    "taken back after it was closed": (
        "d0 inbound 10/10 delivered=d2 closed=d20 \n d5 receive +10 of=S1 \n d30 receive -4 of=S1",
        {DEDUCTED: 4},
    ),
    "short, and more taken back": (
        "d0 inbound 10/8 delivered=d2 closed=d20 \n d5 receive +8 of=S1 \n d30 receive -4 of=S1",
        {SHORT: 2, DEDUCTED: 4},
    ),
    "short, more taken back, and the shipment's count lowered": (
        "d0 inbound 10/4 delivered=d2 closed=d20 \n d5 receive +8 of=S1 \n d30 receive -4 of=S1",
        {SHORT: 2, DEDUCTED: 4},
    ),
    "a surplus and more taken back": (
        "d0 inbound 10/12 delivered=d2 closed=d20 \n d5 receive +12 of=S1 \n d30 receive -3 of=S1",
        {DEDUCTED: 1},
    ),
    "nothing of it was ever received": ("d0 inbound 10/0 delivered=d2 closed=d30", {MISSING: 10}),
    "damaged by Amazon's carrier": (
        "d0 inbound 2/2 delivered=d2 closed=d30 partnered=yes \n d6 receive +2 of=S1 in=CARRIER_DAMAGED",
        {DAMAGED: 2},
    ),
}


@pytest.mark.parametrize(("table", "expected"), OPEN.values(), ids=OPEN.keys())
def test_is_owed(table, expected):
    assert units(table) == expected


NOT_OWED = {
    "all received": "d0 inbound 10/10 delivered=d2 closed=d30",
    "received after it was closed": f"{CLOSED} \n d40 receive +10 of=S1",
    "paid": f"{CLOSED} \n d40 Lost_Inbound cash 3",
    "paid under the settlement's name": f"{CLOSED} \n d40 MISSING_FROM_INBOUND cash 3",
    "paid as damaged on the way in": f"{CLOSED} \n d40 Damaged_Inbound cash 3",
    "a sibling shipment has them": f"{CLOSED} \n d0 inbound 5/8 of=S2 delivered=d4 closed=d30",
    "nobody says how much was received": "d0 inbound 10/? delivered=d2 closed=d30",
    "still receiving": "d0 inbound 10/7 delivered=d20 status=RECEIVING",
    "received something only a week ago": ("d0 inbound 10/7 delivered=d2 status=RECEIVING \n d48 receive +7 of=S1"),
    "on its way": "d0 inbound 10/0 status=SHIPPED",
    "cancelled": "d0 inbound 10/0 delivered=d2 status=CANCELLED",
    "deleted": "d0 inbound 10/0 delivered=d2 status=DELETED",
    "closed, and no day of it known": "d0 inbound 10/7",
    "a surplus taken back": (
        "d0 inbound 10/12 delivered=d2 closed=d20 \n d5 receive +12 of=S1 \n d30 receive -2 of=S1"
    ),
    "taken back and put back": (
        "d0 inbound 10/10 delivered=d2 closed=d20"
        " \n d5 receive +10 of=S1 \n d30 receive -4 of=S1 \n d31 receive +4 of=S1"
    ),
    "damaged by the seller's own carrier": (
        "d0 inbound 2/2 delivered=d2 closed=d30 partnered=no \n d6 receive +2 of=S1 in=CARRIER_DAMAGED"
    ),
    "damage paid": (
        "d0 inbound 2/2 delivered=d2 closed=d30 partnered=yes"
        " \n d6 receive +2 of=S1 in=CARRIER_DAMAGED \n d30 Damaged_Inbound cash 2"
    ),
    "found damaged weeks later": (
        "d0 inbound 3/3 delivered=d2 closed=d30 partnered=yes"
        " \n d4 receive +1 of=S1 \n d19 receive +2 of=S1 in=CARRIER_DAMAGED"
    ),
}


@pytest.mark.parametrize("table", NOT_OWED.values(), ids=NOT_OWED.keys())
def test_is_not_owed(table):
    assert units(table) == {}
    assert review(table) == {}


DOUBTFUL = {
    "another item has too many in the same shipment": (
        f"{CLOSED} \n d0 inbound 5/8 delivered=d2 closed=d30 fnsku=X9 asin=B9",
        {SHORT: 3},
    ),
    "an item that was not sent came with the same shipment": (
        f"{CLOSED} \n d5 receive +7 of=S1 \n d5 receive +3 of=S1 fnsku=X9 asin=B9",
        {SHORT: 3},
    ),
    "all of it was received as another item": (
        "d0 inbound 10/0 delivered=d2 closed=d30 \n d5 receive +10 of=S1 fnsku=X9 asin=B9",
        {MISSING: 10},
    ),
    "paid as lost": (f"{CLOSED} \n d40 Lost_Warehouse cash 3", {SHORT: 3}),
    "paid as an adjustment": (f"{CLOSED} \n d40 GeneralAdjustment cash 3", {SHORT: 3}),
    "paid under another label": (f"{CLOSED} \n d40 Lost_Inbound cash 3 fnsku=X2", {SHORT: 3}),
    "units found after it arrived": (f"{CLOSED} \n d12 F +3", {SHORT: 3}),
    "as many units as there were cases": ("d0 inbound 24/2 case=12 delivered=d2 closed=d30", {SHORT: 22}),
    "closed, delivery unknown, nothing received": (
        "d0 inbound 10/7 closed=d30",
        {SHORT: 3},
    ),
    "damaged, and nobody knows whose carrier": (
        "d0 inbound 2/2 delivered=d2 closed=d30 \n d6 receive +2 of=S1 in=CARRIER_DAMAGED",
        {DAMAGED: 2},
    ),
    "damaged by the seller's supplier": (
        "d0 inbound 2/2 delivered=d2 closed=d30 partnered=yes \n d6 receive +2 of=S1 in=DISTRIBUTOR_DAMAGED",
        {DAMAGED: 2},
    ),
}


@pytest.mark.parametrize(("table", "expected"), DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_is_for_review(table, expected):
    assert review(table) == expected


BROUGHT = "d0 inbound 2/2 delivered=d2 closed=d30 partnered=yes \n d6 receive +2 of=S1 in=CARRIER_DAMAGED"


def test_a_unit_that_came_damaged_and_was_found_so_is_one_claim_not_two():
    assert units(f"{BROUGHT} \n d9 6 -2 in=CARRIER_DAMAGED") == {DAMAGED: 2}
    assert units(f"{BROUGHT} \n d9 6 -3 in=CARRIER_DAMAGED") == {DAMAGED: 2, "damaged": 1}
    assert units(f"{BROUGHT} \n d9 E -1") == {DAMAGED: 2, "damaged": 1}
    assert units(f"{BROUGHT.replace('yes', 'no')} \n d9 6 -2 in=CARRIER_DAMAGED") == {"damaged": 2}


PERHAPS_BROUGHT = BROUGHT.replace(" partnered=yes", "")


@pytest.mark.parametrize(
    ("found", "claimed", "doubted"),
    [
        ("d9 6 -2 in=CARRIER_DAMAGED", {"damaged": 2}, {}),
        ("d9 6 -1 in=CARRIER_DAMAGED", {"damaged": 1}, {DAMAGED: 1}),
        ("d9 6 -3 in=CARRIER_DAMAGED", {"damaged": 3}, {}),
        ("d9 E -2", {"damaged": 2}, {DAMAGED: 2}),
        ("d5 6 -2 in=CARRIER_DAMAGED", {"damaged": 2}, {DAMAGED: 2}),
        ("d9 6 -2 in=CARRIER_DAMAGED \n d12 Damaged_Warehouse cash 2", {}, {}),
        ("d9 6 -2 in=CARRIER_DAMAGED \n d7 Damaged_Inbound cash 2", {}, {"damaged": 2}),
        ("d9 6 -2 in=CARRIER_DAMAGED \n d30 Damaged_Inbound cash 2", {}, {"damaged": 2}),
    ],
    ids=["all", "a part", "more", "other stock", "before it came", "paid", "paid as it came", "paid later as brought"],
)
def test_what_an_unknown_carrier_brought_damaged_is_told_once_where_it_is_found_so(found, claimed, doubted):
    table = f"{PERHAPS_BROUGHT} \n {found}"
    assert (units(table), review(table)) == (claimed, doubted)


def test_of_units_that_came_damaged_those_found_so_are_first_the_claimed_ones():
    other = "d0 inbound 1/1 of=S2 delivered=d2 closed=d30 partnered=yes \n d7 receive +1 of=S2 in=CARRIER_DAMAGED"
    table = f"{PERHAPS_BROUGHT} \n {other} \n d9 6 -1 in=CARRIER_DAMAGED"
    assert (units(table), review(table)) == ({DAMAGED: 1}, {DAMAGED: 2})


def test_what_another_items_surplus_leaves_open_is_owed():
    claim = only(run(f"{CLOSED} \n d0 inbound 5/7 delivered=d2 closed=d30 fnsku=X9 asin=B9"))
    assert (claim.tier, claim.quantity, claim.estimated_value, claim.review_value) == ("claim", 1, 10, 20)


def test_two_short_lines_do_not_share_one_surplus():
    table = """
        d0  inbound  10/8  delivered=d2 closed=d30
        d0  inbound  10/8  delivered=d2 closed=d30  fnsku=X5 asin=B5
        d0  inbound  5/7   delivered=d2 closed=d30  fnsku=X9 asin=B9"""
    assert sum(units(table).values()) == sum(review(table).values()) == 2


def test_a_shipment_that_went_missing_is_one_claim_over_all_its_items():
    claim = only(run("d0 inbound 10/0 delivered=d2 \n d0 inbound 4/0 delivered=d2 fnsku=X9 asin=B9"))
    assert (claim.anomaly_type, claim.quantity, claim.shipment_id) == (MISSING, 14, "S1")
    assert [row["row"]["sku"] for row in claim.evidence["sourceRows"]] == ["SKU-X1", "SKU-X9"]


def test_a_shipment_of_which_one_line_arrived_is_not_missing():
    assert units(
        "d0 inbound 10/0 delivered=d2 closed=d30 \n d0 inbound 4/4 delivered=d2 closed=d30 fnsku=X9 asin=B9"
    ) == {SHORT: 10}


def test_a_shipment_is_not_missing_for_thirty_days():
    table = "d0 inbound 10/0 delivered=d2 status=DELIVERED"
    assert (units(table, today=day(31)), units(table, today=day(32))) == ({}, {MISSING: 10})


def test_a_shipment_that_was_closed_with_nothing_in_it_is_missing_at_once():
    table = "d0 inbound 10/0 delivered=d2 closed=d9 \n d0 inbound 4/0 delivered=d2 closed=d9 fnsku=X9 asin=B9"
    assert (units(table, today=day(8)), units(table, today=day(9))) == ({}, {MISSING: 14})


def test_a_shipment_that_is_still_open_is_judged_after_45_days():
    table = "d0 inbound 10/7 delivered=d2 status=RECEIVING"
    assert (units(table, today=day(46)), units(table, today=day(47))) == ({}, {SHORT: 3})
    assert run(table, day(46)).next_review_on == day(47)


def test_the_time_to_file_runs_from_the_delivery_and_begins_when_the_shipment_is_closed():
    claim = only(run(CLOSED))
    assert (claim.anchor_date, claim.claimable_from, claim.deadline_date) == (day(2), day(30), day(2).replace(2027, 7))
    assert (claim.estimated_value, claim.shipment_id, claim.confidence) == (30, "S1", Decimal("0.80"))


def test_without_the_delivery_it_runs_from_three_days_before_the_first_receipt_and_is_less_sure():
    claim = only(run("d0 inbound 10/7 closed=d30 \n d9 receive +7 of=S1"))
    assert (claim.tier, claim.anchor_date, claim.confidence) == ("claim", day(6), Decimal("0.72"))
    assert claim.evidence["warnings"] == ["delivery_unknown"]


def test_damage_runs_from_the_first_receipt_where_the_delivery_is_unknown():
    claim = only(run("d0 inbound 2/2 partnered=yes \n d6 receive +2 of=S1 in=CARRIER_DAMAGED"))
    assert claim.anchor_date == day(3)


def test_the_oldest_shipment_is_paid_first():
    table = f"{CLOSED} \n d9 inbound 5/4 of=S2 delivered=d12 closed=d30 \n d40 Lost_Inbound cash 3"
    assert only(run(table)).shipment_id == "S2"


def test_a_warehouse_payment_serves_the_misplaced_unit_before_the_shipment():
    table = f"{CLOSED} \n d9 M -1 \n d40 Lost_Warehouse cash 1"
    assert units(table) == {SHORT: 3}


def test_without_the_ledger_it_is_for_review():
    assert review(CLOSED, coverage=covering(ledger=())) == {SHORT: 3}
    assert review(CLOSED, coverage=covering(inbound_shipments=())) == {SHORT: 3}


def test_in_germany_there_are_six_months():
    claim = only(run(CLOSED, marketplace=MARKETPLACES["A1PA6795UKMFR9"]))
    assert claim.deadline_date == day(2).replace(2027, 4)


@pytest.mark.parametrize(("left", "claimed", "doubted"), [(10, 3, 0), (12, 3, 0), (8, 1, 2), (7, 0, 3), (5, 0, 3)])
def test_units_added_to_the_plan_when_it_had_left_are_for_review(left, claimed, doubted):
    claim = only(run(f"{CLOSED} left={left}"))
    assert claim.quantity == (claimed or doubted)
    assert (claim.estimated_value, claim.review_value) == (10 * claimed, 10 * doubted)
    assert ("plan_edited" in claim.evidence["warnings"]) == (doubted > 0)


def test_what_is_paid_of_an_edited_line_is_paid_for_the_units_that_were_sent():
    assert review(f"{CLOSED} left=8 \n d40 Lost_Inbound cash 1") == {SHORT: 2}
    assert review(f"{CLOSED} left=8 \n d40 Lost_Inbound cash 2") == {SHORT: 1}


def test_units_added_to_the_plan_and_taken_back_after_receipt_are_owed():
    table = "d0 inbound 10/10 delivered=d2 closed=d20 left=8 \n d5 receive +10 of=S1 \n d30 receive -4 of=S1"
    assert units(table) == {DEDUCTED: 4}


def test_a_surplus_that_may_be_another_items_settles_no_other_shipment():
    surplus = "d0 inbound 5/7 of=S1 delivered=d2 closed=d30 fnsku=X9 asin=B9"
    later = "d20 inbound 6/4 of=S5 delivered=d22 closed=d50 fnsku=X9 asin=B9"
    assert units(f"{surplus} \n {later}") == {}
    swapped = f"{surplus} \n {later} \n d0 inbound 10/8 of=S1 delivered=d2 closed=d30"
    assert (units(swapped), review(swapped)) == ({SHORT: 2}, {SHORT: 2})


@pytest.mark.parametrize(
    ("second", "payment", "claimed", "doubted"),
    [
        ("10/7 delivered=d9", "d40 Lost_Inbound cash 3", {}, {SHORT: 3}),
        ("10/8 delivered=d9", "d40 Lost_Inbound cash 3", {SHORT: 2}, {}),
        ("10/7 delivered=d-60", "d40 Lost_Inbound cash 3", {SHORT: 3}, {}),
        ("10/7 delivered=d9", "d40 Lost_Inbound cash 2", {SHORT: 4}, {}),
    ],
    ids=["as many units", "other units", "too long ago", "paid in part"],
)
def test_another_shipment_that_a_payment_may_be_for_is_for_review(second, payment, claimed, doubted):
    table = f"{CLOSED} \n d0 inbound {second} closed=d31 of=S2 \n {payment}"
    assert (units(table), review(table)) == (claimed, doubted)
