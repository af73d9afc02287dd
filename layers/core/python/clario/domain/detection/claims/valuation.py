"""What a unit is worth.

Since 31 March 2025 Amazon pays for a unit lost before an order what the seller paid to source it; before that, what a
sale would have brought. A unit lost after an order is worth what that sale brought. Where nothing honest is known the
value is unknown: a number we made up would be worse than none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from clario.domain.anomalies import AnomalyType
from clario.domain.detection.lots.lots import Family, Lot
from clario.domain.detection.lots.reimbursements import family_of
from clario.domain.detection.policy import policy, unit_cap
from clario.domain.detection.rows.charges import Charge, Entry, OrderItem, sales
from clario.domain.detection.rows.facts import Account, ComponentFacts, CostRow
from clario.domain.detection.rows.money_rows import FeePreviewRow
from clario.domain.detection.rows.unit_rows import OrderRow, ReimbursementRow
from clario.domain.values import ONE_DAY, Money

AFTER_ORDER = frozenset(
    {
        AnomalyType.REFUND_NO_RETURN,
        AnomalyType.RETURN_NOT_RESTOCKED,
        AnomalyType.RETURN_DAMAGED_BY_AMAZON,
        AnomalyType.RETURN_WRONG_ITEM,
        AnomalyType.REFUND_OUTSIDE_POLICY,
        AnomalyType.REPLACEMENT_NO_RETURN,
        AnomalyType.LOST_OUTBOUND,
        AnomalyType.DAMAGED_OUTBOUND,
    }
)
"""Kinds of claims about a unit that had been sold."""
BEFORE_ORDER = frozenset({Family.FC_LOST, Family.FC_DAMAGED, Family.INBOUND, Family.INBOUND_DAMAGED})
OWN_PAYMENTS, OWN_SALES = timedelta(days=180), timedelta(days=548)  # how far back they speak for today: our choice
ENOUGH_RATIOS = 3
NOTHING = Decimal(0)
PROCEEDS = (Charge.PRICE, Charge.PROMOTION, Charge.REFERRAL, Charge.FULFILLMENT)


@dataclass(frozen=True, slots=True)
class UnitValue:
    """One unit's value, None with basis "unknown" when nothing honest is known. `cost` is the seller's, if used.

    `changes_on` is the day from which what it rests on is too old, None if that never comes.
    """

    amount: Decimal | None
    basis: str
    currency: str
    cost: CostRow | None = None
    capped: bool = False
    changes_on: date | None = None


def unit_value(lot: Lot, facts: ComponentFacts, account: Account, today: date) -> UnitValue:
    """A unit of a lot. The regime of an open claim is that of today: Amazon decides it when it approves."""
    if lot.unit_value is not None:
        return UnitValue(lot.unit_value.amount, "charge", lot.unit_value.currency)
    if lot.anomaly_type in AFTER_ORDER:
        return _capped(_net_sale(lot, facts, account), account, today)
    if today < policy().cost_regime.valid_from:
        return _capped(_proceeds(lot, facts, account, today), account, today)
    return _capped(_sourcing_cost(lot, facts, account, today), account, today)


def cost_of(account: Account, sku: str, on: date, currency: str) -> CostRow | None:
    """The seller's newest cost of a SKU valid on a day, in that currency: others are never converted."""
    valid = [row for row in account.costs_by_sku.get(sku, ()) if row.valid_from <= on and row.currency == currency]
    return valid[-1] if valid else None


def _capped(value: UnitValue, account: Account, today: date) -> UnitValue:
    cap = unit_cap(account.marketplace, today)
    if value.amount is None or cap is None or cap.currency != value.currency or value.amount <= cap.amount:
        return value
    return replace(value, amount=cap.amount, capped=True)


def with_net_sale(lot: Lot, facts: ComponentFacts, account: Account) -> Lot:
    """The lot with what the sale of its order brought, where a payment that names no order may be for it."""
    if lot.anomaly_type not in AFTER_ORDER or not facts.once(has_unnamed_payments):
        return lot
    value = _net_sale(lot, facts, account)
    return lot if value.amount is None else replace(lot, net_sale=Money(value.amount, value.currency))


def has_unnamed_payments(facts: ComponentFacts) -> bool:
    """Whether Amazon paid for anything of an order without naming it. Read once: `facts.once(has_unnamed_payments)`."""
    return any(not row.order_id and family_of(row) in (Family.ORDER, Family.GENERIC) for row in facts.reimbursements)


# -- before an order ---------------------------------------------------------------------------------------------------


def _sourcing_cost(lot: Lot, facts: ComponentFacts, account: Account, today: date) -> UnitValue:
    """The seller's own figure, else what Amazon itself paid for the item lately, else what it pays for the like."""
    currency = account.marketplace.currency
    if cost := cost_of(account, lot.names.sku, lot.anchor, currency):
        return UnitValue(cost.unit_cost, "cogs", currency, cost)
    since = max(today - OWN_PAYMENTS, policy().cost_regime.valid_from)
    own = [paid for paid in facts.once(own_payments).get(lot.names.fnsku, ()) if paid.on >= since]
    own = [paid for paid in own if paid.currency == currency]
    if own:
        oldest = min(paid.on for paid in own)
        value = _cents(median(paid.amount for paid in own))
        return UnitValue(value, "own_reimbursement", currency, changes_on=oldest + OWN_PAYMENTS + ONE_DAY)
    preview = facts.once(previews_by_currency).get((lot.names.sku, currency))
    if preview and preview.price and (ratio := account.price_ratios.get(preview.product_group)):
        return UnitValue(_cents(preview.price * ratio), "ratio", currency)
    return UnitValue(None, "unknown", currency)


class Payment(NamedTuple):
    """What Amazon paid in cash for one unit lost before an order."""

    on: date
    amount: Decimal
    currency: str


def own_payments(facts: ComponentFacts) -> Mapping[str, tuple[Payment, ...]]:
    """By FNSKU. Read once: `facts.once(own_payments)`."""
    table: defaultdict[str, list[Payment]] = defaultdict(list)
    for row in facts.reimbursements:
        if row.fnsku and (paid := _payment(row)):
            table[row.fnsku].append(paid)
    return {fnsku: tuple(payments) for fnsku, payments in table.items()}


def _payment(row: ReimbursementRow) -> Payment | None:
    if row.cash_units <= 0 or row.amount_per_unit is None or family_of(row) not in BEFORE_ORDER:
        return None
    return Payment(row.approved_on, row.amount_per_unit, row.currency)


def price_ratios(
    reimbursements: Iterable[ReimbursementRow], previews: Iterable[FeePreviewRow], currency: str
) -> Mapping[str, Decimal]:
    """By product group, what share of the price Amazon pays for a unit lost before an order: the median over all of a
    seller's items, where at least three rows say so; in hundredths, so that it is the same on most days."""
    since = policy().cost_regime.valid_from
    prices = {row.sku: row for row in previews if row.price and row.product_group and row.currency == currency}
    shares: defaultdict[str, list[Decimal]] = defaultdict(list)
    for row in reimbursements:
        paid, priced = _payment(row), prices.get(row.sku)
        speaks = paid and paid.currency == currency and paid.on >= since
        if paid and speaks and priced and priced.price:
            shares[priced.product_group].append(paid.amount / priced.price)
    return {group: _cents(median(values)) for group, values in shares.items() if len(values) >= ENOUGH_RATIOS}


def _proceeds(lot: Lot, facts: ComponentFacts, account: Account, today: date) -> UnitValue:
    """The median of what sales of the item brought, fees taken off."""
    currency, since = account.marketplace.currency, today - OWN_SALES
    brought = [
        _per_unit(entry)
        for entry in facts.once(sales_by_sku).get(lot.names.sku, ())
        if entry.on > since and entry.currency == currency
    ]
    if not brought:
        return UnitValue(None, "unknown", currency)
    return UnitValue(_cents(median(brought)), "proceeds_estimate", currency)


def sales_by_sku(facts: ComponentFacts) -> Mapping[str, tuple[Entry, ...]]:
    """The sales of each SKU. Read once: `facts.once(sales_by_sku)`."""
    table: defaultdict[str, list[Entry]] = defaultdict(list)
    for item, entries in facts.once(sales).items():
        table[item.sku] += [entry for entry in entries if entry.has_goods]
    return {sku: tuple(entries) for sku, entries in table.items()}


# -- after an order ----------------------------------------------------------------------------------------------------


def _net_sale(lot: Lot, facts: ComponentFacts, account: Account) -> UnitValue:
    """What the sale of that very order brought per unit: price less promotion and fees."""
    for order_id in lot.order_ids:
        entries = [entry for entry in facts.once(sales).get(OrderItem(order_id, lot.names.sku), ()) if entry.has_goods]
        if entries:
            units = sum(entry.units for entry in entries)
            total = sum((entry.sum(*PROCEEDS) for entry in entries), Decimal(0))
            return UnitValue(_cents(max(total / units, NOTHING)), "net_sale", entries[0].currency)
    return _expected_net_sale(lot, facts, account)


def _expected_net_sale(lot: Lot, facts: ComponentFacts, account: Account) -> UnitValue:
    """Where the sale's money is not in our data: the order's price, less the fees Amazon expects."""
    lines = facts.once(priced_lines)
    line = next((lines[order, lot.names.sku] for order in lot.order_ids if (order, lot.names.sku) in lines), None)
    preview = facts.once(previews_by_currency).get((lot.names.sku, line.currency)) if line else None
    if not (line and preview and preview.price and preview.referral_fee and preview.fulfillment_fee):
        return UnitValue(None, "unknown", account.marketplace.currency)
    price = ((line.price or NOTHING) - (line.promotion or NOTHING)) / line.quantity
    fees = preview.referral_fee * price / preview.price + preview.fulfillment_fee
    return UnitValue(_cents(max(price - fees, NOTHING)), "net_sale", line.currency)


def priced_lines(facts: ComponentFacts) -> Mapping[tuple[str, str], OrderRow]:
    """The lines of orders that have a price, by order and SKU. Read once: `facts.once(priced_lines)`."""
    return {(row.order_id, row.sku): row for row in facts.orders if row.price and row.quantity}


def _per_unit(entry: Entry) -> Decimal:
    return entry.sum(*PROCEEDS) / entry.units


def newest_previews(facts: ComponentFacts) -> Mapping[str, FeePreviewRow]:
    """The newest fee preview of each SKU: of several marketplaces the last one's by id, whichever changed last. Read
    once: `facts.once(newest_previews)`."""
    return {row.sku: row for row in _oldest_first(facts)}


def previews_by_currency(facts: ComponentFacts) -> Mapping[tuple[str, str], FeePreviewRow]:
    """The same by SKU and currency, for a price in another one says nothing. Read once:
    `facts.once(previews_by_currency)`."""
    return {(row.sku, row.currency): row for row in _oldest_first(facts)}


def _oldest_first(facts: ComponentFacts) -> list[FeePreviewRow]:
    return sorted(facts.previews, key=lambda row: (row.marketplace_id, row.seen_on))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))
