"""The operations this product calls.

Paths: Amazon's API models, https://github.com/amzn/selling-partner-api-models.
Roles: https://developer-docs.amazon.com/sp-api/docs/roles-in-the-selling-partner-api and
https://developer-docs.amazon.com/sp-api/docs/get-seller-market-participation.
"""

from dataclasses import dataclass

from clario.domain.usage_plans import USAGE_PLANS, UsagePlan


@dataclass(frozen=True, slots=True)
class Operation:
    """One SP-API operation. `path` has `{name}` where a path parameter goes; `role` is what a bare 403 lacks."""

    name: str
    method: str
    path: str
    role: str

    @property
    def plan(self) -> UsagePlan:
        return USAGE_PLANS[self.name]

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no harm, so that a failure without an answer may be tried again."""
        return self.method == "GET"


_FINANCE = "Finance and Accounting"
_ORDERS = "Inventory and Order Tracking"
_REPORT = "the role of the report type (Amazon Fulfillment, Inventory and Order Tracking or Finance and Accounting)"

CREATE_REPORT = Operation("createReport", "POST", "/reports/2021-06-30/reports", _REPORT)
GET_REPORT = Operation("getReport", "GET", "/reports/2021-06-30/reports/{report}", _REPORT)
GET_REPORTS = Operation("getReports", "GET", "/reports/2021-06-30/reports", _REPORT)
GET_REPORT_DOCUMENT = Operation("getReportDocument", "GET", "/reports/2021-06-30/documents/{document}", _REPORT)
LIST_TRANSACTIONS = Operation("listTransactions", "GET", "/finances/2024-06-19/transactions", _FINANCE)
GET_INVENTORY_SUMMARIES = Operation("getInventorySummaries", "GET", "/fba/inventory/v1/summaries", "Amazon Fulfillment")
GET_SHIPMENTS = Operation("getShipments", "GET", "/fba/inbound/v0/shipments", "Amazon Fulfillment")
GET_SHIPMENT_ITEMS = Operation("getShipmentItems", "GET", "/fba/inbound/v0/shipmentItems", "Amazon Fulfillment")
LIST_FINANCIAL_EVENTS = Operation("listFinancialEvents", "GET", "/finances/v0/financialEvents", _FINANCE)
SEARCH_ORDERS = Operation("searchOrders", "GET", "/orders/2026-01-01/orders", _ORDERS)
GET_ORDERS = Operation("getOrders", "GET", "/orders/v0/orders", _ORDERS)
GET_ORDER_ITEMS = Operation("getOrderItems", "GET", "/orders/v0/orders/{order}/orderItems", _ORDERS)
GET_MARKETPLACE_PARTICIPATIONS = Operation(
    "getMarketplaceParticipations", "GET", "/sellers/v1/marketplaceParticipations", _FINANCE
)

OPERATIONS = {
    operation.name: operation
    for operation in (
        CREATE_REPORT,
        GET_REPORT,
        GET_REPORTS,
        GET_REPORT_DOCUMENT,
        LIST_TRANSACTIONS,
        LIST_FINANCIAL_EVENTS,
        SEARCH_ORDERS,
        GET_ORDERS,
        GET_ORDER_ITEMS,
        GET_SHIPMENTS,
        GET_SHIPMENT_ITEMS,
        GET_INVENTORY_SUMMARIES,
        GET_MARKETPLACE_PARTICIPATIONS,
    )
}
