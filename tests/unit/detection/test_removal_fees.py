"""Fees for taking stock out. A unit of up to 8 ounces costs 1.04 dollars."""

import pytest

from clario.domain.values import MARKETPLACES
from tests.unit.detection.money_tables import found, owed
from tests.unit.detection.tables import day

KIND = "removal_fee_error"
SMALL = "d0 preview 8x6x0.5 5oz"

WRONG = {
    "for units that were cancelled": ("d0 removal 3 of=V1 cancelled=3 fee=3.12", "3 for 3.12"),
    "above the table": (f"{SMALL} \n d0 removal 3 of=V1 shipped=3 fee=4.59", "3 for 1.47"),
    "for more units than left": (f"{SMALL} \n d0 removal 3 of=V1 shipped=2 cancelled=1 fee=3.12", "3 for 1.04"),
    "for a disposal": (f"{SMALL} \n d0 removal 3 of=V1 type=Disposal disposed=3 fee=4.59", "3 for 1.47"),
}


@pytest.mark.parametrize(("table", "claim"), WRONG.values(), ids=WRONG.keys())
def test_a_fee_above_what_left_is_for_review(table, claim):
    assert owed(table, KIND) == {"review": claim}


RIGHT = {
    "the table's": f"{SMALL} \n d0 removal 3 of=V1 shipped=3 fee=3.12",
    "a few cents": f"{SMALL} \n d0 removal 3 of=V1 shipped=3 fee=3.15",
    "none": f"{SMALL} \n d0 removal 3 of=V1 shipped=3",
    "still in process": "d0 removal 3 of=V1 left=3 fee=3.12",
    "a liquidation, whose fees are others": f"{SMALL} \n d0 removal 3 of=V1 type=Liquidations shipped=3 fee=9",
    "a product nobody measured": "d0 removal 3 of=V1 shipped=3 fee=9",
    "a product measured in part": "d0 preview ? 5oz \n d0 removal 3 of=V1 shipped=3 fee=9",
    "a heavy bulky product, whose rate is not known": "d0 preview 30x20x9 30lb \n d0 removal 3 of=V1 shipped=3 fee=99",
}


@pytest.mark.parametrize("table", RIGHT.values(), ids=RIGHT.keys())
def test_a_fee_that_may_be_right_is_not_told(table):
    assert owed(table, KIND) == {}


def test_where_no_table_is_known_only_cancelled_units_prove_anything():
    uk = MARKETPLACES["A1F83G8C2ARO7P"]
    assert owed(f"{SMALL} \n d0 removal 3 of=V1 shipped=3 fee=99", KIND, marketplace=uk) == {}
    assert owed("d0 removal 3 of=V1 cancelled=3 fee=3.12", KIND, marketplace=uk) == {"review": "3 for 3.12"}


def test_the_claim_names_the_removal_and_counts_from_its_last_change():
    (claim,) = [c for c in found("d0 removal 3 of=V1 cancelled=3 fee=3.12 updated=d9").claims if c.anomaly_type == KIND]
    assert (claim.removal_order_id, claim.anchor_date, claim.deadline_date) == ("V1", day(9), day(99))
