"""A product's fulfilment fees over time: which size it is usually charged as, and which charges are above that.

A product's size is not in the records of its sales, but every fee stands for a size class (`fees/book.py`): the class
of most units is the usual one, however often the rates change.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from clario.domain.detection.claims.findings import Step
from clario.domain.detection.fees.book import NO_CLASS, FeeBook, SizeClasses, near
from clario.domain.detection.fees.fulfillment import FulfillmentFee, band_of
from clario.domain.detection.fees.sizes import Package
from clario.domain.detection.fees.tables import Band
from clario.domain.detection.money.fee_charges import FeeCharge
from clario.domain.detection.policy import tolerance
from clario.domain.detection.rows.measurements import Measured

NOTHING = Decimal(0)
ENOUGH_UNITS = 3
LATELY = timedelta(days=90)
"""Charges can be claimed for so long: a product that grew before that has become as usual as any."""
AS_OF_SHIPPING = timedelta(days=7)
"""A measurement not older than that is the one the charge was made from."""


class Proof(StrEnum):
    """How a charge is known to be wrong; the values name rows of the confidence table."""

    FEE_TABLE = "fee_table"
    MEASUREMENT_JUMP = "measurement_jump"


@dataclass(slots=True, eq=False)
class Wrong:
    """A charge above what it should be; `expected` is per unit. `credits` are what came back of it.

    `fee` is what our rate card says, if it was asked; `by_card` when nothing else says what is right.
    """

    charge: FeeCharge
    expected: Decimal
    proof: Proof
    fee: FulfillmentFee | None
    by_card: bool = False
    credits: list[Step] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        return (self.charge.fee - self.expected) * self.charge.units

    @property
    def left(self) -> Decimal:
        return self.amount - sum((step.amount for step in self.credits), NOTHING)


class History(NamedTuple):
    """All charges of a product, the size classes each can stand for, and the class it usually has.

    `bands` are the price bands in which it was charged so far at a price near an edge.
    """

    charges: tuple[FeeCharge, ...]
    classes: tuple[SizeClasses, ...]
    usual: SizeClasses
    bands: Mapping[tuple[Decimal, ...], frozenset[Band]]
    measured: tuple[Measured, ...]
    book: FeeBook


def history_of(charges: tuple[FeeCharge, ...], measured: tuple[Measured, ...], book: FeeBook) -> History:
    """The charges of a product with what they say of its size."""
    classes = tuple(size_classes(charge, book) for charge in charges)
    usual = usual_class(zip(classes, (charge.units for charge in charges), strict=True))
    grown_on = _grown_on(charges[-1], measured, book)
    small = [(each, charge.units) for each, charge in zip(classes, charges, strict=True) if charge.days[0] < grown_on]
    usual = usual_class(small) or usual
    return History(charges, classes, usual, _usual_bands(charges, usual, book), measured, book)


def _grown_on(last: FeeCharge, measured: Sequence[Measured], book: FeeBook) -> date:
    """The first day of late on which Amazon measured the product as clearly dearer than before: then the few charges
    until then are the usual ones, however many came since. `date.max`: there is none."""
    since, price = last.days[0] - LATELY, last.prices[0]
    for before, after in pairwise(measured):
        if (day := after.seen_on) > since:
            old, new = (book.acceptable(each.packed, price, day) for each in (before, after))
            if max(old, default=NOTHING) < min(new, default=NOTHING):
                return day
    return date.max


def _usual_bands(
    charges: Iterable[FeeCharge], usual: SizeClasses, book: FeeBook
) -> Mapping[tuple[Decimal, ...], frozenset[Band]]:
    """By price near an edge, the bands that agree with all usual charges."""
    found: dict[tuple[Decimal, ...], frozenset[Band]] = {}
    for charge in charges:
        for day in charge.days if len(near(charge.prices)) > 1 else ():
            if bands := book.bands(day, charge.prices, charge.fee, usual):
                found[charge.prices] = found.get(charge.prices, bands) & bands
    return found


def size_classes(charge: FeeCharge, book: FeeBook) -> SizeClasses:
    """The classes a charge can stand for, on the days and at the prices it may be of."""
    return NO_CLASS.union(*(book.classes(day, price, charge.fee) for day in charge.days for price in charge.prices))


def usual_class(seen: Iterable[tuple[SizeClasses, int]]) -> SizeClasses:
    """The size class that most units were charged as; a class that charges agree on narrows what each may stand for."""
    groups: list[tuple[SizeClasses, int]] = []
    for classes, units in seen:
        place = next((n for n, (common, _) in enumerate(groups) if common & classes), None)
        if place is not None:
            common, count = groups[place]
            groups[place] = (common & classes, count + units)
        elif classes:
            groups.append((classes, units))
    most = max(groups, key=lambda group: group[1], default=(NO_CLASS, 0))
    return most[0] if most[1] >= ENOUGH_UNITS else NO_CLASS


def wrong_charges(history: History) -> Iterator[Wrong]:
    """A run of dear charges is believed when it begins amid usual ones: one that begins with new rates may only show
    that the product's rates are not those of our rate card. Amazon's own measurement is believed at any time; against
    the usual fee only with its estimate."""
    last_usual = max((n for n, classes in enumerate(history.classes) if classes & history.usual), default=-1)
    season: date | None = None  # of the last usual charge
    believed: bool | None = None  # the present run of dear charges, None: there is none
    for number, charge in enumerate(history.charges):
        above = _above_measurement(charge, history.measured, history.book)
        if history.classes[number] & history.usual:
            season, believed = history.book.season(charge.days[0]), None
            if above and _above_estimate(charge, history.measured):
                yield above
        elif above:
            yield above
        elif wrong := _above_usual(charge, history, came_back=number < last_usual):
            believed = season == history.book.season(charge.days[0]) if believed is None else believed
            if believed or wrong.fee:
                jumped = wrong.proof is Proof.MEASUREMENT_JUMP
                yield (jumped and _above_today(charge, history, history.classes[number + 1 :])) or wrong


def is_allowed(charge: FeeCharge, measured: Sequence[Measured], book: FeeBook) -> bool:
    """Whether what Amazon measured allows a charge. Among charges that can all stand for one class, or all for none we
    know, and are allowed, nothing is wrong, however many there are."""
    return _above_measurement(charge, measured, book) is None


def _above_measurement(charge: FeeCharge, measured: Sequence[Measured], book: FeeBook) -> Wrong | None:
    """A charge that Amazon's own measurement of that day does not allow."""
    packed = _measured_then(charge, measured)
    if packed is None:
        return None
    highest = max(_allowed(charge, packed, book))
    fee = _expected(charge, packed, book)
    if fee is None or not is_above(charge, highest):
        return None
    return Wrong(charge, fee.total, Proof.FEE_TABLE, fee, by_card=True)


def _above_estimate(charge: FeeCharge, measured: Sequence[Measured]) -> bool:
    """Whether Amazon's own estimate of that day, at a price of the same band, is lower, too: if not, the product's
    rates are others than ours."""
    last = [each for each in measured if _is_of_then(each, charge)][-1]
    if last.fee is None or last.price is None:
        return False
    return band_of(last.price) in map(band_of, charge.prices) and is_above(charge, last.fee)


def _above_today(charge: FeeCharge, history: History, later: Sequence[SizeClasses]) -> Wrong | None:
    """A charge above what Amazon's measurement of today allows, where later ones agree with that: wrong whatever made
    the product dearer before."""
    now = history.measured[-1].packed if history.measured else None
    if now is None or not is_above(charge, max(_allowed(charge, now, history.book))):
        return None
    size, fee = history.book.classes_of(now, charge.days[0]), _expected(charge, now, history.book)
    if fee is None or not any(classes & size for classes in later):
        return None
    return Wrong(charge, fee.total, Proof.FEE_TABLE, fee)


def _contradicts(charge: FeeCharge, packed: Package, history: History) -> bool:
    """Whether a package is of the usual size and no reading of the rules allows the charge for it."""
    is_usual = history.book.classes_of(packed, charge.days[0]) & history.usual
    return bool(is_usual) and is_above(charge, max(_allowed(charge, packed, history.book)))


def _allowed(charge: FeeCharge, packed: Package, book: FeeBook) -> Iterator[Decimal]:
    """Everything that a reading of the rules allows for a package, on the days and at the prices it may be of."""
    yield NOTHING
    for day in charge.days:
        for price in charge.prices:
            yield from book.acceptable(packed, price, day)


def _measured_then(charge: FeeCharge, measured: Sequence[Measured]) -> Package | None:
    seen = [each for each in measured if _is_of_then(each, charge)]
    return seen[-1].packed if seen else None


def _is_of_then(measured: Measured, charge: FeeCharge) -> bool:
    return measured.seen_on <= charge.days[0] <= measured.seen_until + AS_OF_SHIPPING


def _above_usual(charge: FeeCharge, history: History, came_back: bool) -> Wrong | None:
    """A charge above what the product costs otherwise."""
    book, usual = history.book, history.usual
    bands = history.bands.get(charge.prices) or near(charge.prices)
    highest = max(book.highest(day, bands, usual) for day in charge.days)
    if not highest or not is_above(charge, highest):
        return None
    now = history.measured[-1].packed if history.measured else None
    as_usual = now if now and _contradicts(charge, now, history) else None
    fee = _expected(charge, as_usual, book) if as_usual else None
    proof = Proof.FEE_TABLE if fee or came_back else Proof.MEASUREMENT_JUMP
    return Wrong(charge, usual_fee(charge, history), proof, fee)


def _expected(charge: FeeCharge, packed: Package, book: FeeBook) -> FulfillmentFee | None:
    """The fee of a package; of two prices that may decide it, the dearer one's."""
    fees = [book.expected(packed, price, charge.days[0]) for price in charge.prices]
    return max((fee for fee in fees if fee), key=lambda fee: fee.total, default=None)


def usual_fee(charge: FeeCharge, history: History) -> Decimal:
    bands = history.bands.get(charge.prices) or frozenset(map(band_of, charge.prices))
    return history.book.highest(charge.days[0], bands, history.usual)


def is_under(charge: FeeCharge, history: History) -> bool:
    """Whether less was charged than usually."""
    expected = usual_fee(charge, history)
    return is_above(charge._replace(fee=expected), charge.fee)


def is_above(charge: FeeCharge, highest: Decimal) -> bool:
    entry = charge.entry
    return charge.fee - highest > tolerance("fulfillment_fee", highest, entry.currency, entry.on)
