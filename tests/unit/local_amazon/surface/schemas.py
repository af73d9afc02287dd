"""Answers of all APIs but finances and orders: see `money_schemas` and `order_schemas`."""

from tests.unit.local_amazon.surface.shapes import FLAG, MOMENT, NUMBER, TEXT, WHOLE, arr, obj, one_of

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
