"""Units misplaced in a fulfilment centre."""

from collections.abc import Iterator

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.facts import ComponentFacts
from clario.domain.detection.lots import Family, Lot, Strength, warehouse_lot

# Reason codes: help page "Inventory Ledger report", https://sellercentral.amazon.com/help/hub/reference/G4FKT5KQWFFJ7LDN
MISPLACED = frozenset({"M", "5"})
# A misplaced unit that was already expired, defective or damaged by a customer is normally not owed.
OWED_DISPOSITIONS = frozenset({"SELLABLE", "WAREHOUSE_DAMAGED"})


def lost_warehouse(facts: ComponentFacts) -> Iterator[Lot]:
    """Every unit Amazon booked as misplaced out of stock it answers for."""
    for row in facts.adjustments(MISPLACED):
        if row.quantity < 0 and row.disposition in OWED_DISPOSITIONS:
            yield warehouse_lot(row, AnomalyType.LOST_WAREHOUSE, Family.FC_LOST, Tier.CLAIM, Strength.HIGH)
