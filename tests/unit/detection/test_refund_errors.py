"""Refunds that took more than they should, and referral fees that did not come back."""

import pytest

from clario.domain.values import MARKETPLACES, DayRange
from tests.unit.detection.cases import covering
from tests.unit.detection.money_tables import found, owed
from tests.unit.detection.tables import day

SALE = "d0 sale 1x20.00 of=O1 fee=3.57 ref=3.00"
TWO = "d0 sale 2x20.00 of=O1 fee=3.57 ref=3.00"

MORE_THAN_PAID = {
    "more than the price": (f"{SALE} \n d5 back 1x25.00 of=O1", "1 for 5.00"),
    "the whole price after a part of it": (f"{SALE} \n d5 back 1x5.00 of=O1 \n d9 back 1x20.00 of=O1", "1 for 5.00"),
    "more units than were sold": (f"{SALE} \n d5 back 2x20.00 of=O1", "1 for 20.00"),
    "shipping that was never paid": (f"{SALE} \n d5 back 1x20.00 ship=4.99 of=O1", "1 for 4.99"),
    "gift wrap that was never paid": (f"{SALE} \n d5 back 1x20.00 wrap=3 of=O1", "1 for 3.00"),
    "tax that was never paid": (f"{SALE} \n d5 back 1x20.00 tax=1.60 of=O1", "1 for 1.60"),
    "the price without the promotion": (f"{SALE} promo=4 \n d5 back 1x20.00 of=O1", "1 for 4.00"),
    "charged again, but less than was too much": (
        f"{SALE} \n d5 back 1x25.00 of=O1 \n d9 recharge 3.00 of=O1",
        "1 for 2.00",
    ),
}


@pytest.mark.parametrize(("table", "claim"), MORE_THAN_PAID.values(), ids=MORE_THAN_PAID.keys())
def test_what_was_refunded_beyond_the_payment_is_owed(table, claim):
    assert owed(table, "refund_exceeds_order") == {"claim": claim}
    assert owed(table, "duplicate_refund") == {}


NOT_TOO_MUCH = {
    "the price": f"{SALE} \n d5 back 1x20.00 of=O1",
    "a cent of rounding": f"{SALE} \n d5 back 1x20.01 of=O1",
    "a part of it": f"{SALE} \n d5 back 1x12.00 of=O1",
    "two parts of it": f"{SALE} \n d5 back 1x12.00 of=O1 \n d9 back 1x8.00 of=O1",
    "two units one by one": f"{TWO} \n d5 back 1x20.00 of=O1 \n d9 back 1x20.00 of=O1",
    "two units of two parcels": (
        "d0 sale 1x20 of=O1 fee=3.57 \n d1 sale 1x20 of=O1 fee=3.57 \n d5 back 1x20.00 of=O1 \n d9 back 1x20.00 of=O1"
    ),
    "with the promotion": f"{SALE} promo=4 \n d5 back 1x20.00 promo=4 of=O1",
    "with shipping, gift wrap and tax that were paid": (
        f"{SALE} ship=4 wrap=2 tax=1.60 \n d5 back 1x20.00 ship=4 wrap=2 tax=1.60 of=O1"
    ),
    "and goodwill, which Amazon gives": f"{SALE} \n d5 back 1x20.00 goodwill=5 of=O1",
    "an order whose sale is not in our data": "d5 back 1x20.00 of=O1",
    "an order whose second parcel's sale is not in our data": (
        f"d0 order 2x20 of=O1 \n {SALE} \n d5 back 2x20.00 of=O1"
    ),
    "in another currency": f"{SALE} \n d5 back 1x25.00 of=O1 cur=CAD",
    "an order the seller shipped": f"d0 order 1x20 of=O1 by=Merchant \n {SALE} \n d5 back 1x25.00 of=O1",
    "an order without Amazon's fee, hence perhaps not shipped by it": (
        "d0 sale 1x20 of=O1 ref=3.00 \n d5 back 1x25.00 of=O1"
    ),
    "money held back and released": f"{SALE} \n d5 back 1x20 of=O1 state=DEFERRED_RELEASED \n d9 back 1x20 of=O1",
    "charged again": f"{SALE} \n d5 back 1x25.00 of=O1 \n d9 recharge 5.00 of=O1",
    "another product of the order": f"{SALE} \n d5 back 1x25.00 of=O1 fnsku=Y1",
}


@pytest.mark.parametrize("table", NOT_TOO_MUCH.values(), ids=NOT_TOO_MUCH.keys())
def test_what_is_refunded_rightly_is_not_owed(table):
    for kind in ("refund_exceeds_order", "duplicate_refund"):
        assert owed(table, kind) == {}


def test_a_charge_after_the_refund_settles_it():
    result = found(f"{SALE} \n d5 back 1x25.00 of=O1 \n d9 recharge 5.00 of=O1")
    assert [settled.reason for settled in result.settled.values()] == ["charged again: USD 5.00"]


TWICE = {
    "all of it again": (f"{SALE} \n d5 back 1x20.00 of=O1 \n d9 back 1x20.00 of=O1", "1 for 20.00"),
    "a part of it again, more than the price together": (
        f"{SALE} \n d5 back 1x12.00 of=O1 \n d9 back 1x12.00 of=O1",
        "1 for 4.00",
    ),
    "three times": (
        f"{SALE} \n d5 back 1x20.00 of=O1 \n d9 back 1x20.00 of=O1 \n d12 back 1x20.00 of=O1",
        "2 for 40.00",
    ),
    "one of two units again": (
        f"{TWO} \n d5 back 1x20.00 of=O1 \n d9 back 1x20.00 of=O1 \n d12 back 1x20.00 of=O1",
        "1 for 20.00",
    ),
}


@pytest.mark.parametrize(("table", "claim"), TWICE.values(), ids=TWICE.keys())
def test_the_same_refund_again_is_a_duplicate_and_told_once(table, claim):
    assert owed(table, "duplicate_refund") == {"claim": claim}
    assert owed(table, "refund_exceeds_order") == {}


def test_the_claim_counts_from_the_refund_that_was_too_much():
    (claim,) = [
        claim
        for claim in found(f"{SALE} \n d5 back 1x20 of=O1 \n d9 back 1x20 of=O1 \n d12 back 1x20 of=O1").claims
        if claim.anomaly_type == "duplicate_refund"
    ]
    assert (claim.anchor_date, claim.deadline_date, claim.order_id) == (day(9), day(99), "O1")
    assert (claim.value_basis, claim.anomaly_family) == ("charge", "duplicate_charge")
    assert claim.evidence["valuation"]["paid"] == "20.00"
    assert claim.evidence["valuation"]["refunded"] == "60"


def test_with_days_of_the_finances_missing_it_is_for_review():
    hole = covering(financial_events=(DayRange(day(-100), day(6)), DayRange(day(9), day(53))))
    table = f"{SALE} \n d5 back 1x25.00 of=O1"
    assert owed(table, "refund_exceeds_order", coverage=hole) == {"review": "1 for 5.00"}
    (claim,) = [c for c in found(table, coverage=hole).claims if c.anomaly_type == "refund_exceeds_order"]
    assert (claim.evidence["warnings"], str(claim.confidence)) == (["coverage"], "0.4000")


def test_a_parcel_that_left_before_the_loaded_days_may_have_been_paid_for():
    begun = covering(financial_events=(DayRange(day(-10), day(53)),))
    assert owed(f"{SALE} \n d5 back 2x20.00 of=O1", "refund_exceeds_order", coverage=begun) == {"review": "1 for 20.00"}


# -- the referral fee --------------------------------------------------------------------------------------------------

FEE_KEPT = {
    "nothing came back": (f"{SALE} \n d5 back 1x20.00 of=O1", "1 for 2.40"),
    "too little came back": (f"{SALE} \n d5 back 1x20.00 ref=2.00 admin=0.60 of=O1", "1 for 1.00"),
    "too little came back in a later transaction": (
        f"{SALE} \n d5 back 1x20.00 of=O1 \n d9 back 1 ref=1.40 of=O1",
        "1 for 1.00",
    ),
    "what came back later was for one of two refunds": (
        f"{TWO} \n d5 back 1x20.00 of=O1 \n d8 back 1x20.00 of=O1 \n d9 back 1 ref=2.40 of=O1",
        "1 for 2.40",
    ),
    "the credit is of another amount": (f"{SALE} \n d5 back 1x20.00 of=O1 \n d9 credit 1.00 of=O1", "1 for 2.40"),
    "half of the price, nothing of the fee": (f"{SALE} \n d5 back 1x10.00 of=O1", "1 for 1.20"),
    "too much was kept": (f"{SALE} \n d5 back 1x20.00 ref=3.00 admin=1.00 of=O1", "1 for 0.40"),
    "more than five dollars were kept": (
        "d0 sale 1x400.00 of=O1 fee=9 ref=60.00 \n d5 back 1x400.00 ref=60.00 admin=12.00 of=O1",
        "1 for 7.00",
    ),
    "the second of two units": (
        f"{TWO} \n d5 back 1x20.00 ref=3.00 admin=0.60 of=O1 \n d9 back 1x20.00 of=O1",
        "1 for 2.40",
    ),
}


@pytest.mark.parametrize(("table", "claim"), FEE_KEPT.values(), ids=FEE_KEPT.keys())
def test_a_referral_fee_that_did_not_come_back_is_owed(table, claim):
    assert owed(table, "refund_fee_not_returned") == {"claim": claim}


FEE_RETURNED = {
    "all but a fifth": f"{SALE} \n d5 back 1x20.00 ref=3.00 admin=0.60 of=O1",
    "all of it": f"{SALE} \n d5 back 1x20.00 ref=3.00 of=O1",
    "in one amount": f"{SALE} \n d5 back 1x20.00 ref=2.40 of=O1",
    "two cents too little": f"{SALE} \n d5 back 1x20.00 ref=2.98 admin=0.60 of=O1",
    "for half of the price": f"{SALE} \n d5 back 1x10.00 ref=1.50 admin=0.30 of=O1",
    "at most five dollars kept": (
        "d0 sale 1x400.00 of=O1 fee=9 ref=60.00 \n d5 back 1x400.00 ref=60.00 admin=5.00 of=O1"
    ),
    "a part of the price of the least fee": ("d0 sale 1x1.50 of=O1 fee=2.56 ref=0.30 \n d5 back 1x0.75 of=O1"),
    "in a later transaction": f"{SALE} \n d5 back 1x20.00 of=O1 \n d9 back 1 ref=3.00 admin=0.60 of=O1",
    "as a credit for wrong fees": f"{SALE} \n d5 back 1x20.00 of=O1 \n d9 credit 2.40 of=O1",
    "goodwill alone": f"{SALE} \n d5 back 1 goodwill=4 of=O1",
    "shipping alone": f"{SALE} ship=4 \n d5 back 1 ship=4 of=O1",
    "a fee that is claimed as another category's": (
        "d-100-10/5 sale 1x20 ref=3.00 fee=3.57 \n d11-13 sale 2x20 ref=4.00 fee=3.57 of=O9"
        " \n d20 back 2x20 ref=3.00 admin=0.60 of=O9"
    ),
    "tax alone": f"{SALE} tax=1.60 \n d5 back 1 tax=1.60 of=O1",
    "a sale without a referral fee": "d0 sale 1x20 of=O1 fee=3.57 \n d5 back 1x20 of=O1",
    "a sale we do not know": "d5 back 1x20.00 of=O1",
    "a sale of promotion alone": "d0 sale 1x20 promo=20 of=O1 fee=3.57 ref=0.30 \n d5 back 1x20 promo=20 of=O1",
}


@pytest.mark.parametrize("table", FEE_RETURNED.values(), ids=FEE_RETURNED.keys())
def test_a_referral_fee_that_came_back_is_not_owed(table):
    assert owed(table, "refund_fee_not_returned") == {}


def test_a_second_refund_of_the_same_unit_brings_no_second_fee():
    table = f"{SALE} \n d5 back 1x20.00 ref=3.00 admin=0.60 of=O1 \n d9 back 1x20.00 of=O1"
    assert owed(table, "refund_fee_not_returned") == {}


def test_where_the_most_amazon_keeps_is_not_known_it_may_keep_a_fifth():
    canada = MARKETPLACES["A2EUQ1WTGCTBG2"]
    table = "d0 sale 1x400 of=O1 fee=9 ref=60 at=CA cur=CAD \n d5 back 1x400 ref=60 admin=12 of=O1 at=CA cur=CAD"
    assert owed(table, "refund_fee_not_returned", marketplace=canada) == {}
    assert owed(table.replace("admin=12", "admin=13"), "refund_fee_not_returned", marketplace=canada) == {
        "claim": "1 for 1.00"
    }
