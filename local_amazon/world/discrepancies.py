"""What really happened: every discrepancy, what became of it, and the rows it left in Amazon's reports.

It follows units and money as they were moved by the simulation, never a detection rule. Nothing here is ever shown
through Amazon's surface.
"""

from dataclasses import dataclass, field
from typing import Literal

LAG = 7 * 86_400
"""What has happened shows a week later at the latest, but for what K12 delays."""
Tier = Literal["claim", "review", "info"]
ResolutionKind = Literal[
    "found", "paid_cash", "paid_in_kind", "paid_other_reason", "recharged", "returned", "corrected"
]
FAMILIES: dict[str, str] = {
    **dict.fromkeys(
        (
            "lost_warehouse", "disposed_unauthorized", "transfer_loss", "ledger_balance_gap", "ownership_transfer_out",
            "product_redefinition_unmatched", "found_unit_not_credited", "inbound_shortage",
            "inbound_shipment_missing", "received_then_deducted", "inbound_carrier_claim", "return_not_restocked",
            "return_wrong_item", "removal_lost", "removal_short_shipped", "removal_disposed_instead",
        ),
        "missing_unit",
    ),
    **dict.fromkeys(
        ("damaged_warehouse", "inbound_damaged_carrier", "return_damaged_by_amazon", "removal_damaged_or_wrong"),
        "damaged_stock",
    ),
    **dict.fromkeys(
        (
            "refund_no_return", "replacement_no_return", "lost_outbound", "damaged_outbound",
            "chargeback_a2z_not_reimbursed", "mcf_lost", "liquidation_proceeds_missing", "reimbursement_underpaid",
            "reimbursement_reversed_without_return", "reimbursement_not_paid_out",
        ),
        "missing_reimbursement",
    ),
    **dict.fromkeys(
        (
            "unused_label_fee", "inbound_transport_overcharge", "refund_exceeds_order", "refund_outside_policy",
            "fee_on_cancelled_or_free_unit", "prep_label_fee_after_service_end",
        ),
        "overcharge",
    ),
    **dict.fromkeys(
        (
            "refund_fee_not_returned", "fulfillment_fee_overcharge", "size_tier_change", "storage_fee_overcharge",
            "aged_inventory_overcharge", "low_inventory_fee_error", "inbound_placement_fee_error",
            "inbound_defect_fee_error", "returns_processing_fee_error", "removal_fee_error",
            "referral_fee_overcharge",
        ),
        "incorrect_fee",
    ),
    **dict.fromkeys(
        ("duplicate_refund", "duplicate_charge", "duplicate_reimbursement", "reimbursement_reversal_excess"),
        "duplicate_charge",
    ),
}  # fmt: skip
"""The anomaly types of the world and the coarse family each belongs to. A payment for fewer units than were lost is no
type of its own: what it leaves open stays the loss it was."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Units (of a charge: cents) that came back or were paid: true from `time`, shown to the seller from `visible`.

    `until` is when that was undone again, as the seller sees it; 0: it stands.
    """

    kind: ResolutionKind
    units: int
    day: int
    time: int
    visible: int
    reference: int
    until: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A row that the discrepancy caused: its table, the number by which the row is known, and what it shows."""

    table: str
    number: int
    role: str


@dataclass(frozen=True, slots=True)
class Charge:
    """A wrong amount of money, in cents above what was due."""

    time: int
    visible: int
    cents: int


@dataclass(slots=True)
class Discrepancy:
    """Units or money that are not where they should be.

    `day` is the date from which Amazon counts the time to claim. `unit_value` (cents, None: nobody knows) is what one
    unit is worth by policy; money claims have `charges` instead, and quantity counts those. `owed` False: it only
    looks like that type (a decoy), or nobody pays for it. Before `sure_from` no report tells it from what is not owed.
    `confounders` are the Ks that made it hard to tell.
    """

    type: str
    listing: int
    market: int
    quantity: int
    day: int
    time: int
    visible: int
    unit_value: int | None = None
    tier: Tier = "claim"
    sure_from: int = 0
    owed: bool = True
    confounders: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    reason: str = ""
    disposition: str = ""
    center: str = ""
    reference: int = 0
    order: int = 0
    item: int = 0
    shipment: int = 0
    removal: int = 0
    reimbursement: int = 0
    handle: int = -1
    """The handle of its ledger row in the journal, when it has one."""
    charges: list[Charge] = field(default_factory=list)
    resolutions: list[Resolution] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def tier_at(self, as_of: int) -> Tier:
        """How well the reports can prove it by then."""
        return "review" if self.tier == "claim" and as_of < self.sure_from else self.tier

    def open_units(self, as_of: int, *, real: bool = False) -> int:
        """Units neither given back nor paid by then: as the seller can see, or as it really is."""
        return self.quantity - sum(each.units for each in self.resolutions if _stands(each, as_of, real))

    def standing(self, as_of: int) -> list[Resolution]:
        """What has settled units of it by then, as the seller can see."""
        return [each for each in self.resolutions if _stands(each, as_of, real=False)]


def _stands(each: Resolution, as_of: int, real: bool) -> bool:
    begins = each.time if real else each.visible
    return begins <= as_of and (not each.until or as_of < each.until)


@dataclass(slots=True)
class Truth:
    """All discrepancies of a world."""

    discrepancies: list[Discrepancy] = field(default_factory=list)

    def forget_after(self, end: int) -> None:
        """Leave out what would happen, or come to light, after the world's end."""
        self.discrepancies = [each for each in self.discrepancies if each.time <= end and each.visible <= end + LAG]

    def add(self, discrepancy: Discrepancy) -> Discrepancy:
        assert discrepancy.type in FAMILIES, discrepancy.type
        self.discrepancies.append(discrepancy)
        return discrepancy
