"""The fulfilment fee of a unit: what we expect, and everything Amazon's rules as printed would allow."""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from clario.domain.detection.fees.sizes import Package, Sized, classify, possible_sizes
from clario.domain.detection.fees.tables import Band, FulfillmentTables, RateRow

CENT = Decimal("0.01")
NEAR_AN_EDGE = Decimal(1)
"""Which price decides the band after promotions is not printed: this near to an edge both bands are right."""


class Cell(NamedTuple):
    """One field of the printed rate card: it is right or wrong for all products alike."""

    table: str
    tier: str
    up_to_oz: int | None
    band: Band


class FulfillmentFee(NamedTuple):
    """A unit's fee by its parts; the total is what the seller pays. `grade` is the certainty of the table's row."""

    cell: Cell
    weight_oz: Decimal
    fee: Decimal
    surcharge: Decimal
    overmax: Decimal
    grade: str

    @property
    def total(self) -> Decimal:
        return self.fee + self.surcharge + self.overmax


def fulfillment_fee(
    packed: Package, price: Decimal, shipped_on: date, tables: FulfillmentTables
) -> FulfillmentFee | None:
    """The fee of one unit sold at that price and shipped on that day; None before the tables begin."""
    table = _table(shipped_on, tables)
    if table is None:
        return None
    return _fee(table, classify(packed, shipped_on, tables), band_of(price), packed, shipped_on, tables)


def acceptable_fees(packed: Package, price: Decimal, shipped_on: date, tables: FulfillmentTables) -> frozenset[Decimal]:
    """Every fee that some reading of the rules allows; a charge is wrong only when it is above all of them."""
    table = _table(shipped_on, tables)
    if table is None:
        return frozenset()
    return frozenset(
        amount
        for sized in possible_sizes(packed, shipped_on, tables)
        for band in bands_near(price)
        for amount in _with_and_without(_fee(table, sized, band, packed, shipped_on, tables))
    )


def band_of(price: Decimal) -> Band:
    """The price band; 10.00 and 50.00 are in the middle one (assumed)."""
    if price < 10:
        return "under_10"
    return "from_10_to_50" if price <= 50 else "over_50"


def bands_near(price: Decimal) -> frozenset[Band]:
    """The bands a price may have been in."""
    return frozenset({band_of(price), band_of(price - NEAR_AN_EDGE), band_of(price + NEAR_AN_EDGE)})


def _with_and_without(fee: FulfillmentFee) -> Iterator[Decimal]:
    """A surcharge may be charged in a line of its own."""
    for surcharge in {fee.surcharge, Decimal(0)}:
        for overmax in {fee.overmax, Decimal(0)}:
            yield fee.fee + surcharge + overmax


def _table(shipped_on: date, tables: FulfillmentTables) -> str | None:
    return next((period.table for period in tables.periods if period.holds(shipped_on)), None)


def _fee(
    table: str, sized: Sized, band: Band, packed: Package, shipped_on: date, tables: FulfillmentTables
) -> FulfillmentFee:
    row = _row(table, sized, tables)
    steps = max(Decimal(0), (sized.weight_oz - row.over_oz) / row.step_oz).to_integral_value(ROUND_CEILING)
    fee = row.base(band) + row.per_step * steps
    share = sum((extra.share for extra in tables.surcharges if extra.holds(shipped_on)), Decimal(0))
    surcharge = (fee * share).quantize(CENT, ROUND_HALF_UP)
    cell = Cell(table, row.tier, row.up_to_oz, band)
    return FulfillmentFee(cell, sized.weight_oz, fee, surcharge, _overmax(sized, packed, shipped_on, tables), row.grade)


def _row(table: str, sized: Sized, tables: FulfillmentTables) -> RateRow:
    """The first row of the tier that is heavy enough. A tier the table of that time did not have yet has no row, which
    cannot happen: tiers and tables begin on the same days (a test)."""
    return next(
        row
        for row in tables.rates
        if row.table == table
        and row.tier == sized.tier.tier
        and (row.up_to_oz is None or sized.weight_oz <= row.up_to_oz)
    )


def _overmax(sized: Sized, packed: Package, shipped_on: date, tables: FulfillmentTables) -> Decimal:
    for row in tables.overmax:
        too_long = packed.longest > row.longest or packed.length_and_girth > row.length_and_girth
        if row.holds(shipped_on) and row.tier == sized.tier.tier and too_long:
            return row.amount
    return Decimal(0)
