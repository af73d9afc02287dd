"""Reimbursements taken back without a unit, taken back beyond what was paid, and paid twice."""

from dataclasses import replace
from decimal import Decimal

import pytest

from clario.domain.detection.engine import detect
from tests.unit.detection.cases import TODAY, day, noted, only, review, run, seller, units

WITHOUT_RETURN, EXCESS = "reimbursement_reversed_without_return", "reimbursement_reversal_excess"
REVERSED = """
    d0   M                       -1
    d5   Lost_Warehouse          cash 1  pay=8.25
    d15  Reversal_Reimbursement  cash -1  of=R5  pay=8.25"""


def test_a_reimbursement_taken_back_without_the_unit_is_owed_under_the_reversal_alone():
    claim = only(run(REVERSED))
    assert (claim.anomaly_type, claim.tier, claim.quantity, claim.anchor_date) == (WITHOUT_RETURN, "claim", 1, day(15))
    assert (claim.estimated_value, claim.deadline_date) == (Decimal("8.25"), day(75))


@pytest.mark.parametrize("name", ["Reimbursement_Reversal", "COMPENSATED_CLAWBACK", "Taken_Back"])
def test_whatever_it_is_called_a_line_below_zero_that_names_an_earlier_one_takes_it_back(name):
    assert units(REVERSED.replace("Reversal_Reimbursement", name)) == {WITHOUT_RETURN: 1}


def test_until_a_month_after_the_reversal_the_unit_may_still_turn_up():
    assert (review(REVERSED, day(45)), units(REVERSED, today=day(45))) == ({WITHOUT_RETURN: 1}, {})
    assert (review(REVERSED, day(46)), units(REVERSED, today=day(46))) == ({}, {WITHOUT_RETURN: 1})


NOTHING_OWED = {
    "found before the payment was rightly taken back": REVERSED + "\n d14 F +1",
    "found after it was taken back": REVERSED + "\n d30 F +1",
    "the reversal gave a unit": REVERSED.replace("cash -1", "cash -1 stock 1"),
    "paid again": REVERSED + "\n d30 Lost_Warehouse cash 1",
    "no reversal": "d0 M -1 \n d5 Lost_Warehouse cash 1",
    "a reversal of something we never saw": "d9 Reversal_Reimbursement cash -1 of=GONE",
    "an unknown loss whose unit came back": """
        d5  Lost_Warehouse          cash 1
        d9  Reversal_Reimbursement  cash -1  of=R5
        d9  F                       +1""",
}


@pytest.mark.parametrize("table", NOTHING_OWED.values(), ids=NOTHING_OWED.keys())
def test_nothing_is_owed(table):
    assert [c for c in run(table).claims if c.anomaly_type == WITHOUT_RETURN and c.tier != "info"] == []


def test_of_a_loss_we_never_saw_a_reversal_is_for_review():
    assert review("d-30 Lost_Warehouse cash 1 \n d9 Reversal_Reimbursement cash -1 of=R-30") == {WITHOUT_RETURN: 1}


RECEIVED = """
    d-80  inbound                 10/10  of=S1  delivered=d-75  closed=d-40
    d-74  receive                 +9     of=S1
    d-35  Lost_Inbound            cash 1
    d-20  receive                 +1     of=S1
    d-10  Reversal_Reimbursement  cash -1  of=R-35"""


@pytest.mark.parametrize("closed", [" closed=d-40", ""], ids=["after it was closed", "long after the first ones"])
@pytest.mark.parametrize("came", ["d-20", "d9"])
def test_a_payment_for_units_of_a_shipment_that_came_late_is_rightly_taken_back(closed, came):
    table = RECEIVED.replace(" closed=d-40", closed).replace("d-20", came)
    assert run(table).claims == ()


STILL_OPEN = {
    "it had come before the shipment was judged": RECEIVED.replace("d-20", "d-45"),
    "another item came late": RECEIVED.replace("+1     of=S1", "+1  of=S2  fnsku=X2  asin=B2")
    + "\n d-60 inbound 1/1 of=S2 closed=d-40 fnsku=X2 asin=B2",
    "it is beyond what was sent": RECEIVED.replace("+9", "+10"),
    "it came more than a month after the reversal": RECEIVED.replace("d-20", "d21"),
    "a unit in the centre was paid for": RECEIVED.replace("Lost_Inbound  ", "Lost_Warehouse"),
    "two units were paid for": RECEIVED.replace("cash 1", "cash 2").replace("cash -1", "cash -2"),
}


@pytest.mark.parametrize("table", STILL_OPEN.values(), ids=STILL_OPEN.keys())
def test_a_payment_for_a_unit_that_did_not_come_late_is_for_review(table):
    assert review(table) == {WITHOUT_RETURN: 1}


def test_a_reversed_replacement_has_no_known_value():
    claim = only(run("d0 M -1 \n d5 Lost_Warehouse stock 1 \n d9 Reversal_Reimbursement stock -1 of=R5"))
    assert (claim.anomaly_type, claim.quantity, claim.value_basis) == (WITHOUT_RETURN, 1, "cogs")


def test_a_reversal_does_not_move_a_later_payment_to_the_wrong_lot():
    result = run("""
        d0   M                       -1
        d5   Lost_Warehouse          cash 1
        d10  Reversal_Reimbursement  cash -1  of=R5
        d11  M                       -1
        d20  Lost_Warehouse          cash 1""")
    assert [(c.anomaly_type, c.quantity) for c in result.claims] == [(WITHOUT_RETURN, 1)]


def test_a_partial_reversal_leaves_the_rest_paid():
    result = run("""
        d0   M                       -3
        d5   Lost_Warehouse          cash 2
        d10  Reversal_Reimbursement  cash -1  of=R5""")
    lost, reversal = result.claims
    assert (lost.anomaly_type, lost.quantity, reversal.anomaly_type, reversal.quantity) == (
        "lost_warehouse", 1, WITHOUT_RETURN, 1,
    )  # fmt: skip
    assert lost.evidence["warnings"] == ["reopened_by_reversal", "partly_paid"]
    assert [(s["kind"], s["before"], s["after"]) for s in lost.evidence["netting"]] == [
        ("reimbursed", 3, 2),
        ("reversed", 2, 1),
    ]


def test_a_reversal_is_spread_over_all_rows_of_its_reimbursement():
    table = """
        d0   M                       -2
        d5   Lost_Warehouse          cash 1  id=A
        d5   Lost_Warehouse          cash 1  id=A
        d10  Reversal_Reimbursement  cash -2 stock 1  of=A"""
    assert units(table) == {WITHOUT_RETURN: 1}


def test_an_orphan_reversal_changes_no_lot_and_is_noted():
    result = run("d0 M -1 \n d5 Lost_Warehouse cash 1 \n d10 Reversal_Reimbursement cash -1 of=GONE")
    assert result.claims == ()
    assert noted(result) == {"orphan_reversal": 1}


def test_an_orphan_reversal_that_names_nothing_is_noted():
    assert noted(run("d10 Reversal_Reimbursement cash -1")) == {"orphan_reversal": 1}


# -- taken back beyond what was paid -----------------------------------------------------------------------------------


def test_what_is_taken_back_beyond_what_was_paid_is_owed():
    table = "d0 M -1 \n d1 F +1 \n d5 Lost_Warehouse cash 1 pay=8 \n d9 Reversal_Reimbursement cash -3 pay=8 of=R5"
    claim = only(run(table))
    assert (claim.anomaly_type, claim.quantity, claim.estimated_value) == (EXCESS, 2, 16)


def test_more_money_for_the_same_units_is_owed_too():
    table = "d0 M -1 \n d1 F +1 \n d5 Lost_Warehouse cash 1 pay=8 \n d9 Reversal_Reimbursement cash -1 pay=9.50 of=R5"
    claim = only(run(table))
    assert (claim.anomaly_type, claim.quantity, claim.estimated_value) == (EXCESS, 1, Decimal("1.50"))


def test_a_replacement_taken_back_twice_has_no_reported_value():
    table = "d0 M -1 \n d1 F +1 \n d5 Lost_Warehouse stock 1 \n d9 Reversal_Reimbursement stock -2 of=R5"
    claim = only(run(table))
    assert (claim.anomaly_type, claim.quantity, claim.value_basis) == (EXCESS, 1, "cogs")


@pytest.mark.parametrize("paid", ["7.50", "8", "9"])
def test_less_than_was_paid_is_no_excess(paid):
    table = (
        f"d0 M -1 \n d1 F +1 \n d5 Lost_Warehouse cash 1 pay={paid} \n d9 Reversal_Reimbursement cash -1 pay=8 of=R5"
    )
    assert EXCESS not in units(table)


def test_amounts_of_two_currencies_are_not_compared():
    paid_and_found = "d0 M -1 \n d1 F +1 \n d5 Lost_Warehouse cash 1 pay=10"
    facts = seller(f"{paid_and_found} \n d9 Reversal_Reimbursement cash -1 pay=13 of=R5")
    paid, reversed_ = facts.reimbursements
    other = replace(facts, reimbursements=(paid, replace(reversed_, currency="CAD")))
    assert EXCESS in {claim.anomaly_type for claim in detect(facts, TODAY).claims}
    assert EXCESS not in {claim.anomaly_type for claim in detect(other, TODAY).claims}


# -- paid twice --------------------------------------------------------------------------------------------------------

TWICE = {
    "paid and found": "d0 M -1 \n d3 F +1 \n d9 Lost_Warehouse cash 1",
    "paid twice": "d0 M -1 \n d9 Lost_Warehouse cash 1 id=A \n d19 Lost_Warehouse cash 1 id=B",
    "an order paid and its unit returned": """
        d0   order           1x20
        d5   refund          1x20
        d9   return          1
        d20  CustomerReturn  cash 1  order=O1""",
}


@pytest.mark.parametrize("table", TWICE.values(), ids=TWICE.keys())
def test_what_is_paid_twice_is_the_sellers_debt_and_worth_nothing(table):
    claim = only(run(table))
    assert (claim.anomaly_type, claim.tier, claim.quantity) == ("duplicate_reimbursement", "info", 1)
    assert (claim.estimated_value, claim.review_value) == (0, 0)


def test_a_payment_for_a_loss_outside_our_data_is_noted():
    assert noted(run("d9 Lost_Warehouse cash 1")) == {"unexplained_reimbursement": 1}
    assert noted(run("d-310 M -1 \n d-310 F +1 \n d9 Lost_Warehouse cash 1")) == {"unexplained_reimbursement": 1}


@pytest.mark.parametrize("reason", ["FeeCorrection", "GeneralAdjustment"])
def test_a_payment_that_is_for_no_unit_is_not_noted(reason):
    result = run(f"d9 {reason} cash 1")
    assert (result.claims, result.notes) == ((), ())


def test_the_next_look_is_on_the_day_the_reversal_becomes_sure():
    assert run(REVERSED, day(20)).next_review_on == day(46)
    assert run(REVERSED, TODAY).next_review_on is None
