"""Rows about units: what Amazon's reports say was received, moved, sold, returned, removed, lost and given back.

One class per table, in the shape detection reads it. An empty cell is "", a number Amazon does not give is None:
missing is never zero. Days are of the marketplace's calendar. `ordinal` tells genuine identical lines apart, from 1.
Every row has a `key`, its natural key: equal for equal rows whatever document they came from, and a total order.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from clario.domain.detection.rows.source import SourceRef


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A line of the inventory ledger's detail view. Quantity is signed.

    `reconciled` and `unreconciled` are Amazon's own bookkeeping of a misplaced, found or damaged row, None when the
    report has no such value.
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
        where = (self.fulfillment_center, self.disposition, self.reason, self.country)
        what = (self.fnsku, self.asin, self.msku, self.event_type, self.reference_id, self.quantity)
        return (self.occurred_on, *what, *where, self.ordinal)


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """A month of the ledger's summary view for one item, disposition and country; `day` is the month's first.

    `moved` is the sum of all movement columns, signed as stock changes, unknown events included; `found` that of the
    column of found units alone. `in_transit` is a stock beside the balance, not a movement.
    """

    day: date
    fnsku: str
    asin: str
    msku: str
    disposition: str
    location: str
    starting: int
    moved: int
    found: int
    in_transit: int
    ending: int
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.day, self.fnsku, self.msku, self.disposition, self.location)


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
        what = (self.reimbursement_id, self.sku, self.fnsku, self.reason, str(self.amount_total))
        return (self.approved_on, *what, self.cash_units, self.inventory_units, self.ordinal)


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A line of the customer returns report: units that came back. `disposition` is what Amazon found them to be."""

    returned_on: date
    order_id: str
    sku: str
    fnsku: str
    asin: str
    quantity: int
    fulfillment_center: str
    disposition: str
    reason: str
    status: str
    license_plate: str
    ordinal: int
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        what = (self.order_id, self.sku, self.fnsku, self.license_plate, self.disposition, self.reason, self.status)
        return (self.returned_on, *what, self.fulfillment_center, self.quantity, self.ordinal)


@dataclass(frozen=True, slots=True)
class ReplacementRow:
    """A free replacement sent to a customer; `reason_code` says why."""

    shipped_on: date
    sku: str
    asin: str
    quantity: int
    reason_code: str
    replacement_order_id: str
    original_order_id: str
    ordinal: int
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        orders = (self.original_order_id, self.replacement_order_id)
        return (self.shipped_on, *orders, self.sku, self.reason_code, self.quantity, self.ordinal)


@dataclass(frozen=True, slots=True)
class ShippedRow:
    """What left a fulfilment centre for a customer: one line per parcel and item."""

    shipped_on: date
    order_id: str
    sku: str
    fnsku: str
    asin: str
    fulfillment_center: str
    quantity: int
    unit_price: Decimal | None
    currency: str
    ordinal: int
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.shipped_on, self.order_id, self.sku, self.fnsku, self.quantity, self.ordinal)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A line of an order. Amounts are totals of the line and positive, promotions included.

    `channel` is who ships it: "Amazon" or "Merchant". `original_order_id` is set when it replaces another order.
    """

    purchased_on: date
    order_id: str
    item_id: str
    marketplace_id: str
    channel: str
    sales_channel: str
    status: str
    sku: str
    asin: str
    quantity: int
    currency: str
    price: Decimal | None
    tax: Decimal | None
    shipping: Decimal | None
    gift_wrap: Decimal | None
    promotion: Decimal | None
    original_order_id: str
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.purchased_on, self.order_id, self.sku, self.item_id)


@dataclass(frozen=True, slots=True)
class InboundRow:
    """A line of a shipment to Amazon, with what is known of the shipment itself.

    Amazon's API has no dates of a shipment: `delivered_on` and `closed_on` are the days on which we first saw it
    delivered (or anything later) and closed, None when we never did. `partnered`: an Amazon-partnered carrier brought
    it, None when nothing says so. `received` None: Amazon has not said. `left_with`: the units the line had when we
    first saw the shipment on its way, None when we never did.
    """

    shipment_id: str
    status: str
    created_on: date
    delivered_on: date | None
    closed_on: date | None
    partnered: bool | None
    sku: str
    fnsku: str
    asin: str
    shipped: int
    received: int | None
    in_case: int | None
    left_with: int | None
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.created_on, self.shipment_id, self.sku)


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """A shipment to Amazon as a whole, without its lines."""

    shipment_id: str
    status: str
    created_on: date
    delivered_on: date | None
    closed_on: date | None
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.created_on, self.shipment_id)


@dataclass(frozen=True, slots=True)
class RemovalRow:
    """A line of an order to take stock out: `order_type` Return, Disposal or Liquidations.

    `paid_on` is the day a buyer's money for it arrived (liquidations), None when none did.
    """

    requested_on: date
    order_id: str
    order_type: str
    status: str
    updated_on: date
    sku: str
    fnsku: str
    asin: str
    disposition: str
    requested: int
    cancelled: int
    disposed: int
    shipped: int
    in_process: int
    fee: Decimal | None
    currency: str
    paid_on: date | None
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.requested_on, self.order_id, self.sku, self.fnsku, self.disposition)


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """Units of a removal order that left with a carrier."""

    shipped_on: date
    order_id: str
    order_type: str
    sku: str
    fnsku: str
    asin: str
    disposition: str
    quantity: int
    carrier: str
    tracking_number: str
    ordinal: int
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        what = (self.order_id, self.tracking_number, self.sku, self.fnsku, self.disposition)
        return (self.shipped_on, *what, self.quantity, self.ordinal)
