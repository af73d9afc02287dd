"""How big a package is for Amazon's fees: size tier and the weight that counts."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from clario.domain.detection.fees.tables import FulfillmentTables, TierRow

CUBIC_INCHES_PER_POUND = Decimal(139)
OUNCES_PER_POUND = Decimal(16)


class Package(NamedTuple):
    """A unit as it is packed: sides in inches, the longest first, and its weight in ounces."""

    longest: Decimal
    median: Decimal
    shortest: Decimal
    unit_oz: Decimal

    @property
    def length_and_girth(self) -> Decimal:
        return self.longest + 2 * (self.median + self.shortest)


def package(sides: Iterable[Decimal], pounds: Decimal) -> Package:
    """A package of three sides (inches, in any order) and a weight (pounds)."""
    shortest, median, longest = sorted(sides)
    return Package(longest, median, shortest, pounds * OUNCES_PER_POUND)


class Sized(NamedTuple):
    """A package's tier, and the weight in ounces its fee goes by."""

    tier: TierRow
    weight_oz: Decimal


def classify(packed: Package, on: date, tables: FulfillmentTables) -> Sized:
    """The tier of a package on a day: the first one whose limits it keeps."""
    return _first_fitting(packed, [row for row in tables.size_tiers if row.holds(on)])


def possible_sizes(packed: Package, on: date, tables: FulfillmentTables) -> list[Sized]:
    """The tier and weight by our reading of the rules first, then those by every other reading found in print."""
    sized = classify(packed, on, tables)
    readings = [sized]
    if sized.tier.tier == "large_standard":
        readings.append(Sized(sized.tier, packed.unit_oz))
    for doubtful in tables.doubtful_size_tiers:
        if doubtful.holds(on):
            rows = [doubtful if row.tier == doubtful.tier else row for row in tables.size_tiers if row.holds(on)]
            readings.append(_first_fitting(packed, rows))
    return readings


def _first_fitting(packed: Package, tiers: Iterable[TierRow]) -> Sized:
    sizes = (Sized(tier, _weight(packed, tier)) for tier in tiers)
    return next(sized for sized in sizes if _fits(packed, sized))


def _fits(packed: Package, sized: Sized) -> bool:
    tier = sized.tier
    if tier.sides and any(side > limit for side, limit in zip(packed[:3], tier.sides, strict=True)):
        return False
    if tier.length_and_girth is not None and packed.length_and_girth > tier.length_and_girth:
        return False
    return tier.up_to_oz is None or sized.weight_oz <= tier.up_to_oz


def _weight(packed: Package, tier: TierRow) -> Decimal:
    if tier.weight == "unit":
        return packed.unit_oz
    width, height = max(packed.median, tier.least_side), max(packed.shortest, tier.least_side)
    dimensional = packed.longest * width * height / CUBIC_INCHES_PER_POUND * OUNCES_PER_POUND
    if tier.weight == "capped":
        dimensional = min(dimensional, Decimal(tier.up_to_oz or 0))
    return max(packed.unit_oz, dimensional)
