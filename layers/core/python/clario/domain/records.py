"""Rows as we store them: one dataclass per table, its fields are the columns; and the row that could not become one."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Record:
    """What every stored row has: `line` is its place in the raw object (a report's line, the header is 1)."""

    line: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """A source row that could not be read: kept with its reason and as it came, never dropped.

    `day` is the row's own day where that much could be read.
    """

    line: int
    reason: str
    raw: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class LedgerEvent(Record):
    """One line of Amazon's inventory ledger. Quantities are units, negative when stock goes down.

    Amazon gives no id and identical lines are genuine, so a row is known by a hash of its natural key and its
    ordinal among equals. Reconciled and unreconciled quantities change later and are not part of the key.
    """

    occurred_on: date
    event_key: UUID
    ordinal: int
    occurred_at: datetime | None
    fnsku: str
    asin: str | None
    msku: str | None
    title: str | None
    event_type: str
    reference_id: str | None
    quantity: int
    fulfillment_center: str | None
    disposition: str | None
    reason: str | None
    country: str | None
    reconciled_quantity: int | None
    unreconciled_quantity: int | None
    store: str | None


@dataclass(frozen=True, slots=True)
class Reimbursement(Record):
    """One line of what Amazon granted, in cash or in units. Amounts are of the cash part only."""

    approved_on: date
    reimbursement_id: str
    row_key: UUID
    ordinal: int
    approved_at: datetime
    case_id: str | None
    order_id: str | None
    reason: str
    sku: str | None
    fnsku: str | None
    asin: str | None
    product_name: str | None
    condition: str | None
    currency: str | None
    amount_per_unit: Decimal | None
    amount_total: Decimal | None
    quantity_cash: int
    quantity_inventory: int
    quantity_total: int
    original_reimbursement_id: str | None
    original_reimbursement_type: str | None


@dataclass(frozen=True, slots=True)
class FinancialEvent(Record):
    """One money line: a leaf of a transaction's breakdown tree, signed from the seller's side.

    `event_id` begins with the generation of Amazon's API it was read from, so that two generations never mix.
    """

    posted_on: date
    event_id: str
    event_type: str
    event_date: datetime
    transaction_id: str
    transaction_type: str
    transaction_status: str | None
    order_id: str | None
    sku: str | None
    asin: str | None
    amount: Decimal
    currency: str
    quantity: int | None
    description: str | None
    metadata: str  # JSON: the path in the breakdown tree, related identifiers


@dataclass(frozen=True, slots=True)
class Inventory(Record):
    """What Amazon holds of one SKU in one marketplace. Quantities are units; None where Amazon does not say.

    `total_quantity` counts units on their way in as well. The totals of reserved and unfulfillable units come before
    their kinds. Every field whose name ends in `_quantity` becomes zero when a whole scan does not name the SKU.
    """

    marketplace_id: str
    sku: str
    fnsku: str | None
    asin: str | None
    condition: str | None
    product_name: str | None
    last_updated_at: datetime | None
    total_quantity: int | None
    fulfillable_quantity: int | None
    inbound_working_quantity: int | None
    inbound_shipped_quantity: int | None
    inbound_receiving_quantity: int | None
    reserved_quantity: int | None
    pending_customer_order_quantity: int | None
    pending_transshipment_quantity: int | None
    fc_processing_quantity: int | None
    researching_quantity: int | None
    unfulfillable_quantity: int | None
    customer_damaged_quantity: int | None
    warehouse_damaged_quantity: int | None
    distributor_damaged_quantity: int | None
    carrier_damaged_quantity: int | None
    defective_quantity: int | None
    expired_quantity: int | None


def natural_key(*parts: object) -> UUID:
    """A 128-bit key of a row's identifying values; None and the empty text are the same value."""
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return UUID(bytes=blake2b(text.encode(), digest_size=16).digest())


class Ordinals:
    """Numbers equal keys 0, 1, 2 … in the order they come: identical lines are genuine and all are kept."""

    def __init__(self) -> None:
        self._seen: dict[object, int] = {}

    def next(self, key: object) -> int:
        ordinal = self._seen.get(key, 0)
        self._seen[key] = ordinal + 1
        return ordinal
