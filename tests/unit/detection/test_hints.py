"""What is only a hint: transfers, balances, ownership, new names. It is for review, and goes away when explained."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.unit.detection.cases import TODAY, day, only, review, run, units

HINTS = {
    "sent to another centre and not seen there": ("d-20 transfer -2 \n d-15 transfer +1", {"transfer_loss": 1}),
    "the arrival was another item's": ("d-20 transfer -1 \n d-15 transfer +1 fnsku=X2", {"transfer_loss": 1}),
    "arrived before it was sent": ("d-30 transfer +1 \n d-20 transfer -1", {"transfer_loss": 1}),
    "a balance that does not add up": ("d-30 balance 5-1=3", {"ledger_balance_gap": 1}),
    "a gap cured too late": ("d-30 balance 5-1=3 \n d31 balance 3+0=4", {"ledger_balance_gap": 1}),
    "a gap cured in part": ("d-30 balance 5-1=1 \n d0 balance 1+0=3", {"ledger_balance_gap": 1}),
    "each disposition balances for itself": (
        "d-30 balance 5+0=4 \n d0 balance 4+0=5 in=DEFECTIVE",
        {"ledger_balance_gap": 1},
    ),
    "taken into Amazon's name": ("d0 O -2", {"ownership_transfer_out": 2}),
    "paid long before it was taken over": (
        "d-200 Lost_Warehouse cash 1 \n d0 O -1",
        {"ownership_transfer_out": 1},
    ),
    "renamed to nothing": ("d0 4 -1", {"product_redefinition_unmatched": 1}),
    "renamed, fewer came in": ("d0 4 -2 \n d1 3 +1 fnsku=X2", {"product_redefinition_unmatched": 2}),
    "renamed to itself": ("d0 4 -1 \n d1 3 +1", {"product_redefinition_unmatched": 1}),
    "the other name came a month too late": ("d0 4 -1 \n d31 3 +1 fnsku=X2", {"product_redefinition_unmatched": 1}),
    "one entry for two": ("d0 4 -1 \n d1 4 -1 \n d1 3 +1 fnsku=X2", {"product_redefinition_unmatched": 1}),
    "found, and the balance does not know": (
        "d0 F +2 \n d0 balance 0+1=1 found=1",
        {"found_unit_not_credited": 1},
    ),
}


@pytest.mark.parametrize(("table", "expected"), HINTS.values(), ids=HINTS.keys())
def test_is_for_review(table, expected):
    assert (review(table), units(table)) == (expected, {})


NOTHING = {
    "a transfer that arrived": "d-20 transfer -2 at=PHX7 \n d-9 transfer +2 at=LAS1",
    "arrived weeks later": "d-20 transfer -1 \n d40 transfer +1",
    "booked as arrived a day early": "d-20 transfer -1 \n d-21 transfer +1",
    "booked as misplaced on the way": "d-20 transfer -1 \n d-10 M -1 \n d-9 F +1",
    "a balance that adds up": "d-30 balance 5-1=4",
    "a gap cured the next month": "d-30 balance 5-1=3 \n d0 balance 3+0=4",
    "too much is no gap": "d-30 balance 5-1=6",
    "stock between centres counted in the balance": "d-30 balance 5-1=3 transit=-1 \n d0 balance 3+0=5 transit=2",
    "taken over after a payment": "d-20 Lost_Warehouse cash 1 \n d0 O -1",
    "taken over though found before": "d-20 N +1 \n d0 O -1",
    "a surplus of a shipment taken back": "d-30 inbound 5/6 delivered=d-25 closed=d-5 \n d0 O -1",
    "renamed": "d0 4 -2 \n d1 3 +2 fnsku=X2 asin=B2",
    "renamed, booked in reverse": "d0 3 +1 fnsku=X2 asin=B2 \n d9 4 -1",
    "found, and the balance knows": "d0 F +1 \n d9 F +1 \n d0 balance 0+2=2 found=2",
    "found in a month without a balance": "d0 F +2 \n d-30 balance 0+0=0",
    "taken into the seller's name": "d0 O +1",
}


@pytest.mark.parametrize("table", NOTHING.values(), ids=NOTHING.keys())
def test_is_explained(table):
    assert run(table).claims == ()


def test_a_transfer_is_not_missed_for_sixty_days():
    assert (review("d0 transfer -1", day(59)), review("d0 transfer -1", day(60))) == ({}, {"transfer_loss": 1})
    assert run("d0 transfer -1", day(59)).next_review_on == day(60)


def test_a_gap_is_told_when_the_next_month_is_closed():
    assert (review("d0 balance 5-1=3", day(62)), review("d0 balance 5-1=3", day(63))) == ({}, {"ledger_balance_gap": 1})


def test_a_found_unit_is_looked_for_when_its_month_is_closed():
    table = "d9 F +2 \n d0 balance 0+1=1 found=1"
    assert (review(table, day(32)), review(table, day(33))) == ({}, {"found_unit_not_credited": 1})


def test_a_hint_is_never_sure():
    assert only(run("d-20 transfer -1")).confidence <= Decimal("0.4")


def test_of_two_renamings_the_same_product_and_then_the_nearer_day_comes_first():
    table = """
        d0   4  -1  fnsku=X1  asin=B1
        d20  4  -1  fnsku=X9  asin=B9
        d9   3  +1  fnsku=X2  asin=B1
        d1   3  +1  fnsku=X7  asin=B7"""
    assert run(table).claims == ()
    assert review(table.replace("d1   3", "d52  3"), TODAY + timedelta(days=30)) == {
        "product_redefinition_unmatched": 1
    }


def test_a_payment_that_a_loss_needs_does_not_explain_a_takeover():
    table = "d0 M -1 \n d5 O -1 \n d9 Damaged_Warehouse cash 1"
    assert review(table) == {"lost": 1, "ownership_transfer_out": 1}
