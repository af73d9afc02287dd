"""Stock that Amazon disposed of or donated: with the seller's leave, or without."""

import pytest

from tests.unit.detection.cases import review, run, units

KIND, SHORT = "disposed_unauthorized", "inbound_shortage"

OPEN = {
    "sellable stock disposed of": ("d0 D -2", 2),
    "sellable stock given away": ("d0 G -1", 1),
    "more than the seller ordered": ("d-9 removal 1 type=Disposal disposed=1 \n d0 D -3", 2),
    "ordered after it was gone": ("d0 D -1 \n d9 removal 1 type=Disposal disposed=1", 1),
    "more than a month after the order's last change": (
        "d-200 removal 1 type=Disposal disposed=1 updated=d-31 \n d0 D -1",
        1,
    ),
    "an order in process has fewer units left": ("d-9 removal 1 type=Disposal status=Pending left=1 \n d0 D -2", 1),
    "the units of an order cover one disposal only": (
        "d-9 removal 1 type=Disposal disposed=1 \n d0 D -1 \n d1 D -1",
        1,
    ),
    "another item was ordered gone": ("d-9 removal 1 type=Disposal disposed=1 fnsku=X2 \n d0 D -1", 1),
    "the seller ordered defective stock gone": (
        "d-9 removal 1 type=Disposal disposed=1 in=DEFECTIVE \n d0 D -1",
        1,
    ),
    "what the seller ordered left by itself": (
        "d-9 removal 2 type=Disposal disposed=2 \n d-5 takeout -2 of=V1 \n d0 D -2",
        2,
    ),
    "a removal to the seller is in process": ("d-9 removal 1 status=Pending left=1 \n d0 D -1", 1),
    "a removal that disposed of nothing": ("d-9 removal 1 type=Disposal cancelled=1 \n d0 D -1", 1),
    "Amazon counts less as open": ("d0 D -3 open=1", 1),
}


@pytest.mark.parametrize(("table", "expected"), OPEN.values(), ids=OPEN.keys())
def test_is_owed(table, expected):
    assert units(table) == {KIND: expected}


NOT_OWED = {
    "the seller ordered it": "d-9 removal 2 type=Disposal disposed=2 \n d0 D -2",
    "the ledger is a day ahead of the order": "d0 D -1 \n d1 removal 1 type=Disposal disposed=1",
    "ordered long ago, and done a month before": "d-200 removal 1 type=Disposal disposed=1 updated=d-30 \n d0 D -1",
    "ordered long ago, and still in process": "d-200 removal 1 type=Disposal status=Pending left=1 \n d0 D -1",
    "each disposal has an order of its own": """
        d-60  removal  1  of=V1  type=Disposal  disposed=1  updated=d9
        d-40  removal  1  of=V2  type=Disposal  disposed=1  updated=d-20
        d0    D        -1
        d20   D        -1""",
    "the order is still in process": "d-9 removal 2 type=Disposal status=Pending disposed=1 left=1 \n d0 D -2",
    "sold off in bulk": "d-9 removal 1 type=Liquidations disposed=1 paid=d0 \n d0 D -1",
    "defective stock": "d0 D -1 in=DEFECTIVE",
    "expired stock": "d0 D -1 in=EXPIRED",
    "damaged by a customer": "d0 D -1 in=CUSTOMER_DAMAGED",
    "a positive line": "d0 D +1",
    "damaged, paid, then disposed of": """
        d-30  E                  -1
        d-30  P                  +1  in=WAREHOUSE_DAMAGED
        d-20  Damaged_Warehouse  cash 1
        d0    D                  -1  in=WAREHOUSE_DAMAGED""",
}


@pytest.mark.parametrize("table", NOT_OWED.values(), ids=NOT_OWED.keys())
def test_is_not_owed(table):
    assert run(table).claims == ()


def test_damaged_and_disposed_of_is_one_claim_not_two():
    assert units("d0 E -2 \n d30 D -2 in=WAREHOUSE_DAMAGED") == {"damaged": 2}


def test_damaged_and_misplaced_is_one_claim_not_two():
    assert units("d0 E -1 \n d30 M -1 in=WAREHOUSE_DAMAGED") == {"damaged": 1}


def test_what_leaves_damaged_stock_beyond_the_known_damage_counts_by_itself():
    table = "d0 E -1 \n d30 M -3 in=WAREHOUSE_DAMAGED"
    assert units(table) == {"damaged": 1, "lost": 2}


def test_a_unit_that_left_damaged_stock_is_settled_by_what_may_settle_its_damage():
    table = "d0 N +1 \n d8 M -1 in=WAREHOUSE_DAMAGED"
    assert (units(table), review(table)) == ({"lost": 1}, {})
    assert (units(f"{table} \n d0 E -1"), review(f"{table} \n d0 E -1")) == ({}, {"damaged": 1})


@pytest.mark.parametrize(
    ("damaged", "inspected_on", "became", "expected"),
    [
        ("d0 E -1", "d9", "SELLABLE", {"lost": 1}),
        ("d0 E -1", "d3", "SELLABLE", {"lost": 1}),
        ("d2 E -1", "d0", "SELLABLE", {"lost": 1}),
        ("d0 E -2", "d9", "SELLABLE", {"damaged": 1}),
        ("d0 E -1", "d9", "DEFECTIVE", {"damaged": 1}),
    ],
    ids=["after", "before", "in clerical order", "of two damaged units one", "but it stays unsellable"],
)
def test_the_unit_that_an_inspection_put_right_is_not_the_one_misplaced(damaged, inspected_on, became, expected):
    inspected = f"{inspected_on} Q -1 in=WAREHOUSE_DAMAGED \n {inspected_on} P +1 in={became}"
    assert units(f"{damaged} \n d5 M -1 in=WAREHOUSE_DAMAGED \n {inspected}") == expected


def test_damage_that_came_so_is_not_what_an_inspection_put_right():
    table = """
        d0  return   1   of=O1  in=DAMAGED
        d1  restock  +1  in=WAREHOUSE_DAMAGED
        d5  M        -1  in=WAREHOUSE_DAMAGED
        d9  Q        -1  in=WAREHOUSE_DAMAGED
        d9  P        +1"""
    assert "lost" not in units(table)


def test_damaged_stock_disposed_of_whose_damage_we_never_saw_is_for_review():
    assert (units("d0 D -1 in=WAREHOUSE_DAMAGED"), review("d0 D -1 in=WAREHOUSE_DAMAGED")) == ({}, {KIND: 1})


@pytest.mark.parametrize("reason", ["Lost_Warehouse", "Damaged_Warehouse", "Lost_Inbound", "GeneralAdjustment"])
@pytest.mark.parametrize("paid_on", ["d-180", "d40"])
def test_any_warehouse_payment_within_half_a_year_may_be_for_it(reason, paid_on):
    assert review(f"d0 D -1 \n {paid_on} {reason} cash 1") == {KIND: 1}


@pytest.mark.parametrize(
    ("disposed", "payment", "claimed", "doubted"),
    [
        (1, "Lost_Warehouse cash 1", {SHORT: 1}, {KIND: 1}),
        (1, "Damaged_Warehouse cash 1", {SHORT: 1}, {KIND: 1}),
        (2, "Lost_Warehouse cash 1", {KIND: 2}, {SHORT: 1}),
        (1, "Lost_Inbound cash 1", {KIND: 1}, {}),
    ],
    ids=["paid as lost", "paid as damaged", "of as many units as the shipment lacks", "paid as lost on the way"],
)
def test_what_is_paid_for_the_warehouse_is_for_a_disposal_before_a_shipment(disposed, payment, claimed, doubted):
    table = f"d-30 inbound 10/9 delivered=d-28 closed=d-2 \n d0 D -{disposed} \n d12 {payment}"
    assert (units(table), review(table)) == (claimed, doubted)


def test_of_two_disposals_of_as_many_units_neither_is_surely_the_one_that_was_paid():
    payment = "d30 Lost_Warehouse cash 2"
    assert (units(f"d0 D -2 \n d9 D -2 \n {payment}"), review(f"d0 D -2 \n d9 D -2 \n {payment}")) == ({}, {KIND: 4})
    assert (units(f"d0 D -2 \n d9 D -1 \n {payment}"), review(f"d0 D -2 \n d9 D -1 \n {payment}")) == (
        {KIND: 1},
        {KIND: 2},
    )
