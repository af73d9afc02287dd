"""Fulfilment fees above what a product's size costs.

Three proofs, from strong to weak: a charge above everything that Amazon's own measurement of that day allows; one above
what the product costs otherwise, where Amazon's measurement of today, or its later charges, agree with the lower fee;
and a jump to a dearer size class that lasts until today. The last may be a new packaging, so it needs several units.

One claim per product and fee. Only charges of the last 90 days can be claimed; the claim's deadline is that of the
oldest of them and moves with it. Rules: https://sellercentral.amazon.com/help/hub/reference/GL7U4JFSDXUTQAJ.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.duplicate_charges import left_after_duplicates
from clario.domain.detection.facts import Names
from clario.domain.detection.fee_charges import FeeCharge, FeeCredit, fee_charges
from clario.domain.detection.fees.book import NO_CLASS, FeeBook, SizeClasses, fee_book
from clario.domain.detection.fees.fulfillment import FulfillmentFee
from clario.domain.detection.fees.sizes import Package
from clario.domain.detection.findings import Case, Finding, Step
from clario.domain.detection.measurements import (
    Measured,
    Product,
    dangerous,
    has_other_rates,
    measured_products,
)
from clario.domain.detection.policy import PolicyFamily, tolerance, window

ENOUGH_UNITS, ENOUGH_MONEY = 3, Decimal(5)  # for the weak proof: our choice
NOTHING = Decimal(0)
AS_OF_SHIPPING = timedelta(days=7)
"""A measurement not older than that is the one the charge was made from."""
DOUBTFUL = "C"


class Proof(StrEnum):
    """How a charge is known to be wrong; the values name rows of the confidence table."""

    FEE_TABLE = "fee_table"
    MEASUREMENT_JUMP = "measurement_jump"


@dataclass(slots=True, eq=False)
class Wrong:
    """A charge above what it should be; `expected` is per unit. `credits` are what came back of it."""

    charge: FeeCharge
    expected: Decimal
    proof: Proof
    fee: FulfillmentFee | None
    credits: list[Step] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        return (self.charge.fee - self.expected) * self.charge.units

    @property
    def left(self) -> Decimal:
        return self.amount - sum((step.amount for step in self.credits), NOTHING)


class History(NamedTuple):
    """All charges of a product, the size classes each can stand for, and the class it usually has."""

    charges: tuple[FeeCharge, ...]
    classes: tuple[SizeClasses, ...]
    usual: SizeClasses
    measured: tuple[Measured, ...]
    book: FeeBook


def fulfillment_fee_overcharge(case: Case) -> Iterator[Finding]:
    """Charges above the right fee, by product and fee."""
    credits = list(case.facts.once(left_after_duplicates))
    for product, charges in case.facts.once(fee_charges).items():
        book = fee_book(case.marketplace(product.marketplace_id))
        measured = case.facts.once(measured_products).get(product, ())
        if book and not has_other_rates(measured, book.tables) and product.asin not in case.facts.once(dangerous):
            history = history_of(charges, measured, book)
            wrong = [each for each in _wrong_charges(history) if _is_usable(case, each)]
            _credit(wrong, credits)
            yield from _cohorts(case, product, _enough(wrong), history)


def history_of(charges: tuple[FeeCharge, ...], measured: tuple[Measured, ...], book: FeeBook) -> History:
    """The charges of a product with what they say of its size."""
    classes = tuple(_classes(charge, book) for charge in charges)
    usual = usual_class(zip(classes, (charge.units for charge in charges), strict=True))
    return History(charges, classes, usual, measured, book)


def _classes(charge: FeeCharge, book: FeeBook) -> SizeClasses:
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


def _wrong_charges(history: History) -> Iterator[Wrong]:
    """A run of dear charges is believed when it begins amid usual ones: one that begins with new rates may only show
    that the product's rates are not those of our rate card. Amazon's own measurement is believed at any time."""
    last_usual = max((n for n, classes in enumerate(history.classes) if classes & history.usual), default=-1)
    season: date | None = None  # of the last usual charge
    believed: bool | None = None  # the present run of dear charges, None: there is none
    for number, charge in enumerate(history.charges):
        if history.classes[number] & history.usual:
            season, believed = history.book.season(charge.days[0]), None
        elif wrong := _above_measurement(charge, history):
            yield wrong
        elif wrong := _above_usual(charge, history, came_back=number < last_usual):
            believed = season == history.book.season(charge.days[0]) if believed is None else believed
            if believed or wrong.fee:
                yield wrong


def _above_measurement(charge: FeeCharge, history: History) -> Wrong | None:
    """A charge that Amazon's own measurement of that day does not allow."""
    packed = _measured_then(charge, history.measured)
    if packed is None:
        return None
    highest = max(_allowed(charge, packed, history.book))
    fee = _expected(charge, packed, history.book)
    if fee is None or not _is_above(charge, highest):
        return None
    return Wrong(charge, fee.total, Proof.FEE_TABLE, fee)


def _contradicts(charge: FeeCharge, packed: Package, history: History) -> bool:
    """Whether a package is of the usual size and no reading of the rules allows the charge for it."""
    is_usual = history.book.classes_of(packed, charge.days[0]) & history.usual
    return bool(is_usual) and _is_above(charge, max(_allowed(charge, packed, history.book)))


def _allowed(charge: FeeCharge, packed: Package, book: FeeBook) -> Iterator[Decimal]:
    """Everything that a reading of the rules allows for a package, on the days and at the prices it may be of."""
    yield NOTHING
    for day in charge.days:
        for price in charge.prices:
            yield from book.acceptable(packed, price, day)


def _measured_then(charge: FeeCharge, measured: Sequence[Measured]) -> Package | None:
    day = charge.days[0]
    seen = [each for each in measured if day - AS_OF_SHIPPING <= each.seen_on <= day]
    return seen[-1].packed if seen else None


def _above_usual(charge: FeeCharge, history: History, came_back: bool) -> Wrong | None:
    """A charge above what the product costs otherwise."""
    book, usual = history.book, history.usual
    highest = max(book.highest(day, price, usual) for day in charge.days for price in charge.prices)
    if not highest or not _is_above(charge, highest):
        return None
    now = history.measured[-1].packed if history.measured else None
    as_usual = now if now and _contradicts(charge, now, history) else None
    fee = _expected(charge, as_usual, book) if as_usual else None
    proof = Proof.FEE_TABLE if fee or came_back else Proof.MEASUREMENT_JUMP
    return Wrong(charge, _usual_fee(charge, history), proof, fee)


def _expected(charge: FeeCharge, packed: Package, book: FeeBook) -> FulfillmentFee | None:
    """The fee of a package; of two prices that may decide it, the dearer one's."""
    fees = [book.expected(packed, price, charge.days[0]) for price in charge.prices]
    return max((fee for fee in fees if fee), key=lambda fee: fee.total, default=None)


def _usual_fee(charge: FeeCharge, history: History) -> Decimal:
    return max(history.book.usual(charge.days[0], price, history.usual) for price in charge.prices)


def _is_above(charge: FeeCharge, highest: Decimal) -> bool:
    entry = charge.entry
    return charge.fee - highest > tolerance("fulfillment_fee", highest, entry.currency, entry.on)


def _is_usable(case: Case, wrong: Wrong) -> bool:
    """Not where the rate card itself is in doubt."""
    return wrong.fee is None or wrong.fee.cell not in case.account.suspect_cells


def _enough(wrong: Sequence[Wrong]) -> list[Wrong]:
    """A jump is told only when it is about several units and dollars."""
    jumps = [each for each in wrong if each.proof is Proof.MEASUREMENT_JUMP]
    units, money = sum(each.charge.units for each in jumps), sum((each.amount for each in jumps), NOTHING)
    if units >= ENOUGH_UNITS and money >= ENOUGH_MONEY:
        return list(wrong)
    return [each for each in wrong if each.proof is not Proof.MEASUREMENT_JUMP]


def _credit(wrong: Sequence[Wrong], credits: list[FeeCredit]) -> None:
    """Give every credit to the charges it may be for, the oldest first: those of its order, or of its product."""
    for place, credit in enumerate(credits):
        rest = credit.amount
        for each in wrong:
            item = each.charge.entry.item
            same = item.order_id == credit.order_id if credit.order_id else each.charge.entry.on <= credit.on
            if rest > 0 and each.left > 0 and same and item.sku == credit.sku:
                part = min(rest, each.left)
                each.credits.append(Step("credited", part, credit.row))
                rest -= part
        credits[place] = credit._replace(amount=rest)


def _cohorts(case: Case, product: Product, wrong: Sequence[Wrong], history: History) -> Iterator[Finding]:
    cohorts: defaultdict[Decimal, list[Wrong]] = defaultdict(list)
    for each in wrong:
        cohorts[each.charge.fee].append(each)
    for fee, cohort in cohorts.items():
        yield _finding(case, product, fee, cohort, history)


def _finding(case: Case, product: Product, fee: Decimal, cohort: Sequence[Wrong], history: History) -> Finding:
    marketplace = case.marketplace(product.marketplace_id)
    first, newest = cohort[0].charge.entry, cohort[-1].charge.entry
    claimable = [each for each in cohort if _last_day(case, each) >= case.today] or list(cohort)
    expired = _last_day(case, claimable[0]) < case.today
    oldest = newest if expired else claimable[0].charge.entry
    still = [each for each in claimable if each.left > 0] or claimable
    doubtful = any(each.fee and each.fee.grade == DOUBTFUL for each in cohort)
    return Finding(
        anomaly_type=AnomalyType.FULFILLMENT_FEE_OVERCHARGE,
        tier=Tier.REVIEW if doubtful else Tier.CLAIM,
        proof=next((each.proof for each in cohort if each.proof is Proof.MEASUREMENT_JUMP), Proof.FEE_TABLE),
        marketplace=marketplace,
        names=Names(first.asin, "", first.item.sku),
        subject=f"{product.asin}/{marketplace.id}/{fee}",
        anchor=oldest.on,
        identity=first.on,
        units=sum(each.charge.units for each in still),
        wrong=sum((each.amount for each in claimable), NOTHING),
        currency=first.currency,
        rows=tuple(row for each in claimable for row in each.charge.entry.rows),
        steps=tuple(step for each in claimable for step in each.credits),
        lapsed=expired and len(cohort) > 1,
        why=_why(fee, cohort, claimable, history),
    )


def _last_day(case: Case, wrong: Wrong) -> date:
    entry = wrong.charge.entry
    return window(PolicyFamily.FEE_DIMENSION, case.marketplace(entry.marketplace_id), entry.on, case.today).deadline


def _why(fee: Decimal, cohort: Sequence[Wrong], claimable: Sequence[Wrong], history: History) -> dict[str, object]:
    """Fees are per unit; what was charged too little for the product in the same time is told, too."""
    since = claimable[0].charge.entry.on
    under = [charge for charge in history.charges if charge.entry.on >= since and _is_under(charge, history)]
    known = next((each.fee for each in cohort if each.fee), None)
    told: dict[str, object] = {
        "chargedFee": str(fee),
        "expectedFees": sorted({str(each.expected) for each in cohort}),
        "charges": len(claimable),
        "olderCharges": len(cohort) - len(claimable),
        "underchargedUnits": sum(charge.units for charge in under),
    }
    if known:
        cell = known.cell
        told |= {"rateTable": cell.table, "sizeTier": cell.tier, "weightOz": str(known.weight_oz), "grade": known.grade}
    return told


def _is_under(charge: FeeCharge, history: History) -> bool:
    expected = _usual_fee(charge, history)
    return _is_above(charge._replace(fee=expected), charge.fee)
