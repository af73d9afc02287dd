"""Units of customers' orders: refunded, replaced or disputed, and not made good."""

import pytest

from clario.domain.detection.engine import detect
from clario.domain.values import MARKETPLACES
from tests.unit.detection.cases import TODAY, covering, day, only, review, run, seller, units

NO_RETURN, REPLACED = "refund_no_return", "replacement_no_return"
LOST, DAMAGED, DISPUTE = "lost_outbound", "damaged_outbound", "chargeback_a2z_not_reimbursed"
ORDER = "d-30 order 3x20"
REFUNDED = f"{ORDER} \n d-20 refund 3x20"

OPEN = {
    "refunded, nothing came back": (REFUNDED, {NO_RETURN: 3}),
    "one came back, one was paid": (f"{REFUNDED} \n d-9 return 1 \n d9 CustomerReturn cash 1 order=O1", {NO_RETURN: 1}),
    "refunded in two parts": (f"{ORDER} \n d-20 refund 1x20 \n d-20 refund 2x20 \n d-9 return 1", {NO_RETURN: 2}),
    "nearly the whole price": (f"{ORDER} \n d-20 refund 1x19", {NO_RETURN: 1}),
    "the money says how many": (f"{ORDER} \n d-20 refund ?x40", {NO_RETURN: 2}),
    "refunded beyond what was sold": (f"{ORDER} \n d-20 refund 3x20 \n d-19 refund 2x20", {NO_RETURN: 3}),
    "the price is known from the parcel": ("d-30 ship 1x20 \n d-20 refund 1x20", {NO_RETURN: 1}),
    "the price is known from the payment": (
        "d-30 pay 1x20 \n d-30 pay 1x-3 step=AmazonFees/FBAPerUnitFulfillmentFee \n d-20 refund 1x20",
        {NO_RETURN: 1},
    ),
    "another order's return": (
        f"{REFUNDED} \n d-30 order 1x20 of=O2 \n d-20 refund 1x20 of=O2 \n d-9 return 1 of=O2",
        {NO_RETURN: 3},
    ),
    "another order's payment": (f"{REFUNDED} \n d9 CustomerReturn cash 1 order=O2", {NO_RETURN: 3}),
    "an orderless payment half a year later": (
        "d-260 order 1x20 \n d-250 refund 1x20 \n d0 CustomerReturn cash 1",
        {NO_RETURN: 1},
    ),
    "a warehouse payment": (f"{REFUNDED} \n d9 Lost_Warehouse cash 3", {NO_RETURN: 3}),
    "the payment was held back and released": (f"{REFUNDED} \n d-25 refund 3x20 state=DEFERRED", {NO_RETURN: 3}),
    "Amazon paid one as lost on the way": (f"{REFUNDED} \n d9 Lost_Outbound cash 1 order=O1", {LOST: 2}),
    "Amazon paid one as damaged on the way": (f"{REFUNDED} \n d9 Damaged_Outbound cash 1 order=O1", {DAMAGED: 2}),
    "replaced, nothing came back": ("d-20 replace 1 with=O2", {REPLACED: 1}),
    "replaced as lost": ("d-20 replace 1 with=O2 code=1", {LOST: 1}),
    "replaced as lost by the carrier": ("d-20 replace 1 with=O2 code=6", {LOST: 1}),
    "replaced as damaged on the way": ("d-20 replace 1 with=O2 code=3", {DAMAGED: 1}),
}


@pytest.mark.parametrize(("table", "expected"), OPEN.values(), ids=OPEN.keys())
def test_is_owed(table, expected):
    assert units(table) == expected


KEPT = "\n".join(f"d{n} order 1x20 of=K{n} \n d{n} refund 1x20 of=K{n}" for n in (-60, -50, -40))


def test_a_product_of_which_nothing_ever_came_back_is_for_review():
    claims = run(KEPT).claims
    assert [(claim.anomaly_type, claim.tier) for claim in claims] == [(NO_RETURN, "review")] * 3
    assert all("never_sent_back" in claim.evidence["warnings"] for claim in claims)


SENT_BACK = {
    "one of another order came back": "d-90 order 1x20 of=K9 \n d-80 refund 1x20 of=K9 \n d-70 return 1 of=K9",
    "Amazon paid for one": "d-90 order 1x20 of=K9 \n d-80 refund 1x20 of=K9 \n d-20 CustomerReturn cash 1 order=K9",
    "a customer was charged again": "d-90 order 1x20 of=K9 \n d-80 refund 1x20 of=K9 \n d-20 recharge 1x20 of=K9",
}


@pytest.mark.parametrize("table", SENT_BACK.values(), ids=SENT_BACK.keys())
def test_where_units_are_expected_back_they_are_owed(table):
    assert (units(f"{KEPT} \n {table}"), review(f"{KEPT} \n {table}")) == ({NO_RETURN: 3}, {})


def test_two_refunds_say_nothing_of_the_products_returns():
    assert units("\n".join(KEPT.split("\n")[:4])) == {NO_RETURN: 2}


def test_parts_of_a_price_are_no_refunds_that_were_kept():
    part = "\n".join(f"d{n} order 1x20 of=P{n} \n d{n} refund 1x2 of=P{n}" for n in (-60, -50, -40))
    assert units(f"{REFUNDED} \n {part}") == {NO_RETURN: 3}


NOT_OWED = {
    "all came back": f"{REFUNDED} \n d-9 return 3",
    "came back before the refund": f"{REFUNDED} \n d-25 return 3",
    "came back months later": f"{REFUNDED} \n d50 return 3",
    "paid": f"{REFUNDED} \n d9 CustomerReturn cash 3 order=O1",
    "paid before the refund": f"{REFUNDED} \n d-25 CustomerServiceIssue cash 3 order=O1",
    "paid for no stated reason, but for this order": f"{REFUNDED} \n d9 GeneralAdjustment cash 3 order=O1",
    "the customer paid again": f"{REFUNDED} \n d40 recharge 3x20",
    "the customer paid again, the money says how many": f"{REFUNDED} \n d40 recharge ?x60",
    "the customer paid again, nobody says for what": f"{REFUNDED} \n d40 recharge 3x20 step=Retrocharge",
    "a third of the price": f"{ORDER} \n d-20 refund 3x6",
    "shipping alone": f"{ORDER} \n d-20 refund 1x5 step=Shipping/ShippingPrincipal",
    "a few cents without a quantity": f"{ORDER} \n d-20 refund ?x5",
    "shipped by the seller": "d-30 order 1x20 by=Merchant \n d-20 refund 1x20",
    "sold elsewhere, shipped by Amazon": "d-30 order 1x20 channel=Non-Amazon \n d-20 refund 1x20",
    "free of charge": "d-30 order 1x0 \n d-20 refund 1x0",
    "refunded a month ago": "d-30 order 1x20 \n d0 refund 1x20",
    "cancelled": "d-30 order 1x20 status=Cancelled",
    "cancelled, and what was paid given back": "d-30 order 1x20 status=Cancelled \n d-20 refund 1x20",
    "money held back": f"{ORDER} \n d-20 refund 3x20 state=DEFERRED",
    "replaced and sent back": "d-20 replace 1 with=O2 \n d-9 return 1 of=O1",
    "replaced and sent back under the new order": "d-20 replace 1 with=O2 \n d-9 return 1 of=O2",
    "replaced and paid under the new order": "d-20 replace 1 with=O2 \n d9 CustomerServiceIssue cash 1 order=O2",
    "a replacement of nothing": "d-20 replace 0 with=O2",
    "a dispute won": f"{ORDER} \n d-20 chargeback 1x20 \n d9 chargeback 1x-20",
    "a dispute paid": f"{ORDER} \n d-20 chargeback 1x20 \n d9 CustomerServiceIssue cash 1 order=O1",
    "a dispute about the seller's own parcel": "d-30 order 1x20 by=Merchant \n d-20 chargeback 1x20",
}


@pytest.mark.parametrize("table", NOT_OWED.values(), ids=NOT_OWED.keys())
def test_is_not_owed(table):
    assert [claim for claim in run(table).claims if claim.tier != "info"] == []


DOUBTFUL = {
    "more than half of the price": (f"{ORDER} \n d-20 refund 1x15", {NO_RETURN: 1}),
    "more than half of the price without a quantity": (f"{ORDER} \n d-20 refund ?x15", {NO_RETURN: 1}),
    "an order we do not know": ("d-20 refund 1x20", {NO_RETURN: 1}),
    "another product of the order was cancelled": (
        "d-30 order 1x20 status=Cancelled fnsku=X2 \n d-20 refund 1x20",
        {NO_RETURN: 1},
    ),
    "cancelled, and paid for all the same": (
        "d-30 order 1x20 status=Cancelled \n d-30 pay 1x20 \n d-20 refund 1x20",
        {NO_RETURN: 1},
    ),
    "an order without a price": ("d-30 order 1x20 price=unknown \n d-20 refund 1x20", {NO_RETURN: 1}),
    "nobody says who shipped it": ("d-30 pay 1x20 \n d-20 refund 1x20", {NO_RETURN: 1}),
    "paid without its order": (f"{REFUNDED} \n d9 CustomerReturn cash 3", {NO_RETURN: 3}),
    "paid as an adjustment": (f"{REFUNDED} \n d9 GeneralAdjustment cash 3", {NO_RETURN: 3}),
    "paid under another label": (f"{REFUNDED} \n d9 CustomerReturn cash 3 fnsku=X2", {NO_RETURN: 3}),
    "a return without its order": (f"{REFUNDED} \n d-9 return 3 of=", {NO_RETURN: 3}),
    "a return of an order nobody refunded": (f"{REFUNDED} \n d-9 return 3 of=O7", {NO_RETURN: 3}),
    "a return that only the ledger shows": (f"{REFUNDED} \n d-9 restock +3", {NO_RETURN: 3}),
    "a return that only the ledger shows, unsellable": (f"{REFUNDED} \n d-9 restock +3 in=DEFECTIVE", {NO_RETURN: 3}),
    "a chargeback": (f"{ORDER} \n d-20 chargeback 2x20", {DISPUTE: 2}),
    "a guarantee claim": (f"{ORDER} \n d-20 claim ?x20", {DISPUTE: 1}),
}
# An item's label is known from the ledger.
LABELLED = "\n d-99 receive +9 of=S0"


@pytest.mark.parametrize(("table", "expected"), DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_is_for_review(table, expected):
    assert (units(table + LABELLED), review(table + LABELLED)) == ({}, expected)


def test_of_a_cancelled_order_a_fee_may_be_owed_but_no_unit():
    table = "d-30 order 1x20 status=Cancelled \n d-29 pay 1x-3 step=Commission \n d-20 refund 1x20"
    assert (units(table), review(table)) == ({}, {"fee_on_cancelled_or_free_unit": 1})


def test_a_cancelled_line_of_what_was_sent_all_the_same_is_no_reason():
    cancelled = "d-30 order 1x20 status=Cancelled \n d-20 refund 1x20"
    assert units(f"{cancelled} \n d-29 ship 1x20") == units(f"{cancelled} \n d-30 order 1x20") == {NO_RETURN: 1}


def test_a_ledger_return_that_the_returns_report_knows_is_not_another_orders():
    table = f"{REFUNDED} \n d-30 order 1x20 of=O2 \n d-20 refund 1x20 of=O2 \n d-9 return 1 of=O2 in=DEFECTIVE"
    assert units(f"{table} \n d-8 restock +1 in=DEFECTIVE {LABELLED}") == {NO_RETURN: 3}


def test_a_refunded_unit_may_come_back_for_sixty_days():
    table = "d-30 order 1x20 \n d0 refund 1x20"
    early = run(table, day(59))
    assert (early.claims, early.next_review_on) == ((), day(60))
    claim = only(run(table, day(60), coverage=covering(financial_events=(), returns=())))
    assert claim.tier == "review"
    assert (units(table, today=day(53)), day(53)) == ({}, TODAY)


def test_in_europe_it_may_come_back_for_45_days():
    uk = MARKETPLACES["A1F83G8C2ARO7P"]
    table = "d-30 order 1x20 \n d8 refund 1x20"
    assert units(table, marketplace=uk) == {NO_RETURN: 1}
    assert units(table.replace("d8", "d9"), marketplace=uk) == {}


def test_the_oldest_refund_is_settled_first():
    table = "d-50 order 2x20 \n d-40 refund 1x20 \n d-20 refund 1x20 \n d-9 return 1"
    assert only(run(table)).anchor_date == day(-20)


def test_a_payment_without_its_order_is_for_the_refund_of_two_months_ago():
    late = "d-150 order 1x20 of=O1 \n d-140 refund 1x20 of=O1"
    table = f"{late} \n d-50 order 1x20 of=O2 \n d-40 refund 1x20 of=O2 \n d15 CustomerReturn cash 1"
    assert {c.order_id: c.tier for c in run(table + LABELLED).claims} == {"O1": "claim", "O2": "review"}


def test_a_claim_names_its_order_and_is_worth_what_the_sale_brought():
    fee = "d-30 pay 1x-5 step=AmazonFees/FBAPerUnitFulfillmentFee"
    claim = only(run(f"d-30 order 1x20 \n d-30 pay 1x20 \n {fee} \n d-20 refund 1x20"))
    assert (claim.order_id, claim.order_item_id, claim.sku) == ("O1", "1", "SKU-X1")
    assert (claim.claimable_from, claim.deadline_date) == (day(40), day(100))


def test_a_dispute_is_worth_the_money_taken():
    assert only(run(f"{ORDER} \n d-20 chargeback 2x20")).review_value == 40


HOLES = ["financial_events", "returns", "reimbursements"]


@pytest.mark.parametrize("stream", HOLES)
def test_with_days_missing_it_is_for_review(stream):
    assert review(REFUNDED, coverage=covering(**{stream: ()})) == {NO_RETURN: 3}


def test_the_ledger_is_not_needed_for_it():
    assert units(REFUNDED, coverage=covering(ledger=())) == {NO_RETURN: 3}


@pytest.mark.parametrize("gone", ["refund 1x20", "replace 1"])
def test_where_no_window_is_known_a_unit_has_two_months_to_come_back(gone):
    japan = MARKETPLACES["A1VC38T7YXB528"]
    facts = seller(f"d-30 order 1x20 \n d-20 {gone}", marketplace=japan)
    assert detect(facts, day(39)).claims == ()
    assert only(detect(facts, day(40))).claimable_from == day(40)


def test_a_unit_that_was_refunded_and_replaced_is_claimed_once():
    both = "d-30 order 1x20 \n d-20 refund 1x20 \n d-18 replace 1 with=O2"
    assert (units(both), review(both)) == ({NO_RETURN: 1}, {})
    assert units(f"{both} \n d9 CustomerReturn cash 1 order=O1") == {}
    two = both.replace("order 1x20", "order 2x20")
    assert (units(two), review(two)) == ({NO_RETURN: 1, REPLACED: 1}, {})
