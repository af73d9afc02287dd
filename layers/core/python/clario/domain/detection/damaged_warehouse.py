"""Units that became damaged in a fulfilment centre."""

from collections.abc import Iterator

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.facts import ComponentFacts
from clario.domain.detection.lots import Family, Lot, Strength, warehouse_lot

# The code says what the unit was before it was found damaged, and with it how clearly Amazon did it.
# Codes: https://sellercentral.amazon.com/help/hub/reference/G4FKT5KQWFFJ7LDN. The grading is ours.
GRADES = {
    "E": (Tier.CLAIM, Strength.HIGH),  # was sellable
    "6": (Tier.CLAIM, Strength.MEDIUM_HIGH),  # was damaged by the carrier
    "U": (Tier.CLAIM, Strength.MEDIUM),  # was damaged by the distributor
    "7": (Tier.REVIEW, Strength.LOW),  # was expired
    "H": (Tier.REVIEW, Strength.LOW),  # was damaged by a customer
    "K": (Tier.INFO, Strength.NONE),  # was defective
}


def damaged_warehouse(facts: ComponentFacts) -> Iterator[Lot]:
    """Every unit taken out of its disposition as damaged; the P row that puts it into the new one is no loss."""
    for row in facts.adjustments(frozenset(GRADES)):
        if row.quantity < 0:
            yield warehouse_lot(row, AnomalyType.DAMAGED_WAREHOUSE, Family.FC_DAMAGED, *GRADES[row.reason])
