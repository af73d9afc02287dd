"""Rows about money: what Amazon granted, what moved, what was settled, and what is charged."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from . import Record


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

    `event_id` begins with the generation of Amazon's API it was read from, so that two generations never mix. Money
    that Amazon held back comes twice in the newer one: in the deferred transaction and, later, in the one that releases
    it; each names the other.
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
    deferred_transaction_id: str | None  # that this one releases
    release_transaction_id: str | None  # that released this one
    metadata: str  # JSON: the path in the breakdown tree, related identifiers


@dataclass(frozen=True, slots=True)
class SettlementLine(Record):
    """One row of a settlement report. Row 1 is the settlement itself, with its total; the amounts of the others add up
    to that total."""

    settlement_id: str
    row_number: int
    started_at: datetime | None
    ended_at: datetime | None
    deposited_at: datetime | None
    total_amount: Decimal | None
    currency: str
    transaction_type: str | None
    order_id: str | None
    merchant_order_id: str | None
    adjustment_id: str | None
    shipment_id: str | None
    marketplace_name: str | None
    amount_type: str | None
    amount_description: str | None
    amount: Decimal | None
    fulfillment_id: str | None
    posted_at: datetime | None
    order_item_code: str | None
    sku: str | None
    quantity: int | None
    promotion_id: str | None


@dataclass(frozen=True, slots=True)
class FeePreview(Record):
    """What Amazon would charge for one unit on that day, with the size and weight it measured.

    Amazon keeps no history of it, so every day's state is a row. Fees are per unit, except the total.
    """

    snapshot_on: date
    row_key: UUID
    ordinal: int
    sku: str
    fnsku: str | None
    asin: str | None
    store: str | None
    product_name: str | None
    product_group: str | None
    brand: str | None
    fulfilled_by: str | None
    has_local_inventory: str | None
    your_price: Decimal | None
    sales_price: Decimal | None
    longest_side: Decimal | None
    median_side: Decimal | None
    shortest_side: Decimal | None
    length_and_girth: Decimal | None
    dimension_unit: str | None
    package_weight: Decimal | None
    weight_unit: str | None
    size_tier: str | None
    currency: str | None
    fee_total: Decimal | None
    referral_fee: Decimal | None
    variable_closing_fee: Decimal | None
    fulfillment_fee: Decimal | None
    future_fulfillment_fee: Decimal | None
    cross_border_fees: str | None  # JSON: fulfilment fee by destination country, in European files


@dataclass(frozen=True, slots=True)
class StorageCharge(Record):
    """What a month's storage of one product in one fulfilment centre cost, and from which measures."""

    month: date
    row_key: UUID
    ordinal: int
    asin: str
    fnsku: str
    product_name: str | None
    fulfillment_center: str | None
    country: str | None
    longest_side: Decimal | None
    median_side: Decimal | None
    shortest_side: Decimal | None
    dimension_unit: str | None
    weight: Decimal | None
    weight_unit: str | None
    item_volume: Decimal | None
    volume_unit: str | None
    size_tier: str | None
    average_units: Decimal | None
    average_units_pending_removal: Decimal | None
    total_volume: Decimal | None
    utilization_ratio: Decimal | None
    base_rate: Decimal | None
    utilization_surcharge_rate: Decimal | None
    storage_rate: Decimal | None
    currency: str | None
    storage_fee: Decimal | None
    dangerous_goods_type: str | None
    incentive_amount: Decimal | None


@dataclass(frozen=True, slots=True)
class AgedInventoryCharge(Record):
    """A surcharge for units that have been stored for long, as of the day of the count."""

    charged_on: date
    row_key: UUID
    ordinal: int
    sku: str | None
    fnsku: str
    asin: str | None
    product_name: str | None
    condition: str | None
    unit_volume: Decimal | None
    volume_unit: str | None
    currency: str | None
    country: str | None
    units_charged: int
    amount_charged: Decimal | None
    age_tier: str | None
    surcharge_rate: Decimal | None
