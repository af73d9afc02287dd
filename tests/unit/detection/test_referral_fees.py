"""Referral fees at another category's rate. A product of 20 dollars usually costs 15 %: 3 dollars."""

from decimal import Decimal

import pytest

from tests.unit.detection.money_tables import found, owed
from tests.unit.detection.tables import day

KIND = "referral_fee_overcharge"
USUAL = "d-100-10/5 sale 1x20 fee=3.57 ref=3.00"

WRONG = {
    "jewelry's rate": (f"{USUAL} \n d11-13 sale 2x20 ref=4.00", "6 for 6.00"),
    "clothing's rate, of the whole price": (f"{USUAL} \n d1-13 sale 1x30 ref=5.10", "13 for 7.80"),
    "a cheaper product at everything else's rate": (
        "d-100-10/5 sale 1x100 ref=8.00 \n d11-13 sale 1x100 ref=15.00",
        "3 for 21.00",
    ),
    "with shipping and gift wrap, without tax": (
        f"{USUAL} \n d11-13 sale 2x18 ship=1 wrap=1 tax=1.50 ref=4.00",
        "6 for 6.00",
    ),
    "after a promotion": (f"{USUAL} \n d11-13 sale 2x22 promo=2 ref=4.00", "6 for 6.00"),
    "one of them given back": (
        f"{USUAL} \n d11 sale 2x20 ref=4 of=X \n d12-13 sale 2x20 ref=4 \n d20 credit 2.00 of=X",
        "6 for 4.00",
    ),
}


@pytest.mark.parametrize(("table", "claim"), WRONG.values(), ids=WRONG.keys())
def test_a_dearer_categorys_rate_is_owed_back(table, claim):
    assert owed(table, KIND) == {"claim": claim}


RIGHT = {
    "the usual rate": USUAL,
    "another price at the same rate": f"{USUAL} \n d11-13 sale 1x50 ref=7.50",
    "fewer than three units": f"{USUAL} \n d11-12 sale 1x500 ref=100.00",
    "less than five dollars": f"{USUAL} \n d11-13 sale 1x20 ref=4.00",
    "a rate that no category has": f"{USUAL} \n d11-13 sale 2x20 ref=6.66",
    "a cheaper category": f"{USUAL} \n d11-13 sale 4x20 ref=1.60",
    "half of the time each: nobody knows which is right": ("d0-9 sale 1x20 ref=3.00 \n d10-19 sale 1x20 ref=4.00"),
    "too few sales": "d0 sale 1x20 ref=3.00 \n d1 sale 1x20 ref=3.00 \n d2 sale 9x20 ref=4.00",
    "another marketplace": f"{USUAL} at=UK \n d11-13 sale 2x20 ref=4.00 at=UK",
    "before the table begins": "d-1000--995 sale 1x20 ref=3.00 \n d-994--990 sale 2x20 ref=4.00",
    "a price at which all categories take the least fee": "d0-9 sale 1x1 ref=0.30 \n d10-14 sale 9x1 ref=0.30",
    "given back in one sum": f"{USUAL} \n d11-13 sale 2x20 ref=4.00 \n d20 credit 6.00",
    "two cents": "d-100-10/5 sale 1x0.30 ref=0.30 \n d11-13 sale 200x0.30 ref=0.32",
}


@pytest.mark.parametrize("table", RIGHT.values(), ids=RIGHT.keys())
def test_a_rate_that_may_be_right_is_not_owed(table):
    assert owed(table, KIND) == {}


ESTIMATE = "preview 8x6x0.5 5oz price=20 ref=3.00"


def test_what_is_always_charged_against_amazons_estimate_is_for_review():
    table = f"d5 {ESTIMATE} \n d6-12 sale 1x20 ref=4.00"
    assert owed(table, KIND) == {"review": "7 for 7.00"}
    assert owed(f"{table} \n d13-20 sale 1x20 ref=3.00", KIND) == {"claim": "7 for 7.00"}


NOT_AGAINST = {
    "as estimated": f"d5 {ESTIMATE} \n d6-12 sale 1x20 ref=3.00",
    "estimated long before": f"d-20 {ESTIMATE} \n d6-12 sale 1x20 ref=4.00",
    "estimated later": f"d20 {ESTIMATE} \n d6-12 sale 1x20 ref=4.00",
    "nothing estimated": f"d5 {ESTIMATE.replace('ref=3.00', '')} \n d6-12 sale 1x20 ref=4.00",
    "estimated in another marketplace": f"d5 {ESTIMATE} at=CA \n d6-12 sale 1x20 ref=4.00",
    "too few": f"d5 {ESTIMATE} \n d6-7 sale 1x100 ref=20.00",
}


@pytest.mark.parametrize("table", NOT_AGAINST.values(), ids=NOT_AGAINST.keys())
def test_what_no_estimate_of_that_time_speaks_against_is_not_owed(table):
    assert owed(table, KIND) == {}


def test_a_credit_for_another_order_or_amount_settles_nothing():
    table = f"{USUAL} \n d11-13 sale 2x20 ref=4.00 \n d20 credit 2.00 of=X \n d21 credit 1.00 \n d10 credit 6.00"
    assert owed(table, KIND) == {"claim": "6 for 6.00"}


SURE = {
    "Amazon's own estimate follows the usual rule": ("price=20 ref=3.00", "0.90"),
    "its estimate follows the dearer rule": ("price=20 ref=4.00", "0.65"),
    "no estimate": ("price=20", "0.65"),
    "no price": ("ref=3.00", "0.65"),
    "an estimate in another marketplace": ("price=20 ref=3.00 at=UK", "0.65"),
}


@pytest.mark.parametrize(("preview", "sure"), SURE.values(), ids=SURE.keys())
def test_amazons_own_estimate_is_a_second_witness(preview, sure):
    (claim,) = found(f"{USUAL} \n d11-13 sale 2x20 ref=4.00 \n d50 preview 8x6x0.5 5oz {preview}").claims
    assert claim.confidence == Decimal(sure)


def test_without_any_preview_the_sales_alone_speak():
    (claim,) = found(f"{USUAL} \n d11-13 sale 2x20 ref=4.00").claims
    assert claim.confidence == Decimal("0.65")
    assert claim.evidence["valuation"]["chargedAs"] == ["fine_art", "gift_cards", "jewelry"]


def test_only_charges_of_the_last_90_days_are_claimed():
    (claim,) = found("d-300--50/5 sale 1x20 ref=3.00 \n d-45-9/3 sale 2x20 ref=4.00").claims
    assert (claim.anchor_date, claim.deadline_date) == (day(-36), day(54))
    assert (claim.quantity, claim.evidence["valuation"]["olderCharges"]) == (32, 3)


def test_a_charge_posted_after_midnight_counts_from_the_day_it_shipped():
    ship = "d-10 ship 9x20 of=X \n d-9 sale 9x20 of=X ref=4.00"
    (claim,) = found(f"d-300--50/5 sale 1x20 ref=3.00 \n {ship}").claims
    assert claim.anchor_date == day(-10)


def test_a_single_charge_that_is_too_old_is_told_as_expired():
    (claim,) = found("d-300--150/5 sale 1x20 ref=3.00 \n d-145 sale 9x20 ref=4.00").claims
    assert (claim.anchor_date, claim.deadline_date, claim.quantity) == (day(-145), day(-55), 9)


def test_charges_that_are_all_too_old_are_no_claim_any_more():
    result = found("d-300--150/5 sale 1x20 ref=3.00 \n d-149--145 sale 2x20 ref=4.00")
    assert result.claims == ()
    assert [settled.reason for settled in result.settled.values()] == ["past the last day to file: USD 10.00"]


def test_two_wrong_categories_are_two_claims():
    table = f"{USUAL} \n d-30--28 sale 2x20 ref=4.00 \n d11-13 sale 1x20 ref=9.00"
    assert owed(table, KIND) == {"claim": "6 for 6.00, 3 for 18.00"}
