"""The fulfilment rate card read backwards: which sizes a charged fee can stand for.

A product's size is not in the records of its sales, but its fees are; a product that keeps its size keeps its size
class, however often the rates change.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import cache
from typing import NamedTuple

from clario.domain.detection.fees.fulfillment import (
    CENT,
    FulfillmentFee,
    acceptable_fees,
    band_of,
    bands_near,
    fulfillment_fee,
)
from clario.domain.detection.fees.sizes import Package, Sized, possible_sizes
from clario.domain.detection.fees.tables import Band, FulfillmentTables, RateRow, fulfillment_tables
from clario.domain.values import Marketplace

HEAVIEST_OZ = 400 * 16
"""Amazon takes nothing heavier than that into the classes without a limit: our choice."""
BOTH_BULKY = {"large_bulky": ("large_bulky", "small_bulky")}
"""Before there was a small bulky tier, large bulky products were of either size."""


class SizeClass(NamedTuple):
    """A tier and a step of weight, named by its upper end: all packages of a class cost the same."""

    tier: str
    up_to_oz: int


SizeClasses = frozenset[SizeClass]
NO_CLASS: SizeClasses = frozenset()


class FeeBook:
    """A marketplace's fulfilment fees, by day, price and size class. Answers are kept: asking again is cheap."""

    def __init__(self, tables: FulfillmentTables) -> None:
        self.tables = tables
        rows = (*tables.periods, *tables.surcharges, *tables.size_tiers, *tables.overmax)
        self._changes = sorted({row.valid_from for row in rows})
        self._by_fee: dict[tuple[date, Band], Mapping[Decimal, SizeClasses]] = {}
        self._by_class: dict[tuple[date, Band], Mapping[SizeClass, Decimal]] = {}
        self._acceptable: dict[tuple[Package, date, frozenset[Band]], frozenset[Decimal]] = {}
        self._expected: dict[tuple[Package, date, Band], FulfillmentFee | None] = {}
        self._sizes: dict[tuple[Package, date], SizeClasses] = {}
        self._read: dict[tuple[date, Decimal, Decimal], SizeClasses] = {}

    def season(self, day: date) -> date:
        """The first day of the time around `day` in which no rate and no rule changes."""
        place = bisect_right(self._changes, day)
        return self._changes[max(place - 1, 0)]

    def classes(self, day: date, price: Decimal, fee: Decimal) -> SizeClasses:
        """The size classes whose fee for one unit was that, at that price on that day."""
        key = (self.season(day), price, fee)
        if key not in self._read:
            found = (self._fees(key[0], band).get(fee, NO_CLASS) for band in bands_near(price))
            self._read[key] = NO_CLASS.union(*found)
        return self._read[key]

    def bands(self, day: date, prices: Iterable[Decimal], fee: Decimal, classes: SizeClasses) -> frozenset[Band]:
        """The price bands near those prices in which one of these classes cost that fee."""
        season = self.season(day)
        return frozenset(band for band in near(prices) if self._fees(season, band).get(fee, NO_CLASS) & classes)

    def highest(self, day: date, bands: frozenset[Band], classes: SizeClasses) -> Decimal:
        """The most that a unit of one of these classes may have cost in those bands; zero when none had a fee."""
        return max(self._fee_of(day, band, classes) for band in bands)

    def _fee_of(self, day: date, band: Band, classes: SizeClasses) -> Decimal:
        table = self._class_fees(self.season(day), band)
        return max((table[each] for each in classes if each in table), default=Decimal(0))

    def expected(self, packed: Package, price: Decimal, day: date) -> FulfillmentFee | None:
        """The fee of a unit of that size; None before the tables begin."""
        key = (packed, self.season(day), band_of(price))
        if key not in self._expected:
            self._expected[key] = fulfillment_fee(packed, price, day, self.tables)
        return self._expected[key]

    def acceptable(self, packed: Package, price: Decimal, day: date) -> frozenset[Decimal]:
        """Every fee that some reading of the rules allows."""
        key = (packed, self.season(day), bands_near(price))
        if key not in self._acceptable:
            self._acceptable[key] = acceptable_fees(packed, price, day, self.tables)
        return self._acceptable[key]

    def classes_of(self, packed: Package, day: date) -> SizeClasses:
        """The classes a package may be of."""
        key = (packed, self.season(day))
        if key not in self._sizes:
            sizes = possible_sizes(packed, day, self.tables)
            self._sizes[key] = frozenset(self._class(sized, day) for sized in sizes)
        return self._sizes[key]

    def _class(self, sized: Sized, day: date) -> SizeClass:
        steps = (name for row in self._rates(day) if row.tier == sized.tier.tier for name in _steps(row))
        return next(step for step in steps if sized.weight_oz <= step.up_to_oz or step.up_to_oz >= HEAVIEST_OZ)

    def _fees(self, season: date, band: Band) -> Mapping[Decimal, SizeClasses]:
        if (season, band) not in self._by_fee:
            table: defaultdict[Decimal, set[SizeClass]] = defaultdict(set)
            for each, amounts in self._amounts(season, band):
                for amount in amounts:
                    table[amount].add(each)
            self._by_fee[season, band] = {amount: frozenset(found) for amount, found in table.items()}
        return self._by_fee[season, band]

    def _class_fees(self, season: date, band: Band) -> Mapping[SizeClass, Decimal]:
        """The most that each class cost."""
        if (season, band) not in self._by_class:
            fees = self._fees(season, band)
            self._by_class[season, band] = {each: amount for amount in sorted(fees) for each in fees[amount]}
        return self._by_class[season, band]

    def _amounts(self, season: date, band: Band) -> Iterator[tuple[SizeClass, set[Decimal]]]:
        """Every class with what one unit may cost: with and without a surcharge shown apart."""
        share = sum((row.share for row in self.tables.surcharges if row.holds(season)), Decimal(0))
        tiers = {row.tier for row in self.tables.size_tiers if row.holds(season)}
        for row in self._rates(season):
            for each in _steps(row):
                steps = max(Decimal(0), Decimal(each.up_to_oz - row.over_oz) / row.step_oz)
                fee = row.base(band) + row.per_step * steps.to_integral_value(ROUND_CEILING)
                amounts = {fee, fee + (fee * share).quantize(CENT, ROUND_HALF_UP)} if share else {fee}
                names = (row.tier,) if "small_bulky" in tiers else BOTH_BULKY.get(row.tier, (row.tier,))
                for name in names:
                    yield SizeClass(name, each.up_to_oz), amounts

    def _rates(self, day: date) -> list[RateRow]:
        table = next((period.table for period in self.tables.periods if period.holds(day)), None)
        return [row for row in self.tables.rates if row.table == table]


def near(prices: Iterable[Decimal]) -> frozenset[Band]:
    """The bands that any of these prices may have been in."""
    return frozenset().union(*map(bands_near, prices))


def _steps(row: RateRow) -> Iterator[SizeClass]:
    """The classes of a row: one, or one for every step of weight."""
    last = row.up_to_oz or HEAVIEST_OZ
    if row.per_step == 0:
        yield SizeClass(row.tier, last)
        return
    for weight in range(row.over_oz, last + row.step_oz, row.step_oz):
        yield SizeClass(row.tier, min(weight, last))


@cache
def fee_book(marketplace: Marketplace) -> FeeBook | None:
    """The fees of a marketplace; None where no table is known."""
    tables = fulfillment_tables(marketplace)
    return None if tables is None else FeeBook(tables)
