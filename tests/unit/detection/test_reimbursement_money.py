"""The money of reimbursements: below the seller's cost, and approved but never paid out."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from clario.domain.detection.rows.facts import CostRow
from clario.domain.values import DayRange
from tests.unit.detection.cases import TODAY, covering
from tests.unit.detection.money_tables import found, owed
from tests.unit.detection.tables import DAY0, day

UNDERPAID, UNPAID = "reimbursement_underpaid", "reimbursement_not_paid_out"


def cost(amount: str, since: date = date(2025, 1, 1), currency: str = "USD") -> tuple[CostRow, ...]:
    return (CostRow("SKU-X1", Decimal(amount), currency, since),)


TOO_LITTLE = {
    "half of the cost": ("d9 Lost_Warehouse cash 2 pay=10.00", "20", "2 for 20.00"),
    "of damaged goods": ("d9 Damaged_Warehouse cash 1 pay=10.00", "20", "1 for 10.00"),
    "of goods lost on the way in": ("d9 Lost_Inbound cash 1 pay=10.00", "20", "1 for 10.00"),
    "topped up, but not enough": (
        "d9 Lost_Warehouse cash 1 pay=10.00 \n d20 Lost_Warehouse cash 0 total=6.00",
        "20",
        "1 for 4.00",
    ),
    "more than Amazon pays for a unit": ("d9 Lost_Warehouse cash 1 pay=4000", "7000", "1 for 1000.00"),
    "one of two taken back": (
        "d9 Lost_Warehouse cash 2 pay=8 \n d20 Reversal_Reimbursement cash -1 of=R9",
        "20",
        "1 for 12.00",
    ),
    "six per cent": ("d9 Lost_Warehouse cash 1 pay=94", "100", "1 for 6.00"),
}


@pytest.mark.parametrize(("table", "unit_cost", "claim"), TOO_LITTLE.values(), ids=TOO_LITTLE.keys())
def test_a_unit_paid_below_its_cost_is_owed(table, unit_cost, claim):
    assert owed(table, UNDERPAID, costs=cost(unit_cost)) == {"claim": claim}


@pytest.mark.parametrize("reason", ["Removal_Order_Lost", "GeneralAdjustment"])
def test_where_cost_may_not_be_the_rule_it_is_for_review(reason):
    assert owed(f"d9 {reason} cash 2 pay=10", UNDERPAID, costs=cost("20")) == {"review": "2 for 20.00"}


ENOUGH = {
    "the cost": ("d9 Lost_Warehouse cash 2 pay=20.00", cost("20")),
    "more": ("d9 Lost_Warehouse cash 2 pay=25.00", cost("20")),
    "five per cent less": ("d9 Lost_Warehouse cash 1 pay=95", cost("100")),
    "fifty cents less": ("d9 Lost_Warehouse cash 1 pay=1.50", cost("2")),
    "no cost is known": ("d9 Lost_Warehouse cash 1 pay=1", ()),
    "a cost from the day after": ("d9 Lost_Warehouse cash 1 pay=1", cost("20", day(10))),
    "a cost in another currency": ("d9 Lost_Warehouse cash 1 pay=1", cost("20", currency="EUR")),
    "a customer's return, which is paid by price": ("d9 CustomerReturn cash 1 pay=1 order=O1", cost("20")),
    "a fee": ("d9 Fee_Correction cash 1 pay=1", cost("20")),
    "an adjustment for an order": ("d9 GeneralAdjustment cash 1 pay=1 order=O1", cost("20")),
    "in kind": ("d9 Lost_Warehouse stock 1", cost("20")),
    "taken back since": ("d9 Lost_Warehouse cash 1 pay=1 \n d20 Reversal_Reimbursement cash -1 of=R9", cost("20")),
    "before cost was the rule": ("d-550 Lost_Warehouse cash 1 pay=1", cost("20", date(2024, 1, 1))),
    "topped up later": ("d9 Lost_Warehouse cash 1 pay=10 \n d20 Lost_Warehouse cash 0 total=10", cost("20")),
}


@pytest.mark.parametrize(("table", "costs"), ENOUGH.values(), ids=ENOUGH.keys())
def test_a_unit_paid_rightly_or_by_another_rule_is_not_owed(table, costs):
    assert owed(table, UNDERPAID, costs=costs) == {}


TOPS = {
    "for another reason": "d20 Damaged_Warehouse cash 0 total=10",
    "for another product": "d20 Lost_Warehouse cash 0 total=10 fnsku=Y1",
    "before": "d8 Lost_Warehouse cash 0 total=10",
    "two months later": "d70 Lost_Warehouse cash 0 total=10",
}


@pytest.mark.parametrize("more", TOPS.values(), ids=TOPS.keys())
def test_money_for_something_else_tops_up_nothing(more):
    table = f"d9 Lost_Warehouse cash 1 pay=10 \n {more}"
    loaded = covering(reimbursements=(DayRange(day(-100), day(75)),))
    assert owed(table, UNDERPAID, today=day(75), costs=cost("20"), coverage=loaded) == {"claim": "1 for 10.00"}


def test_a_payment_in_another_currency_is_of_that_currencys_marketplace():
    table = "d9 Lost_Warehouse cash 1 pay=10 cur=GBP"
    (claim,) = [c for c in found(table, costs=cost("20", currency="GBP")).claims if c.anomaly_type == UNDERPAID]
    assert (claim.marketplace_id, claim.currency) == ("A1F83G8C2ARO7P", "GBP")
    assert owed(table, UNDERPAID, costs=cost("20")) == {}


def test_the_dispute_counts_from_the_approval():
    (claim,) = [
        claim
        for claim in found("d9 Lost_Warehouse cash 1 pay=10", costs=cost("20")).claims
        if claim.anomaly_type == UNDERPAID
    ]
    assert (claim.anchor_date, claim.deadline_date, claim.value_basis) == (day(9), day(69), "cogs")
    assert claim.evidence["valuation"]["unitCost"] == "20"


# -- approved and not paid out -----------------------------------------------------------------------------------------

LATER = DAY0 + timedelta(days=9 + 21 + 2)


def test_an_approval_without_its_money_is_for_review():
    assert owed("d9 Lost_Warehouse cash 2 pay=10", UNPAID) == {"review": "2 for 20.00"}


def test_its_money_has_three_weeks_to_come():
    table = "d9 Lost_Warehouse cash 2 pay=10"
    assert owed(table, UNPAID, today=LATER - timedelta(days=1)) == {}
    assert owed(table, UNPAID, today=LATER) == {"review": "2 for 20.00"}
    assert found(table, today=LATER - timedelta(days=1)).next_review_on == LATER


PAID = {
    "the same day": "d9 Lost_Warehouse cash 2 pay=10 \n d9 posted 20.00",
    "two days before": "d9 Lost_Warehouse cash 2 pay=10 \n d7 posted 20.00",
    "three weeks later": "d9 Lost_Warehouse cash 2 pay=10 \n d30 posted 20.00",
    "a cent off": "d9 Lost_Warehouse cash 2 pay=10 \n d9 posted 19.99",
    "two approvals of a day in one amount": """
        d9 Lost_Warehouse cash 1 pay=10 id=A
        d9 Damaged_Warehouse cash 1 pay=7 id=B
        d11 posted 17.00""",
    "three of four in one amount, one alone": """
        d9 Lost_Warehouse cash 1 pay=1 id=A
        d9 Lost_Warehouse cash 1 pay=2 id=B
        d9 Lost_Warehouse cash 1 pay=4 id=C
        d9 Lost_Warehouse cash 1 pay=8 id=D
        d11 posted 2.00
        d11 posted 13.00""",
    "one transaction of two lines": """
        d9 Lost_Warehouse cash 2 pay=10
        d9 posted 15.00 tx=A
        d9 posted 5.00 tx=A""",
    "in another currency, whatever the amount": "d9 Lost_Warehouse cash 2 pay=10 \n d9 posted 27.40 cur=CAD",
    "in kind": "d9 Lost_Warehouse stock 2",
    "a reversal": "d9 Reversal_Reimbursement cash -2 of=R1",
    "of no amount": "d9 Lost_Warehouse cash 2 pay=0",
}


@pytest.mark.parametrize("table", PAID.values(), ids=PAID.keys())
def test_an_approval_whose_money_came_is_not_told(table):
    assert owed(table, UNPAID) == {}


NOT_PAID = {
    "too early": "d6 posted 20.00",
    "too late": "d31 posted 20.00",
    "another amount": "d9 posted 19.98",
    "another product": "d9 posted 20.00 fnsku=Y1",
    "taken, not given, in another currency": "d9 posted -20.00 cur=CAD",
    "another kind of transaction": "d9 recharge 20.00",
}


@pytest.mark.parametrize("posting", NOT_PAID.values(), ids=NOT_PAID.keys())
def test_other_money_is_not_that_of_the_approval(posting):
    assert owed(f"d9 Lost_Warehouse cash 2 pay=10 \n {posting}", UNPAID) == {"review": "2 for 20.00"}


def test_money_pays_one_approval_only():
    table = "d9 Lost_Warehouse cash 1 pay=10 id=A \n d10 Lost_Warehouse cash 1 pay=10 id=B \n d11 posted 10.00"
    assert owed(table, UNPAID) == {"review": "1 for 10.00"}


def test_money_in_another_currency_pays_what_no_other_money_does():
    table = """
        d9  Lost_Warehouse cash 1 pay=10 id=A
        d9  Lost_Warehouse cash 1 pay=7 id=B
        d9  posted 10.00
        d9  posted 9.60 cur=CAD"""
    assert owed(table, UNPAID) == {}
    assert owed(table.replace("d9  posted 10.00", ""), UNPAID)["review"].startswith("1 for")


def test_of_equal_amounts_the_nearest_day_is_paid():
    table = "d2 Lost_Warehouse cash 1 pay=10 id=A \n d8 Lost_Warehouse cash 1 pay=10 id=B \n d9 posted 10.00"
    (claim,) = [c for c in found(table).claims if c.anomaly_type == UNPAID]
    assert claim.anchor_date == day(2)


def test_with_days_of_the_finances_missing_the_evidence_says_so():
    hole = covering(financial_events=(DayRange(day(-100), day(20)),))
    (claim,) = [c for c in found("d9 Lost_Warehouse cash 1 pay=10", coverage=hole).claims if c.anomaly_type == UNPAID]
    assert claim.evidence["warnings"] == ["coverage"]
    assert claim.deadline_basis == "discovery_default"
    assert claim.claimable_from == TODAY
