"""Whether our rate card itself can be trusted: a field that many products contradict alike is wrong in our data."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from clario.domain.detection.fees.book import fee_book
from clario.domain.detection.fees.fulfillment import CENT, Cell
from clario.domain.detection.money.fee_charges import fee_charges
from clario.domain.detection.rows.facts import ComponentFacts
from clario.domain.detection.rows.measurements import Product, dangerous, days_apart, has_other_rates, measured_products
from clario.domain.values import MARKETPLACES

# Our choices: fewer charges or products prove nothing about a field; so many may disagree for reasons of their own. No
# product speaks for more charges than that by itself: the more it sells, the less another one would be heard.
ENOUGH_CHARGES, ENOUGH_PRODUCTS = 20, 5
MOST_CHARGES, MOST_ALIKE = Decimal("0.10"), Decimal("0.20")

SPEAKS_FOR = timedelta(days=90)
"""A measurement says nothing about charges further away."""


class Observation(NamedTuple):
    """What one product's charges say of a field: the difference most of them have from it, and how many charges, up to
    as many as are enough."""

    cell: Cell
    product: Product
    difference: Decimal
    charges: int


class Seen(NamedTuple):
    """How often one product's charges differ by how much from a field."""

    cell: Cell
    product: Product
    differences: Counter[Decimal]


def observations(facts: ComponentFacts) -> Iterator[Observation]:
    """What a component's charges say, by the size Amazon measures now."""
    for cell, product, differences in facts.once(seen_cells):
        ((difference, _),) = differences.most_common(1)
        yield Observation(cell, product, difference, min(differences.total(), ENOUGH_CHARGES))


def seen_cells(facts: ComponentFacts) -> tuple[Seen, ...]:
    """All differences of all products. Read once: `facts.once(seen_cells)`."""
    return tuple(_seen_cells(facts))


def _seen_cells(facts: ComponentFacts) -> Iterator[Seen]:
    for product, charges in facts.once(fee_charges).items():
        marketplace = MARKETPLACES.get(product.marketplace_id)
        book = fee_book(marketplace) if marketplace else None
        measured = facts.once(measured_products).get(product, ())
        if book is None or not measured or has_other_rates(measured, book.tables):
            continue
        if product.asin in facts.once(dangerous):
            continue
        seen: defaultdict[Cell, Counter[Decimal]] = defaultdict(Counter)
        newest = measured[-1]
        for charge in charges:
            fee = book.expected(newest.packed, charge.prices[-1], charge.days[0])
            if fee and days_apart(charge.days[0], newest) <= SPEAKS_FOR:
                seen[fee.cell][min((charge.fee - fee.fee, charge.fee - fee.total), key=abs)] += 1
        yield from (Seen(cell, product, differences) for cell, differences in seen.items())


def suspect_cells(seen: Iterable[Observation]) -> frozenset[Cell]:
    """The fields of the rate card that no claim may rest on, from the observations of all components."""
    cells: defaultdict[Cell, list[Observation]] = defaultdict(list)
    for observation in seen:
        cells[observation.cell].append(observation)
    return frozenset(cell for cell, found in cells.items() if _is_suspect(found))


def _is_suspect(seen: list[Observation]) -> bool:
    charges = sum(observation.charges for observation in seen)
    if charges < ENOUGH_CHARGES or len(seen) < ENOUGH_PRODUCTS:
        return False
    against = [observation for observation in seen if abs(observation.difference) > CENT]
    alike = max(Counter(observation.difference for observation in against).values(), default=0)
    many = len(against) > 1 and sum(o.charges for o in against) > MOST_CHARGES * charges
    return many or alike > MOST_ALIKE * len(seen)
