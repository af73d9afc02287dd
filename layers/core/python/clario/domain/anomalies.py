"""The kinds of claims: everything Amazon may owe money for that our data can show."""

from enum import StrEnum


class AnomalyFamily(StrEnum):
    """The coarse kinds of claims a page groups by."""

    MISSING_UNIT = "missing_unit"
    OVERCHARGE = "overcharge"
    DAMAGED_STOCK = "damaged_stock"
    INCORRECT_FEE = "incorrect_fee"
    DUPLICATE_CHARGE = "duplicate_charge"
    MISSING_REIMBURSEMENT = "missing_reimbursement"


class AnomalyType(StrEnum):
    """What went wrong, one name per kind of claim; docs/detections.md explains each."""

    # in the fulfilment centre
    LOST_WAREHOUSE = "lost_warehouse"
    DAMAGED_WAREHOUSE = "damaged_warehouse"
    DISPOSED_UNAUTHORIZED = "disposed_unauthorized"
    TRANSFER_LOSS = "transfer_loss"
    LEDGER_BALANCE_GAP = "ledger_balance_gap"
    OWNERSHIP_TRANSFER_OUT = "ownership_transfer_out"
    PRODUCT_REDEFINITION_UNMATCHED = "product_redefinition_unmatched"
    FOUND_UNIT_NOT_CREDITED = "found_unit_not_credited"
    # on the way in
    INBOUND_SHORTAGE = "inbound_shortage"
    INBOUND_SHIPMENT_MISSING = "inbound_shipment_missing"
    INBOUND_DAMAGED_CARRIER = "inbound_damaged_carrier"
    RECEIVED_THEN_DEDUCTED = "received_then_deducted"
    INBOUND_TRANSPORT_OVERCHARGE = "inbound_transport_overcharge"
    UNUSED_LABEL_FEE = "unused_label_fee"
    # customers' orders
    REFUND_NO_RETURN = "refund_no_return"
    RETURN_NOT_RESTOCKED = "return_not_restocked"
    RETURN_DAMAGED_BY_AMAZON = "return_damaged_by_amazon"
    RETURN_WRONG_ITEM = "return_wrong_item"
    REFUND_EXCEEDS_ORDER = "refund_exceeds_order"
    REFUND_OUTSIDE_POLICY = "refund_outside_policy"
    REPLACEMENT_NO_RETURN = "replacement_no_return"
    REFUND_FEE_NOT_RETURNED = "refund_fee_not_returned"
    DUPLICATE_REFUND = "duplicate_refund"
    LOST_OUTBOUND = "lost_outbound"
    DAMAGED_OUTBOUND = "damaged_outbound"
    CHARGEBACK_A2Z_NOT_REIMBURSED = "chargeback_a2z_not_reimbursed"
    # removals
    REMOVAL_LOST = "removal_lost"
    REMOVAL_SHORT_SHIPPED = "removal_short_shipped"
    REMOVAL_DAMAGED_OR_WRONG = "removal_damaged_or_wrong"
    REMOVAL_DISPOSED_INSTEAD = "removal_disposed_instead"
    LIQUIDATION_PROCEEDS_MISSING = "liquidation_proceeds_missing"
    # fees
    FULFILLMENT_FEE_OVERCHARGE = "fulfillment_fee_overcharge"
    STORAGE_FEE_OVERCHARGE = "storage_fee_overcharge"
    AGED_INVENTORY_OVERCHARGE = "aged_inventory_overcharge"
    REMOVAL_FEE_ERROR = "removal_fee_error"
    REFERRAL_FEE_OVERCHARGE = "referral_fee_overcharge"
    DUPLICATE_CHARGE = "duplicate_charge"
    FEE_ON_CANCELLED_OR_FREE_UNIT = "fee_on_cancelled_or_free_unit"
    PREP_LABEL_FEE_AFTER_SERVICE_END = "prep_label_fee_after_service_end"
    # reimbursements
    REIMBURSEMENT_UNDERPAID = "reimbursement_underpaid"
    REIMBURSEMENT_REVERSED_WITHOUT_RETURN = "reimbursement_reversed_without_return"
    DUPLICATE_REIMBURSEMENT = "duplicate_reimbursement"
    REIMBURSEMENT_NOT_PAID_OUT = "reimbursement_not_paid_out"
    REIMBURSEMENT_REVERSAL_EXCESS = "reimbursement_reversal_excess"


_MEMBERS = {
    AnomalyFamily.MISSING_UNIT: (
        AnomalyType.LOST_WAREHOUSE,
        AnomalyType.DISPOSED_UNAUTHORIZED,
        AnomalyType.TRANSFER_LOSS,
        AnomalyType.LEDGER_BALANCE_GAP,
        AnomalyType.OWNERSHIP_TRANSFER_OUT,
        AnomalyType.PRODUCT_REDEFINITION_UNMATCHED,
        AnomalyType.FOUND_UNIT_NOT_CREDITED,
        AnomalyType.INBOUND_SHORTAGE,
        AnomalyType.INBOUND_SHIPMENT_MISSING,
        AnomalyType.RECEIVED_THEN_DEDUCTED,
        AnomalyType.RETURN_NOT_RESTOCKED,
        AnomalyType.RETURN_WRONG_ITEM,
        AnomalyType.REMOVAL_LOST,
        AnomalyType.REMOVAL_SHORT_SHIPPED,
        AnomalyType.REMOVAL_DISPOSED_INSTEAD,
    ),
    AnomalyFamily.OVERCHARGE: (
        AnomalyType.INBOUND_TRANSPORT_OVERCHARGE,
        AnomalyType.UNUSED_LABEL_FEE,
        AnomalyType.REFUND_EXCEEDS_ORDER,
        AnomalyType.REFUND_OUTSIDE_POLICY,
        AnomalyType.FEE_ON_CANCELLED_OR_FREE_UNIT,
        AnomalyType.PREP_LABEL_FEE_AFTER_SERVICE_END,
    ),
    AnomalyFamily.DAMAGED_STOCK: (
        AnomalyType.DAMAGED_WAREHOUSE,
        AnomalyType.INBOUND_DAMAGED_CARRIER,
        AnomalyType.RETURN_DAMAGED_BY_AMAZON,
        AnomalyType.REMOVAL_DAMAGED_OR_WRONG,
    ),
    AnomalyFamily.INCORRECT_FEE: (
        AnomalyType.REFUND_FEE_NOT_RETURNED,
        AnomalyType.FULFILLMENT_FEE_OVERCHARGE,
        AnomalyType.STORAGE_FEE_OVERCHARGE,
        AnomalyType.AGED_INVENTORY_OVERCHARGE,
        AnomalyType.REMOVAL_FEE_ERROR,
        AnomalyType.REFERRAL_FEE_OVERCHARGE,
    ),
    AnomalyFamily.DUPLICATE_CHARGE: (
        AnomalyType.DUPLICATE_REFUND,
        AnomalyType.DUPLICATE_CHARGE,
        AnomalyType.DUPLICATE_REIMBURSEMENT,
        AnomalyType.REIMBURSEMENT_REVERSAL_EXCESS,
    ),
    AnomalyFamily.MISSING_REIMBURSEMENT: (
        AnomalyType.REFUND_NO_RETURN,
        AnomalyType.REPLACEMENT_NO_RETURN,
        AnomalyType.LOST_OUTBOUND,
        AnomalyType.DAMAGED_OUTBOUND,
        AnomalyType.CHARGEBACK_A2Z_NOT_REIMBURSED,
        AnomalyType.LIQUIDATION_PROCEEDS_MISSING,
        AnomalyType.REIMBURSEMENT_UNDERPAID,
        AnomalyType.REIMBURSEMENT_REVERSED_WITHOUT_RETURN,
        AnomalyType.REIMBURSEMENT_NOT_PAID_OUT,
    ),
}
FAMILY_OF = {kind: family for family, kinds in _MEMBERS.items() for kind in kinds}
