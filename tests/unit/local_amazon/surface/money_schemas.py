"""Answers of both finances APIs."""

from tests.unit.local_amazon.surface.shapes import MOMENT, NUMBER, TEXT, WHOLE, Schema, arr, obj, one_of, or_null

# Finances 2024-06-19
CURRENCY_2024 = obj({"currencyCode": TEXT, "currencyAmount": NUMBER})
BREAKDOWN: Schema = {"$ref": "#/$defs/breakdown"}
DEFS = {"breakdown": obj({"breakdownType": TEXT, "breakdownAmount": CURRENCY_2024, "breakdowns": arr(BREAKDOWN)})}
CONTEXT = obj(
    {
        "contextType": one_of("ProductContext", "DeferredContext"),
        "asin?": TEXT,
        "sku?": TEXT,
        "quantityShipped?": WHOLE,
        "fulfillmentNetwork?": TEXT,
        "deferralReason?": one_of("DD7"),
        "maturityDate?": MOMENT,
    }
)
TRANSACTION = obj(
    {
        "sellingPartnerMetadata": obj({"sellingPartnerId": TEXT, "accountType": TEXT, "marketplaceId": TEXT}),
        "relatedIdentifiers": arr(
            obj(
                {
                    "relatedIdentifierName": one_of(
                        "FINANCIAL_EVENT_GROUP_ID",
                        "ORDER_ID",
                        "SHIPMENT_ID",
                        "REFUND_ID",
                        "DEFERRED_TRANSACTION_ID",
                        "RELEASE_TRANSACTION_ID",
                    ),
                    "relatedIdentifierValue": TEXT,
                }
            )
        ),
        "transactionType": TEXT,
        "transactionId": TEXT,
        "transactionStatus": {"type": "string", "enum": ["DEFERRED", "RELEASED", "DEFERRED_RELEASED"]},
        "description": TEXT,
        "postedDate": MOMENT,
        "totalAmount": CURRENCY_2024,
        "marketplaceDetails": obj({"marketplaceId": TEXT, "marketplaceName": TEXT}),
        "items": arr(
            obj(
                {
                    "description": TEXT,
                    "totalAmount": CURRENCY_2024,
                    "relatedIdentifiers": {"type": "array", "maxItems": 0},
                    "breakdowns": or_null(arr(BREAKDOWN)),
                    "contexts": arr(CONTEXT),
                }
            )
        ),
        "contexts": arr(CONTEXT),
        "breakdowns": arr(BREAKDOWN),
    }
)
TRANSACTIONS = {**obj({"payload": obj({"transactions": arr(TRANSACTION), "nextToken?": TEXT})}), "$defs": DEFS}

# Finances v0
CURRENCY = obj({"CurrencyCode": TEXT, "CurrencyAmount": NUMBER})
CHARGES = arr(obj({"ChargeType": TEXT, "ChargeAmount": CURRENCY}))
FEES = arr(obj({"FeeType": TEXT, "FeeAmount": CURRENCY}))
PROMOTIONS = arr(obj({"PromotionType": TEXT, "PromotionAmount": CURRENCY}))
SHIPMENT_ITEM = obj(
    {
        "SellerSKU": TEXT,
        "OrderItemId": TEXT,
        "OrderAdjustmentItemId?": TEXT,
        "QuantityShipped": WHOLE,
        "ItemChargeList?": CHARGES,
        "ItemChargeAdjustmentList?": CHARGES,
        "ItemFeeList?": FEES,
        "ItemFeeAdjustmentList?": FEES,
        "ItemTaxWithheldList?": arr(obj({"TaxCollectionModel": TEXT, "TaxesWithheld": CHARGES})),
        "PromotionList?": PROMOTIONS,
        "PromotionAdjustmentList?": PROMOTIONS,
    }
)
SHIPMENT_EVENT = obj(
    {
        "AmazonOrderId": TEXT,
        "SellerOrderId": TEXT,
        "MarketplaceName": TEXT,
        "PostedDate": MOMENT,
        "ShipmentItemList?": arr(SHIPMENT_ITEM),
        "ShipmentItemAdjustmentList?": arr(SHIPMENT_ITEM),
    }
)
FILLED_LISTS = {
    **dict.fromkeys(
        ("ShipmentEventList", "RefundEventList", "GuaranteeClaimEventList", "ChargebackEventList"), arr(SHIPMENT_EVENT)
    ),
    "RetrochargeEventList": arr(
        obj(
            {
                "RetrochargeEventType": TEXT,
                "PostedDate": MOMENT,
                "BaseTax": CURRENCY,
                "AmazonOrderId?": TEXT,
                "MarketplaceName": TEXT,
            }
        )
    ),
    "ServiceFeeEventList": arr(
        obj(
            {
                "FeeReason": TEXT,
                "FeeList": FEES,
                "AmazonOrderId?": TEXT,
                "SellerSKU?": TEXT,
                "FnSKU?": TEXT,
                "ASIN?": TEXT,
            }
        )
    ),
    "AdjustmentEventList": arr(
        obj(
            {
                "AdjustmentType": TEXT,
                "PostedDate": MOMENT,
                "AdjustmentAmount": CURRENCY,
                "AdjustmentItemList": arr(
                    obj(
                        {
                            **dict.fromkeys(("Quantity", "SellerSKU", "FnSKU", "ASIN", "ProductDescription"), TEXT),
                            "TransactionNumber": TEXT,
                            "PerUnitAmount": CURRENCY,
                            "TotalAmount": CURRENCY,
                        }
                    )
                ),
            }
        )
    ),
    "FBALiquidationEventList": arr(
        obj(
            {
                "PostedDate": MOMENT,
                "OriginalRemovalOrderId": TEXT,
                "LiquidationProceedsAmount": CURRENCY,
                "LiquidationFeeAmount": CURRENCY,
            }
        )
    ),
}
GROUPS = obj(
    {
        "payload": obj(
            {
                "FinancialEventGroupList": arr(
                    obj(
                        {
                            "FinancialEventGroupId": TEXT,
                            "ProcessingStatus": one_of("Open", "Closed"),
                            "FundTransferStatus?": TEXT,
                            "OriginalTotal?": CURRENCY,
                            "ConvertedTotal?": CURRENCY,
                            "FundTransferDate?": MOMENT,
                            "BeginningBalance": CURRENCY,
                            "FinancialEventGroupStart": MOMENT,
                            "FinancialEventGroupEnd?": MOMENT,
                        }
                    )
                ),
                "NextToken?": TEXT,
            }
        )
    }
)


def events(lists: tuple[str, ...]) -> Schema:
    """Every list is there; those that nothing fills stay empty."""
    nothing = {"type": "array", "maxItems": 0}
    return obj(
        {
            "payload": obj(
                {"FinancialEvents": obj({name: FILLED_LISTS.get(name, nothing) for name in lists}), "NextToken?": TEXT}
            )
        }
    )
