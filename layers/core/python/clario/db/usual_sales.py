"""What a component's sales agree on (`clario.domain.detection.runs.plain_sales`), as a column keeps it."""

from datetime import date
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from clario.domain.detection.fees.book import SizeClass
from clario.domain.detection.fees.fulfillment import Cell
from clario.domain.detection.money.usual_fees import UsualFees, UsualSizes
from clario.domain.detection.rows.measurements import Product
from clario.domain.detection.runs.plain_sales import Label, Usual


def usual_as_stored(usual: Usual | None) -> Jsonb | None:
    """The fees by product, the day of their review, the odd orders, the labels by SKU, and the day of the stock."""
    if usual is None:
        return None
    fees = [[*product, *_stored_fees(fees)] for product, fees in usual.fees.items()]
    labels = [[sku, *label] for sku, label in usual.labels.items()]
    return Jsonb([fees, _day(usual.fees_review_on), sorted(usual.odd_orders), labels, _day(usual.stock_until)])


def _stored_fees(fees: UsualFees) -> list[Any]:
    sizes = fees.sizes and [
        sorted(fees.sizes.classes),
        None if fees.sizes.exactly is None else sorted(fees.sizes.exactly),
        _day(fees.sizes.since),
    ]
    differences = [[*cell, str(difference)] for cell, difference in fees.differences]
    return [sizes, sorted(fees.categories), fees.miscategorized, differences]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def usual_from_stored(cells: Any) -> Usual | None:
    """The same from the column's value."""
    if cells is None:
        return None
    fees, review_on, odd_orders, labels, stock_until = cells
    return Usual(
        fees={Product(place, asin): _fees(*of_it) for place, asin, *of_it in fees},
        fees_review_on=date.fromisoformat(review_on) if review_on else None,
        odd_orders=frozenset(odd_orders),
        labels={sku: Label(*label) for sku, *label in labels},
        stock_until=date.fromisoformat(stock_until),
    )


def _fees(
    sizes: list[Any] | None, categories: list[str], miscategorized: bool, differences: list[list[Any]]
) -> UsualFees:
    return UsualFees(
        sizes=None if sizes is None else _sizes(*sizes),
        categories=frozenset(categories),
        miscategorized=miscategorized,
        differences=frozenset((Cell(*cell), Decimal(difference)) for *cell, difference in differences),
    )


def _sizes(classes: list[Any], exactly: list[Any] | None, since: str) -> UsualSizes:
    alike = None if exactly is None else frozenset(SizeClass(*each) for each in exactly)
    return UsualSizes(frozenset(SizeClass(*each) for each in classes), alike, date.fromisoformat(since))
