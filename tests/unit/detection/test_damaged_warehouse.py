"""Units damaged in a fulfilment centre: by code, and what puts them right."""

import pytest

from clario.domain.claims import Tier
from tests.unit.detection.cases import review, run, units

BY_CODE = {
    "E": Tier.CLAIM,
    "6": Tier.CLAIM,
    "U": Tier.CLAIM,
    "7": Tier.REVIEW,
    "H": Tier.REVIEW,
    "K": Tier.INFO,
}


@pytest.mark.parametrize(("code", "tier"), BY_CODE.items())
def test_the_code_says_how_far_it_may_go(code, tier):
    (claim,) = run(f"d0 {code} -2 \n d0 P +2 in=WAREHOUSE_DAMAGED").claims
    assert (claim.anomaly_type, claim.tier, claim.quantity) == ("damaged_warehouse", tier, 2)


def test_the_clearer_code_is_the_surer_claim():
    confidence = {code: run(f"d0 {code} -1").claims[0].confidence for code in BY_CODE}
    assert confidence["E"] > confidence["6"] > confidence["U"] > confidence["7"] == confidence["H"] > confidence["K"]


OPEN = {
    "never paid": "d0 E -1 \n d0 P +1 in=WAREHOUSE_DAMAGED",
    "a found unit repairs nothing": "d0 E -1 \n d5 F +1",
    "regraded in another centre": "d0 E -1 at=PHX7 \n d9 Q -1 in=WAREHOUSE_DAMAGED at=LAS1 \n d9 P +1 at=PHX7",
    "regraded to defective": "d0 E -1 \n d9 Q -1 in=WAREHOUSE_DAMAGED \n d9 P +1 in=DEFECTIVE",
    "something else was regraded": "d0 E -1 \n d9 Q -1 in=DEFECTIVE \n d9 P +1",
    "regraded before it was damaged": "d0 Q -1 in=WAREHOUSE_DAMAGED \n d0 P +1 \n d9 E -1",
    "paid before it was damaged": "d0 Damaged_Warehouse cash 1 \n d3 E -1",
    "paid for another year's damage": "d-200 E -1 \n d0 E -1 \n d5 Damaged_Warehouse cash 1 \n d-100 N +0",
    "the move's two halves lie days apart": "d0 E -1 \n d9 Q -1 in=WAREHOUSE_DAMAGED \n d12 P +1",
}


@pytest.mark.parametrize("table", OPEN.values(), ids=OPEN.keys())
def test_is_owed(table):
    assert units(table) == {"damaged": 1}


SETTLED = {
    "paid": "d0 E -1 \n d9 Damaged_Warehouse cash 1",
    "replaced in kind, seen twice": "d0 E -1 \n d9 Damaged_Warehouse stock 1 \n d11 N +1",
    "regraded to sellable": "d0 E -1 \n d9 Q -1 in=WAREHOUSE_DAMAGED \n d10 P +1 in=SELLABLE",
    "Amazon shows it closed": "d0 E -1 open=0",
    "a positive line": "d0 E +1",
    "a move without a finding": "d0 Q -1 \n d0 P +1 in=WAREHOUSE_DAMAGED",
}


@pytest.mark.parametrize("table", SETTLED.values(), ids=SETTLED.keys())
def test_is_settled(table):
    assert run(table).claims == ()


DOUBTFUL = {
    "paid as lost": "d0 E -1 \n d9 Lost_Warehouse cash 1",
    "paid as an adjustment": "d0 E -1 \n d9 GeneralAdjustment cash 1",
    "a replacement the reimbursements do not show": "d0 E -1 \n d9 N +1",
    "a replacement under another label": "d0 E -1 \n d9 N +1 fnsku=X2",
}


@pytest.mark.parametrize("table", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_perhaps_settled_is_for_review(table):
    assert units(table) == {}
    assert review(table) == {"damaged": 1}


def test_a_loss_on_the_way_in_does_not_pay_damage():
    assert units("d0 E -1 \n d9 Lost_Inbound cash 1") == {"damaged": 1}


def test_damaged_paid_and_lost_found_are_both_settled():
    table = """
        d0   E                  -1
        d0   P                  +1  in=WAREHOUSE_DAMAGED
        d5   M                  -1
        d9   Damaged_Warehouse  cash 1
        d12  F                  +1"""
    assert run(table).claims == ()


def test_one_payment_settles_the_lost_unit_or_the_damaged_one_not_both():
    assert units("d0 M -1 \n d0 E -1 \n d9 Lost_Warehouse cash 1") == {"damaged": 1}


def test_of_one_day_the_lost_unit_is_settled_before_the_damaged_one():
    assert units("d0 E -1 \n d0 M -1 \n d9 GeneralAdjustment cash 1") == {"damaged": 1}


def test_a_replacement_for_damage_is_not_a_found_unit():
    assert units("d0 E -1 \n d2 M -1 \n d9 Damaged_Warehouse stock 1 \n d11 N +1") == {"lost": 1}


def test_codes_of_one_day_are_one_claim_with_its_doubtful_part_in_the_evidence():
    (claim,) = run("d0 E -1 \n d0 H -2").claims
    assert (claim.tier, claim.quantity, claim.lost_units) == (Tier.CLAIM, 1, 3)
    assert (claim.estimated_value, claim.review_value) == (10, 20)
