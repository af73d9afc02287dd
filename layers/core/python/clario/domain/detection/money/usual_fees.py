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
from clario.domain.detection.fees.referral import ReferralBook
from clario.domain.detection.money.fee_cells import ENOUGH_CHARGES, Seen, seen_cells
from clario.domain.detection.money.fee_charges import FeeCharge, fee_charges
from clario.domain.detection.money.fee_history import is_allowed, size_classes
from clario.domain.detection.money.referral_fees import ReferralCharge, agrees_with_estimate, referral_charges
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


NO_FEES = UsualFees(frozenset(), frozenset(), frozenset())


def usual_fees(case: Case) -> Mapping[Product, UsualFees] | None:
    """By product what all of its charges agree on; None where those of one do not."""
    usual: dict[Product, UsualFees] = {}
    for product, charges in case.facts.once(fee_charges).items():
        card = _card(case, product)
        sizes = _common(size_classes(charge, card.book) for charge in charges) if card else None
        if card and (sizes is None or not all(is_allowed(charge, card.measured, card.book) for charge in charges)):
            return None
        usual[product] = UsualFees(sizes, frozenset(), frozenset(_told_alike(case, product)))
    for product, book, referrals in referral_charges(case):
        categories = _common(charge.rules for charge in referrals)
        if categories is None or not all(agrees_with_estimate(case, charge, book) for charge in referrals):
            return None
        usual[product] = usual.get(product, NO_FEES)._replace(categories=categories)
    return usual


def keep_to(case: Case, usual: Mapping[Product, UsualFees]) -> bool:
    """Whether all charges of a few sales are as those of the component were; `case` has them and all fee previews."""
    sized, referred = case.facts.once(fee_charges), list(referral_charges(case))
    if not usual.keys() >= {*sized, *(product for product, _, _ in referred)}:
        return False
    return (
        all(_is_of_size(case, product, charge, usual[product]) for product in sized for charge in sized[product])
        and all(_is_in_category(case, charge, book, usual[of]) for of, book, charges in referred for charge in charges)
        and all(_says_no_more(seen, usual[seen.product]) for seen in case.facts.once(seen_cells))
    )


def _is_of_size(case: Case, product: Product, charge: FeeCharge, usual: UsualFees) -> bool:
    card = _card(case, product)
    if card is None or usual.sizes is None:
        return True
    classes = size_classes(charge, card.book)
    return _is_like(classes, usual.sizes) and is_allowed(charge, card.measured, card.book)


def _is_in_category(case: Case, charge: ReferralCharge, book: ReferralBook, usual: UsualFees) -> bool:
    return _is_like(charge.rules, usual.categories) and agrees_with_estimate(case, charge, book)


def _is_like(found: frozenset[T], usual: frozenset[T]) -> bool:
    return usual <= found if usual else not found


def _says_no_more(seen: Seen, usual: UsualFees) -> bool:
    return usual.sizes is None or all((seen.cell, each) in usual.differences for each in seen.differences)


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


def _common(sets: Iterable[frozenset[T]]) -> frozenset[T] | None:
    """What all of them have; None where that is nothing, though not all are empty."""
    first, *others = sets
    common = first.intersection(*others)
    return None if not common and any((first, *others)) else common


def _told_alike(case: Case, product: Product) -> Iterator[tuple[Cell, Decimal]]:
    for cell, of, differences in case.facts.once(seen_cells):
        if of == product and len(differences) == 1 and differences.total() >= ENOUGH_CHARGES:
            yield cell, next(iter(differences))
