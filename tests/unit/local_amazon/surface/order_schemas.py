"""Answers of both orders APIs."""

from tests.unit.local_amazon.surface.shapes import AMOUNT, FLAG, MOMENT, TEXT, WHOLE, arr, obj, one_of

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
