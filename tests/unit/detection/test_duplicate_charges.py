"""Fees charged again, for nothing, or for a service that is no longer sold."""

from datetime import date

import pytest

from clario.domain.values import DayRange
from tests.unit.detection.cases import covering
from tests.unit.detection.money_tables import found, owed
from tests.unit.detection.tables import day

SALE = "d0 sale 1x20 of=O1 fee=3.57 ref=3.00"
TWICE, FREE, ENDED = "duplicate_charge", "fee_on_cancelled_or_free_unit", "prep_label_fee_after_service_end"

AGAIN = {
    "the fulfilment fee": (f"{SALE} \n d2 bare 1 of=O1 fee=3.57", "1 for 3.57"),
    "the referral fee": (f"{SALE} \n d2 bare 1 of=O1 ref=3.00", "1 for 3.00"),
    "both": (f"{SALE} \n d2 bare 1 of=O1 fee=3.57 ref=3.00", "1 for 3.57, 1 for 3.00"),
    "twice more": (f"{SALE} \n d2 bare 1 of=O1 fee=3.57 \n d3 bare 1 of=O1 fee=3.57", "2 for 7.14"),
    "without a quantity": (f"{SALE} \n d2 bare 0 of=O1 fee=3.57", "1 for 3.57"),
    "one unit more than was ordered": (
        "d0 order 2x20 of=O1 \n d0 sale 2x20 of=O1 fee=3.57 \n d2 bare 1 of=O1 fee=3.57",
        "1 for 3.57",
    ),
    "given back in part": (f"{SALE} \n d2 bare 1 of=O1 fee=3.57 \n d9 credit 2.00 of=O1", "1 for 1.57"),
    "given back after more than 60 days, which is something else": (
        "d-90 sale 1x20 of=O1 fee=3.57 \n d-70 bare 1 of=O1 fee=3.57 \n d5 credit 3.57 of=O1",
        "1 for 3.57",
    ),
}


@pytest.mark.parametrize(("table", "claim"), AGAIN.values(), ids=AGAIN.keys())
def test_a_fee_for_more_units_than_there_were_is_owed(table, claim):
    assert owed(table, TWICE) == {"claim": claim}


ONCE = {
    "once": SALE,
    "two units": "d0 sale 2x20 of=O1 fee=3.57",
    "two parcels": f"{SALE} \n d1 sale 1x20 of=O1 fee=3.57",
    "posted apart from the goods": "d0 sale 1x20 of=O1 \n d1 bare 1 of=O1 fee=3.57",
    "posted apart for two parcels": "d0 sale 2x20 of=O1 \n d1 bare 1 of=O1 fee=3.57 \n d2 bare 1 of=O1 fee=3.57",
    "sent again after a loss": (f"d0 ship 1x20 of=O1 \n d6 ship 1x20 of=O1 \n {SALE} \n d7 bare 1 of=O1 fee=3.57"),
    "the second parcel of an order whose goods are not posted yet": (
        f"d0 order 2x20 of=O1 \n {SALE} \n d1 bare 1 of=O1 fee=3.57"
    ),
    "another product of the order": f"{SALE} \n d2 bare 1 of=O1 fee=3.57 fnsku=Y1",
    "another order": f"{SALE} \n d2 bare 1 of=O2 fee=3.57",
    "held back and released": f"{SALE} \n d1 bare 1 of=O1 fee=3.57 state=DEFERRED_RELEASED",
    "given back": f"{SALE} \n d2 bare 1 of=O1 fee=3.57 \n d9 credit 3.57 of=O1",
    "taken back to be charged anew": f"{SALE} \n d2 bare 1 of=O1 fee=-3.57 \n d3 bare 1 of=O1 fee=3.57",
    "the referral fee given back": f"{SALE} \n d2 bare 1 of=O1 ref=3.00 \n d3 bare 1 of=O1 ref=-3.00",
    "given back without naming the order": f"{SALE} \n d2 bare 1 of=O1 fee=3.57 \n d9 credit 3.57",
}


@pytest.mark.parametrize("table", ONCE.values(), ids=ONCE.keys())
def test_a_fee_for_the_units_there_were_is_not_owed(table):
    assert owed(table, TWICE) == {}


def test_what_is_given_back_of_one_fee_is_not_given_back_of_another():
    table = f"{SALE} \n d2 bare 1 of=O1 fee=3.57 \n d3 bare 1 of=O1 ref=-3.57"
    assert owed(table, TWICE) == {"claim": "1 for 3.57"}


def test_a_wrong_fee_that_was_taken_back_and_charged_rightly_is_no_claim():
    usual = "d-100-10/5 sale 1x20 fee=3.57"
    assert (
        found(f"{usual} \n d11 sale 1x20 of=X fee=5.00 \n d12 bare 1 of=X fee=-5 \n d12 bare 1 of=X fee=3.57").claims
        == ()
    )


def test_a_credit_without_the_order_must_be_of_the_same_amount():
    assert owed(f"{SALE} \n d2 bare 1 of=O1 fee=3.57 \n d9 credit 2.00", TWICE) == {"claim": "1 for 3.57"}


def test_the_claim_counts_from_the_second_charge():
    (claim,) = found(f"{SALE} \n d2 bare 1 of=O1 fee=3.57").claims
    assert (claim.anchor_date, claim.deadline_date, claim.order_id) == (day(2), day(92), "O1")
    assert claim.evidence["valuation"]["unitsCharged"] == 2


def test_a_parcel_that_left_before_the_loaded_days_may_be_what_the_fee_is_for():
    begun = covering(financial_events=(DayRange(day(-10), day(53)),))
    assert owed(f"{SALE} \n d2 bare 1 of=O1 fee=3.57", TWICE, coverage=begun) == {"review": "1 for 3.57"}


# -- monthly bills -----------------------------------------------------------------------------------------------------

TWO_BILLS = {
    "the subscription": "d0 bill 39.99 name=Subscription \n d1 bill 39.99 name=Subscription",
    "storage in one transaction of two lines": """
        d6  bill 3.50  name=FBAStorageFee tx=A
        d6  bill 6.50  name=FBAStorageFee tx=A
        d9  bill 3.50  name=FBAStorageFee tx=B
        d9  bill 6.50  name=FBAStorageFee tx=B""",
    "as the older API names it": "d0 bill 39.99 path=FeeList/Subscription \n d1 bill 39.99 path=FeeList/Subscription",
    "named by the description alone": "d0 bill 39.99 text=Subscription \n d1 bill 39.99 text=Subscription",
    "of one product": "d0 bill 5 name=FBAStorageFee sku=S \n d1 bill 5 name=FBAStorageFee sku=S",
}


@pytest.mark.parametrize("table", TWO_BILLS.values(), ids=TWO_BILLS.keys())
def test_a_monthly_bill_that_comes_twice_is_owed(table):
    assert list(owed(table, TWICE)) == ["claim"]


NOT_FOR_IT = {
    "of another amount": "d-11 bill -9.99 name=Subscription",
    "of another fee": "d-11 bill -39.99 name=FBAStorageFee",
    "before it": "d-21 bill -39.99 name=Subscription",
    "much later": "d42 bill -39.99 name=Subscription",
    "one, after a third bill": "d-18 bill 39.99 name=Subscription \n d-11 bill -39.99 name=Subscription",
}


@pytest.mark.parametrize("credit", NOT_FOR_IT.values(), ids=NOT_FOR_IT.keys())
def test_a_correction_is_taken_off_the_bill_that_it_is_for(credit):
    bills = "d-20 bill 39.99 name=Subscription \n d-19 bill 39.99 name=Subscription"
    assert owed(f"{bills} \n {credit}", TWICE) == {"claim": "1 for 39.99"}


def test_the_second_bill_is_the_wrong_one():
    (claim,) = found("d0 bill 39.99 name=Subscription \n d1 bill 39.99 name=Subscription").claims
    assert (claim.anchor_date, str(claim.estimated_value), claim.quantity) == (day(1), "39.99", 1)


def bills(*dates: str) -> str:
    return "\n".join(f"d{(date.fromisoformat(each) - day(0)).days} bill 39.99 name=Subscription" for each in dates)


def test_two_bills_of_one_month_are_one_too_many_where_the_day_of_the_month_is_known():
    (claim,) = found(bills("2026-08-05", "2026-09-05", "2026-09-27", "2026-10-05", "2026-11-05")).claims
    assert (claim.anchor_date, str(claim.estimated_value), claim.quantity) == (date(2026, 9, 27), "39.99", 1)


ONE_BILL = {
    "the last one was late": bills("2026-07-28", "2026-09-02", "2026-09-28"),
    "the first one may have been late": bills("2026-09-02", "2026-09-28"),
    "the next month's, a bit early": bills("2026-08-01", "2026-09-01", "2026-09-29"),
    "the next month's": bills("2026-08-15", "2026-09-15", "2026-10-07"),
    "a month later": "d0 bill 39.99 name=Subscription \n d30 bill 39.99 name=Subscription",
    "twenty days later": "d0 bill 39.99 name=Subscription \n d20 bill 39.99 name=Subscription",
    "another amount": "d0 bill 39.99 name=Subscription \n d1 bill 39.98 name=Subscription",
    "another marketplace": "d0 bill 39.99 name=Subscription \n d1 bill 39.99 name=Subscription at=CA",
    "another product": "d0 bill 5 name=FBAStorageFee sku=S \n d1 bill 5 name=FBAStorageFee sku=T",
    "a fee that may come any day": "d0 bill 5 name=FBARemovalFee \n d1 bill 5 name=FBARemovalFee",
    "given back": "d0 bill -39.99 name=Subscription \n d1 bill -39.99 name=Subscription",
    "the second one given back": f"{TWO_BILLS['the subscription']} \n d9 bill -39.99 name=Subscription",
    "the first one given back and charged anew": """
        d0  bill   39.99  name=Subscription
        d5  bill  -39.99  name=Subscription
        d9  bill   39.99  name=Subscription""",
    "corrected by an adjustment": """
        d6  bill  10  name=FBAStorageFee
        d9  bill  10  name=FBAStorageFee
        d20 credit 10  name=FBAStorageFeeAdjustment sku= asin=""",
    "another kind of transaction": "d0 posted 39.99 \n d1 posted 39.99",
}


@pytest.mark.parametrize("table", ONE_BILL.values(), ids=ONE_BILL.keys())
def test_bills_that_are_not_the_same_are_not_owed(table):
    assert owed(table, TWICE) == {}


# -- for nothing -------------------------------------------------------------------------------------------------------

NOTHING_SOLD = {
    "a cancelled order": "d0 order 1x20 of=O1 status=Cancelled \n d1 bare 1 of=O1 fee=3.57",
    "a cancelled order's referral fee": "d0 order 1x20 of=O1 status=Cancelled \n d1 bare 1 of=O1 ref=3.57",
    "a free replacement": "d0 replace 1 of=O9 with=O1 \n d1 bare 1 of=O1 fee=3.57",
}


@pytest.mark.parametrize("table", NOTHING_SOLD.values(), ids=NOTHING_SOLD.keys())
def test_a_fee_where_nothing_was_sold_is_for_review(table):
    assert owed(table, FREE) == {"review": "1 for 3.57"}
    assert owed(table, TWICE) == {}


SOLD = {
    "a cancelled line of an order that was sent after all": (
        "d0 order 1x20 of=O1 status=Cancelled \n d1 ship 1x20 of=O1 \n d1 bare 1 of=O1 fee=3.57"
    ),
    "an order nobody cancelled": "d0 order 1x20 of=O1 \n d1 bare 1 of=O1 fee=3.57",
    "an order we do not know": "d1 bare 1 of=O1 fee=3.57",
    "a replacement that was paid for": "d0 replace 1 of=O9 with=O1 \n d1 sale 1x20 of=O1 fee=3.57",
    "a cancelled order without a fee": "d0 order 1x20 of=O1 status=Cancelled \n d1 bare 1 of=O1 goodwill=1",
    "a fee given back": ("d0 order 1x20 of=O1 status=Cancelled \n d1 bare 1 of=O1 fee=3.57 \n d2 credit 3.57 of=O1"),
}


@pytest.mark.parametrize("table", SOLD.values(), ids=SOLD.keys())
def test_a_fee_for_a_unit_that_was_sold_or_may_have_been_is_not_owed(table):
    assert owed(table, FREE) == {}


# -- ended services ----------------------------------------------------------------------------------------------------

LATE = {
    "the day after the last": "d-273 bill 5.50 name=FBAPrepFee",
    "months later, for a product": "d0 bill 5.50 name=FBALabelingFee sku=S",
    "by what was done": "d0 bill 5.50 name=BubblewrapFee",
}


@pytest.mark.parametrize("table", LATE.values(), ids=LATE.keys())
def test_a_fee_after_the_service_ended_is_for_review(table):
    assert owed(table, ENDED) == {"review": "1 for 5.50"}


IN_TIME = {
    "on the last day": "d-274 bill 5.50 name=FBAPrepFee",
    "another fee": "d0 bill 5.50 name=FBAStorageFee",
    "where the service goes on": "d0 bill 5.50 name=FBAPrepFee at=UK",
    "given back": "d0 bill -5.50 name=FBAPrepFee",
}


@pytest.mark.parametrize("table", IN_TIME.values(), ids=IN_TIME.keys())
def test_a_fee_for_a_service_that_was_sold_is_not_owed(table):
    assert owed(table, ENDED) == {}
