"""Units misplaced in a fulfilment centre: what is owed, and what looks owed and is not."""

import pytest

from tests.unit.detection.cases import review, run, units

OPEN = {
    "a unit that never came back": ("d0 M -1", 1),
    "the older code counts as well": ("d0 5 -2", 2),
    "found in part, paid in part": ("d0 M -5 \n d3 F +2 \n d20 Lost_Warehouse cash 2", 1),
    "two identical lines are two losses": ("d0 M -1 \n d0 M -1", 2),
    "misplaced after it was damaged here": ("d0 M -1 in=WAREHOUSE_DAMAGED", 1),
    "paid before the loss is not paid for it": ("d0 Lost_Warehouse cash 1 \n d3 M -1", 1),
    "found before the loss is another unit": ("d0 F +1 \n d8 M -1", 1),
    "an order's reimbursement is the order's": ("d0 M -1 \n d9 CustomerReturn cash 1 order=111-1", 1),
    "an adjustment for an order is the order's": ("d0 M -1 \n d9 GeneralAdjustment cash 1 order=111-1", 1),
    "a lost removal is not a lost unit here": ("d0 M -1 \n d9 Removal_Order_Lost cash 1", 1),
    "a fee paid back is no unit": ("d0 M -1 \n d9 FeeCorrection cash 1", 1),
    "a disposition move's other half is not found": ("d0 M -1 \n d2 P +1", 1),
    "another item's found unit": ("d0 M -1 \n d3 F +1 fnsku=Y1 asin=B9", 1),
    "a receipt is not a found unit": ("d0 M -1 \n d3 F +1 event=Receipts", 1),
}


@pytest.mark.parametrize(("table", "expected"), OPEN.values(), ids=OPEN.keys())
def test_is_owed(table, expected):
    assert units(table) == {"lost": expected}


SETTLED = {
    "found the same day": "d0 M -1 \n d0 F +1",
    "found later": "d0 M -1 \n d30 F +1",
    "found a few days before, in clerical order": "d0 F +1 \n d7 M -1",
    "found under the new ownership code": "d0 M -1 \n d9 N +1",
    "paid": "d0 M -1 \n d9 Lost_Warehouse cash 1",
    "paid, in the page's spelling": "d0 M -1 \n d9 Lost:Warehouse cash 1",
    "approved two days before the ledger shows the loss": "d0 Lost_Warehouse cash 1 \n d2 M -1",
    "replaced in kind, seen in both reports": "d0 M -1 \n d9 Lost_Warehouse stock 1 \n d12 N +1",
    "replaced in kind, seen in the reimbursements only": "d0 M -1 \n d9 Lost_Warehouse stock 1",
    "replaced: the loss lies between approval and stock": "d0 Lost_Warehouse stock 1 \n d10 M -1 \n d21 N +1",
    "two lots in one payment": "d0 M -1 \n d3 M -1 \n d9 Lost_Warehouse cash 2",
    "one lot in two payments": "d0 M -2 \n d9 Lost_Warehouse cash 1 id=A \n d9 Lost_Warehouse cash 1 id=B",
    "found before its payment was rightly taken back": """
        d0   M                       -1
        d10  Lost_Warehouse          cash 1
        d30  F                       +1
        d31  Reversal_Reimbursement  cash -1  of=R10""",
    "payment exchanged for a unit": """
        d0   M                       -1
        d10  Lost_Warehouse          cash 1
        d31  Reversal_Reimbursement  cash -1 stock 1  of=R10""",
    "paid, taken back, paid again": """
        d0   M                       -1
        d10  Lost_Warehouse          cash 1
        d20  Reversal_Reimbursement  cash -1  of=R10
        d30  Lost_Warehouse          cash 1""",
    "Amazon shows it closed though we cannot see how": "d0 M -1 open=0 settled=1",
}


@pytest.mark.parametrize("table", SETTLED.values(), ids=SETTLED.keys())
def test_is_settled_beyond_doubt(table):
    assert run(table).claims == ()


DOUBTFUL = {
    "paid as damaged": "d0 M -1 \n d9 Damaged_Warehouse cash 1",
    "paid as lost on the way in": "d0 M -1 \n d9 Lost_Inbound cash 1",
    "paid as an adjustment": "d0 M -1 \n d9 GeneralAdjustment cash 1",
    "paid for a reason nobody knows": "d0 M -1 \n d9 Something_New cash 1",
    "paid as lost, with an order id that contradicts it": "d0 M -1 \n d9 Lost_Warehouse cash 1 order=111-1",
    "found under another label of the product": "d0 M -1 \n d9 F +1 fnsku=X2 sku=Amazon.Found.B1",
    "paid under another label of the product": "d0 M -1 \n d9 Lost_Warehouse cash 1 fnsku=X2",
}


@pytest.mark.parametrize("table", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_perhaps_settled_is_for_review(table):
    assert units(table) == {}
    assert review(table) == {"lost": 1}


@pytest.mark.parametrize("table", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_doubt_ends_where_amazon_shows_it_closed(table):
    assert run(table.replace("M -1", "M -1 open=0")).claims == ()


NO_LOSS = {
    "defective stock": "d0 M -1 in=DEFECTIVE",
    "expired stock": "d0 M -1 in=EXPIRED",
    "stock damaged by a customer": "d0 M -1 in=CUSTOMER_DAMAGED",
    "a positive line": "d0 M +1",
    "a disposition move": "d0 Q -1 \n d0 P +1 in=DEFECTIVE",
    "a disposal the seller asked for": "d-9 removal 1 type=Disposal disposed=1 \n d0 D -1",
    "a product that changed its name": "d0 4 -1 \n d0 3 +1 fnsku=X2",
    "another event": "d0 M -1 event=Shipments",
    "a loss of tomorrow": "d54 M -1",
}


@pytest.mark.parametrize("table", NO_LOSS.values(), ids=NO_LOSS.keys())
def test_is_no_loss(table):
    assert run(table).claims == ()


def test_a_replacement_seen_twice_settles_one_lot_only():
    assert units("d0 M -1 \n d5 M -1 \n d9 Lost_Warehouse stock 1 \n d12 N +1") == {"lost": 1}


def test_a_replacement_and_a_found_unit_weeks_apart_are_two():
    assert units("d0 M -1 \n d5 M -1 \n d9 Lost_Warehouse stock 1 \n d31 N +1") == {}


def test_a_unit_given_back_and_found_settles_one_lot_only():
    table = """
        d0   M                       -1
        d5   M                       -1
        d10  Lost_Warehouse          cash 1
        d30  F                       +1
        d31  Reversal_Reimbursement  cash -1 stock 1  of=R10"""
    assert units(table) == {"lost": 1}


def test_a_unit_given_back_for_one_payment_is_not_the_replacement_for_another():
    table = """
        d0   M                       -1
        d5   M                       -1
        d10  Lost_Warehouse          cash 1
        d20  Reversal_Reimbursement  cash -1 stock 1  of=R10
        d21  N                       +1
        d25  Lost_Warehouse          stock 1"""
    assert run(table).claims == ()
    assert units(table.replace("d25  Lost_Warehouse          stock 1", "")) == {"lost": 1}


def test_amazons_smaller_count_wins():
    assert units("d0 M -16 open=11 settled=5") == {"lost": 11}


def test_our_smaller_count_wins():
    assert units("d0 M -3 open=3 \n d9 F +2") == {"lost": 1}


def test_a_lot_amazon_shows_reconciled_takes_the_found_unit_first():
    (claim,) = run("d0 M -1 open=1 settled=0 \n d5 M -1 open=0 settled=1 \n d9 F +1").claims
    assert claim.anchor_date.day == 1


def test_a_payment_without_fnsku_and_asin_is_found_by_its_sku():
    assert run("d0 M -1 \n d9 Lost_Warehouse cash 1 fnsku= asin= sku=SKU-X1").claims == ()


def test_a_payment_without_fnsku_belongs_to_the_label_its_sku_had_then():
    table = """
        d0   M               -1  fnsku=X1  sku=S
        d5   M               -1  fnsku=X2  sku=S
        d9   Lost_Warehouse  cash 1  fnsku=  sku=S"""
    (claim,) = [c for c in run(table).claims if c.tier == "claim"]
    assert claim.fnsku == "X1"


def test_a_payment_for_an_unknown_sku_without_fnsku_settles_nothing_of_ours():
    assert units("d0 M -1 \n d9 Lost_Warehouse cash 1 fnsku= asin= sku=OTHER") == {"lost": 1}


def test_a_line_without_any_identifier_is_left_out():
    assert run("d0 M -1 fnsku= asin= sku=").claims == ()


def test_a_loss_without_product_names_is_claimed_by_its_sku():
    assert units("d0 M -1 fnsku= asin= sku=S \n d3 F +1 fnsku=X5 asin=B5") == {"lost": 1}


@pytest.mark.parametrize("removal", ["status=Pending left=2", "cancelled=2 updated=d9"])
@pytest.mark.parametrize("loss", ["M -1 \n d3 M -1", "E -2", "M -2"])
def test_a_unit_that_the_seller_had_asked_back_is_for_review(removal, loss):
    table = f"d-5 removal 2 {removal} \n d0 {loss}"
    assert (units(table), sum(review(table).values())) == ({}, 2)


NOT_ASKED_BACK = {
    "asked for later": "d1 removal 1 status=Pending left=1",
    "asked for the same day": "d0 removal 1 status=Pending left=1",
    "cancelled before": "d-9 removal 1 cancelled=1 updated=d-5",
    "sent": "d-5 removal 1 shipped=1 updated=d9",
    "other stock": "d-5 removal 1 status=Pending left=1 in=CUSTOMER_DAMAGED",
    "another item": "d-5 removal 1 status=Pending left=1 fnsku=X9",
    "fewer units": "d-5 removal 1 status=Pending left=1 \n d-1 M -1 \n d-1 F +1",
}


@pytest.mark.parametrize("table", NOT_ASKED_BACK.values(), ids=NOT_ASKED_BACK.keys())
def test_a_unit_that_the_seller_had_not_asked_back_is_owed(table):
    assert units(f"{table} \n d0 M -1") == {"lost": 1}
