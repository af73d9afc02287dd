"""Refunds that took more than they should: more than was paid, the same twice, or the fee kept.

Amazon gives the referral fee of a refund back less an administration fee and keeps the fulfilment fee:
https://sellercentral.amazon.com/help/hub/reference/G200379860.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.claims.findings import Case, Finding, Step
from clario.domain.detection.fees.referral import administration_fee
from clario.domain.detection.money.fee_charges import fee_credits
from clario.domain.detection.money.referral_fees import wrong_referral_fees
from clario.domain.detection.policy import tolerance
from clario.domain.detection.rows.charges import PARCELS_APART, Charge, Entry, OrderItem, recharges, refunds, sales
from clario.domain.detection.rows.facts import ComponentFacts, Names

AMAZON = "Amazon"
CENT = Decimal("0.01")
NOTHING = Decimal(0)
LEAST_REFERRAL_FEE = Decimal("0.30")
"""How much of the least fee Amazon gives back for a part of the price is not printed."""
PARTS = ((Charge.PRICE, Charge.PROMOTION), (Charge.SHIPPING,), (Charge.GIFT_WRAP,), (Charge.TAX,))
"""What is compared to what the customer had paid, each by itself. Goodwill and return postage are no part of it."""
BASE = (Charge.PRICE, Charge.PROMOTION, Charge.SHIPPING, Charge.GIFT_WRAP)


class Refunded(NamedTuple):
    """One product of an order that was sold and refunded."""

    item: OrderItem
    sold: tuple[Entry, ...]
    back: tuple[Entry, ...]

    @property
    def seen_from(self) -> date:
        """The day from which everything of the order must be loaded: another parcel may have left before the first."""
        return min(entry.on for entry in self.sold) - PARCELS_APART

    @property
    def units_sold(self) -> int:
        return sum(entry.units for entry in self.sold if entry.has_goods)


def refund_exceeds_order(case: Case) -> Iterator[Finding]:
    """More was refunded than the customer had paid."""
    for excess, over in case.facts.once(excesses):
        if not _repeated(excess.back):
            yield _finding(case, AnomalyType.REFUND_EXCEEDS_ORDER, excess, over)


def duplicate_refund(case: Case) -> Iterator[Finding]:
    """The same amount was refunded again, though all of it had been."""
    for excess, over in case.facts.once(excesses):
        if _repeated(excess.back):
            yield _finding(case, AnomalyType.DUPLICATE_REFUND, excess, over)


def excesses(facts: ComponentFacts) -> tuple[tuple[Refunded, Decimal], ...]:
    """What was refunded beyond what was paid. Read once: `facts.once(excesses)`."""
    over = (
        (refunded, sum((_over(refunded, part) for part in PARTS), NOTHING)) for refunded in facts.once(refunded_items)
    )
    return tuple((refunded, more) for refunded, more in over if more > _small(refunded.back[-1]))


def _small(last: Entry) -> Decimal:
    return tolerance("refund", NOTHING, last.currency, last.on)


def refunded_items(facts: ComponentFacts) -> tuple[Refunded, ...]:
    """Orders that Amazon shipped and whose sale is in our data as a whole; of others nobody can say what was paid. Read
    once: `facts.once(refunded_items)`."""
    return tuple(_refunded(facts))


def _refunded(facts: ComponentFacts) -> Iterator[Refunded]:
    sold, ordered = facts.once(sales), facts.once(ordered_items)
    for item, back in facts.once(refunds).items():
        found = Refunded(item, sold.get(item, ()), back)
        one_currency = len({entry.currency for entry in (*found.sold, *found.back)}) == 1
        whole = found.units_sold and found.units_sold >= ordered.get(item, Ordered(0, True)).units
        if whole and one_currency and _is_by_amazon(found, ordered.get(item)):
            yield found


class Ordered(NamedTuple):
    """How many units of a product an order is for, and whether Amazon ships them."""

    units: int
    by_amazon: bool


def ordered_items(facts: ComponentFacts) -> Mapping[OrderItem, Ordered]:
    """Of all orders that were not cancelled. Read once: `facts.once(ordered_items)`."""
    table: dict[OrderItem, Ordered] = {}
    for line in facts.orders:
        if line.status != "Cancelled":
            item = OrderItem(line.order_id, line.sku)
            before = table.get(item, Ordered(0, False))
            table[item] = Ordered(before.units + line.quantity, before.by_amazon or line.channel == AMAZON)
    return table


def _is_by_amazon(refunded: Refunded, ordered: Ordered | None) -> bool:
    if ordered is not None:
        return ordered.by_amazon
    return any(entry.sum(Charge.FULFILLMENT) for entry in refunded.sold)


def _over(refunded: Refunded, part: tuple[Charge, ...]) -> Decimal:
    paid = sum((entry.sum(*part) for entry in refunded.sold), NOTHING)
    back = -sum((entry.sum(*part) for entry in refunded.back), NOTHING)
    return max(NOTHING, back - paid)


def _repeated(back: Sequence[Entry]) -> bool:
    """Whether two refunds took the same."""
    amounts = [tuple(entry.sum(*part) for part in PARTS) for entry in back]
    return len(set(amounts)) < len(amounts)


def _finding(case: Case, kind: AnomalyType, refunded: Refunded, over: Decimal) -> Finding:
    first = _first_beyond(refunded)
    item, units_back = refunded.item, sum(entry.units for entry in refunded.back)
    paid = sum((entry.sum(*BASE, Charge.TAX) for entry in refunded.sold), NOTHING)
    back = -sum((entry.sum(*BASE, Charge.TAX) for entry in refunded.back), NOTHING)
    return Finding(
        anomaly_type=kind,
        tier=Tier.CLAIM,
        proof="order_exact",
        marketplace=case.marketplace(first.marketplace_id),
        names=Names(first.asin, "", item.sku),
        subject=f"{item.order_id}/{item.sku}",
        anchor=first.on,
        units=max(1, units_back - refunded.units_sold),
        wrong=over,
        currency=first.currency,
        rows=tuple(row for entry in (*refunded.back, *refunded.sold) for row in entry.rows),
        steps=_charged_again(case, refunded),
        seen_from=refunded.seen_from,
        why={"paid": str(paid), "refunded": str(back), "unitsSold": refunded.units_sold, "unitsRefunded": units_back},
        order_id=item.order_id,
    )


def _first_beyond(refunded: Refunded) -> Entry:
    """The refund with which more had gone back than was paid."""
    for count in range(1, len(refunded.back)):
        so_far = refunded._replace(back=refunded.back[:count])
        if any(_over(so_far, part) > 0 for part in PARTS):
            return refunded.back[count - 1]
    return refunded.back[-1]


def _charged_again(case: Case, refunded: Refunded) -> tuple[Step, ...]:
    again = case.facts.once(recharges).get(refunded.item, ())
    sums = [(entry, sum(entry.amounts.values(), NOTHING)) for entry in again]
    return tuple(Step("charged again", amount, entry.rows[0]) for entry, amount in sums if amount > 0)


# -- the referral fee of a refund --------------------------------------------------------------------------------------


def refund_fee_not_returned(case: Case) -> Iterator[Finding]:
    """Of the refunded sale's referral fee less was given back than is due."""
    wrong: defaultdict[OrderItem, Decimal] = defaultdict(Decimal)
    for each in wrong_referral_fees(case):
        wrong[each.charge.entry.item] += each.amount
    for refunded in case.facts.once(refunded_items):
        later = _given_by_itself(refunded)
        for entry, due in _fees_due(case, refunded, wrong[refunded.item]):
            given = _referral(entry)
            if due - given > tolerance("refund_fee", due, entry.currency, entry.on):
                yield _fee_finding(case, refunded, entry, due, given, _taken_off(case, refunded, due - given, later))


def _referral(entry: Entry) -> Decimal:
    return entry.sum(Charge.REFERRAL, Charge.ADMINISTRATION)


def _given_by_itself(refunded: Refunded) -> list[Step]:
    """What came back of the fee in transactions without a price."""
    bare = (entry for entry in refunded.back if entry.sum(Charge.PRICE) >= 0 and _referral(entry) > 0)
    return [Step("given back", _referral(entry), entry.rows[0]) for entry in bare]


def _taken_off(case: Case, refunded: Refunded, missing: Decimal, given: list[Step]) -> tuple[Step, ...]:
    """What came back by itself, as far as it is needed: it is used up. And credits of just that sum for the order."""
    steps: list[Step] = []
    while given and sum((step.amount for step in steps), NOTHING) < missing:
        steps.append(given.pop(0))
    fitting = (c for c in case.facts.once(fee_credits) if c.may_be_for(Charge.REFERRAL))
    named = (c for c in fitting if (c.order_id, c.sku) == refunded.item)
    credited = [Step("credited", c.amount, c.row) for c in named if abs(c.amount - missing) <= CENT]
    return (*steps, *credited)


def _fees_due(case: Case, refunded: Refunded, overcharged: Decimal) -> Iterator[tuple[Entry, Decimal]]:
    """Each refund of a price with the part of the referral fee that goes back with it; together not more than was
    charged, less what was charged too much and is claimed as that."""
    base = sum((entry.sum(*BASE) for entry in refunded.sold), NOTHING)
    left = charged = -sum((entry.sum(Charge.REFERRAL) for entry in refunded.sold), NOTHING) - overcharged
    if base <= 0 or charged <= 0:
        return
    for entry in refunded.back:
        share = min(Decimal(1), -entry.sum(*BASE) / base)
        if entry.sum(Charge.PRICE) >= 0 or share <= 0 or (share < 1 and charged <= LEAST_REFERRAL_FEE):
            continue
        gross = min(left, (charged * share).quantize(CENT, ROUND_HALF_UP))
        left -= gross
        marketplace = case.marketplace(entry.marketplace_id)
        yield entry, gross - administration_fee(gross, marketplace, entry.on)


def _fee_finding(
    case: Case, refunded: Refunded, entry: Entry, due: Decimal, given: Decimal, steps: tuple[Step, ...]
) -> Finding:
    item = refunded.item
    return Finding(
        anomaly_type=AnomalyType.REFUND_FEE_NOT_RETURNED,
        tier=Tier.CLAIM,
        proof="order_exact",
        marketplace=case.marketplace(entry.marketplace_id),
        names=Names(entry.asin, "", item.sku),
        subject=f"{item.order_id}/{item.sku}",
        anchor=entry.on,
        units=max(1, entry.units),
        wrong=due - given,
        currency=entry.currency,
        rows=(*entry.rows, *(row for sale in refunded.sold for row in sale.rows)),
        steps=steps,
        seen_from=refunded.seen_from,
        why={"due": str(due), "givenBack": str(given)},
        order_id=item.order_id,
    )
