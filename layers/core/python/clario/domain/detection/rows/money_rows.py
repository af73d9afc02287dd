"""Rows about money: the lines of financial transactions, and what Amazon says a product measures and costs to keep.

Amounts are Decimal, signed from the seller's side: what he gets is positive. An empty cell is "", or None where a
number is missing. Sizes are in the unit their own column names.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from clario.domain.detection.rows.source import SourceRef


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One amount of a financial transaction: a leaf of its breakdown tree (table `financial_events`).

    `kind` is Amazon's transaction type (Shipment, Refund, ServiceFee, Adjustment, …), `path` the breakdown types from
    the root to the leaf joined by "/", `item` the number of the item in the transaction ("-": the transaction itself).
    A sale held back is two transactions, the held one and its release: `release_of` names the held one's id, and
    `released_by` the release's.
    """

    posted_on: date
    event_id: str
    transaction_id: str
    kind: str
    status: str
    description: str
    item: str
    path: str
    amount: Decimal
    currency: str
    quantity: int | None
    marketplace_id: str
    order_id: str
    shipment_id: str
    sku: str
    asin: str
    release_of: str
    released_by: str
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        """The row's natural key, a total order."""
        return (self.posted_on, self.event_id)


@dataclass(frozen=True, slots=True)
class FeePreviewRow:
    """What Amazon believed of a listing from a day on (table `fee_previews`). Sides are in no promised order.

    Day after day Amazon says the same: a row stands for all days until another one says something else, the last of
    them `seen_until`. After more than a week without a word there is a new row.

    `referral_fee` and `fulfillment_fee` are per unit and positive, at `price`.
    """

    seen_on: date
    seen_until: date
    marketplace_id: str
    sku: str
    fnsku: str
    asin: str
    price: Decimal | None
    currency: str
    sides: tuple[Decimal, Decimal, Decimal] | None
    length_unit: str
    weight: Decimal | None
    weight_unit: str
    size_tier: str
    product_group: str
    referral_fee: Decimal | None
    fulfillment_fee: Decimal | None
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        """The row's natural key, a total order."""
        return (self.seen_on, self.marketplace_id, self.sku)


@dataclass(frozen=True, slots=True)
class StorageRow:
    """A month's storage of an item in one centre (table `storage_charges`). `month` is the month's first day.

    `rate` is per volume unit and month, `fee` positive; `average_units` is the average over the month's days.
    """

    month: date
    asin: str
    fnsku: str
    fulfillment_center: str
    country: str
    sides: tuple[Decimal, Decimal, Decimal] | None
    length_unit: str
    item_volume: Decimal | None
    volume_unit: str
    size_tier: str
    average_units: Decimal
    average_pending_removal: Decimal
    total_volume: Decimal | None
    base_rate: Decimal | None
    surcharge_rate: Decimal | None
    rate: Decimal | None
    fee: Decimal | None
    incentive: Decimal | None
    currency: str
    dangerous_goods: str
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        """The row's natural key, a total order."""
        return (self.month, self.fnsku, self.asin, self.fulfillment_center, self.country)


@dataclass(frozen=True, slots=True)
class AgedRow:
    """A surcharge for stock that lies too long (table `aged_inventory_charges`). `amount` is positive."""

    charged_on: date
    sku: str
    fnsku: str
    asin: str
    country: str
    unit_volume: Decimal | None
    volume_unit: str
    units: int
    amount: Decimal
    currency: str
    age_tier: str
    rate: Decimal | None
    ref: SourceRef

    @property
    def key(self) -> tuple[Any, ...]:
        """The row's natural key, a total order."""
        return (self.charged_on, self.fnsku, self.sku, self.age_tier, self.country)
