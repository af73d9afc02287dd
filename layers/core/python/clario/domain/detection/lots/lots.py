"""The two sides of netting: lots (units Amazon owes) and credits (units that came back or were paid)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.policy import PolicyFamily
from clario.domain.detection.rows.facts import Names
from clario.domain.detection.rows.source import SourceRow
from clario.domain.detection.rows.unit_rows import LedgerRow
from clario.domain.values import Money


class Family(StrEnum):
    """What a lot is to netting, and what a reimbursement was paid for: who may settle whom (`passes.py`)."""

    FC_LOST = "fc_lost"
    FC_DAMAGED = "fc_damaged"
    DISPOSED = "disposed"
    OWNERSHIP = "ownership"  # taken out of the seller's name
    INBOUND = "inbound"
    INBOUND_DAMAGED = "inbound_damaged"
    ORDER = "order"  # of a reimbursement: something about a customer's order
    REFUND = "refund"  # a unit that a customer was given money or another unit for
    RESTOCK = "restock"  # a unit that came back sellable
    RETURN = "return"  # a unit that came back damaged
    DISPUTE = "dispute"  # a loss of an order that only a payment naming it settles
    REMOVAL = "removal"
    FEE = "fee"
    GENERIC = "generic"
    ALONE = "alone"  # nothing settles it but its own rows


class Strength(StrEnum):
    """How much the rows themselves speak for Amazon's fault."""

    HIGH = "high"
    MEDIUM_HIGH = "medium_high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Units that went wrong in one event. What settled them is netting's business.

    Attributes:
        tier: the best tier its rows allow.
        names: of the item.
        subject: what the claim is about; with type and anchor its identity.
        anchor: the day Amazon counts the time to file from.
        rows: what proves it, the row it is about first.
        happened: the day it happened, where that is not the anchor: what settles it comes around that day.
        amazon_open: Amazon's own count of unsettled units, None when the report does not say.
        amazon_settled: its count of settled ones, 0 when it does not say.
        order_ids, shipment_id, removal_order_id, place: what else a credit may be known by; `place` is the
            centre of a return, the disposition of a disposal.
        told_from: before that day nothing can be concluded, None: at once.
        sure_from: until that day it is for review at most, None: at once.
        opens_on: Amazon takes no claim before that day, whatever the policy's window says.
        unit_value: what the reports themselves say a unit of it is worth.
        net_sale: what the sale of its order brought per unit, where a payment that names no order may be for it.
        waits_for_window: nothing can be concluded before claims open, for until then the unit may come back.
        hint: it is told only if nothing explains it, however loosely.
        policy, policy_anchor: a rule for filing it beside its type's, and the day that one counts from: it holds in the
            marketplaces that have it.
        unsure: units of it that may never have gone wrong: no more is told of the last ones open than for review.
        warnings: words for the evidence.
    """

    anomaly_type: AnomalyType
    family: Family
    tier: Tier
    strength: Strength
    names: Names
    subject: str
    anchor: date
    units: int
    rows: tuple[SourceRow, ...]
    happened: date | None = None
    amazon_open: int | None = None
    amazon_settled: int = 0
    order_ids: tuple[str, ...] = ()
    order_item_id: str = ""
    shipment_id: str = ""
    removal_order_id: str = ""
    place: str = ""
    told_from: date | None = None
    sure_from: date | None = None
    opens_on: date | None = None
    unit_value: Money | None = None
    net_sale: Money | None = None
    waits_for_window: bool = False
    hint: bool = False
    policy: PolicyFamily | None = None
    policy_anchor: date | None = None
    unsure: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def on(self) -> date:
        """The day netting counts from."""
        return self.happened or self.anchor

    @property
    def order(self) -> tuple[Any, ...]:
        """Oldest first; on one day by the rank of the type; then by the row."""
        return (self.on, RANKS[self.anomaly_type], self.subject, self.rows[0].ref.table, self.rows[0].key)


_FIRST = (
    # When several kinds of claims see the same units, the earlier one here is the one that is told.
    AnomalyType.INBOUND_SHIPMENT_MISSING,
    AnomalyType.INBOUND_SHORTAGE,
    AnomalyType.RECEIVED_THEN_DEDUCTED,
    AnomalyType.INBOUND_DAMAGED_CARRIER,
    AnomalyType.LOST_WAREHOUSE,
    AnomalyType.DAMAGED_WAREHOUSE,
    AnomalyType.DISPOSED_UNAUTHORIZED,
    AnomalyType.OWNERSHIP_TRANSFER_OUT,
    AnomalyType.RETURN_DAMAGED_BY_AMAZON,
    AnomalyType.RETURN_NOT_RESTOCKED,
    AnomalyType.RETURN_WRONG_ITEM,
    AnomalyType.REPLACEMENT_NO_RETURN,
    AnomalyType.REFUND_NO_RETURN,
)
RANKS = {kind: rank for rank, kind in enumerate((*_FIRST, *(kind for kind in AnomalyType if kind not in _FIRST)))}


def item_subject(names: Names) -> str:
    """What a claim about an item is about: the FNSKU, or the best name there is."""
    return names.fnsku or names.asin or names.sku


def warehouse_lot(
    row: LedgerRow,
    anomaly_type: AnomalyType,
    family: Family,
    tier: Tier,
    strength: Strength,
    counted: int = 0,
    hint: bool = False,
) -> Lot:
    """The lot of a negative ledger adjustment, anchored on the day Amazon reported it.

    `counted` of its units belong to an earlier lot already.
    """
    units = -row.quantity - counted
    open_units = None if row.unreconciled is None else min(max(row.unreconciled, 0), units)
    settled = row.reconciled if row.reconciled is not None else units - (units if open_units is None else open_units)
    names = Names(row.asin, row.fnsku, row.msku)
    return Lot(
        anomaly_type=anomaly_type,
        family=family,
        tier=tier,
        strength=strength,
        names=names,
        subject=item_subject(names),
        anchor=row.occurred_on,
        units=units,
        rows=(row,),
        amazon_open=open_units,
        amazon_settled=settled,
        hint=hint,
    )


class CreditKind(StrEnum):
    """What a credit is."""

    FOUND = "found"  # ledger F
    TRANSFERRED = "transferred"  # ledger N without a reimbursement beside it: found, or a replacement not reported
    REGRADED = "regraded"  # damaged stock back to sellable
    REIMBURSED = "reimbursed"  # cash, or a replacement the ledger does not show
    IN_KIND = "in_kind"  # a replacement unit that report and ledger both show
    POSTED = "posted"  # cash that the transactions show and the reimbursements report does not
    SURPLUS = "surplus"  # received beyond what a shipment declared
    SWAPPED = "swapped"  # a surplus of another item in the same shipment
    RECEIVED_LATE = "received_late"  # units of a shipment that were missing when it was judged
    DISPOSAL_ORDERED = "disposal_ordered"  # the seller asked for it
    RETURNED = "returned"  # a customer's return that names the order
    UNNAMED_RETURN = "unnamed_return"  # a return that names no order of ours, or shows in the ledger only
    RECHARGED = "recharged"  # the customer was charged again
    RESTOCKED = "restocked"  # the ledger took a return into sellable stock
    SHELVED = "shelved"  # the ledger took a return into other stock


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Units that settle a lot.

    `family` is None for plain stock movements. `strict` is False where the row contradicts itself and may only count
    in the seller's disfavour. `voided` units were paid and taken back: the lot they settled is reopened by the
    reversal and belongs to that claim type, so they keep their place in netting. `unit_paid` is the money
    for one unit, None where the row has none.
    """

    kind: CreditKind
    family: Family | None
    fnsku: str
    asin: str
    on: date
    units: int
    rows: tuple[SourceRow, ...]
    strict: bool = True
    voided: bool = False
    order_id: str = ""
    shipment_id: str = ""
    place: str = ""
    sku: str = ""
    unit_paid: Money | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        """Oldest first, valid before voided, then by the rows; report lines before ledger lines."""
        rows = [(row.ref.table == "ledger_events", row.ref.table, row.key) for row in self.rows]
        return (self.on, self.voided, self.kind, rows)
