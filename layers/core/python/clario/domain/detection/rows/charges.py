"""What the lines of financial transactions are about: price, tax, promotion, and which fee.

A line's path is a chain of breakdown types, from Finances API 2024-06-19 (ProductCharges/OurPricePrincipal,
AmazonFees/FBAPerUnitFulfillmentFee/Base) or the charge and fee types of v0 (Principal, FBAPerUnitFulfillmentFee):
https://developer-docs.amazon.com/sp-api/docs/finances-api-v2024-06-19-reference. The names are an open list.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from clario.domain.detection.rows.facts import ComponentFacts
from clario.domain.detection.rows.money_rows import MoneyRow


class Charge(StrEnum):
    """What an amount is."""

    PRICE = "price"  # of the goods
    TAX = "tax"  # what the customer pays, and what a marketplace keeps of it to pay it itself
    SHIPPING = "shipping"
    GIFT_WRAP = "gift_wrap"
    PROMOTION = "promotion"
    REFERRAL = "referral"
    ADMINISTRATION = "administration"  # kept of a refunded referral fee
    FULFILLMENT = "fulfillment"
    AMAZONS_OWN = "amazons_own"  # goodwill, return postage: no part of what the customer had paid
    OTHER = "other"


_NAMES = {
    "principal": Charge.PRICE,
    "ourpriceprincipal": Charge.PRICE,
    "productcharges": Charge.PRICE,
    "tax": Charge.TAX,
    "shippingtax": Charge.TAX,
    "giftwraptax": Charge.TAX,
    "shipping": Charge.SHIPPING,
    "shippingcharge": Charge.SHIPPING,
    "shippingprincipal": Charge.SHIPPING,
    "giftwrap": Charge.GIFT_WRAP,
    "giftwrapprincipal": Charge.GIFT_WRAP,
    "promotionalrebates": Charge.PROMOTION,
    "promotion": Charge.PROMOTION,
    "promotionlist": Charge.PROMOTION,
    "promotionadjustmentlist": Charge.PROMOTION,
    "commission": Charge.REFERRAL,
    "refundcommission": Charge.ADMINISTRATION,
    "fbaperunitfulfillmentfee": Charge.FULFILLMENT,
    "fbaweightbasedfee": Charge.FULFILLMENT,
    "goodwill": Charge.AMAZONS_OWN,
    "returnshipping": Charge.AMAZONS_OWN,
    "restockingfee": Charge.AMAZONS_OWN,
}


@cache
def name_key(name: str) -> str:
    """A name of Amazon's without case and punctuation."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


@cache
def charge_of(path: str) -> Charge:
    """What the line with this path is: the name nearest to the leaf that we know decides."""
    steps = [name_key(step) for step in path.split("/")]
    if steps[-1] == "tax" and len(steps) > 1 and steps[-2] in _NAMES:
        return Charge.OTHER  # the tax on a fee
    if any(step.startswith("marketplacefacilitator") for step in steps):
        return Charge.TAX
    return next((_NAMES[step] for step in reversed(steps) if step in _NAMES), Charge.OTHER)


NOTHING = Decimal(0)
HELD_BACK = frozenset({"DEFERRED", "DEFERRED_RELEASED"})
"""States of a sale whose money is held back, or was."""
PARCELS_APART = timedelta(days=30)
"""The parcels of an order leave within that time: our choice."""
RELEASED_SINCE = "DEFERRED_RELEASED"
"""The state of the held-back copy of money that was released since: only the release counts."""


class OrderItem(NamedTuple):
    """One product in one order."""

    order_id: str
    sku: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One product's part of one financial transaction about an order: its amounts by what they are.

    `units` is Amazon's quantity, 0 where it gives none. Amounts are signed from the seller's side. `has_goods`: there
    are units and their price; a correction of a sale may have only a fee.
    """

    item: OrderItem
    on: date
    units: int
    amounts: Mapping[Charge, Decimal]
    has_goods: bool
    rows: tuple[MoneyRow, ...]

    def sum(self, *kinds: Charge) -> Decimal:
        total = NOTHING
        for kind in kinds:
            if kind in self.amounts:
                total += self.amounts[kind]
        return total

    @property
    def currency(self) -> str:
        return self.rows[0].currency

    @property
    def marketplace_id(self) -> str:
        return self.rows[0].marketplace_id

    @property
    def asin(self) -> str:
        return self.rows[0].asin


Entries = Mapping[OrderItem, tuple[Entry, ...]]


def sales(facts: ComponentFacts) -> Entries:
    """What customers' purchases brought, by order and product, oldest first. Read once: `facts.once(sales)`.

    A sale whose money is still held back counts as it will be released.
    """
    return _entries(facts.money_of("Shipment"), frozenset({RELEASED_SINCE}))


def refunds(facts: ComponentFacts) -> Entries:
    """What refunds took back, by order and product, oldest first. Read once: `facts.once(refunds)`."""
    return _entries(facts.money_of("Refund"), HELD_BACK)


def recharges(facts: ComponentFacts) -> Entries:
    """What customers were charged again after a refund. Read once: `facts.once(recharges)`."""
    return _entries(facts.money_of("Retrocharge"), HELD_BACK)


def disputes(facts: ComponentFacts) -> Entries:
    """What was taken for chargebacks and guarantee claims. Read once: `facts.once(disputes)`."""
    return _entries((*facts.money_of("Chargeback"), *facts.money_of("GuaranteeClaim")), HELD_BACK)


def _entries(rows: Sequence[MoneyRow], left_out: frozenset[str]) -> Entries:
    """The rows in none of these states; money that was held back is of the day on which it was."""
    held_on = {row.transaction_id: row.posted_on for row in rows if row.status in HELD_BACK}
    parts: defaultdict[tuple[str, str], list[MoneyRow]] = defaultdict(list)
    for row in rows:
        if row.order_id and row.sku and row.status not in left_out:
            parts[row.transaction_id, row.item].append(row)
    table: defaultdict[OrderItem, list[Entry]] = defaultdict(list)
    for part in parts.values():
        entry = _entry(part, held_on.get(part[0].release_of, part[0].posted_on))
        table[entry.item].append(entry)
    return {item: tuple(sorted(entries, key=_by_day)) for item, entries in table.items()}


def _by_day(entry: Entry) -> tuple[date, str]:
    return entry.on, entry.rows[0].event_id


def _entry(rows: list[MoneyRow], on: date) -> Entry:
    amounts: defaultdict[Charge, Decimal] = defaultdict(Decimal)
    for row in rows:
        amounts[charge_of(row.path)] += row.amount
    first = rows[0]
    units = abs(first.quantity or 0)
    has_goods = bool(units) and amounts.get(Charge.PRICE, NOTHING) > 0
    item = OrderItem(first.order_id, first.sku)
    return Entry(item, on, units, dict(amounts), has_goods, tuple(rows))
