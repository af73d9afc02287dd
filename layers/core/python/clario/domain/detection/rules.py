"""Every rule there is, one line each.

A rule about units finds lots, which one netting settles together; what only the netting shows (`reversals.py`) is found
after it. A rule about money takes off by itself what came back.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from clario.domain.anomalies import AnomalyType
from clario.domain.detection.claims.findings import Case, Finding
from clario.domain.detection.lots.lots import Lot
from clario.domain.detection.money.duplicate_charges import (
    duplicate_charge,
    fee_on_cancelled_or_free_unit,
    prep_label_fee_after_service_end,
)
from clario.domain.detection.money.fulfillment_fees import fulfillment_fee_overcharge
from clario.domain.detection.money.referral_fees import referral_fee_overcharge
from clario.domain.detection.money.refund_errors import duplicate_refund, refund_exceeds_order, refund_fee_not_returned
from clario.domain.detection.money.reimbursement_money import reimbursement_not_paid_out, reimbursement_underpaid
from clario.domain.detection.money.removal_fees import removal_fee_error
from clario.domain.detection.money.storage_fees import aged_inventory_overcharge, storage_fee_overcharge
from clario.domain.detection.money.transport_fees import inbound_transport_overcharge, unused_label_fee
from clario.domain.detection.netting.reversals import reversal_excess
from clario.domain.detection.rows.facts import ComponentFacts
from clario.domain.detection.units.balances import ledger_balance_gap
from clario.domain.detection.units.inbound import inbound_shipment_missing, inbound_shortage, received_then_deducted
from clario.domain.detection.units.orders import disputed, refunded, replacements
from clario.domain.detection.units.removals import (
    liquidation_proceeds_missing,
    removal_disposed_instead,
    removal_lost,
    removal_short_shipped,
)
from clario.domain.detection.units.returns import (
    refund_outside_policy,
    return_damaged_by_amazon,
    return_not_restocked,
    return_wrong_item,
)
from clario.domain.detection.units.warehouse import (
    damaged_warehouse,
    disposed_unauthorized,
    found_unit_not_credited,
    inbound_damaged_carrier,
    lost_warehouse,
    ownership_transfer_out,
    product_redefinition_unmatched,
    transfer_loss,
)


class Rule(NamedTuple):
    """A detector of lots and the kinds of claims it may find."""

    find: Callable[[ComponentFacts], Iterator[Lot]]
    kinds: tuple[AnomalyType, ...]


class MoneyRule(NamedTuple):
    """A detector of wrong amounts and the kinds of claims it may find."""

    find: Callable[[Case], Iterator[Finding]]
    kinds: tuple[AnomalyType, ...]


RULES = (
    Rule(lost_warehouse, (AnomalyType.LOST_WAREHOUSE,)),
    Rule(damaged_warehouse, (AnomalyType.DAMAGED_WAREHOUSE,)),
    Rule(disposed_unauthorized, (AnomalyType.DISPOSED_UNAUTHORIZED,)),
    Rule(transfer_loss, (AnomalyType.TRANSFER_LOSS,)),
    Rule(ledger_balance_gap, (AnomalyType.LEDGER_BALANCE_GAP,)),
    Rule(ownership_transfer_out, (AnomalyType.OWNERSHIP_TRANSFER_OUT,)),
    Rule(product_redefinition_unmatched, (AnomalyType.PRODUCT_REDEFINITION_UNMATCHED,)),
    Rule(found_unit_not_credited, (AnomalyType.FOUND_UNIT_NOT_CREDITED,)),
    Rule(inbound_shortage, (AnomalyType.INBOUND_SHORTAGE,)),
    Rule(inbound_shipment_missing, (AnomalyType.INBOUND_SHIPMENT_MISSING,)),
    Rule(inbound_damaged_carrier, (AnomalyType.INBOUND_DAMAGED_CARRIER,)),
    Rule(received_then_deducted, (AnomalyType.RECEIVED_THEN_DEDUCTED,)),
    Rule(refunded, (AnomalyType.REFUND_NO_RETURN, AnomalyType.LOST_OUTBOUND, AnomalyType.DAMAGED_OUTBOUND)),
    Rule(replacements, (AnomalyType.REPLACEMENT_NO_RETURN, AnomalyType.LOST_OUTBOUND, AnomalyType.DAMAGED_OUTBOUND)),
    Rule(return_damaged_by_amazon, (AnomalyType.RETURN_DAMAGED_BY_AMAZON,)),
    Rule(return_not_restocked, (AnomalyType.RETURN_NOT_RESTOCKED,)),
    Rule(return_wrong_item, (AnomalyType.RETURN_WRONG_ITEM,)),
    Rule(refund_outside_policy, (AnomalyType.REFUND_OUTSIDE_POLICY,)),
    Rule(disputed, (AnomalyType.CHARGEBACK_A2Z_NOT_REIMBURSED,)),
    Rule(removal_lost, (AnomalyType.REMOVAL_LOST,)),
    Rule(removal_short_shipped, (AnomalyType.REMOVAL_SHORT_SHIPPED,)),
    Rule(removal_disposed_instead, (AnomalyType.REMOVAL_DISPOSED_INSTEAD,)),
    Rule(liquidation_proceeds_missing, (AnomalyType.LIQUIDATION_PROCEEDS_MISSING,)),
    Rule(reversal_excess, (AnomalyType.REIMBURSEMENT_REVERSAL_EXCESS,)),
)

MONEY_RULES: tuple[MoneyRule, ...] = (
    MoneyRule(unused_label_fee, (AnomalyType.UNUSED_LABEL_FEE,)),
    MoneyRule(inbound_transport_overcharge, (AnomalyType.INBOUND_TRANSPORT_OVERCHARGE,)),
    MoneyRule(refund_exceeds_order, (AnomalyType.REFUND_EXCEEDS_ORDER,)),
    MoneyRule(duplicate_refund, (AnomalyType.DUPLICATE_REFUND,)),
    MoneyRule(refund_fee_not_returned, (AnomalyType.REFUND_FEE_NOT_RETURNED,)),
    MoneyRule(fulfillment_fee_overcharge, (AnomalyType.FULFILLMENT_FEE_OVERCHARGE,)),
    MoneyRule(storage_fee_overcharge, (AnomalyType.STORAGE_FEE_OVERCHARGE,)),
    MoneyRule(aged_inventory_overcharge, (AnomalyType.AGED_INVENTORY_OVERCHARGE,)),
    MoneyRule(removal_fee_error, (AnomalyType.REMOVAL_FEE_ERROR,)),
    MoneyRule(referral_fee_overcharge, (AnomalyType.REFERRAL_FEE_OVERCHARGE,)),
    MoneyRule(duplicate_charge, (AnomalyType.DUPLICATE_CHARGE,)),
    MoneyRule(fee_on_cancelled_or_free_unit, (AnomalyType.FEE_ON_CANCELLED_OR_FREE_UNIT,)),
    MoneyRule(prep_label_fee_after_service_end, (AnomalyType.PREP_LABEL_FEE_AFTER_SERVICE_END,)),
    MoneyRule(reimbursement_underpaid, (AnomalyType.REIMBURSEMENT_UNDERPAID,)),
    MoneyRule(reimbursement_not_paid_out, (AnomalyType.REIMBURSEMENT_NOT_PAID_OUT,)),
)

OF_SALES = frozenset({AnomalyType.FULFILLMENT_FEE_OVERCHARGE, AnomalyType.REFERRAL_FEE_OVERCHARGE})
"""What is found among the fees of all sales of a product."""
SALES_RULES = tuple(rule for rule in MONEY_RULES if not OF_SALES.isdisjoint(rule.kinds))
BESIDE_SALES = tuple(rule for rule in MONEY_RULES if OF_SALES.isdisjoint(rule.kinds))
"""The rules for a component whose plain sales are left out: what the others found stands (`plain_sales.py`)."""
