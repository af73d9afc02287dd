"""What the fees of a component's sales agree on. A sale that keeps to it cannot change what the rules about fees find.

Where all charges of a product can stand for one size class and one category, and nothing that Amazon measured or
estimated speaks against them, no charge is wrong, and another one that can stand for the same changes nothing. Where
some were wrong and others came since that are usual, one more of those changes nothing, either.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from clario.domain.detection.claims.findings import Case
from clario.domain.detection.fees.book import NO_CLASS, FeeBook, SizeClasses, fee_book, near
from clario.domain.detection.fees.fulfillment import Cell
from clario.domain.detection.fees.referral import ReferralBook
from clario.domain.detection.money.fee_cells import ENOUGH_CHARGES, Seen, seen_cells
from clario.domain.detection.money.fee_charges import FeeCharge, fee_charges
from clario.domain.detection.money.fee_history import (
    History,
    history_of,
    is_allowed,
    is_under,
    size_classes,
    usual_class,
)
from clario.domain.detection.money.referral_fees import (
    ReferralCharge,
    agrees_with_estimate,
    referral_charges,
    usual_rules,
)
from clario.domain.detection.rows.measurements import (
    Measured,
    Product,
    dangerous,
    has_other_rates,
    measured_products,
)

T = TypeVar("T")
MANY = 10**9
"""More units than are ever sold."""


class UsualSizes(NamedTuple):
    """What a product's charges can stand for; no class where each of them stands for nothing we know.

    Attributes:
        exactly: where some charges were unlike the usual ones: the classes of all since then, no more and no fewer.
        since: the day of the last one that was unlike.
    """

    classes: SizeClasses
    exactly: SizeClasses | None = None
    since: date = date.min


class UsualFees(NamedTuple):
    """What the charges of a product agree on.

    Attributes:
        sizes: None where no rate card of ours is the product's.
        miscategorized: whether some referral fees are of other categories than the usual ones.
        differences: fields of the rate card of which enough charges speak, with what most of them say.
    """

    sizes: UsualSizes | None
    categories: frozenset[str] = frozenset()
    miscategorized: bool = False
    differences: frozenset[tuple[Cell, Decimal]] = frozenset()


NO_CHARGES = UsualFees(UsualSizes(NO_CLASS))


def usual_fees(case: Case) -> Mapping[Product, UsualFees] | None:
    """By product what its charges agree on; None where those of one agree on nothing."""
    usual: dict[Product, UsualFees] = {}
    for product, charges in case.facts.once(fee_charges).items():
        card = _card(case, product)
        sizes = _usual_sizes(charges, card) if card else None
        if card and sizes is None:
            return None
        usual[product] = UsualFees(sizes, differences=frozenset(_told_alike(case, product)))
    for product, book, referrals in referral_charges(case):
        agree = all(agrees_with_estimate(case, charge, book) for charge in referrals)
        common = _common(charge.rules for charge in referrals) if agree else None
        categories = usual_rules(referrals) if common is None else common
        if common is None and not categories:
            return None
        found = usual.get(product, NO_CHARGES)
        usual[product] = found._replace(categories=categories, miscategorized=common is None)
    return usual


def _usual_sizes(charges: Sequence[FeeCharge], card: "_Card") -> UsualSizes | None:
    classes = [size_classes(charge, card.book) for charge in charges]
    common = _common(classes)
    if common is not None and all(is_allowed(charge, card.measured, card.book) for charge in charges):
        return UsualSizes(common)
    return _usual_sizes_again(charges, classes, card)


def _usual_sizes_again(
    charges: Sequence[FeeCharge], classes: Sequence[SizeClasses], card: "_Card"
) -> UsualSizes | None:
    """Where some charges are not usual, but all since are: then one more usual charge proves nothing else of them, as
    long as it can stand for nothing that they can."""
    usual = history_of(tuple(charges), card.measured, card.book).usual
    unlike = [
        n
        for n, charge in enumerate(charges)
        if not usual <= classes[n] or not is_allowed(charge, card.measured, card.book)
    ]
    since = {*classes[unlike[-1] + 1 :]} if unlike else set()
    if not usual or len(since) != 1 or len({each.packed for each in card.measured}) > 1:
        return None
    (exactly,) = since
    units = (charge.units for charge in charges)
    stays = usual_class([*zip(classes, units, strict=True), (exactly, MANY)]) == usual
    apart = all(exactly.isdisjoint(classes[n]) for n in unlike)
    return UsualSizes(usual, exactly, charges[unlike[-1]].entry.on) if stays and apart else None


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
    found = size_classes(charge, card.book)
    if not is_allowed(charge, card.measured, card.book):
        return False
    if usual.sizes.exactly is None:
        return _is_like(found, usual.sizes.classes)
    history = History((), (), usual.sizes.classes, {}, card.measured, card.book)
    same = found == usual.sizes.exactly and charge.entry.on > usual.sizes.since
    return same and len(near(charge.prices)) == 1 and not is_under(charge, history)


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
        most, *others = differences.most_common(2)
        clearly = all(count < most[1] for _, count in others)
        if of == product and clearly and differences.total() >= ENOUGH_CHARGES:
            yield cell, most[0]
