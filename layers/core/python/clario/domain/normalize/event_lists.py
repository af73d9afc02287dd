"""The 34 lists of the Finances API v0: what dates an event, which fields tell it from others, where its money is.

From the model `financesV0.json` of https://github.com/amzn/selling-partner-api-models. Fields that only describe, or
that Amazon sends at times (`StoreName`), are not part of a key: a row would change its identity with them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventList:
    """One list.

    Attributes:
        name: without its ending "EventList".
        key: the fields that, with the date, tell an event from others.
        date: the field of its date, if it has one.
        total: the field that sums up others, if there is one.
        ignored: amounts that are no movement of money of their own.
    """

    name: str
    key: tuple[str, ...]
    date: str | None = "PostedDate"
    total: str | None = None
    ignored: frozenset[str] = frozenset()


_SHIPMENT = (
    "AmazonOrderId",
    "MarketplaceName",
    "OrderChargeList",
    "OrderChargeAdjustmentList",
    "ShipmentFeeList",
    "ShipmentFeeAdjustmentList",
    "OrderFeeList",
    "OrderFeeAdjustmentList",
    "DirectPaymentList",
    "ShipmentItemList",
    "ShipmentItemAdjustmentList",
)
_AFFORDABILITY = ("AmazonOrderId", "MarketplaceId", "TransactionType", "BaseExpense", "TotalExpense")

EVENT_LISTS = {
    entry.name: entry
    for entry in (
        *(
            EventList(name, _SHIPMENT)
            for name in ("Shipment", "ShipmentSettle", "Refund", "GuaranteeClaim", "Chargeback")
        ),
        EventList("EBTRefundReimbursementOnly", ("OrderId", "Amount")),
        EventList(
            "PayWithAmazon",
            ("SellerOrderId", "BusinessObjectType", "PaymentAmountType", "AmountDescription", "Charge", "FeeList"),
            date="TransactionPostedDate",
        ),
        EventList(
            "ServiceProviderCredit",
            (
                "ProviderTransactionType",
                "SellerOrderId",
                "MarketplaceId",
                "SellerId",
                "ProviderId",
                "TransactionAmount",
            ),
            date="TransactionCreationDate",
        ),
        EventList(
            "Retrocharge",
            (
                "RetrochargeEventType",
                "AmazonOrderId",
                "MarketplaceName",
                "BaseTax",
                "ShippingTax",
                "RetrochargeTaxWithheldList",
            ),
        ),
        EventList(
            "RentalTransaction",
            (
                "AmazonOrderId",
                "RentalEventType",
                "ExtensionLength",
                "MarketplaceName",
                "RentalChargeList",
                "RentalFeeList",
                "RentalInitialValue",
                "RentalReimbursement",
                "RentalTaxWithheldList",
            ),
            ignored=frozenset({"RentalInitialValue"}),
        ),
        EventList(
            "ProductAdsPayment",
            ("invoiceId", "transactionType", "transactionValue"),
            date="postedDate",
            total="transactionValue",
        ),
        EventList(
            "ServiceFee",
            ("AmazonOrderId", "SellerSKU", "FnSKU", "ASIN", "FeeReason", "FeeDescription", "FeeList"),
            date=None,
        ),
        EventList(
            "SellerDealPayment",
            ("dealId", "eventType", "feeType", "totalAmount"),
            date="postedDate",
            total="totalAmount",
        ),
        EventList(
            "DebtRecovery",
            ("DebtRecoveryType", "RecoveryAmount", "OverPaymentCredit", "DebtRecoveryItemList"),
            date=None,
            ignored=frozenset({"DebtRecoveryItemList", "ChargeInstrumentList"}),
        ),
        EventList("LoanServicing", ("SourceBusinessEventType", "LoanAmount"), date=None),
        EventList(
            "Adjustment",
            ("AdjustmentType", "AdjustmentAmount", "AdjustmentItemList"),
            total="AdjustmentAmount",
            ignored=frozenset({"PerUnitAmount"}),
        ),
        EventList("SAFETReimbursement", ("SAFETClaimId", "ReimbursedAmount"), total="ReimbursedAmount"),
        EventList("SellerReviewEnrollmentPayment", ("EnrollmentId", "TotalAmount"), total="TotalAmount"),
        EventList("FBALiquidation", ("OriginalRemovalOrderId", "LiquidationProceedsAmount", "LiquidationFeeAmount")),
        EventList("CouponPayment", ("PaymentEventId",), total="TotalAmount"),
        EventList("ImagingServicesFee", ("ImagingRequestBillingItemID",)),
        EventList("NetworkComminglingTransaction", ("NetCoTransactionID", "TransactionType")),
        EventList("AffordabilityExpense", _AFFORDABILITY, total="TotalExpense"),
        EventList("AffordabilityExpenseReversal", _AFFORDABILITY, total="TotalExpense"),
        EventList("RemovalShipment", ("OrderId", "TransactionType", "RemovalShipmentItemList")),
        EventList("RemovalShipmentAdjustment", ("AdjustmentEventId",)),
        EventList("TrialShipment", ("AmazonOrderId", "FinancialEventGroupId", "SKU", "FeeList")),
        EventList("TDSReimbursement", ("TDSOrderId", "ReimbursedAmount")),
        EventList("AdhocDisbursement", ("TransactionId",)),
        EventList(
            "TaxWithholding",
            ("BaseAmount", "WithheldAmount", "TaxWithholdingPeriod"),
            ignored=frozenset({"BaseAmount"}),
        ),
        EventList("ChargeRefund", ("ReasonCode", "ReasonCodeDescription", "ChargeRefundTransactions")),
        EventList("FailedAdhocDisbursement", ("TransferId", "Status")),
        EventList("ValueAddedServiceCharge", ("TransactionType", "Description", "TransactionAmount")),
        EventList("CapacityReservationBilling", ("TransactionType", "Description", "TransactionAmount")),
    )
}

_INSIDE = """
    SellerSKU OrderItemId OrderAdjustmentItemId QuantityShipped ItemChargeList ItemChargeAdjustmentList ItemFeeList
    ItemFeeAdjustmentList ItemTaxWithheldList PromotionList PromotionAdjustmentList CostOfPointsGranted
    CostOfPointsReturned ChargeType ChargeAmount FeeType FeeAmount DirectPaymentType DirectPaymentAmount
    TaxCollectionModel TaxesWithheld PromotionType PromotionId PromotionAmount CurrencyCode CurrencyAmount Quantity
    PerUnitAmount TotalAmount FnSKU ASIN TransactionNumber RemovalShipmentItemId FulfillmentNetworkSKU Revenue TaxAmount
    TaxWithheld RecoveryAmount OriginalAmount GroupBeginDate GroupEndDate StartDate EndDate
"""
# The fields inside items and components that count for a key; Amazon adds others as time goes by.
NOTED = frozenset(_INSIDE.split())
