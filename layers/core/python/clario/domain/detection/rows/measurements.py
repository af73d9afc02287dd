"""What Amazon measured of products, from its fee previews, and which products have rates that we do not know."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from clario.domain.detection.fees.sizes import Package, package
from clario.domain.detection.fees.tables import FulfillmentTables
from clario.domain.detection.rows.charges import name_key
from clario.domain.detection.rows.facts import ComponentFacts
from clario.domain.detection.rows.money_rows import FeePreviewRow
from clario.domain.values import MARKETPLACES

# Exact by definition: https://www.nist.gov/pml/owm/si-units-length and si-units-mass.
INCHES = {"inches": Decimal(1), "inch": Decimal(1), "in": Decimal(1), "centimeters": 1 / Decimal("2.54")}
INCHES["cm"] = INCHES["centimeters"]
POUNDS = {"pounds": Decimal(1), "pound": Decimal(1), "lb": Decimal(1), "ounces": 1 / Decimal(16)}
POUNDS |= {"oz": POUNDS["ounces"], "kilograms": 1 / Decimal("0.45359237"), "grams": 1 / Decimal("453.59237")}
POUNDS |= {"kg": POUNDS["kilograms"], "g": POUNDS["grams"]}
HARMLESS = frozenset({"", "--", "notdangerousgoods", "nonhazmat", "none"})


class Product(NamedTuple):
    """What a fee is measured for; `asin` is the SKU where Amazon names no ASIN."""

    marketplace_id: str
    asin: str


class Measured(NamedTuple):
    """A product as Amazon measured it from a day until another, the group it belongs to, and what Amazon thinks that
    its fulfilment costs at a price."""

    seen_on: date
    seen_until: date
    packed: Package
    group: str
    price: Decimal | None
    fee: Decimal | None


@cache
def place_id(marketplace_id: str, currency: str) -> str:
    """A marketplace's id; where a row names none that we know, that of the first one with its currency, or ""."""
    if marketplace_id in MARKETPLACES:
        return marketplace_id
    return next((place.id for place in MARKETPLACES.values() if place.currency == currency), "")


def measured_products(facts: ComponentFacts) -> Mapping[Product, tuple[Measured, ...]]:
    """What is known of each product's size, oldest first. Read once: `facts.once(measured_products)`."""
    table: defaultdict[Product, list[Measured]] = defaultdict(list)
    for row in facts.previews:
        packed = packed_of(row.sides, row.length_unit, row.weight, row.weight_unit)
        if packed:
            product = Product(place_id(row.marketplace_id, row.currency), row.asin or row.sku)
            told = (name_key(row.product_group), row.price, row.fulfillment_fee)
            table[product].append(Measured(row.seen_on, row.seen_until, packed, *told))
    return {product: tuple(seen) for product, seen in table.items()}


def days_apart(day: date, seen: Measured | FeePreviewRow) -> timedelta:
    """How far a day lies from the days on which Amazon said something."""
    return max(seen.seen_on - day, day - seen.seen_until, timedelta())


def packed_of(
    sides: tuple[Decimal, Decimal, Decimal] | None, length_unit: str, weight: Decimal | None, weight_unit: str
) -> Package | None:
    """A package from a report's cells; None where one is missing or its unit is unknown."""
    inches, pounds = INCHES.get(length_unit.lower()), POUNDS.get(weight_unit.lower())
    if sides is None or weight is None or inches is None or pounds is None:
        return None
    return package([side * inches for side in sides], weight * pounds)


def dangerous(facts: ComponentFacts) -> frozenset[str]:
    """The ASINs that Amazon stores as dangerous goods. Read once: `facts.once(dangerous)`."""
    return frozenset(row.asin for row in facts.storage if name_key(row.dangerous_goods) not in HARMLESS)


def has_other_rates(seen: Iterable[Measured], tables: FulfillmentTables) -> bool:
    """Whether the product group says that the rate card is another one."""
    words = [row.word for row in tables.excluded_product_groups]
    return any(word in each.group for each in seen for word in words)
