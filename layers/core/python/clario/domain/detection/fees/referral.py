"""Referral fees: what a category's rule takes of a price, and what Amazon keeps of one it gives back."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from clario.domain.detection.fees.tables import OtherTables, ReferralRow, administration_table
from clario.domain.values import Marketplace

CENT = Decimal("0.01")


def referral_fee(rule: ReferralRow, price: Decimal) -> Decimal:
    """The fee on a total price: item, shipping and gift wrap, without tax."""
    if rule.kind == "whole":
        rate = next(step.rate for step in rule.steps if step.up_to is None or price <= step.up_to)
        fee = price * rate
    else:
        fee = _by_portions(rule, price)
    return max(rule.minimum, fee.quantize(CENT, ROUND_HALF_UP))


def _by_portions(rule: ReferralRow, price: Decimal) -> Decimal:
    fee, below = Decimal(0), Decimal(0)
    for step in rule.steps:
        top = price if step.up_to is None else min(price, step.up_to)
        fee += max(Decimal(0), top - below) * step.rate
        below = top
    return fee


def referral_rules(tables: OtherTables, on: date) -> list[ReferralRow]:
    """The rules of all categories on a day."""
    return [row for row in tables.referral if row.holds(on)]


def administration_fee(refunded: Decimal, marketplace: Marketplace, on: date) -> Decimal:
    """What Amazon keeps of a referral fee that it gives back."""
    rows = (row for row in administration_table().rows if row.holds(on))
    row = next(row for row in rows if row.country in (marketplace.country, None))
    kept = (refunded * row.share).quantize(CENT, ROUND_HALF_UP)
    return kept if row.most is None else min(row.most, kept)
