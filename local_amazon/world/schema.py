"""The columns of every table of the world: the one description that the simulation fills and the server reads.

In a batch every column is a numpy int64 array. What the number means is its kind:

    time     seconds since 1970 in UTC; 0: has not happened
    day      days since 1970 in the marketplace's own calendar
    month    year * 100 + month
    count    units of stock or things, signed where the report signs it
    cents    hundredths of the marketplace's currency, from the seller's side: what he gets is positive
    number   an identifier; `names` writes it the way Amazon would; 0: empty
    listing  index into `World.listings`; -1: no product
    market   index into `World.markets`
    code     index into the column's `words`; -1: empty
    milli    thousandths of an inch, a pound, a cubic foot, or of currency per cubic foot
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["time", "day", "month", "count", "cents", "number", "listing", "market", "code", "milli"]

STORED = {
    "time": "i4", "day": "i4", "month": "i4", "count": "i4", "cents": "i4", "number": "i8", "listing": "i4",
    "market": "i1", "code": "i1", "milli": "i4",
}  # fmt: skip
"""How a column of that kind is kept in memory. Batches are int64, so that nobody's arithmetic overflows."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `words` are what a code stands for."""

    name: str
    kind: Kind
    words: tuple[str, ...] = ()


def _columns(**kinds: Kind | tuple[str, ...]) -> dict[str, Column]:
    return {
        name: Column(name, "code", kind) if isinstance(kind, tuple) else Column(name, kind)
        for name, kind in kinds.items()
    }


CENTERS = (
    "PHX7", "ONT8", "BFI4", "ABE8", "MDW2", "FTW1", "YYZ4", "YVR2", "MEX5", "BHX4", "LTN4", "EDI4", "LEJ1", "DTM2",
    "MUC3",
)  # fmt: skip
EVENTS = ("Receipts", "Shipments", "CustomerReturns", "VendorReturns", "WhseTransfers", "Adjustments")
DISPOSITIONS = (
    "SELLABLE", "DEFECTIVE", "CUSTOMER_DAMAGED", "DISTRIBUTOR_DAMAGED", "WAREHOUSE_DAMAGED", "CARRIER_DAMAGED",
    "EXPIRED",
)  # fmt: skip
REASONS = ("M", "5", "F", "N", "O", "E", "6", "7", "H", "K", "U", "P", "Q", "D", "G", "3", "4", "Z")
"""The ledger's adjustment codes; "Z" is one that no help page explains."""
REIMBURSEMENT_REASONS = (
    "Lost_Warehouse", "Damaged_Warehouse", "Lost_Inbound", "Damaged_Inbound", "CustomerReturn", "CustomerServiceIssue",
    "Lost_Outbound", "Damaged_Outbound", "Removal_Order_Lost", "Removal_Order_Damaged", "GeneralAdjustment",
    "Fee_Correction", "Reversal_Reimbursement",
)  # fmt: skip
CURRENCIES = ("USD", "CAD", "MXN", "GBP", "EUR")
RETURN_DISPOSITIONS = (
    "SELLABLE", "DEFECTIVE", "CUSTOMER_DAMAGED", "DAMAGED", "CARRIER_DAMAGED", "EXPIRED",
)  # fmt: skip
RETURN_REASONS = (
    "UNWANTED_ITEM", "DEFECTIVE", "NOT_AS_DESCRIBED", "ORDERED_WRONG_ITEM", "DAMAGED_BY_CARRIER", "DAMAGED_BY_FC",
    "QUALITY_UNACCEPTABLE", "UNDELIVERABLE_UNKNOWN", "NO_REASON_GIVEN", "SWITCHEROO",
)  # fmt: skip
RETURN_STATUSES = ("Unit returned to inventory", "Reimbursed", "Repackaged Successfully")
ORDER_KINDS = ("standard", "replacement", "multichannel", "vine")
ORDER_STATUSES = ("Pending", "Shipped", "Cancelled")
CHANNELS = ("Amazon", "Merchant")
MONEY_KINDS = (
    "shipment", "refund", "adjustment", "service_fee", "retrocharge", "chargeback", "guarantee_claim", "liquidation",
    "transfer",
)  # fmt: skip
MONEY_DETAILS = (
    # adjustments
    "WAREHOUSE_LOST", "WAREHOUSE_DAMAGE", "MISSING_FROM_INBOUND", "INBOUND_CARRIER_DAMAGE", "CUSTOMER_RETURN",
    "CS_ERROR_ITEMS", "LOST_OUTBOUND", "DAMAGED_OUTBOUND", "REMOVAL_ORDER_LOST", "REMOVAL_ORDER_DAMAGED",
    "GENERAL_ADJUSTMENT", "INCORRECT_FEES_ITEMS", "REVERSAL_REIMBURSEMENT", "WEIGHT_AND_DIMENSIONS_CHANGE",
    "COMPENSATED_CLAWBACK",
    # service fees
    "Subscription", "FBAStorageFee", "FBALongTermStorageFee", "FBARemovalFee", "FBADisposalFee",
    "FBAInboundTransportationFee", "FBAInboundPlacementFee", "FBAInboundDefectFee", "FBACustomerReturnPerUnitFee",
    "FBALowInventoryLevelFee", "FBAPrepFee",
)  # fmt: skip
INBOUND_STATUSES = (
    "WORKING", "SHIPPED", "IN_TRANSIT", "DELIVERED", "CHECKED_IN", "RECEIVING", "CLOSED", "CANCELLED", "DELETED",
)  # fmt: skip
REMOVAL_TYPES = ("Return", "Disposal", "Liquidations")
REMOVAL_STATUSES = ("Pending", "Planning", "Completed", "Cancelled")
CARRIERS = ("UPS", "FEDEX", "USPS", "AMZN_US", "DHL")
REPLACEMENT_REASONS = ("0", "1", "2", "3", "4", "6", "8", "10", "11", "12")
TIERS = (
    "Small standard-size", "Large standard-size", "Small bulky", "Large bulky", "Extra-large 0 to 50 lb",
    "Extra-large 50 to 70 lb", "Extra-large 70 to 150 lb", "Extra-large 150+ lb",
)  # fmt: skip
AGE_TIERS = (
    "181-210 days", "211-240 days", "241-270 days", "271-300 days", "301-330 days", "331-365 days", "365+ days",
    "366-455 days", "456+ days",
)  # fmt: skip

AMOUNTS = (
    "principal", "tax", "shipping", "promotion", "withheld_tax", "commission", "administration", "fulfilment", "amount",
)  # fmt: skip
"""The parts of a money event; each is zero where the event has no such part, and they add up to its total. Sales and
refunds use all but `amount`: `administration` is what Amazon keeps of a refunded commission, `withheld_tax` the
marketplace facilitator's. Every other kind has `amount` alone, named by `detail`."""

SCHEMAS: dict[str, dict[str, Column]] = {
    # An order line. `price`, `tax`, `shipping`, `promotion` are totals of the line, all positive.
    # As of a moment: `status`, `updated`; a merchant-fulfilled line never reaches Amazon's centres.
    "orders": _columns(
        order="number", item="number", purchased="time", updated="time", shipped="time", listing="listing",
        market="market", quantity="count", price="cents", tax="cents", shipping="cents", promotion="cents",
        channel=CHANNELS, kind=ORDER_KINDS, status=ORDER_STATUSES, original="number",
    ),
    # A parcel's content, one row per order line and parcel. `price` and `shipping` are per unit and per parcel.
    "customer_shipments": _columns(
        shipped="time", visible="time", order="number", item="number", shipment="number", listing="listing",
        market="market", center=CENTERS, quantity="count", price="cents", shipping="cents",
    ),
    # One row is one event with at most one product. A sale that Amazon holds back is two rows: the deferred one
    # (`matures` set, `pair` names its release) and the release (`deferred` names the held one). Money counts once,
    # when it is not deferred: the old API shows rows with `matures` 0 only, the new one all of them.
    "finances": _columns(
        posted="time", visible="time", number="number", kind=MONEY_KINDS, detail=MONEY_DETAILS, market="market",
        order="number", item="number", shipment="number", listing="listing", quantity="count", settlement="number",
        matures="time", pair="number", deferred="number", reference="number",
        principal="cents", tax="cents", shipping="cents", promotion="cents", withheld_tax="cents", commission="cents",
        administration="cents", fulfilment="cents", amount="cents",
    ),
    # `total` is the sum of the lines of that settlement's rows in `finances` (see `Tables.settlement_lines`).
    "settlements": _columns(
        number="number", market="market", starts="time", ends="time", deposited="time", visible="time", total="cents",
    ),
    # As of a moment: `reconciled`, `unreconciled`; both -1 where Amazon leaves the cells empty.
    "ledger": _columns(
        time="time", visible="time", day="day", event=EVENTS, reference="number", listing="listing", market="market",
        quantity="count", center=CENTERS, disposition=DISPOSITIONS, reason=REASONS, reconciled="count",
        unreconciled="count",
    ),
    # Movements are signed. `center` is -1 when summed over a country. ending = starting + all movements; `in_transit`
    # is a stock beside it.
    "ledger_summary": _columns(
        day="day", listing="listing", market="market", center=CENTERS, disposition=DISPOSITIONS, starting="count",
        in_transit="count", receipts="count", customer_shipments="count", customer_returns="count",
        vendor_returns="count", transfers="count", found="count", lost="count", damaged="count", disposed="count",
        other="count", ending="count", unknown="count",
    ),
    # `amount` covers the cash units. A reversal has negative units and amounts. `case` 0: Amazon paid by itself.
    "reimbursements": _columns(
        approved="time", visible="time", number="number", case="number", order="number", reason=REIMBURSEMENT_REASONS,
        listing="listing", market="market", currency=CURRENCIES, per_unit="cents", amount="cents", cash="count",
        in_kind="count", original="number", original_reason=REIMBURSEMENT_REASONS,
    ),
    "returns": _columns(
        returned="time", visible="time", order="number", listing="listing", market="market", quantity="count",
        center=CENTERS, disposition=RETURN_DISPOSITIONS, reason=RETURN_REASONS, status=RETURN_STATUSES, plate="number",
    ),
    "replacements": _columns(
        shipped="time", visible="time", listing="listing", market="market", center=CENTERS, original_center=CENTERS,
        quantity="count", reason=REPLACEMENT_REASONS, replacement="number", original="number",
    ),
    # As of a moment: `status`, `updated`.
    "inbound_shipments": _columns(
        shipment="number", created="time", updated="time", market="market", center=CENTERS, status=INBOUND_STATUSES,
    ),
    # As of a moment: all quantities and `updated`.
    "inbound_items": _columns(
        shipment="number", updated="time", listing="listing", market="market", shipped="count", received="count",
        in_case="count",
    ),
    # As of a moment: `status`, `updated` and the quantities after `requested`. `fee` is positive.
    "removal_orders": _columns(
        requested_at="time", updated="time", order="number", listing="listing", market="market", type=REMOVAL_TYPES,
        status=REMOVAL_STATUSES, disposition=DISPOSITIONS, requested="count", cancelled="count", disposed="count",
        shipped="count", in_process="count", fee="cents",
    ),
    "removal_shipments": _columns(
        requested_at="time", shipped_at="time", visible="time", order="number", listing="listing", market="market",
        type=REMOVAL_TYPES, disposition=DISPOSITIONS, quantity="count", carrier=CARRIERS, tracking="number",
    ),
    # What Amazon believes on a day. Sides are sorted; `total` is referral plus fulfilment.
    "fee_previews": _columns(
        listing="listing", market="market", price="cents", longest="milli", median="milli", shortest="milli",
        weight="milli", tier=TIERS, referral="cents", fulfilment="cents", total="cents",
    ),
    # `average` is in hundredths of a unit, `volume` and `total_volume` cubic feet, `rate` currency per cubic foot.
    "storage_charges": _columns(
        month="month", visible="time", listing="listing", market="market", center=CENTERS, longest="milli",
        median="milli", shortest="milli", weight="milli", volume="milli", tier=TIERS, average="count",
        total_volume="milli", rate="milli", fee="cents",
    ),
    "aged_charges": _columns(
        day="day", visible="time", listing="listing", market="market", volume="milli", quantity="count",
        amount="cents", tier=AGE_TIERS, rate="milli",
    ),
    # What lies in Amazon's centres, and what is on its way there, at a moment.
    "inventory": _columns(
        listing="listing", market="market", changed="time", fulfillable="count", inbound_working="count",
        inbound_shipped="count", inbound_receiving="count", pending_order="count", in_transit="count",
        processing="count", researching_short="count", researching_mid="count", researching_long="count",
        customer_damaged="count", warehouse_damaged="count", distributor_damaged="count", carrier_damaged="count",
        defective="count", expired="count",
    ),
}  # fmt: skip
