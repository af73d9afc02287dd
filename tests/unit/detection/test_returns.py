"""Units that customers sent back, and what became of them."""

import pytest

from clario.domain.detection.engine import detect
from clario.domain.values import MARKETPLACES
from tests.unit.detection.cases import TODAY, day, only, review, run, seller, units

RESTOCK, DAMAGED = "return_not_restocked", "return_damaged_by_amazon"
WRONG, LATE = "return_wrong_item", "refund_outside_policy"

OPEN = {
    "damaged by Amazon": ("d0 return 1 in=DAMAGED", {DAMAGED: 1}),
    "damaged by Amazon's carrier": ("d0 return 1 in=CARRIER_DAMAGED", {DAMAGED: 1}),
    "two came back damaged, one was paid": (
        "d0 return 2 in=DAMAGED \n d20 CustomerReturn cash 1 order=O1",
        {DAMAGED: 1},
    ),
    "another order was paid": ("d0 return 1 in=DAMAGED \n d20 CustomerReturn cash 1 order=O2", {DAMAGED: 1}),
    "sellable, not in stock": ("d0 return 1 in=SELLABLE", {RESTOCK: 1}),
    "sellable, in stock two weeks too early": ("d-3 restock +1 \n d0 return 1 in=SELLABLE", {RESTOCK: 1}),
    "sellable, another item in stock": ("d0 return 1 in=SELLABLE \n d1 restock +1 fnsku=X9 asin=B9", {RESTOCK: 1}),
    "two sellable, one in stock": ("d0 return 2 in=SELLABLE \n d1 restock +1", {RESTOCK: 1}),
}


@pytest.mark.parametrize(("table", "expected"), OPEN.values(), ids=OPEN.keys())
def test_is_owed(table, expected):
    assert units(table) == expected


NOT_OWED = {
    "damaged by the customer": "d0 return 1 in=CUSTOMER_DAMAGED",
    "defective": "d0 return 1 in=DEFECTIVE",
    "expired": "d0 return 1 in=EXPIRED",
    "damaged and paid": "d0 return 1 in=DAMAGED \n d9 CustomerReturn cash 1 order=O1",
    "damaged and replaced in kind": "d0 return 1 in=DAMAGED \n d9 CustomerReturn stock 1 order=O1",
    "sellable and in stock": "d0 return 1 in=SELLABLE \n d1 restock +1",
    "in stock in another centre": "d0 return 1 in=SELLABLE at=PHX7 \n d14 restock +1 at=LAS1",
    "in stock two days before the report": "d0 return 1 in=SELLABLE \n d-2 restock +1",
    "in stock, long after the refund": "d-40 refund 1x20 \n d0 return 1 in=SELLABLE \n d1 restock +1",
    "not in stock, paid": "d0 return 1 in=SELLABLE \n d20 CustomerReturn cash 1 order=O1",
    "refunded late for a defect": "d-60 ship 1x20 \n d0 refund 1x20 \n d2 return 1 in=DEFECTIVE why=DEFECTIVE",
    "refunded in time": "d-40 ship 1x20 \n d0 refund 1x20 \n d2 return 1",
    "bought before Christmas": "d-320 ship 1x20 \n d-245 refund 1x20 \n d-240 return 1",
}


@pytest.mark.parametrize("table", NOT_OWED.values(), ids=NOT_OWED.keys())
def test_is_not_owed(table):
    assert [claim for claim in run(table).claims if claim.tier != "info"] == []


DOUBTFUL = {
    "damaged, and Amazon says it paid": ("d0 return 1 in=DAMAGED status=Reimbursed", {DAMAGED: 1}),
    "sellable, in another packaging": ("d0 return 1 in=SELLABLE status=Repackaged_Successfully", {RESTOCK: 1}),
    "damaged, paid without the order": ("d0 return 1 in=DAMAGED \n d9 CustomerReturn cash 1", {DAMAGED: 1}),
    "in stock a month late": ("d0 return 1 in=SELLABLE \n d30 restock +1", {RESTOCK: 1}),
    "in stock under another label": ("d0 return 1 in=SELLABLE \n d1 restock +1 fnsku=X2", {RESTOCK: 1}),
    "taken in as defective after all": ("d0 return 1 in=SELLABLE \n d1 restock +1 in=DEFECTIVE", {RESTOCK: 1}),
    "another item came back": ("d0 return 1 why=SWITCHEROO", {WRONG: 1}),
    "another item came back, sellable": ("d0 return 1 in=SELLABLE why=SWITCHEROO", {WRONG: 1}),
    "another product of the same seller": ("d-9 order 1x20 asin=B1 \n d0 return 1 asin=B2", {WRONG: 1}),
    "refunded long after the sale": ("d-60 ship 1x20 \n d0 refund 1x20 \n d2 return 1", {LATE: 1}),
}


@pytest.mark.parametrize(("table", "expected"), DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_is_for_review(table, expected):
    assert (units(table), review(table)) == ({}, expected)


def test_a_unit_in_stock_the_same_day_and_place_is_the_one_that_came_back():
    table = """
        d0  return   1   in=SELLABLE  at=PHX7  of=O1
        d1  return   1   in=SELLABLE  at=PHX7  of=O2
        d1  restock  +1  at=PHX7"""
    assert only(run(table)).order_id == "O1"


ANOTHER_PRODUCT = """
    d-30  order   1x20
    d-20  refund  1x20
    d-30  order   1x20  of=O9  fnsku=X9 asin=B9
    d0    return  1     of=O1  fnsku=X9 asin=B9"""


def test_a_return_of_quite_another_product_belongs_to_what_was_ordered():
    claim = only(run(ANOTHER_PRODUCT))
    assert (claim.anomaly_type, claim.tier, claim.order_id, claim.sku) == (WRONG, "review", "O1", "SKU-X1")
    assert claim.evidence["sourceRows"][0]["row"]["sku"] == "SKU-X9"


def test_a_return_of_another_product_of_the_same_order_is_that_products():
    table = ANOTHER_PRODUCT.replace("of=O9", "of=O1") + "\n d-20 refund 1x20 of=O1 fnsku=X9 asin=B9"
    assert [(c.anomaly_type, c.sku) for c in run(table).claims] == [("refund_no_return", "SKU-X1")]


def test_a_damaged_return_counts_from_the_refund_and_is_told_two_weeks_after_it_came_back():
    table = "d-30 order 1x20 \n d-20 refund 1x20 \n d0 return 1 in=DAMAGED"
    assert run(table, day(13)).claims == ()
    claim = only(run(table))
    assert (claim.anchor_date, claim.claimable_from, claim.deadline_date) == (day(-20), day(40), day(100))
    assert (claim.order_id, claim.order_item_id) == ("O1", "1")


def test_without_a_refund_it_counts_from_the_return():
    assert only(run("d0 return 1 in=DAMAGED")).anchor_date == day(0)


def test_what_the_carrier_damaged_has_a_rule_of_its_own():
    claim = only(run("d-30 order 1x20 \n d-20 refund 1x20 \n d0 return 1 in=CARRIER_DAMAGED"))
    assert (claim.anchor_date, claim.claimable_from, claim.deadline_date) == (day(0), day(0), day(45))


def test_where_there_is_no_such_rule_what_the_carrier_damaged_counts_from_the_refund():
    germany = MARKETPLACES["A1PA6795UKMFR9"]
    facts = seller("d-30 order 1x20 \n d-20 refund 1x20 \n d0 return 1 in=CARRIER_DAMAGED", marketplace=germany)
    claim = only(detect(facts, TODAY))
    assert (claim.anchor_date, claim.claimable_from, claim.deadline_date) == (day(-20), day(25), day(85))
    assert claim.deadline_basis == "policy"


def test_a_return_is_not_missed_in_stock_for_thirty_days():
    assert (
        units("d0 return 1 in=SELLABLE", today=day(29)),
        run("d0 return 1 in=SELLABLE", day(29)).next_review_on,
    ) == (
        {},
        day(30),
    )


def test_returns_of_one_order_with_two_plates_are_two_claims():
    claims = run("d0 return 1 in=DAMAGED plate=LPN1 \n d0 return 1 in=DAMAGED plate=LPN2").claims
    assert len({claim.fingerprint for claim in claims}) == 2


def test_a_return_without_an_order_is_settled_by_no_orders_payment():
    assert units("d0 return 1 in=DAMAGED of= \n d9 CustomerReturn cash 1 order=O1") == {DAMAGED: 1}


def test_a_unit_that_came_back_damaged_is_one_claim_whatever_becomes_of_it():
    by_carrier = "d0 return 1 in=CARRIER_DAMAGED \n d1 restock +1 in=CARRIER_DAMAGED \n d3 6 -1 in=CARRIER_DAMAGED"
    destroyed = "d0 return 1 in=DAMAGED \n d1 restock +1 in=WAREHOUSE_DAMAGED \n d9 D -1 in=WAREHOUSE_DAMAGED"
    for table in (by_carrier, destroyed):
        assert (units(table), review(table)) == ({DAMAGED: 1}, {})
