"""Fulfilment fees as they were charged, product by product, and Amazon's credits for wrong fees."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from clario.domain.detection.lots.lots import Family
from clario.domain.detection.lots.reimbursements import family_of
from clario.domain.detection.rows.charges import Charge, Entry, OrderItem, name_key, sales
from clario.domain.detection.rows.facts import ComponentFacts
from clario.domain.detection.rows.measurements import Product, place_id
from clario.domain.detection.rows.money_rows import MoneyRow
from clario.domain.detection.rows.unit_rows import ReimbursementRow

# A charge is posted when the unit ships or soon after; where no report says when it shipped, these days are possible.
POSTED_WITHIN = 10
UNKNOWN = (0, 1, 2)
CREDITED_TWICE = timedelta(days=30)
FEE_CREDITS = frozenset(
    {"incorrectfeesitems", "incorrectfeesitem", "weightanddimensionschange", "feecorrection", "feeadjustment"}
)
"""How the names of Amazon's credits for wrong fees are spelled in transactions: an open list, from sellers' records."""


class FeeCharge(NamedTuple):
    """A fulfilment fee of one sale. `fee` and `prices` are per unit and positive.

    `charged_on` is the day the time to file counts from; `days` are those on which it may have shipped; `prices` those
    that may decide the price band, with and without the promotion: Amazon does not say which.
    """

    entry: Entry
    charged_on: date
    days: tuple[date, ...]
    prices: tuple[Decimal, ...]
    fee: Decimal

    @property
    def units(self) -> int:
        return self.entry.units


def fee_charges(facts: ComponentFacts) -> Mapping[Product, tuple[FeeCharge, ...]]:
    """The charges of each product in order of days. Read once: `facts.once(fee_charges)`."""
    shipped = facts.once(shipping_days)
    table: defaultdict[Product, list[FeeCharge]] = defaultdict(list)
    for item, entries in facts.once(sales).items():
        for entry in entries:
            if entry.has_goods and (fee := -entry.sum(Charge.FULFILLMENT)) > 0:
                days = _days(entry, shipped.get(item, ()))
                totals = {entry.sum(Charge.PRICE), entry.sum(Charge.PRICE, Charge.PROMOTION)}
                prices = tuple(sorted(total / entry.units for total in totals))
                product = Product(place_id(entry.marketplace_id, entry.currency), entry.asin or item.sku)
                on = charged_on(entry, shipped)
                table[product].append(FeeCharge(entry, on, days, prices, fee / entry.units))
    return {product: tuple(sorted(charges, key=_order)) for product, charges in table.items()}


def _order(charge: FeeCharge) -> tuple[date, str]:
    return charge.entry.on, charge.entry.rows[0].event_id


ShippingDays = Mapping[OrderItem, tuple[date, ...]]


def shipping_days(facts: ComponentFacts) -> ShippingDays:
    """The days on which an order's item left, in order. Read once: `facts.once(shipping_days)`."""
    days: defaultdict[OrderItem, set[date]] = defaultdict(set)
    for row in facts.shipped:
        days[OrderItem(row.order_id, row.sku)].add(row.shipped_on)
    return {item: tuple(sorted(found)) for item, found in days.items()}


def charged_on(entry: Entry, shipped: ShippingDays) -> date:
    """The day a sale was charged: Amazon charges when the unit ships and posts it then or soon after, maybe after
    midnight. Of the two days the earlier one is safe to count from."""
    before = [day for day in shipped.get(entry.item, ()) if 0 <= (entry.on - day).days <= POSTED_WITHIN]
    return max(before, default=entry.on)


def _days(entry: Entry, shipped: tuple[date, ...]) -> tuple[date, ...]:
    near = tuple(day for day in shipped if abs((entry.on - day).days) <= POSTED_WITHIN)
    return near or tuple(entry.on - timedelta(days=back) for back in UNKNOWN)


class FeeCredit(NamedTuple):
    """Money Amazon gave back for a fee; `order_id` is "" where it names no order, `kind` None where it names no fee."""

    on: date
    order_id: str
    sku: str
    amount: Decimal
    row: MoneyRow | ReimbursementRow
    kind: Charge | None = None

    def may_be_for(self, kind: Charge) -> bool:
        return self.kind in (None, kind)


def fee_credits(facts: ComponentFacts) -> tuple[FeeCredit, ...]:
    """All of them, oldest first. Read once: `facts.once(fee_credits)`."""
    in_money = [*_adjustments(facts), *_reversed_fees(facts)]
    found = [*in_money, *_reported_only(facts, in_money)]
    return tuple(sorted(found, key=lambda credit: (credit.on, credit.order_id, credit.sku, credit.row.key)))


def _adjustments(facts: ComponentFacts) -> Iterator[FeeCredit]:
    for row in facts.money_of("Adjustment"):
        names = {name_key(row.description), *map(name_key, row.path.split("/"))}
        if row.amount > 0 and names & FEE_CREDITS:
            yield FeeCredit(row.posted_on, row.order_id, row.sku, row.amount, row)


def _reversed_fees(facts: ComponentFacts) -> Iterator[FeeCredit]:
    """A correction of a sale that gives back a fee."""
    for item, entries in facts.once(sales).items():
        for entry in entries:
            for kind in (Charge.FULFILLMENT, Charge.REFERRAL):
                if (amount := entry.sum(kind)) > 0:
                    yield FeeCredit(entry.on, item.order_id, item.sku, amount, entry.rows[0], kind)


def _reported_only(facts: ComponentFacts, known: list[FeeCredit]) -> Iterator[FeeCredit]:
    """Reimbursements for fees that no transaction shows; most are in both reports."""
    left = list(known)
    for row in facts.reimbursements:
        amount = row.amount_total or Decimal(0)
        if amount <= 0 or family_of(row) is not Family.FEE:
            continue
        same = (
            c for c in left if c.sku == row.sku and c.amount == amount and abs(c.on - row.approved_on) <= CREDITED_TWICE
        )
        if twin := next(same, None):
            left.remove(twin)
        else:
            yield FeeCredit(row.approved_on, row.order_id or "", row.sku, amount, row)
