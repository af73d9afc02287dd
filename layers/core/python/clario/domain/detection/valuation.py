"""What a unit is worth.

Since 31 March 2025 Amazon pays for a unit lost before an order what the seller paid to source it, so the seller's own
documented cost is the value. Without it the value is unknown: a number we made up would be worse than none.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clario.domain.detection.facts import CostRow, SellerFacts
from clario.domain.detection.policy import policy, unit_cap


@dataclass(frozen=True, slots=True)
class UnitValue:
    """One unit's value in the marketplace's currency, None with basis "unknown" when nothing honest is known."""

    amount: Decimal | None
    basis: str
    cost: CostRow | None = None
    capped: bool = False


UNKNOWN = UnitValue(None, "unknown")


def unit_value(facts: SellerFacts, sku: str, anchor: date, today: date) -> UnitValue:
    """The seller's cost of the SKU on the day of the loss, capped by policy.

    The regime of an open claim is that of today: Amazon decides it when it approves.
    """
    cost = _cost(facts, sku, anchor)
    if cost is None or today < policy().cost_regime.valid_from:
        return UNKNOWN
    cap = unit_cap(facts.marketplace, today)
    if cap and cap.currency == cost.currency and cap.amount < cost.unit_cost:
        return UnitValue(cap.amount, "cogs", cost, capped=True)
    return UnitValue(cost.unit_cost, "cogs", cost)


def _cost(facts: SellerFacts, sku: str, anchor: date) -> CostRow | None:
    """The newest cost valid on the day, in the marketplace's currency; other currencies are never converted."""
    valid = [
        cost
        for cost in facts.costs_by_sku.get(sku, ())
        if cost.valid_from <= anchor and cost.currency == facts.marketplace.currency
    ]
    return valid[-1] if valid else None
