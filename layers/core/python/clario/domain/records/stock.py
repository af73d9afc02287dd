"""Rows about stock at Amazon: the ledger, its balances, what is there now, and what is on its way in."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from . import Record


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
class LedgerBalance(Record):
    """A period's movements of one FNSKU in one disposition and place, signed as Amazon delivers them.

    A period is a month (its first day) unless Amazon was asked for another. `in_transit` is a stock, not a movement.
    """

    period_start: date
    row_key: UUID
    ordinal: int
    fnsku: str
    asin: str | None
    msku: str | None
    title: str | None
    disposition: str | None
    location: str | None
    store: str | None
    starting_balance: int
    in_transit: int | None
    receipts: int | None
    customer_shipments: int | None
    customer_returns: int | None
    vendor_returns: int | None
    warehouse_transfers: int | None
    found: int | None
    lost: int | None
    damaged: int | None
    disposed: int | None
    other_events: int | None
    ending_balance: int
    unknown_events: int | None


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


@dataclass(frozen=True, slots=True)
class InboundShipment(Record):
    """A shipment of the seller to Amazon as it stands. Amazon's answer has no date."""

    shipment_id: str
    marketplace_id: str
    name: str | None
    status: str
    fulfillment_center: str | None
    label_prep_type: str | None
    are_cases_required: bool | None
    box_contents_source: str | None


@dataclass(frozen=True, slots=True)
class InboundShipmentStatus(Record):
    """A status that a shipment was seen in; the row's `as_of` says when it was first seen so."""

    shipment_id: str
    status: str


@dataclass(frozen=True, slots=True)
class InboundShipmentItem(Record):
    """Units of one SKU in a shipment: sent, and received so far. More may be received than was sent."""

    shipment_id: str
    item_key: UUID
    sku: str
    fnsku: str | None
    quantity_shipped: int
    quantity_received: int | None
    quantity_in_case: int | None


@dataclass(frozen=True, slots=True)
class InboundShipmentPlan(Record):
    """A number of units that an item of a shipment was seen as sent with; the row's `as_of` says when it was first
    seen so. Sellers can change it after the shipment has left."""

    shipment_id: str
    item_key: UUID
    quantity_shipped: int
