"""The operations this product calls, with their default usage plans.

Rates and bursts: the usage-plan table of each operation in Amazon's API models,
https://github.com/amzn/selling-partner-api-models (reports_2021-06-30, finances_2024-06-19, financesV0, fbaInventory,
fulfillmentInboundV0, orders_2026-01-01, ordersV0, sellers).
They are defaults: Amazon names the rate in force in `x-amzn-RateLimit-Limit`.
Roles: https://developer-docs.amazon.com/sp-api/docs/roles-in-the-selling-partner-api and
https://developer-docs.amazon.com/sp-api/docs/get-seller-market-participation.
"""

from dataclasses import dataclass
from typing import NamedTuple


class UsagePlan(NamedTuple):
    """A token bucket: `rate` calls per second flow in, at most `burst` calls are kept."""

    rate: float
    burst: int


@dataclass(frozen=True, slots=True)
class Operation:
    """One SP-API operation. `path` has `{name}` where a path parameter goes; `role` is what a bare 403 lacks."""

    name: str
    method: str
    path: str
    plan: UsagePlan
    role: str

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no harm, so that a failure without an answer may be tried again."""
        return self.method == "GET"


_FINANCE = "Finance and Accounting"
_ORDERS = "Inventory and Order Tracking"
_REPORT = "the role of the report type (Amazon Fulfillment, Inventory and Order Tracking or Finance and Accounting)"

CREATE_REPORT = Operation("createReport", "POST", "/reports/2021-06-30/reports", UsagePlan(0.0167, 15), _REPORT)
GET_REPORT = Operation("getReport", "GET", "/reports/2021-06-30/reports/{report}", UsagePlan(2, 15), _REPORT)
GET_REPORTS = Operation("getReports", "GET", "/reports/2021-06-30/reports", UsagePlan(0.0222, 10), _REPORT)
GET_REPORT_DOCUMENT = Operation(
    "getReportDocument", "GET", "/reports/2021-06-30/documents/{document}", UsagePlan(0.0167, 15), _REPORT
)
LIST_TRANSACTIONS = Operation(
    "listTransactions", "GET", "/finances/2024-06-19/transactions", UsagePlan(0.5, 10), _FINANCE
)
GET_INVENTORY_SUMMARIES = Operation(
    "getInventorySummaries", "GET", "/fba/inventory/v1/summaries", UsagePlan(2, 2), "Amazon Fulfillment"
)
GET_SHIPMENTS = Operation("getShipments", "GET", "/fba/inbound/v0/shipments", UsagePlan(2, 30), "Amazon Fulfillment")
GET_SHIPMENT_ITEMS = Operation(
    "getShipmentItems", "GET", "/fba/inbound/v0/shipmentItems", UsagePlan(2, 30), "Amazon Fulfillment"
)
LIST_FINANCIAL_EVENTS = Operation(
    "listFinancialEvents", "GET", "/finances/v0/financialEvents", UsagePlan(0.5, 30), _FINANCE
)
SEARCH_ORDERS = Operation("searchOrders", "GET", "/orders/2026-01-01/orders", UsagePlan(0.0056, 20), _ORDERS)
GET_ORDERS = Operation("getOrders", "GET", "/orders/v0/orders", UsagePlan(0.0167, 20), _ORDERS)
GET_ORDER_ITEMS = Operation("getOrderItems", "GET", "/orders/v0/orders/{order}/orderItems", UsagePlan(0.5, 30), _ORDERS)
GET_MARKETPLACE_PARTICIPATIONS = Operation(
    "getMarketplaceParticipations", "GET", "/sellers/v1/marketplaceParticipations", UsagePlan(0.016, 15), _FINANCE
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


def scaled(rate_scale: float) -> dict[str, UsagePlan]:
    """The usage plans by operation name, rate and burst multiplied: what a `UsagePlans` starts from."""
    return {
        name: UsagePlan(operation.plan.rate * rate_scale, max(1, round(operation.plan.burst * rate_scale)))
        for name, operation in OPERATIONS.items()
    }
