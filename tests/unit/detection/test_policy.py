"""Windows, caps, regimes and coverage: the dated data and how it is read."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from clario.domain.detection.coverage import gaps
from clario.domain.detection.facts import CostRow, CoverageFacts
from clario.domain.detection.lots import Family
from clario.domain.detection.policy import confidence, policy, unit_cap, window
from clario.domain.values import MARKETPLACES, DayRange, Money
from tests.unit.detection.cases import DAY0, TODAY, UNTIL_TODAY, US, day, only, run

UK, JAPAN = MARKETPLACES["A1F83G8C2ARO7P"], MARKETPLACES["A1VC38T7YXB528"]
WAREHOUSE = [Family.FC_LOST, Family.FC_DAMAGED]


@pytest.mark.parametrize("family", WAREHOUSE)
@pytest.mark.parametrize("country", ["ATVPDKIKX0DER", "A1F83G8C2ARO7P", "A1PA6795UKMFR9", "A2EUQ1WTGCTBG2"])
def test_a_warehouse_claim_may_be_filed_until_60_days_after_the_ledgers_day(family, country):
    days = window(family, MARKETPLACES[country], date(2026, 9, 24), TODAY)
    assert (days.claimable_from, days.deadline, days.basis) == (date(2026, 9, 24), date(2026, 11, 23), "policy")


@pytest.mark.parametrize("family", WAREHOUSE)
def test_the_old_rule_of_18_months_holds_for_losses_before_october_23_2024(family):
    assert window(family, US, date(2024, 10, 22), TODAY).deadline == date(2026, 4, 22)
    assert window(family, US, date(2024, 10, 23), TODAY).deadline == date(2024, 12, 22)


def test_a_month_without_that_day_ends_on_its_last():
    assert window(Family.FC_LOST, US, date(2024, 8, 31), TODAY).deadline == date(2026, 2, 28)


@pytest.mark.parametrize("family", WAREHOUSE)
def test_without_a_rule_60_days_count_from_discovery(family):
    days = window(family, JAPAN, date(2026, 9, 24), TODAY)
    assert (days.claimable_from, days.deadline) == (TODAY, TODAY + timedelta(days=60))
    assert (days.basis, days.row) == ("discovery_default", None)


def test_no_two_rules_hold_for_one_event():
    for row in policy().windows:
        rivals = [r for r in policy().windows if (r.family, r.group) == (row.family, row.group) and r is not row]
        for rival in rivals:
            assert (row.valid_to or date.max) < rival.valid_from or (rival.valid_to or date.max) < row.valid_from


def test_every_row_says_where_it_was_read_and_how_sure_that_is():
    data = policy()
    for row in [*data.windows, *data.unit_caps, *data.confidence, *data.coverage, data.cost_regime]:
        assert row.source
        assert row.grade[0] in "ABCP"


def test_every_confidence_is_a_share():
    assert all(0 <= row.value <= 1 for row in policy().confidence)


def test_an_unknown_confidence_is_an_error():
    with pytest.raises(KeyError, match="guesswork"):
        confidence("guesswork", TODAY)


def test_the_cap_is_the_marketplaces_own():
    assert unit_cap(US, TODAY) == Money(Decimal(5000), "USD")
    assert unit_cap(UK, TODAY) == Money(Decimal(2000), "GBP")
    assert unit_cap(JAPAN, TODAY) is None


# -- the window as a claim shows it ------------------------------------------------------------------------------------


def test_a_claim_names_the_rule_it_rests_on():
    claim = only(run("d0 M -1"))
    assert (claim.claimable_from, claim.deadline_date, claim.deadline_basis) == (DAY0, day(60), "policy")
    assert claim.evidence["policy"]["policyId"] == "fc_lost/US/2024-10-23"


def test_a_claim_without_a_rule_says_so():
    claim = only(run("d0 M -1", marketplace=JAPAN))
    assert (claim.claimable_from, claim.deadline_date) == (TODAY, TODAY + timedelta(days=60))
    assert claim.evidence["policy"]["policyId"] is None


# -- value -------------------------------------------------------------------------------------------------------------


def cost(amount: str, valid_from: date = date(2025, 1, 1), currency: str = "USD") -> CostRow:
    return CostRow("SKU-X1", Decimal(amount), currency, valid_from)


COSTS = {
    "one unit at cost": ([cost("12.55")], "12.55", "cogs"),
    "the newest cost of that day": ([cost("9", day(-10)), cost("8"), cost("7", day(1))], "9.00", "cogs"),
    "no cost": ([], None, "unknown"),
    "a cost from the day after on": ([cost("9", day(1))], None, "unknown"),
    "a cost in another currency": ([cost("9", currency="EUR")], None, "unknown"),
    "more than Amazon pays for a unit": ([cost("7200")], "5000.00", "cogs"),
}


@pytest.mark.parametrize(("costs", "value", "basis"), COSTS.values(), ids=COSTS.keys())
def test_a_unit_is_worth_what_the_seller_paid_for_it(costs, value, basis):
    claim = only(run("d0 M -1", costs=tuple(costs)))
    assert (claim.estimated_value, claim.value_basis) == (value and Decimal(value), basis)


def test_two_units_are_worth_twice_as_much():
    assert only(run("d0 M -2", costs=(cost("12.55"),))).estimated_value == Decimal("25.10")


def test_the_evidence_says_which_cost_was_used():
    (line,) = only(run("d0 M -2", costs=(cost("12.55"),))).evidence["valuation"]["lines"]
    assert line == {
        "sku": "SKU-X1",
        "units": {"claim": 2},
        "unitValue": "12.55",
        "costValidFrom": "2025-01-01",
        "capped": False,
    }


def test_where_no_cap_is_known_none_is_applied():
    claim = only(run("d0 M -1", marketplace=JAPAN, costs=(cost("900000", currency="JPY"),)))
    assert (claim.estimated_value, claim.currency) == (Decimal(900000), "JPY")


def test_before_sourcing_cost_was_the_rule_it_is_no_value():
    covered = CoverageFacts((DayRange(date(2024, 1, 1), TODAY),), (DayRange(date(2024, 1, 1), TODAY),))
    claim = only(run("d-560 M -1", today=date(2025, 3, 30), coverage=covered, costs=(cost("9", date(2024, 1, 1)),)))
    assert (claim.estimated_value, claim.value_basis) == (None, "unknown")


def test_lots_with_and_without_a_cost_have_no_honest_sum():
    claim = only(run("d0 M -1 \n d0 M -1 sku=OTHER", costs=(cost("9"),)))
    assert (claim.estimated_value, claim.value_basis) == (None, "unknown")


# -- coverage ----------------------------------------------------------------------------------------------------------


def days(first: int, last: int) -> DayRange:
    return DayRange(day(first), day(last))


GAPS = {
    "all held": ([days(0, 9)], []),
    "nothing held": ([], [days(2, 8)]),
    "touching ranges": ([days(5, 9), days(0, 4)], []),
    "overlapping ranges": ([days(0, 6), days(1, 3), days(5, 9)], []),
    "the beginning": ([days(4, 9)], [days(2, 3)]),
    "the middle": ([days(0, 3), days(6, 9)], [days(4, 5)]),
    "the end": ([days(0, 6)], [days(7, 8)]),
    "held before and after": ([days(-5, 0), days(10, 12)], [days(2, 8)]),
    "more than needed": ([days(0, 9), days(11, 12)], []),
}


@pytest.mark.parametrize(("held", "missing"), GAPS.values(), ids=GAPS.keys())
def test_gaps_are_the_needed_days_nobody_holds(held, missing):
    assert gaps(held, days(2, 8)) == missing


def test_nothing_needed_is_nothing_missing():
    assert gaps([], days(8, 2)) == []


WHOLE = CoverageFacts(UNTIL_TODAY, UNTIL_TODAY)
HOLES = {
    "no ledger": replace(WHOLE, ledger=()),
    "no reimbursements": replace(WHOLE, reimbursements=()),
    "ledger from 6 days before the loss": replace(WHOLE, ledger=(DayRange(day(-6), TODAY),)),
    "ledger until 3 days ago": replace(WHOLE, ledger=(DayRange(day(-30), TODAY - timedelta(days=3)),)),
    "reimbursements until 6 days ago": replace(WHOLE, reimbursements=(DayRange(day(-30), TODAY - timedelta(days=6)),)),
    "a week of reimbursements lost": replace(WHOLE, reimbursements=(days(-30, 9), DayRange(day(17), TODAY))),
}


@pytest.mark.parametrize("coverage", HOLES.values(), ids=HOLES.keys())
def test_with_days_missing_it_is_for_review_only(coverage):
    claim = only(run("d0 M -2", coverage=coverage))
    assert (claim.tier, claim.quantity, claim.confidence) == ("review", 2, Decimal("0.40"))
    assert (claim.estimated_value, claim.review_value) == (0, 20)
    assert claim.evidence["warnings"] == ["coverage"]


ENOUGH = {
    "ledger from 7 days before the loss": replace(WHOLE, ledger=(DayRange(day(-7), TODAY),)),
    "ledger until 2 days ago": replace(WHOLE, ledger=(DayRange(day(-30), TODAY - timedelta(days=2)),)),
    "reimbursements until 5 days ago": replace(WHOLE, reimbursements=(DayRange(day(-2), TODAY - timedelta(days=5)),)),
}


@pytest.mark.parametrize("coverage", ENOUGH.values(), ids=ENOUGH.keys())
def test_with_the_needed_days_it_is_a_claim(coverage):
    assert only(run("d0 M -2", coverage=coverage)).tier == "claim"


def test_the_missing_days_are_named():
    claim = only(run("d0 M -2", coverage=HOLES["a week of reimbursements lost"]))
    assert claim.evidence["coverage"]["reimbursements"] == {
        "from": "2026-09-29",
        "to": "2026-11-18",
        "missing": ["2026-10-11 to 2026-10-17"],
    }


def test_what_is_not_owed_stays_so_with_days_missing():
    assert only(run("d0 K -2", coverage=HOLES["no ledger"])).tier == "info"
