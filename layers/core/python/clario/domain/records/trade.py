"""Rows about customers' orders and what became of the units: sold, shipped, returned, replaced, removed.

Nothing here says who a customer is or where.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from . import Record


@dataclass(frozen=True, slots=True)
class Order(Record):
    """A customer's order. Words are those of the Orders API 2026-01-01, whatever was read.

    `replaced_order_id` is told by the APIs only.
    """

    last_updated_on: date
    order_id: str
    last_updated_at: datetime
    purchased_at: datetime
    status: str  # PENDING, UNSHIPPED, PARTIALLY_SHIPPED, SHIPPED, CANCELLED, ...
    fulfilled_by: str | None  # AMAZON, MERCHANT
    sales_channel: str | None
    is_business: bool
    replaced_order_id: str | None


@dataclass(frozen=True, slots=True)
class OrderItem(Record):
    """All units of one SKU in one order. Amounts are of all units together; None before Amazon has set a price.

    The order report has no item ids, so lines of the same SKU are one row; ids and shipped units come from the APIs.
    """

    last_updated_on: date
    order_id: str
    sku: str
    last_updated_at: datetime
    asin: str | None
    title: str | None
    quantity: int
    quantity_shipped: int | None
    currency: str | None
    item_price: Decimal | None
    shipping_price: Decimal | None
    gift_wrap_price: Decimal | None
    tax: Decimal | None
    promotion_discount: Decimal | None  # what the buyer paid less, positive
    order_item_ids: str | None  # separated by commas


@dataclass(frozen=True, slots=True)
class ShippedItem(Record):
    """Units that left a fulfilment centre for a customer."""

    shipped_on: date
    row_key: UUID
    ordinal: int
    shipped_at: datetime | None
    order_id: str
    sku: str
    fnsku: str | None
    asin: str | None
    fulfillment_center: str | None
    quantity: int
    currency: str | None
    item_price: Decimal | None  # of one unit
    shipping_price: Decimal | None
    gift_wrap_price: Decimal | None


@dataclass(frozen=True, slots=True)
class CustomerReturn(Record):
    """Units that came back from a customer to a fulfilment centre; of some Amazon does not know the order."""

    returned_on: date
    row_key: UUID
    ordinal: int
    returned_at: datetime | None
    order_id: str | None
    sku: str
    fnsku: str | None
    asin: str | None
    product_name: str | None
    quantity: int
    fulfillment_center: str | None
    disposition: str | None
    reason: str | None
    status: str | None
    license_plate_number: str | None


@dataclass(frozen=True, slots=True)
class Replacement(Record):
    """Units sent to a customer in place of others."""

    shipped_on: date
    row_key: UUID
    ordinal: int
    shipped_at: datetime | None
    sku: str
    asin: str | None
    fulfillment_center: str | None
    original_fulfillment_center: str | None
    quantity: int
    reason_code: str | None
    replacement_order_id: str
    original_order_id: str | None


@dataclass(frozen=True, slots=True)
class RemovalOrder(Record):
    """What the seller asked to have sent back or disposed of, one row for each product and disposition."""

    order_id: str
    row_key: UUID
    ordinal: int
    requested_at: datetime | None
    updated_at: datetime | None
    source: str | None
    order_type: str | None
    service_speed: str | None
    status: str | None
    sku: str | None
    fnsku: str
    disposition: str | None
    requested_quantity: int
    cancelled_quantity: int | None
    disposed_quantity: int | None
    shipped_quantity: int | None
    in_process_quantity: int | None
    removal_fee: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class RemovalShipment(Record):
    """Units of a removal order in one parcel."""

    order_id: str
    row_key: UUID
    ordinal: int
    requested_at: datetime | None
    shipped_at: datetime | None
    sku: str | None
    fnsku: str
    disposition: str | None
    shipped_quantity: int
    carrier: str | None
    tracking_number: str | None
    removal_order_type: str | None
