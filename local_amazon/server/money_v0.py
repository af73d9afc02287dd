"""Money events in the words of the Finances API v0.

Lists and fields: model financesV0.json of https://github.com/amzn/selling-partner-api-models; adjustment types as
sellers meet them: https://github.com/amzn/selling-partner-api-docs/issues/757.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from local_amazon.server.account import Account
from local_amazon.server.money import parts_of, values
from local_amazon.server.shapes import compiled, slot
from local_amazon.world.store import Batch

LISTS = (
    "ShipmentEventList",
    "ShipmentSettleEventList",
    "RefundEventList",
    "GuaranteeClaimEventList",
    "ChargebackEventList",
    "EBTRefundReimbursementOnlyEventList",
    "PayWithAmazonEventList",
    "ServiceProviderCreditEventList",
    "RetrochargeEventList",
    "RentalTransactionEventList",
    "ProductAdsPaymentEventList",
    "ServiceFeeEventList",
    "SellerDealPaymentEventList",
    "DebtRecoveryEventList",
    "LoanServicingEventList",
    "AdjustmentEventList",
    "SAFETReimbursementEventList",
    "SellerReviewEnrollmentPaymentEventList",
    "FBALiquidationEventList",
    "CouponPaymentEventList",
    "ImagingServicesFeeEventList",
    "NetworkComminglingTransactionEventList",
    "AffordabilityExpenseEventList",
    "AffordabilityExpenseReversalEventList",
    "RemovalShipmentEventList",
    "RemovalShipmentAdjustmentEventList",
    "TrialShipmentEventList",
    "TDSReimbursementEventList",
    "AdhocDisbursementEventList",
    "TaxWithholdingEventList",
    "ChargeRefundEventList",
    "FailedAdhocDisbursementEventList",
    "ValueAddedServiceChargeEventList",
    "CapacityReservationBillingEventList",
)
"""Every list an answer has; most stay empty here."""

LIST_OF = {
    "shipment": "ShipmentEventList",
    "refund": "RefundEventList",
    "guarantee_claim": "GuaranteeClaimEventList",
    "chargeback": "ChargebackEventList",
    "retrocharge": "RetrochargeEventList",
    "service_fee": "ServiceFeeEventList",
    "adjustment": "AdjustmentEventList",
    "liquidation": "FBALiquidationEventList",
}
CHARGES = {"principal": "Principal", "tax": "Tax", "shipping": "ShippingCharge", "amount": "Principal"}
FEES = {
    "commission": "Commission",
    "administration": "RefundCommission",
    "fulfilment": "FBAPerUnitFulfillmentFee",
}


class Form(NamedTuple):
    """All that decides which fields an event has."""

    kind: str
    detail: str
    parts: tuple[str, ...]
    has_order: bool
    has_product: bool


def events(account: Account, batch: Batch) -> Iterator[tuple[str, str]]:
    """Each row as the name of its list and a JSON object."""
    forms = map(
        Form,
        batch.words("kind"),
        batch.words("detail"),
        parts_of(batch),
        (batch["order"] > 0).tolist(),
        (batch["listing"] >= 0).tolist(),
    )
    for form, row in zip(forms, values(account, batch), strict=True):
        yield LIST_OF[form.kind], _template(form) % row


@lru_cache(maxsize=4096)
def _template(form: Form) -> str:
    if form.kind == "liquidation":
        return compiled(LIQUIDATION)
    shape = {"retrocharge": _retrocharge, "service_fee": _service_fee, "adjustment": _adjustment}
    return compiled(shape.get(form.kind, _shipment)(form))


def _shipment(form: Form) -> dict[str, Any]:
    """A sale, or what goes back: a refund, a guarantee claim, a chargeback."""
    sold = form.kind == "shipment"
    return {
        "AmazonOrderId": slot("order"),
        "SellerOrderId": slot("order"),
        "MarketplaceName": slot("store"),
        "PostedDate": slot("posted"),
        f"ShipmentItem{'' if sold else 'Adjustment'}List": [_item(form, "" if sold else "Adjustment")],
    }


def _item(form: Form, adjustment: str) -> dict[str, Any]:
    fees = [{"FeeType": name, "FeeAmount": _money(part)} for part, name in FEES.items() if part in form.parts]
    item = {
        "SellerSKU": slot("sku"),
        "OrderItemId": slot("item"),
        "QuantityShipped": slot("units"),
        f"ItemCharge{adjustment}List": _charges(form, CHARGES),
        f"ItemFee{adjustment}List": fees,
    }
    if adjustment:
        item["OrderAdjustmentItemId"] = slot("reference")
    if "withheld_tax" in form.parts:
        withheld = _charges(form, {"withheld_tax": "MarketplaceFacilitatorTax-Principal"})
        item["ItemTaxWithheldList"] = [{"TaxCollectionModel": "MarketplaceFacilitator", "TaxesWithheld": withheld}]
    if "promotion" in form.parts:
        promotion = {"PromotionType": "PromotionMetaDataDefinitionValue", "PromotionAmount": _money("promotion")}
        item[f"Promotion{adjustment}List"] = [promotion]
    return item


def _charges(form: Form, names: dict[str, str]) -> list[dict[str, Any]]:
    return [{"ChargeType": name, "ChargeAmount": _money(part)} for part, name in names.items() if part in form.parts]


def _retrocharge(form: Form) -> dict[str, Any]:
    event = {"RetrochargeEventType": "Retrocharge", "PostedDate": slot("posted"), "BaseTax": _money("total")}
    return {**event, **_order(form), "MarketplaceName": slot("store")}


def _service_fee(form: Form) -> dict[str, Any]:
    """No date: the model has none."""
    event = {"FeeReason": form.detail, "FeeList": [{"FeeType": form.detail, "FeeAmount": _money("total")}]}
    product = {"SellerSKU": slot("sku"), "FnSKU": slot("fnsku"), "ASIN": slot("asin")} if form.has_product else {}
    return {**event, **_order(form), **product}


def _adjustment(form: Form) -> dict[str, Any]:
    item = {
        "Quantity": slot("quoted_units"),
        "PerUnitAmount": _money("per_unit"),
        "TotalAmount": _money("total"),
        "SellerSKU": slot("sku"),
        "FnSKU": slot("fnsku"),
        "ASIN": slot("asin"),
        "ProductDescription": slot("title"),
        "TransactionNumber": slot("reference"),
    }
    event = {"AdjustmentType": form.detail, "PostedDate": slot("posted"), "AdjustmentAmount": _money("total")}
    return {**event, "AdjustmentItemList": [item] if form.has_product else []}


def _order(form: Form) -> dict[str, Any]:
    return {"AmazonOrderId": slot("order")} if form.has_order else {}


def _money(amount: str) -> dict[str, Any]:
    return {"CurrencyCode": slot("currency"), "CurrencyAmount": slot(amount)}


LIQUIDATION = {
    "PostedDate": slot("posted"),
    "OriginalRemovalOrderId": slot("removal"),
    "LiquidationProceedsAmount": _money("total"),
    "LiquidationFeeAmount": {"CurrencyCode": slot("currency"), "CurrencyAmount": 0},
}
