"""Kinds of claims as the comparison with the truth sees them: what they are about, and what data can show at all."""

from collections.abc import Hashable
from datetime import date
from typing import Any

Truth = dict[str, Any]
WAREHOUSE = ("lost_warehouse", "damaged_warehouse", "disposed_unauthorized")
CUSTOMERS = (
    "refund_no_return",
    "lost_outbound",
    "damaged_outbound",
    "replacement_no_return",
    "return_not_restocked",
    "return_damaged_by_amazon",
    "return_wrong_item",
    "refund_outside_policy",
)
BY_ORDER = (
    "chargeback_a2z_not_reimbursed",
    "refund_exceeds_order",
    "duplicate_refund",
    "refund_fee_not_returned",
    "fee_on_cancelled_or_free_unit",
)
BY_LINE = ("inbound_shortage", "inbound_damaged_carrier", "received_then_deducted")
BY_SHIPMENT = ("inbound_shipment_missing", "unused_label_fee", "inbound_transport_overcharge")
BY_REMOVAL = ("removal_lost", "removal_short_shipped", "removal_disposed_instead", "liquidation_proceeds_missing")
BY_PRODUCT = ("fulfillment_fee_overcharge", "referral_fee_overcharge")
ONE_CHARGE = (
    *BY_ORDER,
    "duplicate_charge",
    "unused_label_fee",
    "inbound_transport_overcharge",
    "reimbursement_underpaid",
    "reimbursement_not_paid_out",
    "removal_fee_error",
    "storage_fee_overcharge",
    "aged_inventory_overcharge",
    "liquidation_proceeds_missing",
    "prep_label_fee_after_service_end",
)
"""A wrong amount counts once, whatever the number of units it was taken for."""
UNTIL_OPEN = ("refund_no_return", "lost_outbound", "damaged_outbound", "replacement_no_return")
"""Nothing is told of these before claims open: the unit may come back."""
RETURNED = ("return_not_restocked", "return_damaged_by_amazon")
NOT_DECIDABLE = frozenset(
    {
        "inbound_carrier_claim", "mcf_lost", "size_tier_change", "low_inventory_fee_error", "removal_damaged_or_wrong",
        "inbound_placement_fee_error", "inbound_defect_fee_error", "returns_processing_fee_error", "unused_label_fee",
        "inbound_transport_overcharge",
    }
)  # fmt: skip
"""Types that no loaded data proves (docs/detections.md): they are not looked for."""
BY_TABLE = frozenset(
    {
        "fulfillment_fee_overcharge", "referral_fee_overcharge", "storage_fee_overcharge", "aged_inventory_overcharge",
        "removal_fee_error",
    }
)  # fmt: skip
"""Types that need a fee table, which we have for the United States only."""


def place_of(kind: str, row: dict[str, Any]) -> Hashable:
    """What a claim or a discrepancy is about; `row` has the truth's names."""
    if kind in WAREHOUSE:
        return "warehouse", row["fnsku"], row["anchor_date"]
    if kind in CUSTOMERS:
        return "customer", row["order_id"], row["sku"]
    if kind in BY_ORDER or (kind == "duplicate_charge" and row["order_id"]):
        return kind, row["order_id"], row["sku"]
    if kind in BY_LINE:
        return kind, row["shipment_id"], row["sku"]
    if kind in BY_SHIPMENT:
        return kind, row["shipment_id"]
    if kind in BY_REMOVAL:
        return "removal", row["removal_order_id"], row["sku"]
    if kind == "removal_fee_error":
        return kind, row["sku"]  # a fee names no order
    if kind in BY_PRODUCT:
        return kind, row["asin"], row["marketplace_id"]
    return kind, row["asin"], row["anchor_date"]


def is_owed(truth: Truth, today: date) -> bool:
    """Whether a perfect detector would tell of it today."""
    early = truth["type"] in UNTIL_OPEN and truth["claim_open"] > today.isoformat()
    return truth["owed"] and truth["open_quantity"] > 0 and not early and is_decidable(truth)


def is_claimable(truth: Truth, today: date) -> bool:
    """Whether it should be in the claim tier. Who brought a shipment is not told any more: what its carrier damaged is
    for review. What came back may still be put into stock, or be paid for, until claims open."""
    early = truth["type"] in RETURNED and truth["claim_open"] > today.isoformat()
    return bool(truth["expected_tier"] == "claim") and not early and truth["type"] != "inbound_damaged_carrier"


def is_decidable(truth: Truth) -> bool:
    """Whether the data can show it: there is a fee table, and the seller's cost is in the currency of the payment."""
    kind, country = truth["type"], truth["country"]
    if kind in BY_TABLE:
        return bool(country == "US")
    abroad = kind == "reimbursement_underpaid" and country in ("CA", "MX", "DE")
    return kind not in NOT_DECIDABLE and not abroad
