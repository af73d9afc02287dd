"""The two sides of netting: lots (units Amazon owes) and credits (units that came back or were paid)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.facts import LedgerRow, Row


class Family(StrEnum):
    """What a reimbursement is for, and what policy a claim falls under."""

    FC_LOST = "fc_lost"
    FC_DAMAGED = "fc_damaged"
    INBOUND = "inbound"
    ORDER = "order"
    REMOVAL = "removal"
    FEE = "fee"
    GENERIC = "generic"


class Strength(StrEnum):
    """How much a reason code itself speaks for Amazon's fault."""

    HIGH = "high"
    MEDIUM_HIGH = "medium_high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Lot:
    """Units that went wrong in one event. What settled them is netting's business.

    `tier` is the best tier its code allows. `amazon_open` is Amazon's own count of unsettled units, None when the
    report does not say; `amazon_settled` its count of settled ones, 0 when it does not say.
    """

    anomaly_type: AnomalyType
    family: Family
    tier: Tier
    strength: Strength
    fnsku: str
    asin: str
    sku: str
    anchor: date
    units: int
    amazon_open: int | None
    amazon_settled: int
    row: LedgerRow

    @property
    def subject(self) -> str:
        """What the claim is about: the FNSKU, or the best name there is."""
        return self.fnsku or self.asin or self.sku

    @property
    def order(self) -> tuple[Any, ...]:
        """Oldest first; on one day the lost units before the damaged ones; then by the row."""
        return (self.anchor, list(AnomalyType).index(self.anomaly_type), self.row.key)


def warehouse_lot(row: LedgerRow, anomaly_type: AnomalyType, family: Family, tier: Tier, strength: Strength) -> Lot:
    """The lot of a negative ledger adjustment, anchored on the day Amazon reported it."""
    units = -row.quantity
    open_units = None if row.unreconciled is None else min(max(row.unreconciled, 0), units)
    settled = row.reconciled if row.reconciled is not None else units - (units if open_units is None else open_units)
    names = (row.fnsku, row.asin, row.msku)
    return Lot(anomaly_type, family, tier, strength, *names, row.occurred_on, units, open_units, settled, row)


class CreditKind(StrEnum):
    FOUND = "found"  # ledger F
    TRANSFERRED = "transferred"  # ledger N without a reimbursement beside it: found, or a replacement not reported
    REGRADED = "regraded"  # damaged stock back to sellable
    REIMBURSED = "reimbursed"  # cash, or a replacement the ledger does not show
    IN_KIND = "in_kind"  # a replacement unit that report and ledger both show


@dataclass(frozen=True, slots=True)
class Credit:
    """Units that settle a lot.

    `family` is None for plain stock movements. `strict` is False where the row contradicts itself and may only count
    in the seller's disfavour. `voided` units were paid and taken back: the lot they settled is reopened by the
    reversal and belongs to that claim type, so they keep their place in netting.
    """

    kind: CreditKind
    family: Family | None
    fnsku: str
    asin: str
    on: date
    units: int
    rows: tuple[Row, ...]
    strict: bool = True
    voided: bool = False

    @property
    def order(self) -> tuple[Any, ...]:
        """Oldest first, valid before voided, then by the rows; report lines before ledger lines."""
        rows = [(isinstance(row, LedgerRow), *map(str, row.key)) for row in self.rows]
        return (self.on, self.voided, self.kind, rows)
