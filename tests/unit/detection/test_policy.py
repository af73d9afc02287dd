"""Windows, caps, regimes and coverage: the dated data and how it is read."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

import pytest

from clario.domain.anomalies import AnomalyType
from clario.domain.detection.policy import (
    POLICY_OF,
    PolicyFamily,
    confidence,
    policy,
    tolerance,
    unit_cap,
    window,
)
from clario.domain.detection.rows.coverage import gaps
from clario.domain.values import MARKETPLACES, DayRange, Money
from tests.unit.detection.cases import DAY0, TODAY, US, covering, day, only, run
from tests.unit.detection.tabular import rows

UK, JAPAN = MARKETPLACES["A1F83G8C2ARO7P"], MARKETPLACES["A1VC38T7YXB528"]
GERMANY, CANADA = MARKETPLACES["A1PA6795UKMFR9"], MARKETPLACES["A2EUQ1WTGCTBG2"]
EMIRATES, AUSTRALIA = MARKETPLACES["A2VIGQ35RCS4UG"], MARKETPLACES["A39IBJ37TRP1C6"]

# what           where    happened      first day     last day       (as seen on 23 November 2026)
WINDOWS = """
fc_lost          US       2026-09-24    2026-09-24    2026-11-23     the last day
fc_lost          US       2026-09-23    2026-09-23    2026-11-22     expired yesterday
fc_lost          UK       2026-09-24    2026-09-24    2026-11-23
fc_lost          GERMANY  2026-09-24    2026-09-24    2026-11-23
fc_lost          CANADA   2026-09-24    2026-09-24    2026-11-23     assumed as in the US
fc_lost          US       2024-10-23    2024-10-23    2024-12-22     the first day of the rule
fc_lost          US       2024-10-22    2024-11-21    2026-04-22     the old rule: 18 months
fc_lost          US       2024-08-31    2024-09-30    2026-02-28     a month without that day ends on its last
fc_damaged       US       2026-09-24    2026-09-24    2026-11-23
disposed         US       2026-09-24    2026-09-24    2026-11-23
customer_return  US       2026-09-24    2026-11-23    2027-01-22     may be filed from today
customer_return  US       2026-09-25    2026-11-24    2027-01-23     not yet
customer_return  UK       2026-10-09    2026-11-23    2027-01-22
customer_return  GERMANY  2026-10-10    2026-11-24    2027-01-23     not yet
customer_return  US       2024-10-22    2024-12-06    2026-04-22     the old rule
replacement      US       2026-09-24    2026-11-23    2027-01-22
replacement      UK       2026-10-09    2026-11-23    2027-01-22
carrier_damaged_return  US  2026-10-09  2026-10-09    2026-11-23
removal_lost     US       2026-11-08    2026-11-23    2027-01-22
removal_lost     UK       2026-11-09    2026-11-24    2027-01-23     not yet
removal_other    US       2026-09-24    2026-09-24    2026-11-23
inbound          US       2026-02-23    2026-02-23    2026-11-23     nine calendar months, not 270 days
inbound          US       2026-05-31    2026-05-31    2027-02-28
inbound          UK       2026-05-23    2026-05-23    2026-11-23     six months
inbound          EMIRATES 2026-09-24    2026-10-09    2026-11-23
fee_dimension    US       2026-08-25    2026-08-25    2026-11-23
fee_dimension    AUSTRALIA 2026-08-25   2026-08-25    2026-11-23
fee_referral     US       2026-08-25    2026-08-25    2026-11-23
fee_storage      JAPAN    2026-08-25    2026-08-25    2026-11-23     no rule is published: 90 days
duplicate_charge UK       2026-08-25    2026-08-25    2026-11-23
refund_error     US       2026-08-25    2026-08-25    2026-11-23
reimb_valuation  US       2026-09-24    2026-09-24    2026-11-23
reimb_valuation  UK       2026-09-24    2026-09-24    2026-11-23
reimb_reversal   GERMANY  2026-09-24    2026-09-24    2026-11-23
"""
PLACES = {
    "US": US,
    "UK": UK,
    "GERMANY": GERMANY,
    "CANADA": CANADA,
    "EMIRATES": EMIRATES,
    "AUSTRALIA": AUSTRALIA,
    "JAPAN": JAPAN,
}


@pytest.mark.parametrize("case", rows(WINDOWS, 5), ids=" ".join)
def test_a_claim_may_be_filed_from_the_first_to_the_last_day(case):
    family, place, happened, first, last = case
    days = window(PolicyFamily(family), PLACES[place], date.fromisoformat(happened), TODAY)
    assert (str(days.claimable_from), str(days.deadline), days.basis) == (first, last, "policy")


NO_RULE = """
fc_lost          JAPAN    ledger_date
customer_return  EMIRATES refund_date
inbound          EMIRATES delivery_date   before 5 September 2024
removal_lost     AUSTRALIA shipment_creation_date
fee_referral     UK       charge_date
carrier_damaged_return  UK  return_date
liquidation      US       event_date
reimb_other      US       event_date
"""


@pytest.mark.parametrize("case", rows(NO_RULE, 3), ids=" ".join)
def test_without_a_rule_60_days_count_from_discovery(case):
    family, place, kind = case
    days = window(PolicyFamily(family), PLACES[place], date(2024, 9, 4), TODAY)
    assert (days.claimable_from, days.deadline) == (TODAY, TODAY + timedelta(days=60))
    assert (days.basis, days.anchor_kind, days.row) == ("discovery_default", kind, None)


def test_every_kind_of_claim_falls_under_a_rule():
    assert set(POLICY_OF) == set(AnomalyType)


def test_a_group_names_marketplaces_we_know():
    known = {place.country for place in MARKETPLACES.values()}
    assert {country for group in policy().groups.values() for country in group} == known


TOLERANCES = [
    ("fulfillment_fee", "3.00", "USD", "0.05"),  # 1 % would be 3 cents
    ("fulfillment_fee", "12.00", "USD", "0.12"),
    ("fulfillment_fee", "-12.00", "USD", "0.12"),
    ("refund_fee", "12.00", "USD", "0.02"),
    ("refund_fee", "1200", "JPY", "2"),
    ("refund_fee", "1200", "XXX", "0.02"),
]


@pytest.mark.parametrize(("name", "base", "currency", "difference"), TOLERANCES)
def test_a_small_difference_is_none(name, base, currency, difference):
    assert tolerance(name, Decimal(base), currency, TODAY) == Decimal(difference)


def test_an_unknown_tolerance_is_an_error():
    with pytest.raises(KeyError, match="guesswork"):
        tolerance("guesswork", Decimal(1), "USD", TODAY)


def test_no_two_rules_hold_for_one_event():
    groups = policy().groups
    for row, rival in combinations(policy().windows, 2):
        if row.family is rival.family and set(groups[row.group]) & set(groups[rival.group]):
            assert (row.valid_to or date.max) < rival.valid_from or (rival.valid_to or date.max) < row.valid_from


def test_every_row_says_where_it_was_read_and_how_sure_that_is():
    data = policy()
    dated = [*data.windows, *data.unit_caps, *data.confidence, *data.tolerances, data.cost_regime]
    for row in [*dated, *data.coverage]:
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


HOLES = {
    "no ledger": covering(ledger=()),
    "no reimbursements": covering(reimbursements=()),
    "ledger from 6 days before the loss": covering(ledger=(DayRange(day(-6), TODAY),)),
    "ledger until 3 days ago": covering(ledger=(DayRange(day(-30), TODAY - timedelta(days=3)),)),
    "reimbursements until 6 days ago": covering(reimbursements=(DayRange(day(-30), TODAY - timedelta(days=6)),)),
    "a week of reimbursements lost": covering(reimbursements=(days(-30, 9), DayRange(day(17), TODAY))),
}


@pytest.mark.parametrize("coverage", HOLES.values(), ids=HOLES.keys())
def test_with_days_missing_it_is_for_review_only(coverage):
    claim = only(run("d0 M -2", coverage=coverage))
    assert (claim.tier, claim.quantity, claim.confidence) == ("review", 2, Decimal("0.40"))
    assert (claim.estimated_value, claim.review_value) == (0, 20)
    assert claim.evidence["warnings"] == ["coverage"]


ENOUGH = {
    "ledger from 7 days before the loss": covering(ledger=(DayRange(day(-7), TODAY),)),
    "ledger until 2 days ago": covering(ledger=(DayRange(day(-30), TODAY - timedelta(days=2)),)),
    "reimbursements until 5 days ago": covering(reimbursements=(DayRange(day(-2), TODAY - timedelta(days=5)),)),
}


@pytest.mark.parametrize("coverage", ENOUGH.values(), ids=ENOUGH.keys())
def test_with_the_needed_days_it_is_a_claim(coverage):
    assert only(run("d0 M -2", coverage=coverage)).tier == "claim"


def test_the_missing_days_are_named():
    claim = only(run("d0 M -2", coverage=HOLES["a week of reimbursements lost"]))
    assert claim.evidence["coverage"]["reimbursements"] == {
        "from": "2026-09-29",
        "missing": ["2026-10-11 to 2026-10-17"],
    }


def test_of_a_report_that_is_behind_the_newest_days_are_missing():
    claim = only(run("d0 M -2", coverage=HOLES["no ledger"]))
    assert claim.evidence["coverage"]["ledger"]["missing"] == ["the newest days"]


def test_what_is_not_owed_stays_so_with_days_missing():
    assert only(run("d0 K -2", coverage=HOLES["no ledger"])).tier == "info"
