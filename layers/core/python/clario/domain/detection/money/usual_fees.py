"""What the fees of a component's sales agree on. A sale that keeps to it cannot change what the rules about fees find.

Where all charges of a product can stand for one size class and one category, and nothing that Amazon measured or
estimated speaks against them, no charge is wrong, and another one that can stand for the same changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple, TypeVar

from clario.domain.detection.claims.findings import Case
from clario.domain.detection.fees.book import FeeBook, SizeClasses, fee_book
from clario.domain.detection.fees.fulfillment import Cell
from clario.domain.detection.money import fee_history, referral_fees
from clario.domain.detection.money.fee_cells import ENOUGH_CHARGES, seen_cells
from clario.domain.detection.money.fee_charges import FeeCharge, fee_charges
from clario.domain.detection.money.referral_fees import referral_charges
from clario.domain.detection.rows.measurements import (
    Measured,
    Product,
    dangerous,
    has_other_rates,
    measured_products,
)

T = TypeVar("T")


class UsualFees(NamedTuple):
    """What all charges of a product can stand for, empty where each of them stands for nothing we know.

    Attributes:
        sizes: None where no rate card of ours is the product's.
        differences: fields of the rate card of which enough charges say the same, with what all of them say.
    """

    sizes: SizeClasses | None
    categories: frozenset[str]
    differences: frozenset[tuple[Cell, Decimal]]


def usual_fees(case: Case) -> Mapping[Product, UsualFees] | None:
    """By product what all of its charges agree on; None where those of one do not."""
    sizes = {
        product: None if found is None else _common(fee_history.size_classes(charge, found.book) for charge in charges)
        for product, charges in case.facts.once(fee_charges).items()
        for found in (_card(case, product),)
    }
    categories = {
        product: _common(charge.rules for charge in charges) for product, _, charges in referral_charges(case)
    }
    usual = {
        product: UsualFees(
            sizes.get(product, frozenset()), categories.get(product, frozenset()), _told_alike(case, product)
        )
        for product in (*sizes, *categories)
    }
    return usual if _all_alike(case, usual) else None


def keep_to(case: Case, usual: Mapping[Product, UsualFees]) -> bool:
    """Whether all charges of a few sales are as those of the component were; `case` has them and all fee previews."""
    return _all_alike(case, usual) and all(
        (cell, difference) in usual[product].differences
        for cell, product, differences in case.facts.once(seen_cells)
        for difference in differences
        if usual[product].sizes is not None
    )


def _all_alike(case: Case, usual: Mapping[Product, UsualFees]) -> bool:
    charges = case.facts.once(fee_charges)
    referrals = list(referral_charges(case))
    if not usual.keys() >= {*charges, *(product for product, _, _ in referrals)}:
        return False
    return all(
        _are_like(case, product, found, sizes)
        for product, found in charges.items()
        if (sizes := usual[product].sizes) is not None
    ) and all(
        referral_fees.is_like(case, charge, usual[product].categories, book)
        for product, book, found in referrals
        for charge in found
    )


def _are_like(case: Case, product: Product, charges: Iterable[FeeCharge], sizes: SizeClasses) -> bool:
    card = _card(case, product)
    return card is None or all(fee_history.is_like(charge, sizes, card.measured, card.book) for charge in charges)


class _Card(NamedTuple):
    book: FeeBook
    measured: tuple[Measured, ...]


def _card(case: Case, product: Product) -> _Card | None:
    """The rate card of a product; None where `fulfillment_fee_overcharge` does not look at it."""
    book = fee_book(case.marketplace(product.marketplace_id))
    measured = case.facts.once(measured_products).get(product, ())
    if book is None or has_other_rates(measured, book.tables) or product.asin in case.facts.once(dangerous):
        return None
    return _Card(book, measured)


def _common(sets: Iterable[frozenset[T]]) -> frozenset[T]:
    first, *others = sets
    return first.intersection(*others)


def _told_alike(case: Case, product: Product) -> frozenset[tuple[Cell, Decimal]]:
    return frozenset(_alike(case, product))


def _alike(case: Case, product: Product) -> Iterator[tuple[Cell, Decimal]]:
    for cell, of, differences in case.facts.once(seen_cells):
        if of == product and len(differences) == 1 and differences.total() >= ENOUGH_CHARGES:
            yield cell, next(iter(differences))
