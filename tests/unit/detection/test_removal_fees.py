"""Fees for taking stock out. A unit of up to 8 ounces costs 1.04 dollars."""

import pytest

from clario.domain.values import MARKETPLACES
from tests.unit.detection.money_tables import found, owed
from tests.unit.detection.tables import day

KIND = "removal_fee_error"
SMALL = "d0 preview 8x6x0.5 5oz"

BILL, AGAIN = (f"d{n} bill 3.12 name=FBARemovalFee sku=SKU-X1" for n in (9, 12))

WRONG = {
    "for units that were cancelled": (
        "d0 removal 3 of=V1 cancelled=3 fee=3.12 \n d9 bill 3.12 name=FBARemovalFee sku=SKU-X1",
        "3 for 3.12",
    ),
    "posted twice": (f"d0 removal 3 of=V1 shipped=3 fee=3.12 \n {BILL} \n {AGAIN}", "3 for 3.12"),
    "a disposal posted twice": (
        f"d0 removal 3 of=V1 type=Disposal disposed=3 fee=3.12 \n {BILL} \n {BILL}".replace("Removal", "Disposal"),
        "3 for 3.12",
    ),
    "above the table": (f"{SMALL} \n d0 removal 3 of=V1 shipped=3 fee=4.59", "3 for 1.47"),
    "for units of which one was cancelled": (
        f"{SMALL} \n d0 removal 3 of=V1 shipped=2 cancelled=1 fee=3.12",
        "3 for 1.04",
    ),
    "for a disposal": (f"{SMALL} \n d0 removal 3 of=V1 type=Disposal disposed=3 fee=4.59", "3 for 1.47"),
}


@pytest.mark.parametrize(("table", "claim"), WRONG.values(), ids=WRONG.keys())
def test_a_fee_above_what_left_is_for_review(table, claim):
    assert owed(table, KIND) == {"review": claim}


RIGHT = {
    "the table's": f"{SMALL} \n d0 removal 3 of=V1 shipped=3 fee=3.12",
    "a few cents": f"{SMALL} \n d0 removal 3 of=V1 shipped=3 fee=3.15",
    "none": f"{SMALL} \n d0 removal 3 of=V1 shipped=3",
    "cancelled, and nothing was posted": "d0 removal 3 of=V1 cancelled=3 fee=3.12",
    "a unit lost on the way out, which is a claim of its own": (
        f"{SMALL} \n d0 removal 3 of=V1 shipped=2 fee=3.12 \n {BILL}"
    ),
    "posted once": "d0 removal 3 of=V1 shipped=3 fee=3.12 \n d9 bill 3.12 name=FBARemovalFee sku=SKU-X1",
    "two removals of one amount": (
        f"d0 removal 3 of=V1 shipped=3 fee=3.12 \n d5 removal 3 of=V2 shipped=3 fee=3.12 \n {BILL} \n {AGAIN}"
    ),
    "a removal and a liquidation of one amount": (
        "d0 removal 3 of=V1 shipped=3 fee=3.12 \n d5 removal 3 of=V2 type=Liquidations shipped=3 fee=3.12"
        f" \n {BILL} \n {AGAIN}"
    ),
    "posted again for another amount": (
        "d0 removal 3 of=V1 shipped=3 fee=3.12"
        " \n d9 bill 3.12 name=FBARemovalFee sku=SKU-X1 \n d12 bill 3.10 name=FBARemovalFee sku=SKU-X1"
    ),
    "posted again four months later, for a removal we do not know": (
        "d-100 removal 3 of=V1 shipped=3 fee=3.12"
        " \n d-90 bill 3.12 name=FBARemovalFee sku=SKU-X1 \n d21 bill 3.12 name=FBARemovalFee sku=SKU-X1"
    ),
    "posted before, for a removal we do not know": (
        "d0 removal 3 of=V1 cancelled=3 fee=3.12 \n d-2 bill 3.12 name=FBARemovalFee sku=SKU-X1"
    ),
    "given back": "d0 removal 3 of=V1 cancelled=3 fee=3.12 \n d9 bill -3.12 name=FBARemovalFee sku=SKU-X1",
    "another fee": "d0 removal 3 of=V1 cancelled=3 fee=3.12 \n d9 bill 3.12 name=FBAStorageFee sku=SKU-X1",
    "another product's": "d0 removal 3 of=V1 cancelled=3 fee=3.12 \n d9 bill 3.12 name=FBARemovalFee sku=SKU-Y1",
    "still in process": "d0 removal 3 of=V1 left=3 fee=3.12",
    "a liquidation, whose fees are others": f"{SMALL} \n d0 removal 3 of=V1 type=Liquidations shipped=3 fee=9",
    "a product nobody measured": "d0 removal 3 of=V1 shipped=3 fee=9",
    "a product measured long after": "d50 preview 8x6x0.5 5oz \n d-50 removal 3 of=V1 shipped=3 fee=9",
    "a product measured in part": "d0 preview ? 5oz \n d0 removal 3 of=V1 shipped=3 fee=9",
    "a heavy bulky product, whose rate is not known": "d0 preview 30x20x9 30lb \n d0 removal 3 of=V1 shipped=3 fee=99",
}


@pytest.mark.parametrize("table", RIGHT.values(), ids=RIGHT.keys())
def test_a_fee_that_may_be_right_is_not_told(table):
    assert owed(table, KIND) == {}


def test_a_removal_in_another_currency_is_of_that_currencys_marketplace():
    table = f"{SMALL} \n d0 removal 3 of=V1 shipped=3 fee=99"
    assert owed(f"{table} cur=MXN", KIND) == {}
    (claim,) = [
        claim
        for claim in found(f"d0 removal 3 of=V1 cancelled=3 fee=3.12 cur=MXN \n {BILL}").claims
        if claim.anomaly_type == KIND
    ]
    assert claim.marketplace_id == "A1AM78C64UM0Y8"


def test_where_no_table_is_known_a_fee_posted_for_nothing_is_told():
    uk = MARKETPLACES["A1F83G8C2ARO7P"]
    nothing = "d0 removal 3 of=V1 cancelled=3 fee=3.12 cur=GBP \n d9 bill 3.12 name=FBARemovalFee sku=SKU-X1"
    assert owed(f"{SMALL} \n d0 removal 3 of=V1 shipped=3 fee=99 cur=GBP", KIND, marketplace=uk) == {}
    assert owed(nothing, KIND, marketplace=uk) == {"review": "3 for 3.12"}


def test_the_claim_names_the_removal_and_counts_from_the_charge():
    table = f"{SMALL} \n d0 removal 3 of=V1 shipped=3 fee=4.59 updated=d9"
    (claim,) = [c for c in found(table).claims if c.anomaly_type == KIND]
    assert (claim.removal_order_id, claim.anchor_date, claim.deadline_date) == ("V1", day(9), day(99))
    table = "d0 removal 3 of=V1 cancelled=3 fee=3.12 \n d12 bill 3.12 name=FBARemovalFee sku=SKU-X1"
    (claim,) = [c for c in found(table).claims if c.anomaly_type == KIND]
    assert (claim.removal_order_id, claim.anchor_date) == ("V1", day(12))
