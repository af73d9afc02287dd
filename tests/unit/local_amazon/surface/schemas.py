"""What every answer looks like: closed JSON schemas, a field not named here is an error.

`?` behind a name: the field may be missing. They are compared with Amazon's models in `test_schemas.py`.
"""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|[+-]\d\d:\d\d)$"}
AMOUNT: Schema = {"type": "string", "pattern": r"^-?\d+\.\d\d$"}


def obj(fields: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": {name.rstrip("?"): schema for name, schema in fields.items()},
        "required": [name for name in fields if not name.endswith("?")],
        "additionalProperties": False,
    }


def arr(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def one_of(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


# Sellers and inventory
PARTICIPATION = obj(
    {
        "marketplace": obj(
            {
                "id": TEXT,
                "name": TEXT,
                "countryCode": TEXT,
                "defaultCurrencyCode": TEXT,
                "defaultLanguageCode": TEXT,
                "domainName": TEXT,
            }
        ),
        "participation": obj({"isParticipating": FLAG, "hasSuspendedListings": FLAG}),
        "storeName": TEXT,
    }
)
QUANTITIES = {
    "reservedQuantity": ("totalReserved", "pendingCustomerOrder", "pendingTransshipment", "fcProcessing"),
    "unfulfillableQuantity": (
        "totalUnfulfillable",
        "customerDamaged",
        "warehouseDamaged",
        "distributorDamaged",
        "carrierDamaged",
        "defective",
        "expired",
    ),
}
INVENTORY_DETAILS = obj(
    {
        **dict.fromkeys(
            ("fulfillableQuantity", *(f"inbound{n}Quantity" for n in ("Working", "Shipped", "Receiving"))), WHOLE
        ),
        **{
            group: obj(dict.fromkeys((f"{name}Quantity" for name in names), WHOLE))
            for group, names in QUANTITIES.items()
        },
        "researchingQuantity": obj(
            {
                "totalResearchingQuantity": WHOLE,
                "researchingQuantityBreakdown": arr(
                    obj(
                        {
                            "name": one_of(*(f"researchingQuantityIn{term}Term" for term in ("Short", "Mid", "Long"))),
                            "quantity": WHOLE,
                        }
                    )
                ),
            }
        ),
    }
)
SUMMARIES = obj(
    {
        "pagination": obj({"nextToken?": TEXT}),
        "payload": obj(
            {
                "granularity": obj({"granularityType": one_of("Marketplace"), "granularityId": TEXT}),
                "inventorySummaries": arr(
                    obj(
                        {
                            **dict.fromkeys(("asin", "fnSku", "sellerSku", "condition", "productName"), TEXT),
                            "lastUpdatedTime": MOMENT,
                            "totalQuantity": WHOLE,
                            "inventoryDetails?": INVENTORY_DETAILS,
                        }
                    )
                ),
            }
        ),
    }
)

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


# Orders v0
MONEY_V0 = obj({"CurrencyCode": TEXT, "Amount": AMOUNT})
ORDER_V0 = obj(
    {
        **dict.fromkeys(("AmazonOrderId", "SalesChannel", "ShipServiceLevel", "MarketplaceId"), TEXT),
        "PurchaseDate": MOMENT,
        "LastUpdateDate": MOMENT,
        "OrderStatus": one_of("Pending", "Shipped", "Canceled"),
        "FulfillmentChannel": one_of("AFN", "MFN"),
        "NumberOfItemsShipped": WHOLE,
        "NumberOfItemsUnshipped": WHOLE,
        "OrderType": one_of("StandardOrder"),
        "IsBusinessOrder": FLAG,
        "IsPrime": FLAG,
        "IsReplacementOrder": FLAG,
        "ReplacedOrderId?": TEXT,
        "OrderTotal?": MONEY_V0,
    }
)
ORDERS_V0 = obj(
    {
        "payload": obj(
            {"Orders": arr(ORDER_V0), "NextToken?": TEXT, "CreatedBefore?": MOMENT, "LastUpdatedBefore?": MOMENT}
        )
    }
)
ITEMS_V0 = obj(
    {
        "payload": obj(
            {
                "AmazonOrderId": TEXT,
                "OrderItems": arr(
                    obj(
                        {
                            **dict.fromkeys(
                                ("ASIN", "SellerSKU", "OrderItemId", "Title", "ConditionId", "IsGift"), TEXT
                            ),
                            "QuantityOrdered": WHOLE,
                            "QuantityShipped": WHOLE,
                            "ItemPrice?": MONEY_V0,
                            "ItemTax?": MONEY_V0,
                            "ShippingPrice?": MONEY_V0,
                            "PromotionDiscount?": MONEY_V0,
                        }
                    )
                ),
            }
        )
    }
)

# Orders 2026-01-01
MONEY = obj({"amount": AMOUNT, "currencyCode": TEXT})
ITEM = obj(
    {
        "orderItemId": TEXT,
        "quantityOrdered": WHOLE,
        "product": obj(
            {
                "asin": TEXT,
                "title": TEXT,
                "sellerSku": TEXT,
                "condition": obj({"conditionType": TEXT, "conditionSubtype": TEXT}),
                "price?": obj({"unitPrice": MONEY}),
            }
        ),
        "proceeds?": obj({"proceedsTotal": MONEY, "breakdowns": arr(obj({"type": TEXT, "subtotal": MONEY}))}),
        "fulfillment?": obj({"quantityFulfilled": WHOLE, "quantityUnfulfilled": WHOLE}),
        "cancellation?": obj({"cancellationRequest": obj({"requester": TEXT, "cancelReason": TEXT})}),
    }
)
ORDER = obj(
    {
        "orderId": TEXT,
        "createdTime": MOMENT,
        "lastUpdatedTime": MOMENT,
        "programs": arr(TEXT),
        "associatedOrders?": arr(obj({"orderId": TEXT, "associationType": TEXT})),
        "salesChannel": obj({"channelName": TEXT, "marketplaceId": TEXT, "marketplaceName": TEXT}),
        "fulfillment?": obj(
            {
                "fulfillmentStatus": one_of("PENDING", "SHIPPED", "CANCELLED"),
                "fulfilledBy": one_of("AMAZON", "MERCHANT"),
                "fulfillmentServiceLevel": TEXT,
            }
        ),
        "proceeds?": obj({"grandTotal": MONEY}),
        "orderItems": arr(ITEM),
    }
)
ORDERS = obj(
    {
        "orders": arr(ORDER),
        "pagination?": obj({"nextToken": TEXT}),
        "createdBefore?": MOMENT,
        "lastUpdatedBefore?": MOMENT,
    }
)

# Inbound v0
SHIPMENTS = obj(
    {
        "payload": obj(
            {
                "ShipmentData": arr(
                    obj(
                        {
                            **dict.fromkeys(("ShipmentId", "ShipmentName", "DestinationFulfillmentCenterId"), TEXT),
                            "ShipFromAddress": obj(
                                dict.fromkeys(
                                    (
                                        "Name",
                                        "AddressLine1",
                                        "City",
                                        "StateOrProvinceCode",
                                        "CountryCode",
                                        "PostalCode",
                                    ),
                                    TEXT,
                                )
                            ),
                            "ShipmentStatus": one_of(
                                "WORKING",
                                "SHIPPED",
                                "RECEIVING",
                                "CANCELLED",
                                "DELETED",
                                "CLOSED",
                                "IN_TRANSIT",
                                "DELIVERED",
                                "CHECKED_IN",
                            ),
                            "LabelPrepType": one_of("SELLER_LABEL"),
                            "AreCasesRequired": FLAG,
                            "BoxContentsSource": one_of("INTERACTIVE"),
                        }
                    )
                ),
                "NextToken?": TEXT,
            }
        )
    }
)
SHIPMENT_ITEMS = obj(
    {
        "payload": obj(
            {
                "ItemData": arr(
                    obj(
                        {
                            **dict.fromkeys(("ShipmentId", "SellerSKU", "FulfillmentNetworkSKU"), TEXT),
                            **dict.fromkeys(("QuantityShipped", "QuantityReceived", "QuantityInCase"), WHOLE),
                            "PrepDetailsList": {"type": "array", "maxItems": 0},
                        }
                    )
                ),
                "NextToken?": TEXT,
            }
        )
    }
)

# Reports
REPORT = obj(
    {
        "reportId": TEXT,
        "reportType": TEXT,
        "dataStartTime": MOMENT,
        "dataEndTime": MOMENT,
        "createdTime": MOMENT,
        "processingStatus": one_of("IN_QUEUE", "IN_PROGRESS", "DONE", "CANCELLED", "FATAL"),
        "marketplaceIds": arr(TEXT),
        "processingStartTime?": MOMENT,
        "processingEndTime?": MOMENT,
        "reportDocumentId?": TEXT,
    }
)
REPORTS = obj({"reports": arr(REPORT), "nextToken?": TEXT})
DOCUMENT = obj({"reportDocumentId": TEXT, "url": TEXT, "compressionAlgorithm": one_of("GZIP")})
CREATED = obj({"reportId": TEXT})

# Fees and catalogue
PRICE = obj({"CurrencyCode": TEXT, "Amount": NUMBER})
FEE = {"FeeType": TEXT, "FeeAmount": PRICE, "FeePromotion": PRICE, "FinalFee": PRICE}
ESTIMATE = obj(
    {
        "Status": one_of("Success", "ClientError"),
        "FeesEstimateIdentifier": obj(
            {
                **dict.fromkeys(("MarketplaceId", "SellerId", "IdValue", "SellerInputIdentifier"), TEXT),
                "IdType": one_of("ASIN", "SellerSKU"),
                "IsAmazonFulfilled": FLAG,
                "PriceToEstimateFees": obj({"ListingPrice": PRICE, "Shipping?": PRICE}),
            }
        ),
        "FeesEstimate?": obj(
            {
                "TimeOfFeesEstimation": MOMENT,
                "TotalFeesEstimate": PRICE,
                "FeeDetailList": arr(obj({**FEE, "IncludedFeeDetailList?": arr(obj(FEE))})),
            }
        ),
        "Error?": obj({"Type": TEXT, "Code": TEXT, "Message": TEXT, "Detail": {"type": "array", "maxItems": 0}}),
    }
)
DIMENSION = obj({"unit": one_of("inches", "pounds", "centimeters", "kilograms"), "value": NUMBER})
CATALOG_ITEM = obj(
    {
        "asin": TEXT,
        "summaries?": arr(
            obj(
                {
                    **dict.fromkeys(("marketplaceId", "brand", "itemName", "websiteDisplayGroupName"), TEXT),
                    "itemClassification": one_of("BASE_PRODUCT"),
                    "packageQuantity": WHOLE,
                }
            )
        ),
        "dimensions?": arr(
            obj(
                {
                    "marketplaceId": TEXT,
                    "package": obj(dict.fromkeys(("height", "length", "width", "weight"), DIMENSION)),
                }
            )
        ),
        "productTypes?": arr(obj({"marketplaceId": TEXT, "productType": TEXT})),
    }
)
SEARCH = obj(
    {
        "numberOfResults": WHOLE,
        "pagination": obj({"nextToken?": TEXT}),
        "refinements": obj(
            {"brands": {"type": "array", "maxItems": 0}, "classifications": {"type": "array", "maxItems": 0}}
        ),
        "items": arr(CATALOG_ITEM),
    }
)
ERRORS = obj({"errors": arr(obj({"code": TEXT, "message": TEXT, "details": TEXT}))})
