"""What detection looks at: typed rows of Amazon's reports, each with the place it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from clario.domain.detection.money_rows import AgedRow, FeePreviewRow, MoneyRow, StorageRow
from clario.domain.detection.source import SourceRef
from clario.domain.values import DayRange, Marketplace


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A line of the inventory ledger's detail view. Quantity is signed; an empty cell is "".

    `reconciled` and `unreconciled` are Amazon's own bookkeeping of a misplaced, found or damaged row, None when the
    report has no such value. `ordinal` tells genuine identical lines of a day apart, from 1.
    """

    occurred_on: date
    fnsku: str
    asin: str
    msku: str
    event_type: str
    reference_id: str
    quantity: int
    fulfillment_center: str
    disposition: str
    reason: str
    country: str
    reconciled: int | None
    unreconciled: int | None
    ordinal: int
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        """The row's natural key: equal for equal rows whatever document they came from, and a total order."""
        where = (self.fulfillment_center, self.disposition, self.reason, self.country)
        what = (self.fnsku, self.asin, self.msku, self.event_type, self.reference_id, self.quantity)
        return (self.occurred_on, *what, *where, self.ordinal)


@dataclass(frozen=True, slots=True)
class ReimbursementRow:
    """A line of the reimbursements report. Units are signed (a reversal takes cash units back).

    `fnsku` and `asin` may be "". `amount_total` covers the cash units only.
    """

    approved_on: date
    reimbursement_id: str
    case_id: str | None
    order_id: str | None
    reason: str
    sku: str
    fnsku: str
    asin: str
    condition: str
    currency: str
    amount_per_unit: Decimal | None
    amount_total: Decimal | None
    cash_units: int
    inventory_units: int
    original_reimbursement_id: str | None
    original_reimbursement_type: str | None
    ordinal: int
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        """The row's natural key, a total order."""
        what = (self.reimbursement_id, self.sku, self.fnsku, self.reason, str(self.amount_total))
        return (self.approved_on, *what, self.cash_units, self.inventory_units, self.ordinal)


Row = LedgerRow | ReimbursementRow


@dataclass(frozen=True, slots=True)
class CostRow:
    """What the seller pays to source one unit of a SKU, from a day on."""

    sku: str
    unit_cost: Decimal
    currency: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    """The days that are completely loaded, per report used here; ranges in any order, they may touch or overlap."""

    ledger: tuple[DayRange, ...]
    reimbursements: tuple[DayRange, ...]


@dataclass(frozen=True)
class SellerFacts:
    """Everything detection needs of one connection. `marketplace` is its home: currency, calendar, policy."""

    connection: str
    marketplace: Marketplace
    ledger: tuple[LedgerRow, ...]
    reimbursements: tuple[ReimbursementRow, ...]
    costs: tuple[CostRow, ...]
    coverage: CoverageFacts
    money: tuple[MoneyRow, ...] = ()
    previews: tuple[FeePreviewRow, ...] = ()
    storage: tuple[StorageRow, ...] = ()
    aged: tuple[AgedRow, ...] = ()

    @cached_property
    def costs_by_sku(self) -> Mapping[str, tuple[CostRow, ...]]:
        """The cost rows of each SKU, oldest first."""
        table: dict[str, list[CostRow]] = {}
        for cost in sorted(self.costs, key=lambda c: (c.sku, c.valid_from, c.currency, c.unit_cost)):
            table.setdefault(cost.sku, []).append(cost)
        return {sku: tuple(costs) for sku, costs in table.items()}


@dataclass(frozen=True, slots=True)
class ComponentFacts:
    """The rows of items that can settle each other, in natural order; nothing outside can touch them."""

    key: str
    ledger: tuple[LedgerRow, ...]
    reimbursements: tuple[ReimbursementRow, ...]
    money: tuple[MoneyRow, ...] = ()
    previews: tuple[FeePreviewRow, ...] = ()
    storage: tuple[StorageRow, ...] = ()
    aged: tuple[AgedRow, ...] = ()

    def adjustments(self, reasons: frozenset[str]) -> tuple[LedgerRow, ...]:
        """The stock adjustments with these reason codes."""
        return tuple(row for row in self.ledger if row.event_type == "Adjustments" and row.reason in reasons)
