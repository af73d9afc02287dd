"""Referral fees: what a category's rule takes of a price, and what Amazon keeps of one it gives back."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from clario.domain.detection.fees.tables import ReferralRow, administration_table, other_tables
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


class ReferralBook:
    """A marketplace's referral fees, by day, price and category. Answers are kept: asking again is cheap."""

    def __init__(self, rules: Sequence[ReferralRow]) -> None:
        self._all = rules
        self._changes = sorted({rule.valid_from for rule in rules})
        self._rules: dict[int, list[ReferralRow]] = {}
        self._read: dict[tuple[int, Decimal, Decimal], frozenset[str]] = {}

    def rules(self, on: date) -> list[ReferralRow]:
        """The rules of all categories on a day; none before the table begins."""
        season = bisect_right(self._changes, on)
        if season not in self._rules:
            self._rules[season] = [rule for rule in self._all if rule.holds(on)]
        return self._rules[season]

    def categories(self, on: date, price: Decimal, fee: Decimal) -> frozenset[str]:
        """The categories whose rule takes that fee of that price, give or take a cent."""
        key = (bisect_right(self._changes, on), price, fee)
        if key not in self._read:
            rules = self.rules(on)
            self._read[key] = frozenset(r.category for r in rules if abs(referral_fee(r, price) - fee) <= CENT)
        return self._read[key]

    def highest(self, on: date, price: Decimal, categories: frozenset[str]) -> Decimal:
        """The most that one of these categories takes of a price."""
        return max(referral_fee(rule, price) for rule in self.rules(on) if rule.category in categories)


@cache
def referral_book(marketplace: Marketplace) -> ReferralBook | None:
    """The referral fees of a marketplace; None where no table is known."""
    tables = other_tables(marketplace)
    return None if tables is None else ReferralBook(tables.referral)


def administration_fee(refunded: Decimal, marketplace: Marketplace, on: date) -> Decimal:
    """What Amazon keeps of a referral fee that it gives back."""
    rows = (row for row in administration_table().rows if row.holds(on))
    row = next(row for row in rows if row.country in (marketplace.country, None))
    kept = (refunded * row.share).quantize(CENT, ROUND_HALF_UP)
    return kept if row.most is None else min(row.most, kept)
