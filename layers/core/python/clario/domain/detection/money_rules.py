"""Every rule about money, one line each."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from clario.domain.anomalies import AnomalyType
from clario.domain.detection.duplicate_charges import (
    duplicate_charge,
    fee_on_cancelled_or_free_unit,
    prep_label_fee_after_service_end,
)
from clario.domain.detection.findings import Case, Finding
from clario.domain.detection.fulfillment_fees import fulfillment_fee_overcharge
from clario.domain.detection.referral_fees import referral_fee_overcharge
from clario.domain.detection.refund_errors import duplicate_refund, refund_exceeds_order, refund_fee_not_returned
from clario.domain.detection.reimbursement_money import reimbursement_not_paid_out, reimbursement_underpaid
from clario.domain.detection.removal_fees import removal_fee_error
from clario.domain.detection.storage_fees import aged_inventory_overcharge, storage_fee_overcharge
from clario.domain.detection.transport_fees import inbound_transport_overcharge, unused_label_fee


class MoneyRule(NamedTuple):
    """A detector and the kind of claim it finds."""

    find: Callable[[Case], Iterator[Finding]]
    kind: AnomalyType


MONEY_RULES = (
    MoneyRule(unused_label_fee, AnomalyType.UNUSED_LABEL_FEE),
    MoneyRule(inbound_transport_overcharge, AnomalyType.INBOUND_TRANSPORT_OVERCHARGE),
    MoneyRule(refund_exceeds_order, AnomalyType.REFUND_EXCEEDS_ORDER),
    MoneyRule(duplicate_refund, AnomalyType.DUPLICATE_REFUND),
    MoneyRule(refund_fee_not_returned, AnomalyType.REFUND_FEE_NOT_RETURNED),
    MoneyRule(fulfillment_fee_overcharge, AnomalyType.FULFILLMENT_FEE_OVERCHARGE),
    MoneyRule(storage_fee_overcharge, AnomalyType.STORAGE_FEE_OVERCHARGE),
    MoneyRule(aged_inventory_overcharge, AnomalyType.AGED_INVENTORY_OVERCHARGE),
    MoneyRule(removal_fee_error, AnomalyType.REMOVAL_FEE_ERROR),
    MoneyRule(referral_fee_overcharge, AnomalyType.REFERRAL_FEE_OVERCHARGE),
    MoneyRule(duplicate_charge, AnomalyType.DUPLICATE_CHARGE),
    MoneyRule(fee_on_cancelled_or_free_unit, AnomalyType.FEE_ON_CANCELLED_OR_FREE_UNIT),
    MoneyRule(prep_label_fee_after_service_end, AnomalyType.PREP_LABEL_FEE_AFTER_SERVICE_END),
    MoneyRule(reimbursement_underpaid, AnomalyType.REIMBURSEMENT_UNDERPAID),
    MoneyRule(reimbursement_not_paid_out, AnomalyType.REIMBURSEMENT_NOT_PAID_OUT),
)
