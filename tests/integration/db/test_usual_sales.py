"""What a component's sales agree on comes back from the database as it was."""

import json
from datetime import date
from decimal import Decimal

import pytest

from clario.db.usual_sales import usual_as_stored, usual_from_stored
from clario.domain.detection.fees.book import SizeClass
from clario.domain.detection.fees.fulfillment import Cell
from clario.domain.detection.money.usual_fees import UsualFees, UsualSizes
from clario.domain.detection.rows.measurements import Product
from clario.domain.detection.runs.plain_sales import Label, Usual

SMALL, LARGE = SizeClass("small_standard", 4), SizeClass("large_standard", 16)
TOLD = frozenset({(Cell("us-2026", "small_standard", 4, "under_10"), Decimal("-0.10"))})
SIZES = {
    "all alike": UsualSizes(frozenset({SMALL, LARGE})),
    "after wrong ones": UsualSizes(frozenset({SMALL}), frozenset({SMALL, LARGE}), date(2026, 5, 3)),
    "no class we know": UsualSizes(frozenset()),
    "no rate card of ours": None,
}


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("review_on", [None, date(2026, 6, 1)])
def test_what_sales_agree_on_is_read_as_it_was_written(sizes: UsualSizes | None, review_on: date | None) -> None:
    fees = {
        Product("ATVPDKIKX0DER", "B1"): UsualFees(sizes, frozenset({"Home", "Toys"}), miscategorized=True),
        Product("", "B2"): UsualFees(sizes, differences=TOLD),
    }
    usual = Usual(fees, review_on, frozenset({"O1"}), {"S1": Label("X1", "B1")}, date.min)
    stored = usual_as_stored(usual)
    assert stored is not None
    assert usual_from_stored(json.loads(json.dumps(stored.obj))) == usual


def test_nothing_agreed_on_is_null() -> None:
    assert (usual_as_stored(None), usual_from_stored(None)) == (None, None)
